"""The permissions of the operator role: what a person on call can do, and what only the functions can."""

import json
from collections.abc import Iterable

from tests.template.expanded_template import expanded_resources
from tests.template.template_reader import Statement, Template


def _conditions_of_operator_writes(template: Template, table: str) -> dict[str, object]:
    """The conditions under which the operator writes in a table, by action."""
    return {
        action: statement.body["Condition"]
        for statement in template.policies_of("OperatorRole")
        for action in statement.actions
        if action.startswith("dynamodb:")
        and action.removeprefix("dynamodb:") not in {"GetItem", "BatchGetItem", "Query"}
        and any(table in resource for resource in statement.resources)
    }


def test_the_operator_writes_only_runs_roll_backs_and_fetches_in_the_registry(
    template: Template,
) -> None:
    assert _conditions_of_operator_writes(template, "RegistryTable") == {
        "dynamodb:PutItem": {"ForAllValues:StringEquals": {"dynamodb:LeadingKeys": ["RUN", "FETCH"]}},
        "dynamodb:UpdateItem": {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": ["POINTER", "20??.*#"]}},
    }


def test_the_operator_overrides_decisions_registers_partners_and_deletes_only_claims_and_principals(
    template: Template,
) -> None:
    def only(*keys: str) -> object:
        return {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": [*keys]}}

    assert _conditions_of_operator_writes(template, "CaseworkTable") == {
        "dynamodb:PutItem": only("APP#*", "PARTNERS", "PARTNER#*", "PRINCIPAL#*", "DISCARDED"),
        "dynamodb:UpdateItem": only("APP#*", "CLAIM#*", "COUNT#*"),
        "dynamodb:DeleteItem": only("CLAIM#*", "PRINCIPAL#*"),
        "dynamodb:ConditionCheckItem": only("APP#*", "CLAIM#*", "COUNT#*"),
    }


def test_the_operator_reads_decisions_by_application_by_day_and_by_shard(
    template: Template,
) -> None:
    read = {
        (action.removeprefix("dynamodb:"), resource)
        for statement in template.policies_of("OperatorRole")
        for action in statement.actions
        for resource in statement.resources
        if action in {"dynamodb:GetItem", "dynamodb:BatchGetItem", "dynamodb:Query", "dynamodb:Scan"}
        and "CaseworkTable" in resource
    }
    table = json.dumps({"Fn::GetAtt": ["CaseworkTable", "Arn"]})
    indexes = {
        json.dumps({"Fn::Sub": "${CaseworkTable.Arn}/index/" + name}) for name in ("by_day", "current")
    }
    assert read == {
        ("GetItem", table),
        ("BatchGetItem", table),
        *(("Query", resource) for resource in {table, *indexes}),
    }


def test_the_operator_may_read_the_number_of_messages_in_every_queue(template: Template) -> None:
    seen = {
        resource
        for statement in _statements_of_operators(template)
        if "sqs:GetQueueAttributes" in statement.actions
        for resource in statement.resources
    }
    queues = template.of_type("AWS::SQS::Queue")
    assert seen == {json.dumps({"Fn::GetAtt": [queue, "Arn"]}) for queue in queues}


def _statements_of_operators(template: Template) -> list[Statement]:
    return template.policies_of("OperatorRole") + template.policies_of("OnCallPolicy")


def _resources_with(template: Template, *actions: str) -> set[str]:
    """The resources on which operators may do all of the actions."""
    return {
        resource
        for statement in _statements_of_operators(template)
        if set(actions) <= set(statement.actions)
        for resource in statement.resources
    }


def _arns(names: Iterable[str]) -> set[str]:
    return {json.dumps({"Fn::GetAtt": [name, "Arn"]}) for name in names}


def test_the_person_on_call_can_look_at_return_and_discard_every_dead_letter(template: Template) -> None:
    queues = template.of_type("AWS::SQS::Queue")
    dead_letters = {"UndeliveredEventsQueue"}
    for queue in queues.values():
        if "RedrivePolicy" in queue:
            dead_letters.add(queue["RedrivePolicy"]["deadLetterTargetArn"]["Fn::GetAtt"][0])
    handled = _resources_with(
        template, "sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:ChangeMessageVisibility"
    )
    assert handled == _arns(dead_letters)
    assert _resources_with(template, "sqs:SendMessage") == _arns(set(queues) - dead_letters)


def test_the_person_on_call_can_read_logs_schedules_and_rules(template: Template) -> None:
    assert template.properties("OnCallPolicy")["Roles"] == [{"Ref": "OperatorRole"}]
    groups = template.of_type("AWS::Logs::LogGroup")
    arn = "arn:${AWS::Partition}:logs:${AWS::Region}:${AWS::AccountId}:log-group:${%s}*"
    assert _resources_with(template, "logs:FilterLogEvents", "logs:StartQuery") == {
        json.dumps({"Fn::Sub": arn % group}) for group in groups
    }
    expanded = expanded_resources()
    for kind, action in (
        ("AWS::Scheduler::Schedule", "scheduler:GetSchedule"),
        ("AWS::Events::Rule", "events:DescribeRule"),
    ):
        names = {name for name, resource in expanded.items() if resource["Type"] == kind}
        assert _resources_with(template, action) == _arns(names), action


def test_the_operator_role_is_assumed_within_the_account_only(template: Template) -> None:
    (trust,) = template.properties("OperatorRole")["AssumeRolePolicyDocument"]["Statement"]
    account = {"StringEquals": {"aws:PrincipalAccount": {"Ref": "AWS::AccountId"}}}
    factor = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}
    assert trust["Condition"] == {"Fn::If": ["NeedsMfa", account | factor, account]}


def test_doctor_may_read_the_stack_its_tables_and_its_uploads(template: Template) -> None:
    read = {
        (action, statement.resources[0])
        for statement in template.policies_of("DiagnosisPolicy")
        for action in statement.actions
    }
    assert ("cloudformation:DescribeStacks", json.dumps({"Ref": "AWS::StackId"})) in read
    assert ("cloudformation:ListStackResources", json.dumps({"Ref": "AWS::StackId"})) in read
    assert ("s3:ListBucketVersions", json.dumps({"Fn::GetAtt": ["ReleasesBucket", "Arn"]})) in read
    unpublished = json.dumps({"Fn::Sub": "${CaseworkTable.Arn}/index/unpublished"})
    assert ("dynamodb:Query", unpublished) in read
    assert ("sns:ListSubscriptionsByTopic", json.dumps({"Ref": "AlarmTopic"})) in read
    for function in template.of_type("AWS::Serverless::Function"):
        arn = json.dumps({"Fn::GetAtt": [function, "Arn"]})
        assert ("lambda:GetFunctionConfiguration", arn) in read
    for table in ("RegistryTable", "CaseworkTable"):
        arn = json.dumps({"Fn::GetAtt": [table, "Arn"]})
        assert {("dynamodb:DescribeTable", arn), ("dynamodb:DescribeContinuousBackups", arn)} <= read
    assert not any(action.partition(":")[2].startswith(("Put", "Update", "Delete")) for action, _ in read)
