"""The permissions of each role. The local stack enforces IAM too, but not all of it."""

import json

import pytest

from tests.template.expanded_template import expanded_resources
from tests.template.template_reader import Statement, Template

FUNCTION_ROLES = (
    "IndexReleaseRole", "ValidateApplicationsRole", "SweepResultsRole", "FetchReleaseRole", "RevalidateRole",
)  # fmt: skip
SCHEDULE_ROLES = ("SweepScheduleRole", "FetchScheduleRole", "ExpiryScheduleRole")
TABLE_ACTIONS = {
    ("IndexReleaseRole", "RegistryTable"): {
        "GetItem", "BatchGetItem", "Query", "PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem",
    },
    ("IndexReleaseRole", "CaseworkTable"): set(),
    ("ValidateApplicationsRole", "RegistryTable"): {"GetItem", "BatchGetItem"},
    ("ValidateApplicationsRole", "CaseworkTable"): {
        "GetItem", "BatchGetItem", "Query", "PutItem", "UpdateItem", "DeleteItem", "ConditionCheckItem",
    },
    ("SweepResultsRole", "RegistryTable"): set(),
    ("SweepResultsRole", "CaseworkTable"): {"Query", "BatchGetItem", "UpdateItem"},
    ("FetchReleaseRole", "RegistryTable"): {"GetItem", "Query", "PutItem"},
    ("FetchReleaseRole", "CaseworkTable"): set(),
    ("RevalidateRole", "RegistryTable"): {"GetItem", "BatchGetItem", "Query"},
    ("RevalidateRole", "CaseworkTable"): {
        "GetItem", "BatchGetItem", "Query", "PutItem", "UpdateItem", "DeleteItem", "ConditionCheckItem",
    },
}  # fmt: skip


# AWS knows no resource for these actions: it allows them on "*" only.
WITHOUT_RESOURCE = {
    "OnCallPolicy": {
        "cloudwatch:DescribeAlarms", "cloudwatch:GetMetricData", "lambda:ListEventSourceMappings",
        "logs:GetQueryResults",
    },
    "TracingPolicy": {"xray:PutTraceSegments", "xray:PutTelemetryRecords"},
}  # fmt: skip


def test_no_statement_allows_actions_or_resources_by_wildcard(template: Template) -> None:
    for statement in template.statements():
        if statement.allows:
            assert not any("*" in action for action in statement.actions), statement
            assert statement.resources, statement
            if '"*"' in statement.resources:
                assert set(statement.actions) <= WITHOUT_RESOURCE[statement.carrier], statement
            assert '"arn:*"' not in statement.resources, statement
            assert "NotAction" not in statement.body, statement
            assert "NotResource" not in statement.body, statement


def test_a_statement_allows_actions_on_one_arn(template: Template) -> None:
    for statement in template.statements():
        if statement.allows:
            assert len(statement.resources) == 1, statement


def test_a_policy_has_one_statement_for_each_arn_principal_and_condition(template: Template) -> None:
    seen = set()
    for statement in template.statements():
        others = {name: value for name, value in statement.body.items() if name not in {"Action", "Sid"}}
        place = (statement.carrier, json.dumps(others, sort_keys=True))
        assert place not in seen, statement
        seen.add(place)


def test_an_action_is_allowed_only_once_on_a_resource(template: Template) -> None:
    for statement in template.statements():
        assert len(set(statement.actions)) == len(statement.actions), statement


def test_no_statement_allows_a_wildcard_principal(template: Template) -> None:
    for statement in template.statements():
        if statement.allows:
            assert '"*"' not in json.dumps(statement.body.get("Principal", {})), statement


def test_no_managed_policy_widens_a_role(template: Template) -> None:
    for name, role in template.of_type("AWS::IAM::Role").items():
        assert "ManagedPolicyArns" not in role, name
    for name, function in template.of_type("AWS::Serverless::Function").items():
        # SAM adds managed policies with wildcards wherever it makes the role itself.
        assert function["Role"] == {"Fn::GetAtt": [name.removesuffix("Function") + "Role", "Arn"]}
        assert "Policies" not in function, name


@pytest.mark.parametrize(("role", "table"), TABLE_ACTIONS)
def test_a_function_has_exactly_the_table_actions_of_its_code(
    template: Template, role: str, table: str
) -> None:
    allowed = {
        action.removeprefix("dynamodb:")
        for statement in template.policies_of(role)
        for action in statement.actions
        if any(table in resource for resource in statement.resources)
    }
    assert allowed == TABLE_ACTIONS[role, table]


