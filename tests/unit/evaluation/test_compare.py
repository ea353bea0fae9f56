from __future__ import annotations

from library_validator_cli.evaluation.compare import (
    Circumstances,
    RowAnswer,
    RunChanges,
    answers_of,
    compare_runs,
)
from library_validator_cli.evaluation.measure import RowResult
from tests.builders.measured_rows import N, measured_row

NOW = Circumstances("2022.1.abc", "2026-11.1/w1", "all")


def answer(
    application_id: str, result: RowResult, key: str = "", label: str = "ME0001", of: str = "typed"
) -> RowAnswer:
    return RowAnswer(of, application_id, label, result, key, 1.0, ["MATCH"])


def compare_answers(before: list[RowAnswer], after: list[RowAnswer], then: Circumstances = NOW) -> RunChanges:
    return compare_runs("run.json", before, after, then, NOW)


def test_two_equal_runs_have_no_changed_rows() -> None:
    rows = [answer("a", RowResult.RIGHT, "ME0001"), answer("b", RowResult.REVIEW)]
    made = compare_answers(rows, rows)
    assert (made.rows, made.differences) == ([], [])
    assert [(change.rows, change.changed) for change in made.sets] == [(2, 0)]


def test_the_gravest_changes_are_listed_first() -> None:
    before = [answer(name, RowResult.REVIEW) for name in "abcd"] + [
        answer("e", RowResult.REVIEW, label="NONE")
    ]
    after = [
        answer("a", RowResult.RIGHT, "ME0001"),
        answer("b", RowResult.NOT_VALIDATED),
        answer("c", RowResult.WRONG_KEY, "ME0002"),
        answer("d", RowResult.REVIEW),
        answer("e", RowResult.NOT_VALIDATED, label="NONE"),
    ]
    made = compare_answers(before, after)
    assert [(row.application_id, row.before, row.after) for row in made.rows] == [
        ("c", RowResult.REVIEW, RowResult.WRONG_KEY),
        ("b", RowResult.REVIEW, RowResult.NOT_VALIDATED),
        ("a", RowResult.REVIEW, RowResult.RIGHT),
        ("e", RowResult.REVIEW, RowResult.NOT_VALIDATED),
    ]
    (typed,) = made.sets
    assert (typed.rows, typed.changed) == (5, 4)
    assert (typed.before[RowResult.REVIEW], typed.after[RowResult.REVIEW]) == (5, 1)


def test_another_key_is_a_change_only_in_a_validated_row() -> None:
    before = [answer("a", RowResult.WRONG_KEY, "ME0002"), answer("b", RowResult.REVIEW, "ME0002")]
    after = [answer("a", RowResult.WRONG_KEY, "ME0003"), answer("b", RowResult.REVIEW, "ME0003")]
    assert [row.application_id for row in compare_answers(before, after).rows] == ["a"]


def test_differences_of_the_runs_themselves_are_listed() -> None:
    then = Circumstances("2021.1.abc", "2026-11.1/w1", "name, state")
    made = compare_answers(
        [answer("a", RowResult.RIGHT), answer("old", RowResult.RIGHT)], [answer("a", RowResult.RIGHT)], then
    )
    assert made.differences == [
        "registry version: 2021.1.abc then, 2022.1.abc now",
        "fields: name, state then, all now",
        "rows that only one run has are not compared: 1 then, 0 now",
    ]
    added = compare_answers([], [answer("a", RowResult.RIGHT)])
    assert added.differences == ["rows that only one run has are not compared: 0 then, 1 now"]
    assert added.sets == []


def test_rows_with_the_same_id_in_two_sets_are_two_rows() -> None:
    before = [answer("a", RowResult.RIGHT, of="typed"), answer("a", RowResult.REVIEW, of="drift")]
    after = [answer("a", RowResult.RIGHT, of="drift"), answer("a", RowResult.RIGHT, of="typed")]
    assert [(row.set, row.after) for row in compare_answers(before, after).rows] == [
        ("drift", RowResult.RIGHT)
    ]


def test_a_run_keeps_the_answer_of_each_row_and_no_infinite_bits() -> None:
    kept, without_candidate = answers_of(
        [measured_row(application_id="a", bits=10.004), measured_row(N, "", label="NONE")]
    )
    assert kept == RowAnswer("typed", "a", "ME0001", RowResult.RIGHT, "ME0001", 10.0, ["MATCH"])
    assert (without_candidate.bits, without_candidate.key, without_candidate.result) == (
        None,
        "",
        RowResult.NOT_VALIDATED,
    )
