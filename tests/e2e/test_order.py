"""Late and repeated messages, with the permissions of the deployed function."""

from __future__ import annotations

import json
from functools import partial
from typing import Any
from uuid import uuid4

import pytest

from tests.e2e.service import Service, wait_until


def _body(application_id: str, name: str) -> str:
    return json.dumps({"application_id": application_id, "name": name, "city": "Nowhere", "state": "ME"})


def _names_in_history(service: Service, source: str, application_id: str) -> list[str]:
    return [decision.application.name for decision in service.decisions.history(source, application_id)]


def _has_events(service: Service, application_id: str, number: int) -> bool | None:
    return len(service.decision_events([application_id])) == number or None


@pytest.fixture
def application_id() -> str:
    return f"order-{uuid4()}"


def test_a_redriven_old_version_is_late_and_keeps_its_sender(service: Service, application_id: str) -> None:
    assert service.outputs["Redrivers"].split(",")[0].startswith("AROA")
    service.send(_body(application_id, "Corrected Bakery"))
    (event,) = service.wait_for_decisions([application_id])
    current = event["detail"]["data"]

    attributes: Any = {
        "first_sender": {"DataType": "String", "StringValue": current["source"]},
        "first_sent_at": {"DataType": "String", "StringValue": "1700000000000"},
    }
    service.operator_sqs.send_message(
        QueueUrl=service.outputs["ApplicationsQueueUrl"],
        MessageBody=_body(application_id, "Old Bakery"),
        MessageAttributes=attributes,
    )

    wait_until(
        lambda: len(_names_in_history(service, current["source"], application_id)) == 2 or None,
        "the old version is on record",
    )
    wait_until(
        partial(_has_events, service, application_id, 2),
        "the current answer is published again",
    )
    ids = {each["detail"]["metadata"]["event_id"] for each in service.decision_events([application_id])}
    assert ids == {event["detail"]["metadata"]["event_id"]}
    decision = service.decisions.get(current["source"], application_id)
    assert decision is not None
    assert decision.application.name == "Corrected Bakery"


def test_a_version_that_comes_back_is_current_again(service: Service, application_id: str) -> None:
    for number, name in enumerate(("Bakery A", "Bakery B", "Bakery A"), start=1):
        service.send(_body(application_id, name))
        wait_until(partial(_has_events, service, application_id, number), f"answer {number}")

    events = service.decision_events([application_id])
    assert len({event["detail"]["metadata"]["event_id"] for event in events}) == 3
    decision = service.decisions.get(events[0]["detail"]["data"]["source"], application_id)
    assert decision is not None
    assert decision.application.name == "Bakery A"
