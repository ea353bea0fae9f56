"""Inputs that went wrong once, each with the right answers in its own columns, against fiscal year 2022.

A row of such a file fails where it is not read, where its answer is not among those of its column
``expected``, and where it is validated under another key than its ``label``. Files without these columns are
judged in ``test_field_files.py``, and a release in ``test_double_encoded_releases.py``.
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
JUDGED_ELSEWHERE: Final = (
    *test_field_files.EXPECTED,
    test_field_files.FORMULAS,
    test_double_encoded_releases.TWO_STATES,
)
_JUDGING: Final = ("expected", "label", "why")


def rows_of(path: Path) -> list[Row | BadLine]:
    """As the product reads the file, with the right answers beside the fields."""
    with open_applications(path, beside=_JUDGING) as file:
        return list(file)


def faults(rows: list[Row], judge: Judge) -> Iterator[str]:
    """A line for each row that is answered otherwise than the file says."""
    kept = ("application_id", *FIELDS)
    read = [application_from_fields({name: row.fields.get(name) for name in kept}) for row in rows]
    for row, answer in zip(rows, judge.answers(read), strict=True):
        fault = _fault(row.fields, answer)
        if fault:
            codes = " ".join(answer["reason_codes"])
            yield f"{row.application_id}: {answer['decision']} {codes}; {fault} ({row.fields['why']})"


def _fault(said: dict[str, Any], answer: dict[str, Any]) -> str:
    """Empty where the answer is one that the file expects."""
    if answer["decision"] not in said["expected"].split("|"):
        return f"expected {said['expected']}"
    if answer["decision"] == "validated" and answer["match"].fscs_key != said["label"]:
        return f"as {answer['match'].fscs_key}, but it is {said['label']}"
    return ""


@pytest.mark.parametrize("name", WITH_THEIR_ANSWERS)
def test_every_row_is_read(data: Path, name: str) -> None:
    path = data / "field" / name
    rows = rows_of(path)
    assert [row for row in rows if isinstance(row, BadLine)] == []
    assert len(rows) == len(path.read_bytes().splitlines()) - 1


@pytest.mark.parametrize("name", WITH_THEIR_ANSWERS)
def test_every_row_is_answered_as_its_file_says(judge: Judge, data: Path, name: str) -> None:
    rows = [row for row in rows_of(data / "field" / name) if isinstance(row, Row)]
    assert list(faults(rows, judge)) == []


def test_every_file_of_the_folder_is_judged(data: Path) -> None:
    found = {path.name for path in (data / "field").iterdir()} - {"README.md"}
    assert found == {*WITH_THEIR_ANSWERS, *JUDGED_ELSEWHERE}