def test_the_sweeper_may_query_only_the_index_of_unpublished_decisions(template: Template) -> None:
    queries = [
        statement
        for statement in template.policies_of("SweepResultsRole")
        if "dynamodb:Query" in statement.actions
    ]
    assert [statement.resources for statement in queries] == [
        [json.dumps({"Fn::Sub": "${CaseworkTable.Arn}/index/unpublished"})]
    ]


def test_a_loader_reads_releases_and_writes_manifests_and_reports_only(template: Template) -> None:
    written = {
        resource
        for statement in template.policies_of("IndexReleaseRole")
        if set(statement.actions) & {"s3:PutObject", "s3:DeleteObject"}
        for resource in statement.resources
    }
    assert written == {
        json.dumps({"Fn::Sub": "${ReleasesBucket.Arn}/manifests/*"}),
        json.dumps({"Fn::Sub": "${ReleasesBucket.Arn}/reports/*"}),
    }


@pytest.mark.parametrize("role", ["IndexReleaseRole", "FetchReleaseRole", "OperatorRole"])
def test_a_role_that_reads_releases_learns_which_of_them_are_gone(template: Template, role: str) -> None:
    """Without ``s3:ListBucket``, S3 answers "forbidden" for an object that was deleted."""
    policies = template.policies_of(role)
    assert any("s3:GetObjectVersion" in statement.actions for statement in policies)
    listed = [statement.resources for statement in policies if "s3:ListBucket" in statement.actions]
    assert listed == [[json.dumps({"Fn::GetAtt": ["ReleasesBucket", "Arn"]})]]


def _names_of(role: str) -> list[dict[str, object]]:
    """The names of a role and of its sessions in a condition on the principal."""
    session = "arn:${AWS::Partition}:sts::${AWS::AccountId}:assumed-role/${" + role + "}/*"
    return [{"Fn::GetAtt": [role, "Arn"]}, {"Fn::Sub": session}]


def _denial_with_sid(template: Template, sid: str) -> Statement:
    (denied,) = [statement for statement in template.statements() if statement.body.get("Sid") == sid]
    assert denied.carrier == "ReleasesBucketPolicy"
    assert not denied.allows
    assert denied.body["Principal"] == "*"
    assert denied.actions == ["s3:PutObject"]
    return denied


def test_only_operators_and_fetching_put_releases_into_the_bucket(template: Template) -> None:
    denied = _denial_with_sid(template, "OnlyOperatorsAndFetchingUpload")
    assert denied.resources == [json.dumps({"Fn::Sub": "${ReleasesBucket.Arn}/releases/*"})]
    uploaders = _names_of("OperatorRole") + _names_of("FetchReleaseRole")
    assert denied.body["Condition"] == {"ArnNotLike": {"aws:PrincipalArn": uploaders}}
    allowed = {
        (statement.carrier, resource)
        for statement in template.statements()
        if statement.allows and "s3:PutObject" in statement.actions
        for resource in statement.resources
        if "releases/" in resource
    }
    assert allowed == {
        ("OperatorRole", json.dumps({"Fn::Sub": "${ReleasesBucket.Arn}/releases/*"})),
        ("FetchReleaseRole", json.dumps({"Fn::Sub": "${ReleasesBucket.Arn}/releases/fetched/*"})),
    }


def test_fetching_uploads_under_its_own_prefix_only(template: Template) -> None:
    denied = _denial_with_sid(template, "FetchingUploadsWhatItFetched")
    assert denied.body["NotResource"] == {"Fn::Sub": "${ReleasesBucket.Arn}/releases/fetched/*"}
    assert denied.body["Condition"] == {"ArnLike": {"aws:PrincipalArn": _names_of("FetchReleaseRole")}}


def test_fetching_writes_only_the_answers_of_its_sources_in_the_registry(template: Template) -> None:
    (writing,) = [
        statement
        for statement in template.policies_of("FetchReleaseRole")
        if "dynamodb:PutItem" in statement.actions
    ]
    assert writing.body["Condition"] == {"ForAllValues:StringEquals": {"dynamodb:LeadingKeys": ["FETCH"]}}


