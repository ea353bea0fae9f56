"""The commands of the person on call, against a stack in AWS (moto): dlq, logs, replay."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto import mock_aws
from typer.testing import CliRunner, Result

from library_validator.adapters.aws.casework_access import CaseworkAccess
from library_validator.adapters.aws.decision_table import DecisionTable
from library_validator.decisions.answer import Answer
from library_validator_cli import stack_access
from library_validator_cli.main import app
from tests.builders.aws_resources import (
    CASEWORK_TABLE,
    REGISTRY_TABLE,
    RESULTS_BUS,
    create_casework_table,
    create_registry_table,
    create_results_bus,
)
from tests.builders.dead_letters import UPLOADED, application_body
from tests.builders.decisions import decision_of, submission_of

GROUP = "/aws/lambda/library-validator/validate_applications"


@dataclass
class OnCallStack:
    outputs: dict[str, str]

    def put(self, output: str, body: str) -> str:
        """Put a message in a queue; returns its id."""
        fifo = {"MessageGroupId": "releases"} if "Releases" in output else {}
        sqs: Any = boto3.client("sqs")
        sent = sqs.send_message(QueueUrl=self.outputs[output], MessageBody=body, **fifo)
        message_id: str = sent["MessageId"]
        return message_id

    def bodies(self, output: str) -> list[str]:
        answer = boto3.client("sqs").receive_message(
            QueueUrl=self.outputs[output], MaxNumberOfMessages=10, VisibilityTimeout=0
        )
        return [message["Body"] for message in answer.get("Messages", [])]

    def log(self, line: dict[str, Any]) -> None:
        logs: Any = boto3.client("logs")
        event = {"timestamp": round(datetime.now(UTC).timestamp() * 1000), "message": json.dumps(line)}
        logs.put_log_events(logGroupName=GROUP, logStreamName="s", logEvents=[event])

    @property
    def decisions(self) -> DecisionTable:
        return DecisionTable(CaseworkAccess(boto3.client("dynamodb"), CASEWORK_TABLE))


@pytest.fixture
def stack(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[OnCallStack]:
    monkeypatch.chdir(tmp_path)  # outside of a checkout, commands use the stack in AWS
    with mock_aws():
        dynamodb, sqs = boto3.client("dynamodb"), boto3.client("sqs")
        create_registry_table(dynamodb)
        create_casework_table(dynamodb)
        logs: Any = boto3.client("logs")
        for function in ("fetch_release", "index_release", "revalidate", "sweep_results"):
            logs.create_log_group(logGroupName=f"/aws/lambda/library-validator/{function}")
        logs.create_log_group(logGroupName=GROUP)
        logs.create_log_stream(logGroupName=GROUP, logStreamName="s")
        outputs = {
            "RegistryTable": REGISTRY_TABLE,
            "CaseworkTable": CASEWORK_TABLE,
            "ResultsBus": RESULTS_BUS,
            "OperatorRoleArn": "arn:aws:iam::123456789012:role/operator",
            "Redrivers": "AROAOPERATOR",
            "ResultsQueueUrl": create_results_bus(boto3.client("events"), sqs),
        }
        names = {f"{queue}Url" for queue in stack_access.QUEUES.values()}
        for output in names - set(outputs):
            fifo = "Releases" in output
            outputs[output] = sqs.create_queue(
                QueueName=output + ".fifo" * fifo,
                Attributes={"FifoQueue": "true", "ContentBasedDeduplication": "true"} if fifo else {},
            )["QueueUrl"]
        monkeypatch.setattr(stack_access, "outputs_of", lambda _client, _name, _place: outputs)
        monkeypatch.setattr("library_validator.adapters.aws.dead_letter_queues.WAIT_SECONDS", 0)
        yield OnCallStack(outputs)


def run(*arguments: str, given: str | None = None) -> Result:
    return CliRunner().invoke(app, list(arguments), input=given)


def answer_of(*arguments: str) -> Any:
    result = run(*arguments, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_the_list_has_every_queue_and_the_next_command(stack: OnCallStack) -> None:
    stack.put("ApplicationsDeadLetterQueueUrl", application_body())
    shown = run("dlq", "list")
    assert shown.exit_code == 0
    assert "next: library-validator dlq show applications" in shown.stderr
    views = {view["queue"]: view for view in answer_of("dlq", "list")}
    assert list(views) == ["applications", "releases", "results", "revalidations", "undelivered"]
    assert views["applications"]["depth"] == {"waiting": 1, "in_work": 0}
    assert 0 <= views["applications"]["oldest_seconds"] < 600
    assert views["results"]["oldest"] is None


def test_a_look_shows_the_reason_of_the_log_and_no_word_of_the_applicant(stack: OnCallStack) -> None:
    message_id = stack.put("ApplicationsDeadLetterQueueUrl", application_body(name="Wombat Library"))
    problem = "the registry table did not answer"
    stack.log({"level": "ERROR", "message": "message failed", "message_id": message_id, "problem": problem})
    shown = run("dlq", "show", "applications")
    assert shown.exit_code == 0, shown.output
    assert problem in shown.stdout
    assert "Wombat" not in shown.stdout
    assert "Wombat" in run("dlq", "show", "applications", "--body").stdout
    (view,) = answer_of("dlq", "show", "applications")
    assert view["message_id"] == message_id
    assert view["receives"] >= 1


@pytest.fixture
def as_operator(stack: OnCallStack) -> None:
    """The caller's own identity is the operator: there is no role to assume."""
    del stack.outputs["OperatorRoleArn"]
    identity = boto3.client("sts").get_caller_identity()
    stack.outputs["Redrivers"] = f"AROAANOTHER,{identity['UserId'].partition(':')[0]}"


