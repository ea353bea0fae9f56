"""Inputs with past errors, each with the right answers in its own columns, with fiscal year 2022.

A row of such a file fails if it is not read, if its column ``expected`` does not have its answer, or if it is
validated with another key than its ``label``. ``test_field_files.py`` tests the files without these columns,
and ``test_double_encoded_releases.py`` tests a release.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest

from library_validator.decisions.application import FIELDS, application_from_fields
from library_validator.decisions.deciding import Judge
from library_validator.intake.applications_file import BadLine, Row
from library_validator_cli.applications_file import open_applications
from tests.realdata import test_double_encoded_releases, test_field_files

pytestmark = pytest.mark.realdata

WITH_THEIR_ANSWERS: Final = (
    "04-foreign-namesakes.csv",
    "05-state-spellings-hide-a-contradiction.csv",
    "06-bodies-at-the-librarys-own-street-and-phone.csv",
    "07-state-spellings.csv",
    "08-namesake-in-another-state.csv",
    "09-legal-suffix.csv",
    "10-spanish-names.csv",
    "11-apostrophes-entities-mojibake.csv",
    "12-place-word-read-as-affiliate.csv",
    "13-library-with-another-kind-in-its-name.csv",
    "14-names-of-the-e-rate-list.csv",
    "15-phones-as-written.csv",
    "16-zips-as-exported.csv",
    "17-placeholders.csv",
    "18-one-cell-address-with-country.csv",
    "19-fractions.csv",
    "26-words-beside-the-librarys-name.csv",
    "27-words-that-are-not-read.csv",
)
TESTED_ELSEWHERE: Final = (
    *test_field_files.EXPECTED,
    test_field_files.FORMULAS,
    test_double_encoded_releases.TWO_STATES,
)
_RIGHT_ANSWER: Final = ("expected", "label", "why")


def rows_of(path: Path) -> list[Row | BadLine]:
    """The rows as the product reads them, with the columns of right answers beside the fields."""
    with open_applications(path, beside=_RIGHT_ANSWER) as file:
        return list(file)


def faults_of(rows: list[Row], judge: Judge) -> Iterator[str]:
    """A line for each row whose answer is not right."""
    kept = ("application_id", *FIELDS)
    read = [application_from_fields({name: row.fields.get(name) for name in kept}) for row in rows]
    for row, answer in zip(rows, judge.answers(read), strict=True):
        fault = _fault_of(row.fields, answer)
        if fault:
            codes = " ".join(answer["reason_codes"])
            yield f"{row.application_id}: {answer['decision']} {codes}; {fault} ({row.fields['why']})"


def _fault_of(right: dict[str, Any], answer: dict[str, Any]) -> str:
    """The error of an answer; empty for a right answer."""
    if answer["decision"] not in right["expected"].split("|"):
        return f"expected {right['expected']}"
    if answer["decision"] == "validated" and answer["match"].fscs_key != right["label"]:
        return f"as {answer['match'].fscs_key}, but it is {right['label']}"
    return ""


@pytest.mark.parametrize("name", WITH_THEIR_ANSWERS)
def test_every_row_is_read(data: Path, name: str) -> None:
    path = data / "field" / name
    rows = rows_of(path)
    assert [row for row in rows if isinstance(row, BadLine)] == []
    assert len(rows) == len(path.read_bytes().splitlines()) - 1


@pytest.mark.parametrize("name", WITH_THEIR_ANSWERS)
def test_every_row_gets_the_answer_that_its_file_expects(judge: Judge, data: Path, name: str) -> None:
    rows = [row for row in rows_of(data / "field" / name) if isinstance(row, Row)]
    assert list(faults_of(rows, judge)) == []


def test_every_file_of_the_folder_is_tested(data: Path) -> None:
    found = {path.name for path in (data / "field").iterdir()} - {"README.md"}
    assert found == {*WITH_THEIR_ANSWERS, *TESTED_ELSEWHERE}
