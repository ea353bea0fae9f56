"""The history of an application and its overrides."""

from __future__ import annotations

from library_validator.decisions.answer import Answer
from library_validator.views.history import history_rows
from tests.builders.decisions import decision_of, minutes_after_noon, submission_of

FIRST = decision_of(submission_of(sent_at=minutes_after_noon(0)), Answer.NEEDS_REVIEW)


def test_the_first_decision_has_no_changes() -> None:
    (row,) = history_rows([FIRST])
    assert (row.answer, row.changes) == ("needs review", ())


def test_each_later_decision_has_its_changes() -> None:
    same = decision_of(submission_of(sent_at=minutes_after_noon(5), revision=1), Answer.NEEDS_REVIEW)
    other = decision_of(submission_of(sent_at=minutes_after_noon(9), revision=2), fscs_key="AK0002")
    rows = history_rows([FIRST, same, other])
    assert [row.changes for row in rows] == [(), (), ("decision", "identity")]
    assert [row.decision for row in rows] == [FIRST, same, other]


def test_a_late_decision_is_marked_and_the_next_changes_are_from_the_answer_before_it() -> None:
    answer = decision_of(submission_of(sent_at=minutes_after_noon(9)), fscs_key="AK0002")
    late = decision_of(submission_of(sent_at=minutes_after_noon(5)), Answer.NEEDS_REVIEW)
    newer = decision_of(submission_of(sent_at=minutes_after_noon(12)), fscs_key="AK0002")
    rows = history_rows([answer, late, newer])
    assert [row.is_late for row in rows] == [False, True, False]
    assert [row.changes for row in rows] == [(), (), ()]
