"""Messages that are meant to do harm, in one batch with an application that deserves its answer."""

from __future__ import annotations

import json
from typing import Any, Final

import pytest

from library_validator.decisions.answer import Answer
from tests.builders.applicants import ALDER_FIELDS
from tests.builders.decisions import PARTNER
from tests.builders.events import NOON_MS, application_record
from tests.unit.functions.test_validate_applications import Service, message

EMAIL: Final = "ada@example.org"
UNSEEN: Final = "\x85\u200b\u202e\u2066\ufeff\u00ad\u2028"


def text_attribute(value: Any) -> dict[str, Any]:
    return {"correlation_id": {"stringValue": value, "dataType": "String"}}


HOSTILE_ATTRIBUTES: Final[dict[str, Any]] = {
    "a lone surrogate": text_attribute("order \ud800"),
    "no text": text_attribute(None),
    "another attribute with a lone surrogate": {"x\udfff": {"stringValue": "\ud800", "dataType": "String"}},
    "a list": {"correlation_id": {"stringListValues": ["\ud800"], "dataType": "String"}},
}
HOSTILE_BODIES: Final = {
    "a lone surrogate": '{"application_id": "A-9", "name": "\ud800"}',
    "an escaped surrogate": '{"application_id": "A-9\\udfff", "name": "x"}',
    "depth": "[" * 60_000,
    "a number of many digits": '{"application_id": "A-9", "name": "x", "zip": ' + "9" * 5_000 + "}",
    "infinity": '{"application_id": "A-9", "name": "x", "zip": 1e999, "revision": -1e999}',
    "unseen characters": json.dumps({"application_id": "A-9", "name": UNSEEN * 40}),
    "one sign many times": json.dumps({"application_id": "A-9", "name": "@" * 300, "street": "a@" * 150}),
    "an address as id": json.dumps({"application_id": EMAIL, "name": "x"}),
}


@pytest.fixture
def service() -> Service:
    return Service()


@pytest.mark.parametrize("attributes", HOSTILE_ATTRIBUTES.values(), ids=HOSTILE_ATTRIBUTES.keys())
def test_hostile_attributes_do_not_harm_the_message_or_its_neighbours(
    service: Service, attributes: dict[str, Any]
) -> None:
    hostile = message("A-9", {"name": "Anytown"}) | {"messageAttributes": attributes}

    assert service.receive(hostile, message("A-1", ALDER_FIELDS)) == []

    assert service.current_decision("A-1").decision is Answer.VALIDATED
    assert service.current_decision("A-9").decision is Answer.NOT_VALIDATED


@pytest.mark.parametrize("body", HOSTILE_BODIES.values(), ids=HOSTILE_BODIES.keys())
def test_a_hostile_body_does_not_harm_its_neighbours(service: Service, body: str) -> None:
    hostile = application_record(body, message_id="hostile")

    assert service.receive(hostile, message("A-1", ALDER_FIELDS)) in ([], ["hostile"])

    assert service.current_decision("A-1").decision is Answer.VALIDATED


def test_three_ids_that_look_the_same_are_not_one_application(service: Service) -> None:
    ids = ["P\x01" + "1", "P\t1", "P 1", "P\u200b1", "P\ud8001"]
    messages = [
        application_record(
            {"application_id": each, **ALDER_FIELDS}, message_id=f"m-{position}", sent_ms=NOON_MS + position
        )
        for position, each in enumerate(ids)
    ]

    assert sorted(service.receive(*messages)) == ["m-0", "m-1", "m-3", "m-4"]

    assert [*service.store.current] == [(PARTNER, "P 1")]


def test_no_address_and_no_unseen_character_reaches_the_log_the_event_or_the_table(
    service: Service, capsys: pytest.CaptureFixture[str]
) -> None:
    fields = {name: f"{value} {EMAIL}{UNSEEN}" for name, value in ALDER_FIELDS.items()}
    service.receive(message("A-1", fields, correlation_id=f"order {UNSEEN}{EMAIL}"))
    service.receive(message(EMAIL, fields, message_id="m-2"))

    written = [
        capsys.readouterr().out,
        *(event.model_dump_json() for event in service.published),
        *(decision.model_dump_json() for decision in service.store.history(PARTNER, "A-1")),
    ]
    assert len(written) == 3
    for text in written:
        assert "example.org" not in text
        assert not set(UNSEEN) & set(text)
        assert not any(f"\\u{ord(each):04x}" in text for each in UNSEEN), "escaped in JSON"
    assert service.current_decision("A-1").decision is Answer.VALIDATED
