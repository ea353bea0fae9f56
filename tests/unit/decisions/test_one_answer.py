"""Decisions, events, file lines and views take the fields of an answer from one model, ``AnswerFields``."""

from __future__ import annotations

import json
from typing import Any

import pytest

from library_validator.adapters.aws.casework_access import pack_decision, unpack_decision
from library_validator.decisions.answer import AnswerData, AnswerFields, ApplicationAnswer
from library_validator.decisions.answering import answer_values
from library_validator.decisions.application import application_from_fields
from library_validator.decisions.deciding import Judge
from library_validator.decisions.decision import Decision
from library_validator.decisions.events import EVENT_OF_ANSWER, LibraryStatusChanged, event_of
from library_validator_cli.terminal import json_line
from tests.builders.small_registry import ALDER, NEWEST, decide, registry_of

FIELDS = list(AnswerFields.model_fields)
IN_METADATA = ["registry_version", "policy_version"]
APPLICATION = {"application_id": "a-1", "name": ALDER.name, "city": ALDER.city, "state": "ME"}


def answer_fields_of(fields: Any) -> list[str]:
    """The fields of the answer among ``fields``, in their order."""
    return [field for field in fields if field in FIELDS]


def test_an_answer_is_made_with_every_field_and_no_other() -> None:
    judge = Judge(registry_of(NEWEST))
    pointer, (judged,) = judge.judge([application_from_fields(dict(APPLICATION))])
    assert list(answer_values(*judged, pointer, "1/1")) == FIELDS


@pytest.mark.parametrize("model", [Decision, AnswerData, ApplicationAnswer])
def test_a_model_with_an_answer_inherits_its_fields(model: type[AnswerFields]) -> None:
    assert issubclass(model, AnswerFields)
    assert answer_fields_of(model.model_fields) == FIELDS
    assert answer_fields_of(model.__annotations__) == []


@pytest.mark.parametrize("event", [*EVENT_OF_ANSWER.values(), LibraryStatusChanged])
def test_the_data_of_an_event_have_the_fields_of_the_answer(event: Any) -> None:
    data = event.model_fields["data"].annotation
    assert issubclass(data, AnswerFields)
    schema = event.model_json_schema(mode="serialization")["$defs"][data.__name__]
    assert answer_fields_of(schema["properties"]) == [field for field in FIELDS if field not in IN_METADATA]


def test_event_file_line_and_stored_form_have_the_same_values() -> None:
    decision = decide(**APPLICATION)
    (line,) = Judge(registry_of(NEWEST)).answers([application_from_fields(dict(APPLICATION))])
    stored = unpack_decision(pack_decision(decision))
    of_line, of_event = json.loads(json_line(line)), json.loads(event_of(decision).model_dump_json())
    values = {field: value for field, value in decision.model_dump(mode="json").items() if field in FIELDS}
    assert {field: of_line[field] for field in FIELDS} == values
    assert of_event["metadata"] | of_event["data"] | values == of_event["metadata"] | of_event["data"]
    assert stored == decision


def test_a_decision_is_equal_to_its_validated_stored_form() -> None:
    text = decide(**APPLICATION).model_dump_json(warnings="error")  # a value of another type would warn
    assert Decision.model_validate_json(text).model_dump_json() == text


def test_a_stored_status_that_is_unknown_here_can_be_read() -> None:
    """A later version may add a status: a deployment that goes back to this version reads it."""
    text = decide(**APPLICATION).model_dump_json()
    assert '"status":"listed"' in text
    decision = Decision.model_validate_json(text.replace('"status":"listed"', '"status":"merged"'))
    assert decision.match is not None
    assert str(decision.match.status) == "merged"
