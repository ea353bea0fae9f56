"""Files of applications with past errors, decided as ``match`` does, with the release of FY2022.

``field/README.md`` beside the data explains each file. Each row is reported as unreadable, or it is decided
by itself. No row is validated as a library of another town: such an answer would belong to another row.
"""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest

from library_validator.decisions.deciding import Judge
from library_validator.intake.applications_file import ApplicationsFile, Row
from library_validator.matching.normalize import city
from library_validator_cli.applications_file import open_applications
from library_validator_cli.local_matching import csv_header, csv_line, match_rows
from library_validator_cli.terminal import json_line

pytestmark = pytest.mark.realdata

# For each file: the number of lines that cannot be read, and the number of rows that are validated.
EXPECTED: dict[str, tuple[list[tuple[int, int]], list[str]]] = {
    "01-lost-closing-quote.csv": ([(3, 3)], ["P-1", "P-3", "P-4", "P-5"]),
    "02-stray-quote-last-column.csv": ([(3, 3)], ["P-1", "P-3", "P-4", "P-5"]),
    "03-curly-closing-quote.csv": ([(4, 4)], ["P-1", "P-2", "P-4", "P-5"]),
    "20-mixed-encodings.csv": ([], ["P-1", "P-2", "P-3", "P-4", "P-5", "P-6", "P-8"]),
    "21-unquoted-comma-blank-last-cell.csv": ([(2, 2), (3, 3)], ["P-3"]),
    "22-backslash-quotes.csv": ([(2, 2)], ["P-3", "P-4", "P-5"]),
    "23-concatenated-files.csv": ([(4, 4)], ["P-1", "P-2", "P-3", "P-4", "P-5"]),
}
FORMULAS = "24-formula-ids.csv"


def answer_file(path: Path, judge: Judge) -> tuple[list[dict[str, Any]], ApplicationsFile]:
    with open_applications(path) as file:
        return [json.loads(json_line(answer)) for answer in match_rows(file, judge)], file


def cities_of(path: Path) -> dict[str, str]:
    """The city of each application."""
    with open_applications(path) as file:
        return {row.application_id: row.fields.get("city", "") for row in file if isinstance(row, Row)}


@pytest.mark.parametrize("name", EXPECTED)
def test_each_row_is_decided_by_itself_or_reported_as_unreadable(name: str, data: Path, judge: Judge) -> None:
    lines, validated = EXPECTED[name]
    answers, _ = answer_file(data / "field" / name, judge)
    own_city = cities_of(data / "field" / name)
    errors = [answer for answer in answers if "error" in answer]
    assert [(error["line"], error.get("last_line", error["line"])) for error in errors] == lines
    found = {
        answer["application_id"]: answer["match"]
        for answer in answers
        if answer.get("decision") == "validated"
    }
    assert set(found) >= set(validated)
    for application_id, match in found.items():
        assert city(match["city"]) == city(own_city[application_id])


@pytest.mark.parametrize("name", [*EXPECTED, FORMULAS])
def test_every_line_of_the_file_has_an_answer(name: str, data: Path, judge: Judge) -> None:
    path = data / "field" / name
    answers, _ = answer_file(path, judge)
    assert len(answers) == len(path.read_bytes().splitlines()) - 1


def test_the_row_in_another_encoding_is_read_and_noted(data: Path, judge: Judge) -> None:
    answers, file = answer_file(data / "field" / "20-mixed-encodings.csv", judge)
    assert answers[-1]["application_id"] == "P-9"
    assert "error" not in answers[-1]
    assert "not UTF-8, read as Windows-1252: line 10" in file.notices.sentences()


def test_no_cell_that_is_written_for_a_sheet_is_a_formula(data: Path, judge: Judge) -> None:
    answers, _ = answer_file(data / "field" / FORMULAS, judge)
    rows = list(csv.reader([csv_header(), *(csv_line(answer) for answer in answers)]))
    assert [row[0] for row in rows[1:]] == [f"'{answer['application_id']}" for answer in answers]
    assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for row in rows for cell in row)