def test_an_identity_that_would_become_the_sender_of_an_application_may_not_redrive_it(
    stack: OnCallStack,
) -> None:
    stack.put("ApplicationsDeadLetterQueueUrl", application_body())
    refused = run("dlq", "redrive", "applications")
    assert refused.exit_code == 1
    assert "you would become their sender" in " ".join(refused.stderr.split())
    assert stack.bodies("ApplicationsDeadLetterQueueUrl") == [application_body()]
    assert stack.bodies("ApplicationsQueueUrl") == []


@pytest.mark.usefixtures("as_operator")
def test_a_redrive_says_what_it_did_with_each_letter(stack: OnCallStack) -> None:
    stack.put("ApplicationsDeadLetterQueueUrl", application_body())
    malformed = stack.put("ApplicationsDeadLetterQueueUrl", "no JSON")
    done = run("dlq", "redrive", "applications")
    assert done.exit_code == 1
    assert "sent to applications" in done.stdout
    assert f"{malformed} refused, and kept: it would fail again" in " ".join(done.stdout.split())
    assert stack.bodies("ApplicationsQueueUrl") == [application_body()]
    assert stack.bodies("ApplicationsDeadLetterQueueUrl") == ["no JSON"]


def test_undelivered_events_go_to_the_queue_of_their_kind(stack: OnCallStack) -> None:
    stack.put("UndeliveredEventsQueueUrl", UPLOADED)
    assert run("dlq", "redrive", "undelivered").exit_code == 0
    assert stack.bodies("ReleasesQueueUrl") == [UPLOADED]


def test_a_discard_needs_a_reason_and_leaves_a_record(stack: OnCallStack) -> None:
    message_id = stack.put("ApplicationsDeadLetterQueueUrl", "no JSON")
    assert run("dlq", "discard", "applications", "--id", message_id, "--reason", " ").exit_code == 2
    assert stack.bodies("ApplicationsDeadLetterQueueUrl") == ["no JSON"]
    done = run("dlq", "discard", "applications", "--id", message_id, "--reason", "sent again")
    assert done.exit_code == 0, done.output
    assert stack.bodies("ApplicationsDeadLetterQueueUrl") == []
    (record,) = answer_of("dlq", "discarded")
    assert (record["message_id"], record["reason"]) == (message_id, "sent again")
    assert record["by"].startswith("arn:")
    assert "sent again" in run("dlq", "discarded").stdout
    assert run("dlq", "discard", "applications", "--id", message_id, "--reason", "again").exit_code == 1


def test_logs_shows_the_lines_of_an_application(stack: OnCallStack) -> None:
    for number in range(3):
        stack.log({"level": "INFO", "message": "application decided", "application_id": f"A-{number}"})
    stack.log({"level": "WARNING", "message": "event not taken", "event_id": "e-1"})
    shown = run("logs", "--id", "A-1")
    assert shown.exit_code == 0, shown.output
    (line,) = shown.stdout.splitlines()
    assert "validate_applications" in line
    assert "application decided" in line
    assert "application_id=A-1" in line
    warnings = run("logs", "--level", "warning", "--json").stdout.splitlines()
    assert [json.loads(line)["message"] for line in warnings] == ["event not taken"]
    assert "no such lines" in run("logs", "--function", "sweep_results").stderr


def store_decisions(stack: OnCallStack, number: int) -> list[str]:
    now = datetime.now(UTC)
    ids = []
    for minute in range(number, 0, -1):
        at = now - timedelta(minutes=minute)
        decision = decision_of(submission_of(f"A-{minute}", sent_at=at), Answer.NOT_VALIDATED, decided_at=at)
        stack.decisions.record(decision, None)
        ids.append(str(decision.event_id))
    return ids


def published_ids(stack: OnCallStack) -> list[str]:
    bodies = [json.loads(body) for body in stack.bodies("ResultsQueueUrl")]
    return sorted(body["detail"]["metadata"]["event_id"] for body in bodies)


def test_a_replay_publishes_the_events_of_a_period_under_their_own_ids(stack: OnCallStack) -> None:
    ids = store_decisions(stack, 4)
    counted = run("replay", "--since", "1h", "--dry-run")
    assert "4 events of decisions" in counted.stdout
    refused = run("replay", "--since", "1h", given="n\n")
    assert (refused.exit_code, published_ids(stack)) == (1, [])
    done = run("replay", "--since", "1h", "--yes")
    assert done.exit_code == 0, done.output
    assert published_ids(stack) == sorted(ids)
    assert len(list(stack.decisions.unpublished_decisions(datetime.now(UTC)))) == 4


def test_a_replay_refuses_a_period_that_ends_before_it_begins(stack: OnCallStack) -> None:
    assert run("replay", "--since", "1h", "--until", "2h").exit_code == 2
