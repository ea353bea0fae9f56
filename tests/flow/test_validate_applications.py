"""An application passes from the applications queue to the casework table and the queue behind the results
bus."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, NoReturn

import boto3
import pytest
from moto import mock_aws

from functions.sweep_results import handler as sweep_results
from functions.validate_applications import handler as validate_applications
from library_validator.adapters.aws.applications_queue import ApplicationsBatch
from library_validator.adapters.aws.casework_access import CaseworkAccess
from library_validator.adapters.aws.decision_table import DecisionTable
from library_validator.adapters.aws.event_bus import EventBridgeBus
from library_validator.adapters.aws.registry_table import RegistryTable
from library_validator.decisions.answer import Answer
from library_validator.decisions.decision import Decision
from library_validator.decisions.events import LibraryApplicationValidated
from library_validator.entrypoints.validate_applications import handler as answer_batch
from library_validator.event_bus import Event
from tests.builders.applicants import ALDER_FIELDS, BAKERY_FIELDS
from tests.builders.aws_resources import (
    CASEWORK_TABLE,
    REGISTRY_TABLE,
    RESULTS_BUS,
    create_applications_queue,
    create_casework_table,
    create_registry_table,
    create_results_bus,
)
from tests.builders.events import batch_of, example_event, lambda_record
from tests.builders.lambda_context import CONTEXT
from tests.builders.small_registry import NEWEST, registry_of, release

if TYPE_CHECKING:
    from mypy_boto3_events.type_defs import PutEventsResponseTypeDef


class Stack:
    """Applications queue → function → casework table and results bus → results queue."""

    def __init__(self) -> None:
        self.sqs = boto3.client("sqs")
        self.events = boto3.client("events")
        dynamodb = boto3.client("dynamodb")
        create_registry_table(dynamodb)
        create_casework_table(dynamodb)
        self.registry = RegistryTable(dynamodb, REGISTRY_TABLE)
        self.decisions = DecisionTable(CaseworkAccess(dynamodb, CASEWORK_TABLE))
        self.applications, self.dead = create_applications_queue(self.sqs, max_receives=3)
        self.results = create_results_bus(self.events, self.sqs)
        self.source = ""

    def activate(self, *releases: Any) -> None:
        """Copy a version that was built in memory, and make it the live one."""
        built = registry_of(*releases)
        pointer = built.pointer()
        self.registry.put_version(built.version(pointer.active))
        self.registry.put_postings(pointer.active, built.items[pointer.active])
        self.registry.flip(pointer, expected_active=None)

    def send(self, body: dict[str, Any] | str, correlation_id: str | None = None) -> None:
        attributes: dict[str, Any] = {}
        if correlation_id:
            attributes["correlation_id"] = {"DataType": "String", "StringValue": correlation_id}
        self.sqs.send_message(
            QueueUrl=self.applications,
            MessageBody=body if isinstance(body, str) else json.dumps(body),
            MessageAttributes=attributes,
        )

    def take_batch(self) -> list[dict[str, Any]]:
        """At most ten messages, as Lambda's poller gives them to the function. They stay in the queue."""
        answer = self.sqs.receive_message(
            QueueUrl=self.applications,
            MaxNumberOfMessages=10,
            AttributeNames=["All"],
            MessageAttributeNames=["All"],
        )
        messages = answer.get("Messages", [])
        for message in messages:
            self.source = message["Attributes"]["SenderId"]
        return [lambda_record(message) for message in messages]

    def poll_once(self) -> int:
        """One round of Lambda's poller. It deletes the messages that did not fail; returns how many
        failed."""
        records = self.take_batch()
        if not records:
            return 0
        answer = validate_applications.lambda_handler(batch_of(*records), CONTEXT)
        failed = {failure["itemIdentifier"] for failure in answer["batchItemFailures"]}
        for record in records:
            if record["messageId"] not in failed:
                self.sqs.delete_message(QueueUrl=self.applications, ReceiptHandle=record["receiptHandle"])
        return len(failed)

    def sweep(self) -> dict[str, Any]:
        return sweep_results.lambda_handler(example_event("sweep_results", "schedule"), CONTEXT)

    def delivered(self) -> list[dict[str, Any]]:
        """The events that the bus delivered. They are removed from the queue."""
        events = []
        while messages := self.sqs.receive_message(QueueUrl=self.results, MaxNumberOfMessages=10).get(
            "Messages"
        ):
            for message in messages:
                events.append(json.loads(message["Body"]))
                self.sqs.delete_message(QueueUrl=self.results, ReceiptHandle=message["ReceiptHandle"])
        return events

    def waiting_count(self, queue: str) -> int:
        answer = self.sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["ApproximateNumberOfMessages"])
        return int(answer["Attributes"]["ApproximateNumberOfMessages"])

    def current(self, application_id: str) -> Decision:
        decision = self.decisions.get(self.source, application_id)
        assert decision is not None
        return decision


