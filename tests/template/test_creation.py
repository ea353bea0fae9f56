"""What CloudFormation creates first, and what a failed first deployment or a deleted stack leaves behind."""

import json
import tomllib

import pytest

from tests.template.expanded_template import dependencies_of, expanded_resources, expanded_template
from tests.template.template_reader import ROOT, Template

LONGEST_STACK_NAME = 54  # characters; docs/runbook.md names it
KEPT = {"ReleasesBucket", "ReleasesBucketPolicy", "CaseworkTable"}
# The longest names, in characters, of the resources that the template names by the stack.
LONGEST_NAMES = {
    "AWS::SQS::Queue": ("QueueName", 80),
    "AWS::Events::EventBus": ("Name", 256),
    "AWS::Lambda::LayerVersion": ("LayerName", 140),
    "AWS::Logs::LogGroup": ("LogGroupName", 512),
    "AWS::CloudWatch::Dashboard": ("DashboardName", 255),
}


def test_no_resource_depends_on_itself() -> None:
    for name in expanded_resources():
        assert name not in dependencies_of(name), name


@pytest.mark.parametrize("uploader", ["FetchReleaseFunctionFetch", "OperatorRole"])
def test_nothing_can_upload_before_an_upload_starts_a_load(uploader: str) -> None:
    # An object that is created before the rule exists makes no message.
    assert {"ReleasesRule", "ReleasesQueue", "ReleasesQueuePolicy"} <= dependencies_of(uploader)


def test_the_schedule_of_fetching_starts_after_the_loader_reads_its_queue() -> None:
    chain = dependencies_of("FetchReleaseFunctionFetch")
    assert {"IndexReleaseFunctionUploads", "IndexReleaseFunction", "RegistryTable"} <= chain


def test_no_schedule_has_a_name_that_another_stack_would_have_too() -> None:
    for name, resource in expanded_resources().items():
        if resource["Type"] == "AWS::Scheduler::Schedule":
            assert "Name" not in resource["Properties"], name


def test_every_name_that_is_given_has_the_name_of_the_stack() -> None:
    for name, resource in expanded_resources().items():
        for field in ("Name", "QueueName", "LayerName", "LogGroupName", "DashboardName",
                      "TableName", "BucketName", "RoleName", "AlarmName", "TopicName"):  # fmt: skip
            given = resource.get("Properties", {}).get(field)
            assert given is None or "AWS::StackName" in json.dumps(given), (name, field)


def test_the_longest_stack_name_of_the_runbook_fits_into_every_name() -> None:
    stack = "s" * LONGEST_STACK_NAME
    room = []
    for name, resource in expanded_resources().items():
        field, longest = LONGEST_NAMES.get(resource["Type"], ("", 0))
        given = resource.get("Properties", {}).get(field)
        if given is not None:
            text = given["Fn::Sub"] if "Fn::Sub" in given else "".join(map(_text, given["Fn::Join"][1]))
            room.append(longest - len(text.replace("${AWS::StackName}", stack)))
            assert room[-1] >= 0, name
    assert min(room) == 0
    assert f"at most {LONGEST_STACK_NAME} characters" in (ROOT / "docs" / "runbook.md").read_text()


def _text(part: object) -> str:
    return part + "/" if isinstance(part, str) else "${AWS::StackName}/"


def test_a_first_deployment_that_fails_can_be_rolled_back(template: Template) -> None:
    # RetainExceptOnCreate deletes on a failed creation. A protected table and a bucket with an object refuse.
    for name, resource in template.resources.items():
        assert resource.get("DeletionPolicy") != "RetainExceptOnCreate", name
    protected = {
        name
        for name, table in template.of_type("AWS::DynamoDB::Table").items()
        if table.get("DeletionProtectionEnabled")
    }
    kept = {
        name for name, resource in template.resources.items() if resource.get("DeletionPolicy") == "Retain"
    }
    assert protected | set(template.of_type("AWS::S3::Bucket")) <= kept
    assert kept == KEPT


def test_the_template_is_within_the_limits_of_cloudformation(template: Template) -> None:
    expanded = expanded_template()
    assert len(expanded["Resources"]) <= 500
    assert len(expanded["Outputs"]) <= 200
    assert len(expanded["Parameters"]) <= 200
    # Above 51,200 bytes, a template is deployed from a bucket, as `sam deploy` does.
    assert len(json.dumps(expanded)) < 1_000_000


def test_the_defaults_fit_into_a_new_account(template: Template) -> None:
    # A new account can have a Lambda concurrency of 10, and functions of at most 3,008 MB.
    for name, function in template.of_type("AWS::Serverless::Function").items():
        assert template.resolve(function["MemorySize"]) <= 3_008, name
        assert "ReservedConcurrentExecutions" not in function, name
    runbook = (ROOT / "docs" / "runbook.md").read_text()
    for parameter in ("ValidateMaximumConcurrency", "RevalidateMaximumConcurrency"):
        assert template.body["Parameters"][parameter]["MinValue"] <= 2
        assert parameter in runbook.partition("## Before the first deployment")[2].partition("\n## ")[0]


def test_resources_have_tags_that_an_organization_adds_to() -> None:
    configuration = tomllib.loads((ROOT / "samconfig.toml").read_text())
    assert configuration["default"]["deploy"]["parameters"]["tags"] == "application=library-validator"