def test_revalidation_finds_current_decisions_by_their_index(template: Template) -> None:
    queries = [
        statement
        for statement in template.policies_of("RevalidateRole")
        if "dynamodb:Query" in statement.actions and "CaseworkTable" in str(statement.resources)
    ]
    assert {resource for statement in queries for resource in statement.resources} == {
        json.dumps({"Fn::Sub": "${CaseworkTable.Arn}/index/current"}),
        json.dumps({"Fn::Sub": "${CaseworkTable.Arn}/index/by_day"}),  # the retention task
        json.dumps({"Fn::GetAtt": ["CaseworkTable", "Arn"]}),
    }


def test_tasks_come_from_operators_and_from_revalidation_itself(template: Template) -> None:
    queue = json.dumps({"Fn::GetAtt": ["RevalidationsQueue", "Arn"]})
    senders = {
        statement.carrier
        for statement in template.statements()
        if statement.allows and "sqs:SendMessage" in statement.actions and queue in statement.resources
    }
    assert senders == {"OperatorRole", "RevalidateRole", "ExpiryScheduleRole", "RevalidationsQueuePolicy"}


def test_events_are_published_with_our_source_on_our_bus(template: Template) -> None:
    publishing = [statement for statement in template.statements() if "events:PutEvents" in statement.actions]
    publishing = [statement for statement in publishing if statement.allows]
    assert {statement.carrier for statement in publishing} == {*FUNCTION_ROLES, "OperatorRole"}
    bus = template.properties("ResultsBus")["Name"]["Fn::Sub"]
    arn = "arn:${AWS::Partition}:events:${AWS::Region}:${AWS::AccountId}:event-bus/" + bus
    for statement in publishing:
        assert statement.resources == [json.dumps({"Fn::Sub": arn})]
        assert statement.body["Condition"] == {"StringEqualsIfExists": {"events:source": "library-validator"}}


def test_the_bus_takes_our_source_from_our_roles_only(template: Template) -> None:
    # An identity of this account needs no permission of the bus: only a denial limits the publishers.
    (denied,) = template.policies_of("ResultsBus")
    assert not denied.allows
    assert denied.body["Principal"] == "*"
    assert denied.actions == ["events:PutEvents"]
    roles = [{"Fn::GetAtt": [role, "Arn"]} for role in (*FUNCTION_ROLES, "OperatorRole")]
    condition = denied.body["Condition"]
    assert condition["StringEquals"] == {"events:source": "library-validator"}
    named = condition["ArnNotEquals"]["aws:PrincipalArn"]
    assert sorted(named, key=str) == sorted(roles, key=str)


def test_every_role_has_the_boundary_of_the_organization(template: Template) -> None:
    boundary = {"Fn::If": ["HasPermissionsBoundary", {"Ref": "PermissionsBoundary"}, {"Ref": "AWS::NoValue"}]}
    roles = {name for name, resource in expanded_resources().items() if resource["Type"] == "AWS::IAM::Role"}
    assert roles == set(template.of_type("AWS::IAM::Role"))
    for role in roles:
        assert template.properties(role)["PermissionsBoundary"] == boundary, role


def test_the_policies_of_a_role_are_within_the_limit_of_iam(template: Template) -> None:
    # 10,240 characters without spaces, of all inline policies of a role together. Names are as long as they
    # can be: a stack name of 54 characters, and up to 40 characters of CloudFormation's own.
    longest = f"arn:aws-us-gov:logs:us-gov-west-1:111122223333:log-group:{'n' * 95}:*"
    sizes = dict.fromkeys(template.of_type("AWS::IAM::Role"), 0)
    managed = dict.fromkeys(template.of_type("AWS::IAM::ManagedPolicy"), 0)
    for statement in template.statements():
        if statement.carrier in managed:
            managed[statement.carrier] += len(json.dumps(statement.body)) + len(longest)
            continue
        attached = template.properties(statement.carrier).get("Roles", [])
        for role in [statement.carrier, *(role["Ref"] for role in attached)]:
            if role in sizes:
                text = json.dumps({**statement.body, "Resource": ""}, separators=(",", ":"))
                sizes[role] += len(text) + len(longest)
    assert max(sizes.values()) <= 10_240, sizes
    assert max(managed.values()) <= 6_144, managed  # each managed policy by itself


def test_roles_are_assumed_by_the_one_service_that_needs_them(template: Template) -> None:
    expected = dict.fromkeys(FUNCTION_ROLES, "lambda.amazonaws.com")
    expected |= dict.fromkeys(SCHEDULE_ROLES, "scheduler.amazonaws.com")
    for role, service in expected.items():
        (trust,) = template.properties(role)["AssumeRolePolicyDocument"]["Statement"]
        assert trust["Principal"] == {"Service": service}
