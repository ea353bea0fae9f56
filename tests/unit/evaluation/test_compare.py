from __future__ import annotations

from library_validator_cli.evaluation.compare import Changes, Circumstances, RowAnswer, answers_of, changes
from library_validator_cli.evaluation.measure import Result
from tests.builders.outcomes import N, outcome

NOW = Circumstances("2022.1.abc", "2026-11.1/w1", "all")


def answer(
    application_id: str, result: Result, key: str = "", label: str = "ME0001", of: str = "typed"
) -> RowAnswer:
    return RowAnswer(of, application_id, label, result, key, 1.0, ["MATCH"])


def compared(before: list[RowAnswer], after: list[RowAnswer], then: Circumstances = NOW) -> Changes:
    return changes("run.json", before, after, then, NOW)


def test_the_same_run_twice_changes_nothing() -> None:
    rows = [answer("a", Result.RIGHT, "ME0001"), answer("b", Result.REVIEW)]
    made = compared(rows, rows)
    assert (made.rows, made.differences) == ([], [])
    assert [(one.rows, one.changed) for one in made.sets] == [(2, 0)]


def test_rows_that_changed_are_told_gravest_first() -> None:
    before = [answer(name, Result.REVIEW) for name in "abcd"] + [answer("e", Result.REVIEW, label="NONE")]
    after = [
        answer("a", Result.RIGHT, "ME0001"),
        answer("b", Result.NOT_VALIDATED),
        answer("c", Result.WRONG_KEY, "ME0002"),
        answer("d", Result.REVIEW),
        answer("e", Result.NOT_VALIDATED, label="NONE"),
    ]
    made = compared(before, after)
    assert [(row.application_id, row.before, row.after) for row in made.rows] == [
        ("c", Result.REVIEW, Result.WRONG_KEY),
        ("b", Result.REVIEW, Result.NOT_VALIDATED),
        ("a", Result.REVIEW, Result.RIGHT),
        ("e", Result.REVIEW, Result.NOT_VALIDATED),
    ]
    (typed,) = made.sets
    assert (typed.rows, typed.changed) == (5, 4)
    assert (typed.before[Result.REVIEW], typed.after[Result.REVIEW]) == (5, 1)


def test_another_key_is_a_change_where_it_is_the_answer_only() -> None:
    before = [answer("a", Result.WRONG_KEY, "ME0002"), answer("b", Result.REVIEW, "ME0002")]
    after = [answer("a", Result.WRONG_KEY, "ME0003"), answer("b", Result.REVIEW, "ME0003")]
    assert [row.application_id for row in compared(before, after).rows] == ["a"]


def test_what_else_is_not_as_it_was_is_said() -> None:
    then = Circumstances("2021.1.abc", "2026-11.1/w1", "name, state")
    made = compared(
        [answer("a", Result.RIGHT), answer("old", Result.RIGHT)], [answer("a", Result.RIGHT)], then
    )
    assert made.differences == [
        "registry version: 2021.1.abc then, 2022.1.abc now",
        "fields: name, state then, all now",
        "rows that the other run does not have, not compared: 1 then, 0 now",
    ]
    added = compared([], [answer("a", Result.RIGHT)])
    assert added.differences == ["rows that the other run does not have, not compared: 0 then, 1 now"]
    assert added.sets == []


def test_rows_of_one_id_in_two_sets_are_two_rows() -> None:
    before = [answer("a", Result.RIGHT, of="typed"), answer("a", Result.REVIEW, of="drift")]
    after = [answer("a", Result.RIGHT, of="drift"), answer("a", Result.RIGHT, of="typed")]
    assert [(row.set, row.after) for row in compared(before, after).rows] == [("drift", Result.RIGHT)]


def test_a_row_is_kept_with_its_answer_and_without_what_nobody_can_write_as_json() -> None:
    kept, nobody = answers_of([outcome(application_id="a", bits=10.004), outcome(N, "", label="NONE")])
    assert kept == RowAnswer("typed", "a", "ME0001", Result.RIGHT, "ME0001", 10.0, ["MATCH"])
    assert (nobody.bits, nobody.key, nobody.result) == (None, "", Result.NOT_VALIDATED)