@pytest.fixture
def stack(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stack]:
    environment = {
        "POWERTOOLS_SERVICE_NAME": "validate_applications",
        "REGISTRY_TABLE": REGISTRY_TABLE,
        "CASEWORK_TABLE": CASEWORK_TABLE,
        "RESULTS_BUS": RESULTS_BUS,
        "UNPUBLISHED_AFTER_SECONDS": "0",
    }
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    with mock_aws():
        validate_applications.build_runtime.cache_clear()
        sweep_results.build_runtime.cache_clear()
        yield Stack()
    validate_applications.build_runtime.cache_clear()
    sweep_results.build_runtime.cache_clear()


def event_ids_of(events: Sequence[dict[str, Any]]) -> list[str]:
    return [event["detail"]["metadata"]["event_id"] for event in events]


def test_a_message_becomes_a_decision_and_an_event(stack: Stack) -> None:
    stack.activate(NEWEST)
    stack.send({"application_id": "A-1", **ALDER_FIELDS}, correlation_id="order 17")

    assert stack.poll_once() == 0

    decision = stack.current("A-1")
    assert decision.decision is Answer.VALIDATED
    (event,) = stack.delivered()
    assert (event["source"], event["detail-type"]) == ("library-validator", "Library Application Validated")
    published = LibraryApplicationValidated.model_validate(event["detail"])
    assert published.metadata.event_id == decision.event_id
    assert published.metadata.correlation_id == "order 17"
    assert published.metadata.registry_version == stack.registry.pointer().active
    assert published.data.match is not None
    assert published.data.match.fscs_key == "ME0001"
    assert stack.waiting_count(stack.applications) == 0
    assert stack.sweep() == {"published": 0, "left": 0}


def test_a_message_that_is_sent_three_times_makes_one_decision_with_one_event_id(stack: Stack) -> None:
    stack.activate(NEWEST)
    for _ in range(3):
        stack.send({"application_id": "A-1", **ALDER_FIELDS})
    stack.poll_once()
    stack.send({"application_id": "A-1", **ALDER_FIELDS})
    stack.poll_once()

    assert len(stack.decisions.history(stack.source, "A-1")) == 1
    assert event_ids_of(stack.delivered()) == [str(stack.current("A-1").event_id)]


def test_nine_messages_are_decided_and_an_unreadable_tenth_ends_in_the_dead_letter_queue(
    stack: Stack,
) -> None:
    stack.activate(NEWEST)
    for number in range(9):
        stack.send({"application_id": f"A-{number}", **BAKERY_FIELDS})
    stack.send("{poison")

    assert [stack.poll_once() for _ in range(4)] == [1, 1, 1, 0]

    assert stack.waiting_count(stack.applications) == 0
    assert stack.waiting_count(stack.dead) == 1
    events = stack.delivered()
    assert sorted(event["detail"]["data"]["application_id"] for event in events) == [
        f"A-{number}" for number in range(9)
    ]


def test_messages_wait_for_a_registry(stack: Stack) -> None:
    for number in range(3):
        stack.send({"application_id": f"A-{number}", **BAKERY_FIELDS})
    assert stack.poll_once() == 3
    assert stack.waiting_count(stack.applications) == 3

    stack.activate(NEWEST)

    assert stack.poll_once() == 0
    assert len(stack.delivered()) == 3


def test_a_changed_application_is_decided_again_and_a_second_application_of_the_sender_needs_review(
    stack: Stack,
) -> None:
    stack.activate(NEWEST)
    for body in (
        {"application_id": "A-1", "revision": 1, **BAKERY_FIELDS},
        {"application_id": "A-1", "revision": 2, **ALDER_FIELDS},
        {"application_id": "A-2", **ALDER_FIELDS},
    ):
        stack.send(body)
        assert stack.poll_once() == 0

    assert stack.current("A-1").decision is Answer.VALIDATED
    assert [decision.decision for decision in stack.decisions.history(stack.source, "A-1")] == [
        Answer.NOT_VALIDATED,
        Answer.VALIDATED,
    ]
    assert stack.current("A-2").reason_codes[0] == "SAME_SENDER_AGAIN"
    assert [event["detail-type"] for event in stack.delivered()] == [
        "Library Application Not Validated",
        "Library Application Validated",
        "Library Application Needs Review",
    ]


