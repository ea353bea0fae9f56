"""The labelled sets are well-formed, and their labels are listed."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

import pytest

from library_validator.decisions.answer import Answer
from library_validator.releases.records import Release
from tests.accuracy.labelled import COLUMNS, HARD_CASES, MORE_CASES, NO_KEY, read_cases, with_more_libraries

BOTH = pytest.mark.parametrize("path", [HARD_CASES, MORE_CASES], ids=lambda path: path.stem)


@BOTH
def test_every_row_has_the_columns_of_a_labelled_set(path: Path) -> None:
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    assert tuple(rows[0]) == COLUMNS
    assert [row[0] for row in rows if len(row) != len(COLUMNS)] == []


@BOTH
def test_every_case_has_its_own_id(path: Path) -> None:
    ids = Counter(case.application_id for case in read_cases(path))
    assert [name for name, times in ids.items() if times > 1] == []


@BOTH
def test_no_case_is_written_twice(path: Path) -> None:
    seen = Counter(
        tuple(value for name, value in case.fields.items() if name != "application_id")
        for case in read_cases(path)
    )
    assert [fields for fields, times in seen.items() if times > 1] == []


@BOTH
def test_every_case_expects_known_answers_and_has_a_reason(path: Path) -> None:
    answers = {answer.value for answer in Answer}
    bad = [
        case.application_id
        for case in read_cases(path)
        if not case.expected or not case.expected <= answers or not case.why.endswith(".")
    ]
    assert bad == []


@BOTH
def test_no_case_expects_an_answer_that_its_label_forbids(path: Path) -> None:
    bad = [
        case.application_id
        for case in read_cases(path)
        if case.label in NO_KEY and Answer.VALIDATED.value in case.expected
    ]
    assert bad == []


def test_labels_are_listed_in_the_sample_release(releases: tuple[Release, Release]) -> None:
    listed = {system.fscs_key for system in releases[0].systems}
    assert {case.label for case in read_cases(HARD_CASES)} <= listed | NO_KEY


def test_labels_of_further_cases_are_listed_with_the_further_libraries(
    releases: tuple[Release, Release],
) -> None:
    listed = {system.fscs_key for system in with_more_libraries(releases[0]).systems}
    assert {case.label for case in read_cases(MORE_CASES)} <= listed | NO_KEY


def test_the_set_has_at_least_500_cases_and_nine_of_each_kind() -> None:
    kinds = Counter(case.kind for case in read_cases(HARD_CASES))
    assert sum(kinds.values()) >= 500
    assert {kind: count for kind, count in kinds.items() if count < 9} == {}


def test_a_third_of_the_cases_are_not_listed_libraries() -> None:
    cases = read_cases(HARD_CASES)
    assert 0.3 <= sum(case.label in NO_KEY for case in cases) / len(cases) <= 0.5
