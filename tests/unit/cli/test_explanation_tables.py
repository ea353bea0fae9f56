"""The explanation of one decision, as text."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from library_validator.decisions.answer import Answer, Candidate, Comparison, Reason
from library_validator.decisions.decision import Decision
from library_validator.views.decision import EvidenceRow, evidence_rows
from library_validator.views.explanation import explanation_of
from library_validator_cli.tables.explanation import WIDTH, bars, explanation_tables
from tests.builders.decisions import decision_of, minutes_after_noon, submission_of


def text_of(decision: Decision, *history: Decision) -> str:
    written = io.StringIO()
    console = Console(file=written, width=160)
    console.print(explanation_tables(explanation_of(decision, history, [])))
    return written.getvalue()


def test_a_match_is_shown_with_its_evidence_its_status_and_the_phone_number_to_call() -> None:
    decision = decision_of(submission_of("A-1", street="1 Main Street", city="Anytown", state="AK"))
    text = text_of(decision)
    assert "A-1  VALIDATED" in text
    assert "applied as  Anytown Public Library · 1 Main Street, Anytown, AK" in text
    assert "AK0001  ANYTOWN PL" in text
    assert "907-555-0100" in text
    assert "last listed for fiscal year 2022" in text
    assert "+12.0" in text
    assert "Unproven" in text
    assert "registry    2022.1.0123456789ab" in text


def test_the_runner_up_is_shown_with_its_distance_in_bits() -> None:
    rival = Candidate(
        fscs_key="AK0002", fscs_id=None, name="OTHER PL", city="ANYTOWN", state="AK", bits=9, confidence=0.4
    )
    decision = decision_of(submission_of()).model_copy(update={"runner_up": rival, "margin": 11.0})
    assert "AK0002  OTHER PL, ANYTOWN AK (+9.0 bits), 11.0 bits behind" in text_of(decision)


def test_without_a_match_there_is_no_empty_table() -> None:
    decision = decision_of(submission_of(), Answer.NOT_VALIDATED).model_copy(update={"evidence": []})
    text = text_of(decision)
    assert "NOT VALIDATED" in text
    assert "evidence" not in text
    assert "nearest" not in text
    assert "none of another system" in text


def test_the_history_is_shown_when_there_is_more_than_one_decision() -> None:
    first = decision_of(submission_of(sent_at=minutes_after_noon(0)), Answer.NEEDS_REVIEW)
    second = decision_of(submission_of(sent_at=minutes_after_noon(5), revision=1))
    assert "history" not in text_of(second, second)
    text = text_of(second, first, second)
    history = text[text.index("history") :]
    assert history.index("needs review") < history.index("validated")
    assert "changed: decision" in history


def test_the_text_of_an_applicant_is_never_read_as_markup() -> None:
    hostile = Reason(code="NO_ENTRY", staff="[bold red]so[/] it is [link=x]", applicant="")
    decision = decision_of(submission_of(name="[red]Library[/]")).model_copy(update={"reasons": [hostile]})
    text = text_of(decision)
    assert "[red]Library[/]" in text
    assert "[bold red]so[/] it is" in text


def evidence_of(weights: list[float]) -> tuple[EvidenceRow, ...]:
    return evidence_rows(
        [Comparison(field="name", level="exact", applied="", listed="", bits=bits) for bits in weights]
    )


def test_each_bar_begins_where_the_bar_before_it_ends() -> None:
    drawn = bars(evidence_of([-10.0, 20.0, 0.0, 10.0]), width=30)
    assert [(bar.before, bar.length, bar.rises) for bar in drawn] == [
        (0, 10, False),
        (0, 20, True),
        (20, 0, False),
        (20, 10, True),
    ]


@given(st.lists(st.floats(-40, 40, allow_nan=False), max_size=12))
def test_no_bar_is_wider_than_the_column(weights: list[float]) -> None:
    drawn = bars(evidence_of(weights))
    assert len(drawn) == len(weights)
    assert all(bar.before >= 0 and bar.before + bar.length <= WIDTH for bar in drawn)
    assert all(bool(bar.length) == bool(weight) for bar, weight in zip(drawn, weights, strict=True))


@pytest.mark.parametrize("bits", [0.01, -0.01])
def test_the_bar_of_the_smallest_weight_is_visible(bits: float) -> None:
    assert [bar.length for bar in bars(evidence_of([30.0, bits]))][1] == 1


def test_a_comparison_without_a_value_shows_a_dash() -> None:
    missing = Comparison(field="phone", level="missing", applied="", listed="9075550100", bits=0.0)
    decision = decision_of(submission_of()).model_copy(update={"evidence": [missing]})
    line = next(line for line in text_of(decision).splitlines() if line.startswith("phone"))
    assert line.split()[:4] == ["phone", "missing", "-", "9075550100"]
