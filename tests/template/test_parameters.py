"""The parameters and their bounds, and the outputs."""

import re

import pytest

from library_validator.config import IndexReleaseSettings
from library_validator.decisions.deciding import policy_version
from library_validator.releases.reading.archive import DEFAULT_LIMITS
from tests.template.template_reader import Template

ACCOUNT = "arn:aws:iam::111122223333"


def test_every_parameter_has_bounds_and_a_default_within_them(template: Template) -> None:
    for name, parameter in template.body["Parameters"].items():
        default = parameter["Default"]
        if "AllowedValues" in parameter:
            assert default in parameter["AllowedValues"], name
        elif parameter["Type"] == "Number":
            assert parameter["MinValue"] <= default <= parameter["MaxValue"], name
        else:
            assert re.fullmatch(parameter["AllowedPattern"], default), name


def test_every_parameter_is_under_a_heading(template: Template) -> None:
    groups = template.body["Metadata"]["AWS::CloudFormation::Interface"]["ParameterGroups"]
    asked = [name for group in groups for name in group["Parameters"]]
    assert sorted(asked) == sorted(template.body["Parameters"])


@pytest.mark.parametrize("parameter", ["SenderPrincipals", "OperatorPrincipals"])
@pytest.mark.parametrize(
    ("value", "accepted"),
    [
        ("", True),
        (f"{ACCOUNT}:role/partner", True),
        (f"{ACCOUNT}:role/partner,{ACCOUNT}:user/path/somebody", True),
        ("arn:aws-us-gov:iam::111122223333:role/partner", True),
        ("*", False),
        (f"{ACCOUNT}:role/part*", False),
        (f"{ACCOUNT}:role/partner?", False),
        (f"{ACCOUNT}:role/partner, {ACCOUNT}:role/other", False),
        (f"{ACCOUNT}:role/partner,", False),
        ("arn:aws:iam::*:root", False),
    ],
)
def test_a_principal_must_be_named_in_full(
    template: Template, parameter: str, value: str, accepted: bool
) -> None:
    pattern = template.body["Parameters"][parameter]["AllowedPattern"]
    assert bool(re.fullmatch(pattern, value)) is accepted


def test_an_operator_may_be_an_account_but_a_sender_is_a_user_or_a_role(template: Template) -> None:
    parameters = template.body["Parameters"]
    assert re.fullmatch(parameters["OperatorPrincipals"]["AllowedPattern"], f"{ACCOUNT}:root")
    # No principal has the ARN of its account: the denial to all others would include it.
    assert not re.fullmatch(parameters["SenderPrincipals"]["AllowedPattern"], f"{ACCOUNT}:root")


@pytest.mark.parametrize(
    ("rate", "accepted"),
    [
        ("rate(1 hour)", True),
        ("rate(12 hours)", True),
        ("rate(7 days)", True),
        ("rate(999 days)", True),
        ("rate(0 hours)", False),
        ("rate(00 days)", False),
        ("rate(1 days)", False),
        ("rate(1 hours)", False),
        ("rate(5 minutes)", False),
    ],
)
def test_a_rate_of_fetching_is_a_rate_that_scheduler_accepts(
    template: Template, rate: str, accepted: bool
) -> None:
    pattern = template.body["Parameters"]["FetchRate"]["AllowedPattern"]
    assert bool(re.fullmatch(pattern, rate)) is accepted


def test_outputs_name_every_resource_that_others_connect_to(template: Template) -> None:
    outputs = template.body["Outputs"]
    expected = {"ReleasesBucket", "RegistryTable", "CaseworkTable", "ResultsBus", "OperatorRoleArn"}
    for queue in template.of_type("AWS::SQS::Queue"):
        expected |= {f"{queue}Url", f"{queue}Arn"}
    for function in template.of_type("AWS::Serverless::Function"):
        expected |= {function, f"{function}Arn"}
    assert expected <= set(outputs)


def test_the_policy_version_of_the_functions_is_an_output(template: Template) -> None:
    policy = policy_version()
    assert template.body["Outputs"]["PolicyVersion"]["Value"] == policy, (
        "policy.toml or the weights have another version: write it into the output PolicyVersion"
    )


def test_the_largest_release_of_the_template_is_the_largest_that_the_code_reads(template: Template) -> None:
    parameter = template.body["Parameters"]["MaxReleaseBytes"]
    assert parameter["Default"] == parameter["MaxValue"] == DEFAULT_LIMITS.compressed_bytes
    setting = IndexReleaseSettings.model_fields["max_release_bytes"]
    assert setting.default == DEFAULT_LIMITS.compressed_bytes
    with pytest.raises(ValueError, match="MAX_RELEASE_BYTES"):
        IndexReleaseSettings.from_environment(
            {
                "POWERTOOLS_SERVICE_NAME": "x",
                "REGISTRY_TABLE": "xxx",
                "RESULTS_BUS": "xxx",
                "RELEASES_BUCKET": "xxx",
                "MAX_RELEASE_BYTES": str(DEFAULT_LIMITS.compressed_bytes + 1),
            }
        )
