"""Queues, rules and schedules lose no message, never retry a message in work, and accept TLS only."""

import json
from typing import Any

import pytest

from library_validator.decisions.application import MAX_MESSAGE_BYTES
from library_validator.decisions.decision import SHARDS
from tests.template.template_reader import Template

QUEUES_OF_FUNCTIONS = {
    "ReleasesQueue": "IndexReleaseFunction",
    "ApplicationsQueue": "ValidateApplicationsFunction",
    "RevalidationsQueue": "RevalidateFunction",
}
DEAD_LETTER_QUEUES = {
    "ReleasesQueue": "ReleasesDeadLetterQueue",
    "ApplicationsQueue": "ApplicationsDeadLetterQueue",
    "ResultsQueue": "ResultsDeadLetterQueue",
    "RevalidationsQueue": "RevalidationsDeadLetterQueue",
}
PACES = ("patient", "brisk")
FORTNIGHT = 14 * 24 * 3600  # in seconds; SQS keeps a message at most this long


@pytest.mark.parametrize("pace", PACES)
@pytest.mark.parametrize(("queue", "function"), QUEUES_OF_FUNCTIONS.items())
def test_a_message_in_work_is_hidden_for_six_timeouts_of_its_function(
    template: Template, queue: str, function: str, pace: str
) -> None:
    visibility = template.resolve(template.properties(queue)["VisibilityTimeout"], RetryPace=pace)
    timeout = template.resolve(template.properties(function)["Timeout"], RetryPace=pace)
    assert visibility >= 6 * timeout
    assert timeout <= 900


@pytest.mark.parametrize("pace", PACES)
@pytest.mark.parametrize(("queue", "dead_letters"), DEAD_LETTER_QUEUES.items())
def test_a_message_is_tried_more_than_once_and_then_put_in_the_dead_letter_queue(
    template: Template, queue: str, dead_letters: str, pace: str
) -> None:
    redrive = template.properties(queue)["RedrivePolicy"]
    assert redrive["deadLetterTargetArn"] == {"Fn::GetAtt": [dead_letters, "Arn"]}
    assert template.resolve(redrive["maxReceiveCount"], RetryPace=pace) >= 2
    assert template.properties(dead_letters)["MessageRetentionPeriod"] == FORTNIGHT


def test_on_aws_a_message_is_tried_again_until_a_throttle_has_passed(template: Template) -> None:
    receives = template.properties("ApplicationsQueue")["RedrivePolicy"]["maxReceiveCount"]
    assert template.resolve(receives) >= 5


def test_releases_are_loaded_one_after_another(template: Template) -> None:
    for queue in ("ReleasesQueue", "ReleasesDeadLetterQueue"):
        properties = template.properties(queue)
        assert properties["FifoQueue"] is True
        assert properties["ContentBasedDeduplication"] is True
        assert properties["QueueName"]["Fn::Sub"].endswith(".fifo")
    (target,) = template.properties("ReleasesRule")["Targets"]
    assert target["SqsParameters"] == {"MessageGroupId": "releases"}
    (event,) = template.properties("IndexReleaseFunction")["Events"].values()
    assert event["Properties"]["BatchSize"] == 1


