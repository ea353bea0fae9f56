"""The event bus, in memory and on EventBridge: every kind of event goes through it unchanged."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import boto3
import pytest

from library_validator.adapters.aws.event_bus import EventBridgeBus
from library_validator.adapters.memory.event_bus import MemoryEventBus
from library_validator.casework.events import decision_expiring
from library_validator.decisions.answer import Answer
from library_validator.decisions.events import event_of
from library_validator.event_bus import Event, EventBus
from tests.builders.aws_resources import RESULTS_BUS, create_results_bus
from tests.builders.decisions import NOON, decision_of, minutes_after_noon, submission_of

Delivered = Callable[[], list[tuple[str, Any]]]  # the detail types and details that consumers received


@pytest.fixture(params=["memory", "aws"])
def bus(request: pytest.FixtureRequest) -> tuple[EventBus, Delivered]:
    if request.param == "memory":
        memory = MemoryEventBus()
        return memory, lambda: [
            (event.detail_type, json.loads(event.model_dump_json())) for event in memory.events
        ]
    request.getfixturevalue("aws")
    sqs = boto3.client("sqs")
    queue = create_results_bus(boto3.client("events"), sqs)

    def delivered_events() -> list[tuple[str, Any]]:
        messages = sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages", [])
        bodies = [json.loads(message["Body"]) for message in messages]
        return [(body["detail-type"], body["detail"]) for body in bodies]

    return EventBridgeBus(boto3.client("events"), RESULTS_BUS, lambda *_, **__: None), delivered_events


def test_every_kind_of_event_is_delivered_unchanged(bus: tuple[EventBus, Delivered]) -> None:
    port, delivered_events = bus
    ending = decision_of(submission_of()).model_copy(update={"valid_until": minutes_after_noon(60)})
    events: list[Event] = [
        event_of(decision_of(submission_of("A-2"), Answer.NOT_VALIDATED)),
        decision_expiring(ending, ending, NOON, 30),
    ]

    assert port.publish(events) == []

    expected = [(event.detail_type, json.loads(event.model_dump_json())) for event in events]
    assert sorted(delivered_events(), key=lambda found: found[0]) == expected


def test_an_empty_list_of_events_publishes_nothing(bus: tuple[EventBus, Delivered]) -> None:
    port, delivered_events = bus
    assert port.publish([]) == []
    assert delivered_events() == []