class Killed(BaseException):
    """The process is killed at this point."""


class KillingBus:
    def publish(self, events: Sequence[Event]) -> NoReturn:  # noqa: ARG002
        raise Killed


def kill_between_store_and_publish(stack: Stack) -> None:
    runtime = replace(validate_applications.build_runtime(), bus=KillingBus())
    taken = ApplicationsBatch.model_validate(batch_of(*stack.take_batch()))
    with pytest.raises(Killed):
        answer_batch(taken, runtime, datetime.now(UTC))


class TestKilledBetweenStoreAndPublish:
    @pytest.fixture(autouse=True)
    def killed_stack(self, stack: Stack) -> None:
        stack.activate(NEWEST)
        for number in range(3):
            stack.send({"application_id": f"A-{number}", **BAKERY_FIELDS})
        kill_between_store_and_publish(stack)
        assert stack.delivered() == []

    def test_the_sweeper_publishes_each_decision_once_under_its_event_id(self, stack: Stack) -> None:
        assert stack.sweep() == {"published": 3, "left": 0}
        assert stack.sweep() == {"published": 0, "left": 0}

        stored = {str(stack.current(f"A-{number}").event_id) for number in range(3)}
        delivered = event_ids_of(stack.delivered())
        assert len(delivered) == 3
        assert set(delivered) == stored

    def test_a_redelivery_publishes_the_decisions_and_leaves_none_to_the_sweeper(self, stack: Stack) -> None:
        assert stack.poll_once() == 0

        assert stack.sweep() == {"published": 0, "left": 0}
        assert set(event_ids_of(stack.delivered())) == {
            str(stack.current(f"A-{number}").event_id) for number in range(3)
        }

    def test_a_redelivery_after_the_sweeper_publishes_nothing_again(self, stack: Stack) -> None:
        stack.sweep()
        stack.delivered()

        assert stack.poll_once() == 0

        assert stack.delivered() == []
        assert stack.waiting_count(stack.applications) == 0

    def test_a_redelivery_under_a_newer_registry_publishes_the_stored_decision(self, stack: Stack) -> None:
        first = stack.registry.pointer().active
        newer = registry_of(release(NEWEST.systems, NEWEST.outlets, fiscal_year=2023))
        pointer = newer.pointer()
        stack.registry.put_version(newer.version(pointer.active))
        stack.registry.put_postings(pointer.active, newer.items[pointer.active])
        stack.registry.flip(replace(pointer, previous=first), expected_active=first)

        stack.poll_once()

        assert {event["detail"]["metadata"]["registry_version"] for event in stack.delivered()} == {first}


class RefusingClient:
    """An EventBridge that refuses the events of one application, with HTTP 200, and takes all others."""

    def __init__(self, events: Any, refused: str) -> None:
        self._events = events
        self._refused = f'"application_id":"{refused}"'

    def put_events(self, *, Entries: list[Any]) -> PutEventsResponseTypeDef:  # noqa: N803 - boto3's name
        taken = [entry for entry in Entries if self._refused not in entry["Detail"]]
        if taken:
            self._events.put_events(Entries=taken)
        refusal = {"ErrorCode": "InternalFailure", "ErrorMessage": "try again"}
        answer: Any = {
            "FailedEntryCount": len(Entries) - len(taken),
            "Entries": [{"EventId": "e"} if entry in taken else refusal for entry in Entries],
        }
        return answer  # type: ignore[no-any-return]


def test_a_refused_event_is_published_by_the_next_sweep(stack: Stack) -> None:
    stack.activate(NEWEST)
    for number in range(10):
        stack.send({"application_id": f"A-{number}", **BAKERY_FIELDS})
    client: Any = RefusingClient(stack.events, "A-4")
    bus = EventBridgeBus(client, RESULTS_BUS, lambda *_, **__: None, sleep=lambda _: None)
    taken = ApplicationsBatch.model_validate(batch_of(*stack.take_batch()))
    runtime = replace(validate_applications.build_runtime(), bus=bus)

    assert answer_batch(taken, runtime, datetime.now(UTC)).failed_ids == []

    nine = event_ids_of(stack.delivered())
    assert len(nine) == 9
    assert stack.sweep() == {"published": 1, "left": 0}
    (tenth,) = event_ids_of(stack.delivered())
    assert tenth == str(stack.current("A-4").event_id)
    assert tenth not in nine
