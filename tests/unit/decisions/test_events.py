"""Events of decisions: their names, their shape, and the facts that they never contain."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from library_validator.decisions.answer import Answer, Reason
from library_validator.decisions.application import MAX_FIELD_CHARACTERS, MAX_ID_CHARACTERS
from library_validator.decisions.deciding import decision_of_second_claimant
from library_validator.decisions.decision import Cause
from library_validator.decisions.events import EVENT_OF_ANSWER, event_of
from tests.builders.decisions import PARTNER, decision_of, submission_of


@pytest.mark.parametrize(
    ("answer", "detail_type"),
    [
        (Answer.VALIDATED, "Library Application Validated"),
        (Answer.NEEDS_REVIEW, "Library Application Needs Review"),
        (Answer.NOT_VALIDATED, "Library Application Not Validated"),
    ],
)
def test_each_answer_has_its_own_detail_type(answer: Answer, detail_type: str) -> None:
    event = event_of(decision_of(submission_of(), answer))

    assert event.detail_type == detail_type
    assert event.data.decision is answer


def test_every_answer_has_an_event() -> None:
    assert set(EVENT_OF_ANSWER) == set(Answer)


def test_the_detail_of_an_event_has_metadata_and_data() -> None:
    decision = decision_of(submission_of(revision=4))

    detail = json.loads(event_of(decision).model_dump_json())

    assert detail["metadata"] == {
        "event_id": str(decision.event_id),
        "schema_version": "1.0",
        "registry_version": "2022.1.0123456789ab",
        "policy_version": "1/1",
        "correlation_id": "c-1",
        "occurred_at": "2026-11-23T12:00:01Z",
    }
    data = detail["data"]
    assert (data["application_id"], data["source"], data["revision"]) == ("A-1", PARTNER, 4)
    assert (data["decision"], data["reason_codes"], data["authority"]) == ("validated", ["MATCH"], "unproven")
    assert data["match"]["fscs_key"] == "AK0001"
    assert data["evidence"][0]["field"] == "name"


def test_an_event_is_read_back_unchanged() -> None:
    for answer, model in EVENT_OF_ANSWER.items():
        event = event_of(decision_of(submission_of(), answer))
        assert model.model_validate_json(event.model_dump_json()).model_dump() == event.model_dump()


def test_a_decision_validated_without_a_match_has_no_event() -> None:
    with pytest.raises(ValueError, match="without a match"):
        event_of(decision_of(submission_of()).model_copy(update={"match": None}))


def test_a_person_may_validate_a_library_that_the_survey_does_not_list() -> None:
    by_person = Reason(code="OVERRIDDEN_BY_PERSON", staff="so it is", applicant="so it is")
    decision = decision_of(submission_of()).model_copy(update={"match": None, "reasons": [by_person]})
    assert event_of(decision).data.match is None


def test_fields_that_were_not_compared_are_not_in_the_event() -> None:
    event = event_of(decision_of(submission_of(phone="907-555-0199", website="https://anytown.example.org")))

    assert "555-0199" not in event.model_dump_json()
    assert "example.org" not in event.model_dump_json()


def test_the_largest_event_is_well_under_the_limit_of_the_bus() -> None:
    widest = "\U0001f4da" * MAX_FIELD_CHARACTERS
    fields: dict[str, Any] = dict.fromkeys(("name", "street", "city", "zip", "phone"), widest)
    decision = decision_of(submission_of("\U0001f4da" * MAX_ID_CHARACTERS, **fields), Answer.NEEDS_REVIEW)
    comparison = replace(decision.evidence[0], applied=widest, listed=widest)
    decision = decision.model_copy(
        update={"evidence": [comparison] * 12, "candidates": decision.candidates * 96}
    )

    assert len(event_of(decision).model_dump_json().encode()) < 128 * 1024


def test_an_answer_changed_without_a_submission_is_published_with_the_replaced_answer() -> None:
    before = decision_of(submission_of(), fscs_key="AK0001")
    cause = Cause(kind="registry", detail="2023.1.aa@2026-11-24T00:00:00+00:00")
    after = decision_of(submission_of(), fscs_key="AK0002", cause=cause)
    after = after.model_copy(update={"before": before.as_before})

    event = event_of(after)

    assert event.detail_type == "Library Status Changed"
    data = json.loads(event.model_dump_json())["data"]
    assert (data["decision"], data["match"]["fscs_key"]) == ("validated", "AK0002")
    assert data["changes"] == ["identity"]
    assert data["before"]["event_id"] == str(before.event_id)
    assert data["before"]["match"]["fscs_key"] == "AK0001"
    assert data["cause"] == {"kind": "registry", "detail": cause.detail}


def test_the_replaced_answer_in_an_event_does_not_name_the_holder_of_the_claim() -> None:
    before = decision_of_second_claimant(decision_of(submission_of()), "AROASOMEBODYELSE", "theirs-7")
    after = decision_of(
        submission_of(), Answer.NOT_VALIDATED, cause=Cause(kind="expiry", detail="2027-11-23")
    )

    text = event_of(after.model_copy(update={"before": before.as_before})).model_dump_json()

    assert "AROASOMEBODYELSE" not in text
    assert "theirs-7" not in text
