"""One decision as a person reads it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from library_validator.decisions.answer import Answer, Candidate, Comparison
from library_validator.decisions.decision import Erasure
from library_validator.decisions.erased import erased_decision
from library_validator.views.decision import decision_view, evidence_rows
from tests.builders.decisions import decision_of, submission_of

RIVAL = Candidate(
    fscs_key="AK0002", fscs_id="AK0002-003", name="B PL", city="B", state="AK", bits=9, confidence=0.4
)


def test_the_view_names_an_application_by_its_given_fields() -> None:
    submission = submission_of(street="1 Main Street", city="Anytown", state="AK", fscs_id="AK1-2")
    assert decision_view(decision_of(submission)).applied_as == (
        "Anytown Public Library",
        "1 Main Street, Anytown, AK",
        "FSCS id AK1-2",
    )


def test_the_match_names_the_outlet_or_else_the_system() -> None:
    decision = decision_of(submission_of())
    assert decision.match
    outlet = replace(decision.match, fscs_id="AK0001-002", outlet_type="BR")
    system = replace(decision.match, fscs_id=None)
    seen = [decision_view(decision.model_copy(update={"match": match})).match for match in (outlet, system)]
    assert [(match.fscs_id, match.outlet_type) for match in seen if match] == [
        ("AK0001-002", "branch"),
        ("AK0001", ""),
    ]


def test_the_phone_to_call_is_empty_if_the_registry_lists_no_number() -> None:
    decision = decision_of(submission_of())
    assert decision.match
    unknown = replace(decision.match, phone="M")
    view = decision_view(decision.model_copy(update={"match": unknown}))
    assert view.match
    assert view.match.phone_to_call is None


def test_evidence_has_a_running_sum() -> None:
    rows = evidence_rows(
        [
            Comparison(field="fscs_id", level="other_outlet", applied="", listed="", bits=bits)
            for bits in (-9.5, 12.0, 3.5)
        ]
    )
    assert [(row.sum_before, row.sum_after) for row in rows] == [(0.0, -9.5), (-9.5, 2.5), (2.5, 6.0)]
    assert (rows[0].field, rows[0].level) == ("FSCS id", "other outlet")


@pytest.mark.parametrize("answer", Answer)
def test_the_headline_is_the_answer_in_words(answer: Answer) -> None:
    view = decision_view(decision_of(submission_of(), answer))
    assert view.headline == answer.value.replace("_", " ")


def test_the_headline_of_an_erased_application_says_that_its_answer_is_not_renewed() -> None:
    erasure = Erasure(at=datetime(2026, 11, 29, tzinfo=UTC), by="arn:aws:iam::1:user/ann")
    view = decision_view(erased_decision(decision_of(submission_of(), Answer.VALIDATED), erasure))
    assert view.headline == "validated, and then erased: this answer is not renewed"
    assert view.applied_as == ("erased on 2026-11-29 by arn:aws:iam::1:user/ann",)


def test_the_runner_up_is_named_by_its_outlet() -> None:
    view = decision_view(decision_of(submission_of()).model_copy(update={"runner_up": RIVAL}))
    assert view.runner_up
    assert view.runner_up.fscs_id == "AK0002-003"


def test_without_evidence_the_sum_is_zero() -> None:
    decision = decision_of(submission_of(), Answer.NOT_VALIDATED).model_copy(update={"evidence": []})
    view = decision_view(decision)
    assert (view.match, view.evidence, view.total_bits) == (None, (), 0.0)


def test_without_a_match_the_candidate_of_the_evidence_is_named() -> None:
    comparison = Comparison(field="name", level="exact", applied="", listed="", bits=9.0)
    unmatched = decision_of(submission_of(), Answer.NOT_VALIDATED).model_copy(
        update={"candidates": [RIVAL], "evidence": [comparison]}
    )
    view = decision_view(unmatched)
    assert view.compared_with
    assert view.compared_with.fscs_id == "AK0002-003"
    assert decision_view(decision_of(submission_of())).compared_with is None
