"""Every ``DeadLetterStore``, in memory and on SQS; the record of discarded letters; the logs."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import boto3
import pytest

from library_validator.adapters.aws.casework_access import CaseworkAccess
from library_validator.adapters.aws.dead_letter_queues import DeadLetterQueues
from library_validator.adapters.aws.discard_table import DiscardTable
from library_validator.adapters.aws.function_logs import CloudWatchLogs
from library_validator.adapters.memory.dead_letters import MemoryDeadLetters
from library_validator.adapters.memory.discards import MemoryDiscards
from library_validator.adapters.memory.function_logs import MemoryLogs
from library_validator.errors import LogsUnavailable, QueueUnavailable
from library_validator.recovery.logs import Function, FunctionLogs, Level
from library_validator.recovery.queues import (
    EVERY_QUEUE,
    DeadLetterQueue,
    DeadLetterStore,
    Queue,
    QueueDepth,
    name_of,
)
from library_validator.recovery.redriving import DiscardLog, discard_record, look, redrive
from tests.builders.aws_resources import CASEWORK_TABLE, create_casework_table
from tests.builders.dead_letters import TASK, UPLOADED, application_body, letter_of
from tests.builders.decisions import NOON


@pytest.fixture(autouse=True)
def _receive_without_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """moto has one server: an empty answer means an empty queue at once."""
    monkeypatch.setattr("library_validator.adapters.aws.dead_letter_queues.WAIT_SECONDS", 0)


@dataclass
class Letters:
    """A store of dead letters, how messages get into it, and what was sent from it."""

    store: DeadLetterStore
    sqs: Any = None
    urls: Mapping[str, str] = field(default_factory=dict)

    def add(self, queue: DeadLetterQueue, body: str, **attributes: str) -> None:
        if isinstance(self.store, MemoryDeadLetters):
            number = len(self.store.letters) + len(self.store.sent)
            self.store.letters.append(letter_of(body, queue, f"m-{number}", attributes=attributes))
            return
        fifo = {"MessageGroupId": "releases"} if queue is DeadLetterQueue.RELEASES else {}
        given = {name: {"DataType": "String", "StringValue": text} for name, text in attributes.items()}
        self.sqs.send_message(
            QueueUrl=self.urls[name_of(queue)], MessageBody=body, MessageAttributes=given, **fifo
        )

    def sent_to(self, queue: Queue) -> list[str]:
        if isinstance(self.store, MemoryDeadLetters):
            return [letter.body for to, letter in self.store.sent if to is queue]
        answer = self.sqs.receive_message(
            QueueUrl=self.urls[name_of(queue)], MaxNumberOfMessages=10, VisibilityTimeout=0
        )
        return [message["Body"] for message in answer.get("Messages", [])]


def create_queues(sqs: Any) -> Mapping[str, str]:
    def create(name: str, *, fifo: bool) -> str:
        attributes = {"FifoQueue": "true", "ContentBasedDeduplication": "true"} if fifo else {}
        url: str = sqs.create_queue(QueueName=name + ".fifo" * fifo, Attributes=attributes)["QueueUrl"]
        return url

    return {name: create(name.replace(" ", "-"), fifo=name.startswith("releases")) for name in EVERY_QUEUE}


@pytest.fixture(params=["memory", "aws"])
def letters(request: pytest.FixtureRequest) -> Letters:
    if request.param == "memory":
        return Letters(MemoryDeadLetters())
    request.getfixturevalue("aws")
    sqs = boto3.client("sqs")
    urls = create_queues(sqs)
    return Letters(DeadLetterQueues(sqs, urls, redrivers=["AROAOPERATOR"]), sqs, urls)


@pytest.fixture(params=["memory", "aws"])
def discards(request: pytest.FixtureRequest) -> DiscardLog:
    if request.param == "memory":
        return MemoryDiscards()
    request.getfixturevalue("aws")
    dynamodb = boto3.client("dynamodb")
    create_casework_table(dynamodb)
    return DiscardTable(CaseworkAccess(dynamodb, CASEWORK_TABLE, sleep=lambda _: None))


def test_a_receive_hides_letters_until_they_are_shown_again(letters: Letters) -> None:
    store = letters.store
    for number in range(3):
        letters.add(DeadLetterQueue.APPLICATIONS, application_body(f"A-{number}"))
    assert store.depth(DeadLetterQueue.APPLICATIONS) == QueueDepth(3, 0)
    first = store.receive(DeadLetterQueue.APPLICATIONS, 2)
    assert store.depth(DeadLetterQueue.APPLICATIONS) == QueueDepth(1, 2)
    assert len(store.receive(DeadLetterQueue.APPLICATIONS, 10)) == 1
    store.show_again(first)
    assert {letter.message_id for letter in store.receive(DeadLetterQueue.APPLICATIONS, 10)} == {
        letter.message_id for letter in first
    }


def test_a_deleted_letter_is_gone_and_neither_call_minds(letters: Letters) -> None:
    store = letters.store
    letters.add(DeadLetterQueue.REVALIDATIONS, TASK)
    (letter,) = store.receive(DeadLetterQueue.REVALIDATIONS, 10)
    store.delete(letter)
    store.delete(letter)
    store.show_again([letter])
    assert store.depth(DeadLetterQueue.REVALIDATIONS) == QueueDepth(0, 0)


@pytest.mark.parametrize(
    ("dead", "body", "to"),
    [
        (DeadLetterQueue.APPLICATIONS, application_body(), Queue.APPLICATIONS),
        (DeadLetterQueue.RELEASES, UPLOADED, Queue.RELEASES),
        (DeadLetterQueue.RESULTS, "{}", Queue.RESULTS),
        (DeadLetterQueue.REVALIDATIONS, TASK, Queue.REVALIDATIONS),
        (DeadLetterQueue.UNDELIVERED, UPLOADED, Queue.RELEASES),
    ],
)
def test_a_redriven_letter_is_in_its_queue_with_the_same_body(
    dead: DeadLetterQueue, body: str, to: Queue, letters: Letters
) -> None:
    letters.add(dead, body)
    assert [result.outcome for result in redrive(letters.store, dead)] == ["sent"]
    assert letters.sent_to(to) == [body]
    assert letters.store.depth(dead) == QueueDepth(0, 0)
    assert letters.store.depth(to).messages == 1


def test_more_letters_than_one_receive_are_seen_and_stay(letters: Letters) -> None:
    for number in range(23):
        letters.add(DeadLetterQueue.APPLICATIONS, application_body(f"A-{number}"))
    seen = look(letters.store, DeadLetterQueue.APPLICATIONS, 100)
    assert len({letter.message_id for letter in seen}) == 23
    assert letters.store.depth(DeadLetterQueue.APPLICATIONS) == QueueDepth(23, 0)


@pytest.fixture
def on_aws(aws: None) -> Letters:
    sqs = boto3.client("sqs")
    urls = create_queues(sqs)
    return Letters(DeadLetterQueues(sqs, urls, redrivers=["AROAOPERATOR"]), sqs, urls)


def attributes_of_redriven(letters: Letters) -> dict[str, str]:
    (message,) = letters.sqs.receive_message(
        QueueUrl=letters.urls[Queue.APPLICATIONS], MessageAttributeNames=["All"]
    )["Messages"]
    return {name: value["StringValue"] for name, value in message["MessageAttributes"].items()}


def test_a_redriven_application_names_its_first_sender_and_its_first_moment(on_aws: Letters) -> None:
    on_aws.add(DeadLetterQueue.APPLICATIONS, application_body(), correlation_id="c-9", other="x")
    (letter,) = look(on_aws.store, DeadLetterQueue.APPLICATIONS, 10)
    redrive(on_aws.store, DeadLetterQueue.APPLICATIONS)
    assert attributes_of_redriven(on_aws) == {
        "first_sender": letter.source,
        "first_sent_at": str(round(letter.first_sent_at.timestamp() * 1000)),
        "correlation_id": "c-9",
    }


def test_attributes_of_a_sender_that_is_not_the_operator_do_not_count(on_aws: Letters) -> None:
    on_aws.add(
        DeadLetterQueue.APPLICATIONS, application_body(), first_sender="AROAVICTIM", first_sent_at="1000"
    )
    (letter,) = look(on_aws.store, DeadLetterQueue.APPLICATIONS, 10)
    assert letter.source != "AROAVICTIM"
    assert letter.first_sent_at.year > 2000


def test_a_release_that_failed_within_five_minutes_is_taken_again(on_aws: Letters) -> None:
    releases = on_aws.urls[Queue.RELEASES]
    on_aws.sqs.send_message(QueueUrl=releases, MessageBody=UPLOADED, MessageGroupId="releases")
    (first,) = on_aws.sqs.receive_message(QueueUrl=releases)["Messages"]
    on_aws.sqs.delete_message(QueueUrl=releases, ReceiptHandle=first["ReceiptHandle"])
    on_aws.add(DeadLetterQueue.RELEASES, UPLOADED)
    redrive(on_aws.store, DeadLetterQueue.RELEASES)
    assert on_aws.sent_to(Queue.RELEASES) == [UPLOADED]


def test_a_queue_that_does_not_exist_is_named_in_the_error(aws: None) -> None:
    urls = {"results dead letters": "https://sqs.us-east-1.amazonaws.com/123456789012/none"}
    store = DeadLetterQueues(boto3.client("sqs"), urls)
    with pytest.raises(QueueUnavailable, match="the queue results dead letters did not give its messages"):
        store.receive(DeadLetterQueue.RESULTS, 1)


def test_records_of_discarded_letters_are_listed_from_a_moment_on(discards: DiscardLog) -> None:
    records = [
        discard_record(
            letter_of("{}", message_id=f"m-{hour}"), "arn:jo", "a reason", NOON + timedelta(hours=hour)
        )
        for hour in range(3)
    ]
    for record in (records[2], records[0], records[1], records[0]):
        discards.append(record)
    assert discards.since(NOON + timedelta(hours=1)) == records[1:]
    assert discards.since(NOON) == records


@dataclass
class WrittenLogs:
    logs: FunctionLogs
    client: Any = None

    def write(self, function: Function, hour: int, line: str) -> None:
        at = NOON + timedelta(hours=hour)
        if isinstance(self.logs, MemoryLogs):
            self.logs.written.append((at, function, line))
            return
        event = {"timestamp": round(at.timestamp() * 1000), "message": line}
        self.client.put_log_events(
            logGroupName=f"/aws/lambda/a-stack/{function}", logStreamName="s", logEvents=[event]
        )


@pytest.fixture(params=["memory", "aws"])
def written(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[WrittenLogs]:
    if request.param == "memory":
        yield WrittenLogs(MemoryLogs())
        return
    request.getfixturevalue("aws")
    client: Any = boto3.client("logs")
    for function in (Function.REVALIDATE, Function.SWEEP_RESULTS):
        client.create_log_group(logGroupName=f"/aws/lambda/a-stack/{function}")
        client.create_log_stream(logGroupName=f"/aws/lambda/a-stack/{function}", logStreamName="s")
    yield WrittenLogs(CloudWatchLogs(client, "/aws/lambda/a-stack"), client)


def test_lines_of_one_function_and_one_period_are_read_with_their_text(written: WrittenLogs) -> None:
    for hour in range(4):
        line = json.dumps({"level": "INFO", "message": f"line {hour}", "application_id": f"A-{hour % 2}"})
        written.write(Function.REVALIDATE, hour, line)
    written.write(Function.SWEEP_RESULTS, 2, "another function")
    since, until = NOON + timedelta(hours=1), NOON + timedelta(hours=3)
    lines = list(written.logs.lines(Function.REVALIDATE, since, until))
    assert [line.message for line in lines] == ["line 1", "line 2", "line 3"]
    assert (lines[0].level, lines[0].at) == (Level.INFO, since)
    found = list(written.logs.lines(Function.REVALIDATE, NOON, until, "A-1"))
    assert [line.message for line in found] == ["line 1", "line 3"]


@pytest.mark.parametrize("text", ['P"7', "P\\7", "Bücherei-7", "P?7*[$.x]", "{ $.a = 1 }"])
def test_lines_about_an_id_with_signs_are_found(written: WrittenLogs, text: str) -> None:
    line = json.dumps({"message": "decided", "application_id": text}, ensure_ascii=False)
    written.write(Function.REVALIDATE, 0, line)
    written.write(Function.REVALIDATE, 0, json.dumps({"message": "decided", "application_id": "P-7"}))

    found = list(written.logs.lines(Function.REVALIDATE, NOON, NOON + timedelta(hours=1), text))

    assert [line.fields["application_id"] for line in found] == [text]


def test_a_log_that_does_not_exist_is_named_in_the_error(aws: None) -> None:
    logs = CloudWatchLogs(boto3.client("logs"), "/aws/lambda/none")
    with pytest.raises(LogsUnavailable, match="revalidate"):
        list(logs.lines(Function.REVALIDATE, NOON, NOON))
