"""Who may do what. IAM is enforced by the local stack too, but not everything that matters on AWS."""

import json

import pytest

from tests.template.template_reader import Template

FUNCTION_ROLES = ("IndexReleaseRole", "ValidateApplicationsRole", "SweepResultsRole")
TABLE_ACTIONS = {
    ("IndexReleaseRole", "RegistryTable"): {
        "GetItem", "BatchGetItem", "Query", "PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem",
    },
    ("IndexReleaseRole", "CaseworkTable"): set(),
    ("ValidateApplicationsRole", "RegistryTable"): {"GetItem", "BatchGetItem"},
    ("ValidateApplicationsRole", "CaseworkTable"): {"GetItem", "PutItem", "UpdateItem", "DeleteItem"},
    ("SweepResultsRole", "RegistryTable"): set(),
    ("SweepResultsRole", "CaseworkTable"): {"Query", "BatchGetItem", "UpdateItem"},
}  # fmt: skip


def test_nothing_is_allowed_by_wildcard(template: Template) -> None:
    for statement in template.statements():
        if statement.allows:
            assert not any("*" in action for action in statement.actions), statement
            assert statement.resources, statement
            assert not any(resource in {'"*"', '"arn:*"'} for resource in statement.resources), statement
            assert "NotAction" not in statement.body, statement
            assert "NotResource" not in statement.body, statement


def test_a_statement_allows_one_action_on_one_arn(template: Template) -> None:
    for statement in template.statements():
        if statement.allows:
            assert len(statement.actions) == 1, statement
            assert len(statement.resources) == 1, statement


def test_nobody_is_admitted_by_a_wildcard_principal(template: Template) -> None:
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
def test_a_function_has_the_table_actions_that_its_code_uses_and_no_others(
    template: Template, role: str, table: str
) -> None:
    allowed = {
        action.removeprefix("dynamodb:")
        for statement in template.policies_of(role)
        for action in statement.actions
        if any(table in resource for resource in statement.resources)
    }
    assert allowed == TABLE_ACTIONS[role, table]


def test_the_sweeper_queries_the_index_of_the_unpublished_only(template: Template) -> None:
    queries = [one for one in template.policies_of("SweepResultsRole") if "dynamodb:Query" in one.actions]
    assert [one.resources for one in queries] == [
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


def test_only_the_operator_role_puts_releases_into_the_bucket(template: Template) -> None:
    (denied,) = [one for one in template.statements() if one.body.get("Sid") == "OnlyOperatorsUpload"]
    assert denied.carrier == "ReleasesBucketPolicy"
    assert not denied.allows
    assert denied.body["Principal"] == "*"
    assert denied.actions == ["s3:PutObject"]
    assert denied.resources == [json.dumps({"Fn::Sub": "${ReleasesBucket.Arn}/releases/*"})]
    assert denied.body["Condition"] == {
        "ArnNotLike": {
            "aws:PrincipalArn": [
                {"Fn::GetAtt": ["OperatorRole", "Arn"]},
                {"Fn::Sub": "arn:${AWS::Partition}:sts::${AWS::AccountId}:assumed-role/${OperatorRole}/*"},
            ]
        }
    }
    uploaders = {
        one.carrier
        for one in template.statements()
        if one.allows
        and "s3:PutObject" in one.actions
        and any("releases/*" in resource for resource in one.resources)
    }
    assert uploaders == {"OperatorRole"}


def test_events_are_published_as_our_own_on_our_own_bus(template: Template) -> None:
    publishing = [one for one in template.statements() if "events:PutEvents" in one.actions]
    assert {one.carrier for one in publishing} == {*FUNCTION_ROLES, "OperatorRole"}
    for statement in publishing:
        assert statement.resources == [json.dumps({"Fn::GetAtt": ["ResultsBus", "Arn"]})]
        assert statement.body["Condition"] == {"StringEqualsIfExists": {"events:source": "library-validator"}}


def test_the_operator_writes_nothing_in_the_registry_but_what_a_roll_back_needs(template: Template) -> None:
    writing = {
        action: statement.body["Condition"]
        for statement in template.policies_of("OperatorRole")
        for action in statement.actions
        if action.startswith("dynamodb:") and action.removeprefix("dynamodb:") not in {
            "GetItem", "BatchGetItem", "Query",
        }
    }  # fmt: skip
    assert writing == {
        "dynamodb:PutItem": {"ForAllValues:StringEquals": {"dynamodb:LeadingKeys": ["RUN"]}},
        "dynamodb:UpdateItem": {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": ["POINTER", "*#"]}},
    }


def test_the_operator_sees_how_much_waits_in_every_queue(template: Template) -> None:
    seen = {
        resource
        for statement in template.policies_of("OperatorRole")
        if statement.actions == ["sqs:GetQueueAttributes"]
        for resource in statement.resources
    }
    queues = template.of_type("AWS::SQS::Queue")
    assert seen == {json.dumps({"Fn::GetAtt": [queue, "Arn"]}) for queue in queues}


def test_the_operator_role_is_assumed_within_the_account_only(template: Template) -> None:
    (trust,) = template.properties("OperatorRole")["AssumeRolePolicyDocument"]["Statement"]
    assert trust["Condition"] == {"StringEquals": {"aws:PrincipalAccount": {"Ref": "AWS::AccountId"}}}


def test_roles_are_assumed_by_the_one_service_that_needs_them(template: Template) -> None:
    expected = dict.fromkeys(FUNCTION_ROLES, "lambda.amazonaws.com")
    expected["SweepScheduleRole"] = "scheduler.amazonaws.com"
    for role, service in expected.items():
        (trust,) = template.properties(role)["AssumeRolePolicyDocument"]["Statement"]
        assert trust["Principal"] == {"Service": service}