def test_applications_come_in_batches_of_at_most_ten_and_fail_separately(template: Template) -> None:
    (event,) = template.properties("ValidateApplicationsFunction")["Events"].values()
    properties = event["Properties"]
    assert properties["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert properties["BatchSize"] == {"Ref": "ValidateBatchSize"}
    assert template.body["Parameters"]["ValidateBatchSize"]["MaxValue"] == 10
    assert template.resolve(properties["ScalingConfig"]["MaximumConcurrency"]) >= 2


def test_only_uploads_under_releases_start_a_load(template: Template) -> None:
    assert template.properties("ReleasesRule")["EventPattern"] == {
        "source": ["aws.s3"],
        "detail-type": ["Object Created"],
        "detail": {
            "bucket": {"name": [{"Ref": "ReleasesBucket"}]},
            "object": {"key": [{"prefix": "releases/"}]},
        },
    }


def test_every_rule_tries_again_and_keeps_undelivered_events(template: Template) -> None:
    rules = template.of_type("AWS::Events::Rule")
    assert set(rules) == {"ReleasesRule", "ResultsRule", "ActivationsRule"}
    for rule in rules.values():
        for target in rule["Targets"]:
            assert target["RetryPolicy"]["MaximumRetryAttempts"] > 0
            assert target["DeadLetterConfig"] == {"Arn": {"Fn::GetAtt": ["UndeliveredEventsQueue", "Arn"]}}
    # EventBridge does not accept a FIFO queue here.
    assert "FifoQueue" not in template.properties("UndeliveredEventsQueue")


@pytest.mark.parametrize("pace", PACES)
def test_a_batch_that_read_the_pointer_before_a_flip_ends_before_the_revalidation_begins(
    template: Template, pace: str
) -> None:
    delay = template.resolve(template.properties("RevalidationsQueue")["DelaySeconds"], RetryPace=pace)
    timeout = template.resolve(template.properties("ValidateApplicationsFunction")["Timeout"], RetryPace=pace)
    assert timeout < delay <= 900


def test_every_registry_that_goes_live_starts_a_revalidation(template: Template) -> None:
    rule = template.properties("ActivationsRule")
    assert rule["EventBusName"] == {"Ref": "ResultsBus"}
    assert rule["EventPattern"] == {"source": ["library-validator"], "detail-type": ["Registry Activated"]}
    (target,) = rule["Targets"]
    assert target["Arn"] == {"Fn::GetAtt": ["RevalidationsQueue", "Arn"]}


def test_a_revalidation_message_has_one_task_and_the_number_of_workers_is_limited(template: Template) -> None:
    (event,) = template.properties("RevalidateFunction")["Events"].values()
    assert event["Properties"]["BatchSize"] == 1
    workers = template.resolve(event["Properties"]["ScalingConfig"]["MaximumConcurrency"])
    assert 2 <= workers <= SHARDS


def test_a_daily_schedule_looks_for_decisions_that_end(template: Template) -> None:
    schedule = template.properties("ExpirySchedule")
    assert schedule["ScheduleExpression"] == "rate(1 day)"
    target = schedule["Target"]
    assert target["Arn"] == {"Fn::GetAtt": ["RevalidationsQueue", "Arn"]}
    assert json.loads(target["Input"]) == {"task": "expiry"}
    assert target["RetryPolicy"]["MaximumRetryAttempts"] > 0
    dead_letters = target["DeadLetterConfig"]["Arn"]
    assert dead_letters == {"Fn::GetAtt": ["UndeliveredEventsQueue", "Arn"]}
    assert target["RoleArn"] == {"Fn::GetAtt": ["ExpiryScheduleRole", "Arn"]}
    sending = {statement.resources[0] for statement in template.policies_of("ExpiryScheduleRole")}
    assert sending == {json.dumps(target["Arn"]), json.dumps(dead_letters)}


@pytest.mark.parametrize(
    ("function", "role"),
    [("SweepResultsFunction", "SweepScheduleRole"), ("FetchReleaseFunction", "FetchScheduleRole")],
)
def test_a_failed_start_of_a_scheduled_function_is_tried_again(
    template: Template, function: str, role: str
) -> None:
    (event,) = template.properties(function)["Events"].values()
    assert event["Type"] == "ScheduleV2"
    assert event["Properties"]["RetryPolicy"]["MaximumRetryAttempts"] > 0
    dead_letters = event["Properties"]["DeadLetterConfig"]["Arn"]
    assert dead_letters == {"Fn::GetAtt": ["UndeliveredEventsQueue", "Arn"]}
    sending = [
        statement for statement in template.policies_of(role) if "sqs:SendMessage" in statement.actions
    ]
    assert [statement.resources for statement in sending] == [[json.dumps(dead_letters)]]


def test_a_sweep_ends_before_the_next_begins_at_any_rate_that_can_be_chosen(template: Template) -> None:
    rates = template.body["Parameters"]["SweepRate"]["AllowedValues"]
    shortest = min(int(rate.removeprefix("rate(").split()[0]) for rate in rates)
    assert template.properties("SweepResultsFunction")["Timeout"] < shortest * 60


@pytest.mark.parametrize("function", ["SweepResultsFunction", "FetchReleaseFunction"])
def test_a_scheduled_function_that_fails_is_not_repeated_and_its_event_is_kept(
    template: Template, function: str
) -> None:
    # Scheduler starts a function asynchronously: its own dead-letter queue gets failed starts only.
    invoked = template.properties(function)["EventInvokeConfig"]
    assert invoked["MaximumRetryAttempts"] == 0
    queue = {"Fn::GetAtt": ["UndeliveredEventsQueue", "Arn"]}
    assert invoked["DestinationConfig"] == {"OnFailure": {"Type": "SQS", "Destination": queue}}
    role = template.properties(function)["Role"]["Fn::GetAtt"][0]
    sending = [
        statement for statement in template.policies_of(role) if "sqs:SendMessage" in statement.actions
    ]
    assert [statement.resources for statement in sending] == [[json.dumps(queue)]]


def test_a_chain_of_revalidation_tasks_is_not_ended_as_a_recursive_loop(template: Template) -> None:
    sending = {
        statement.carrier
        for statement in template.statements()
        if {"sqs:ReceiveMessage", "sqs:SendMessage"} <= set(statement.actions)
    }
    allowed = {
        function["Role"]["Fn::GetAtt"][0]
        for function in template.of_type("AWS::Serverless::Function").values()
        if function.get("RecursiveLoop") == "Allow"
    }
    assert sending == allowed == {"RevalidateRole"}


def test_the_queue_takes_the_largest_application_with_the_attributes_of_a_redrive(
    template: Template,
) -> None:
    room = template.properties("ApplicationsQueue")["MaximumMessageSize"] - MAX_MESSAGE_BYTES
    assert 0 < room <= 1024  # a larger message is refused when it is sent
    # SQS puts a message into the dead-letter queue as it is.
    assert "MaximumMessageSize" not in template.properties("ApplicationsDeadLetterQueue")


def test_every_queue_is_encrypted(template: Template) -> None:
    queues = template.of_type("AWS::SQS::Queue")
    assert len(queues) == 9
    for name, properties in queues.items():
        assert properties["SqsManagedSseEnabled"] is True, name


def test_every_queue_takes_tls_only(template: Template) -> None:
    covered: set[str] = set()
    for policy in template.of_type("AWS::SQS::QueuePolicy").values():
        (denied,) = [
            statement
            for statement in policy["PolicyDocument"]["Statement"]
            if statement.get("Sid") == "TlsOnly"
        ]
        assert denied["Effect"] == "Deny"
        assert denied["Principal"] == "*"
        assert denied["Action"] == "sqs:*"
        assert denied["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
        arns = denied["Resource"] if isinstance(denied["Resource"], list) else [denied["Resource"]]
        names = {arn["Fn::GetAtt"][0] for arn in arns}
        assert names == {queue["Ref"] for queue in policy["Queues"]}
        covered |= names
    assert covered == set(template.of_type("AWS::SQS::Queue"))


@pytest.mark.parametrize(
    ("queue", "rules"),
    [
        ("ReleasesQueue", ["ReleasesRule"]),
        ("ResultsQueue", ["ResultsRule"]),
        ("RevalidationsQueue", ["ActivationsRule"]),
        ("UndeliveredEventsQueue", ["ReleasesRule", "ResultsRule", "ActivationsRule"]),
    ],
)
def test_eventbridge_sends_to_a_queue_from_its_own_rules_only(
    template: Template, queue: str, rules: list[str]
) -> None:
    policy = template.properties(f"{queue}Policy")["PolicyDocument"]["Statement"]
    (allowed,) = [statement for statement in policy if statement["Effect"] == "Allow"]
    assert allowed["Principal"] == {"Service": "events.amazonaws.com"}
    sources: Any = allowed["Condition"]["ArnEquals"]["aws:SourceArn"]
    expected = [{"Fn::GetAtt": [rule, "Arn"]} for rule in rules]
    assert (sources if isinstance(sources, list) else [sources]) == expected


def test_only_named_principals_may_send_applications(template: Template) -> None:
    allowed, denied, _ = template.policies_of("ApplicationsQueuePolicy")
    assert allowed.actions == denied.actions == ["sqs:SendMessage"]
    named = {"Fn::Split": [",", {"Ref": "SenderPrincipals"}]}
    account = {"Fn::Sub": "arn:${AWS::Partition}:iam::${AWS::AccountId}:root"}
    assert allowed.body["Principal"] == {"AWS": {"Fn::If": ["HasSenderPrincipals", named, account]}}
    # An identity of this account needs no permission of the queue: only a denial limits the senders.
    assert not denied.allows
    assert denied.body["Principal"] == "*"
    session = {"Fn::Sub": "arn:${AWS::Partition}:sts::${AWS::AccountId}:assumed-role/${OperatorRole}/*"}
    assert denied.body["Condition"] == {
        "ArnNotEquals": {"aws:PrincipalArn": named},
        "ArnNotLike": {"aws:PrincipalArn": [{"Fn::GetAtt": ["OperatorRole", "Arn"]}, session]},
    }
    statements = template.properties("ApplicationsQueuePolicy")["PolicyDocument"]["Statement"]
    condition, _, otherwise = statements[1]["Fn::If"]
    assert (condition, otherwise) == ("HasSenderPrincipals", {"Ref": "AWS::NoValue"})


def test_the_results_queue_gets_every_event_of_this_service(template: Template) -> None:
    rule = template.properties("ResultsRule")
    assert rule["EventBusName"] == {"Ref": "ResultsBus"}
    assert rule["EventPattern"] == {"source": ["library-validator"]}
