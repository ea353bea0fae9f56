"""The account of one decision, as text."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from library_validator.decisions.answer import Answer, Candidate, Comparison, Reason
from library_validator.decisions.decision import Decision
from library_validator_cli.account import WIDTH, account, waterfall
from tests.builders.decisions import decision_of, minutes, submission_of


def told(decision: Decision, *history: Decision) -> str:
    console = Console(file=io.StringIO(), width=160)
    console.print(account(decision, history))
    said = console.file
    assert isinstance(said, io.StringIO)
    return said.getvalue()


def test_a_match_is_told_with_its_evidence_status_and_the_number_to_call() -> None:
    decision = decision_of(submission_of("A-1", street="1 Main Street", city="Anytown", state="AK"))
    said = told(decision)
    assert "A-1  VALIDATED" in said
    assert "applied as  Anytown Public Library · 1 Main Street, Anytown, AK" in said
    assert "AK0001  ANYTOWN PL" in said
    assert "9075550100" in said
    assert "last listed for fiscal year 2022" in said
    assert "+12.0" in said
    assert "Unproven" in said
    assert "registry    2022.1.0123456789ab" in said


def test_the_runner_up_is_told_with_its_distance() -> None:
    rival = Candidate(fscs_key="AK0002", name="OTHER PL", city="ANYTOWN", state="AK", bits=9, confidence=0.4)
    decision = decision_of(submission_of()).model_copy(update={"runner_up": rival, "margin": 11.0})
    assert "AK0002  OTHER PL, ANYTOWN AK (+9.0 bits), 11.0 bits behind" in told(decision)


def test_without_a_match_there_is_no_empty_table() -> None:
    decision = decision_of(submission_of(), Answer.NOT_VALIDATED).model_copy(update={"evidence": []})
    said = told(decision)
    assert "NOT VALIDATED" in said
    assert "evidence" not in said
    assert "none of another system" in said


def test_history_is_told_when_there_is_more_than_one_decision() -> None:
    first = decision_of(submission_of(sent_at=minutes(0)), Answer.NEEDS_REVIEW)
    second = decision_of(submission_of(sent_at=minutes(5), revision=1))
    assert "history" not in told(second, second)
    said = told(second, first, second)
    assert said.index("needs_review") < said.index("validated", said.index("needs_review"))


def test_what_an_applicant_writes_is_never_markup() -> None:
    hostile = Reason(code="NO_ENTRY", staff="[bold red]so[/] it is [link=x]", applicant="")
    decision = decision_of(submission_of(name="[red]Library[/]")).model_copy(update={"reasons": [hostile]})
    said = told(decision)
    assert "[red]Library[/]" in said
    assert "[bold red]so[/] it is" in said


def test_a_waterfall_begins_each_bar_where_the_last_one_ended() -> None:
    bars = waterfall([-10.0, 20.0, 0.0, 10.0], width=30)
    assert [(bar.before, bar.length, bar.rises) for bar in bars] == [
        (0, 10, False),
        (0, 20, True),
        (20, 0, False),
        (20, 10, True),
    ]


@given(st.lists(st.floats(-40, 40, allow_nan=False), max_size=12))
def test_a_waterfall_stays_within_its_width(weights: list[float]) -> None:
    bars = waterfall(weights)
    assert len(bars) == len(weights)
    assert all(bar.before >= 0 and bar.before + bar.length <= WIDTH for bar in bars)
    assert all(bool(bar.length) == bool(weight) for bar, weight in zip(bars, weights, strict=True))


@pytest.mark.parametrize("bits", [0.01, -0.01])
def test_the_smallest_weight_can_be_seen(bits: float) -> None:
    assert [bar.length for bar in waterfall([30.0, bits])][1] == 1


def test_a_comparison_without_a_value_shows_a_dash() -> None:
    missing = Comparison(field="phone", level="missing", applied="", listed="9075550100", bits=0.0)
    decision = decision_of(submission_of()).model_copy(update={"evidence": [missing]})
    line = next(line for line in told(decision).splitlines() if line.startswith("phone"))
    assert line.split()[:4] == ["phone", "missing", "-", "9075550100"]
