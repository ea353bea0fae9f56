"""Rows that cannot be read are kept, with their line and values, for the person who corrects the file."""

from __future__ import annotations

import pytest

from library_validator.errors import ReleaseRefused
from library_validator.releases.reading.release import read_release
from library_validator.releases.records import RowProblem
from tests.builders.release_files import (
    OUTLET,
    OUTLETS_FILE,
    SYSTEM,
    SYSTEMS_FILE,
    csv_of,
    release_zip,
    zip_of,
)


def systems(count: int) -> list[dict[str, str]]:
    return [{**SYSTEM, "FSCSKEY": f"VT{number:04}"} for number in range(1, count + 1)]


def test_a_rejected_row_is_reported_with_its_line_and_values() -> None:
    rows = systems(800)
    rows[4] = {**rows[4], "FSCSKEY": "V0005"}
    lines = csv_of(rows).splitlines(keepends=True)
    lines[8] = "VT,VT0008,too short\r\n"
    release = read_release(zip_of({SYSTEMS_FILE: "".join(lines), OUTLETS_FILE: csv_of([OUTLET])}))
    assert release.report.row_problems == (
        RowProblem(
            SYSTEMS_FILE,
            6,
            "no valid key",
            {"FSCSKEY": "V0005", "STABR": "VT", "LIBID": "VT0001", "LIBNAME": "ALDER PUBLIC LIBRARY"},
            rejected=True,
        ),
        RowProblem(
            SYSTEMS_FILE,
            9,
            f"3 columns, {len(SYSTEM)} expected",
            {"row": "VT,VT0008,too short"},
            rejected=True,
        ),
    )
    assert release.report.files[0].rejected == 2


def test_an_unreadable_value_is_reported_as_it_was_found() -> None:
    release = read_release(release_zip([{**SYSTEM, "ZIP": "VERMONT", "PHONE": "CLOSED"}]))
    assert [(p.line, p.problem, p.values, p.rejected) for p in release.report.row_problems] == [
        (2, "ZIP code cannot be read", {"FSCSKEY": "VT0001", "ZIP code": "VERMONT"}, False),
        (2, "phone cannot be read", {"FSCSKEY": "VT0001", "phone": "CLOSED"}, False),
    ]
    assert release.report.unreadable == {"ZIP code": 1, "phone": 1}


def test_all_problems_are_counted_and_the_first_thousand_of_a_file_are_kept() -> None:
    rows = [{**row, "PHONE": "NONE " * 40} for row in systems(1200)]
    report = read_release(release_zip(rows)).report
    assert report.unreadable == {"phone": 1200}
    assert len(report.row_problems) == 1000
    assert {len(problem.values["phone"]) for problem in report.row_problems} == {100}


def test_a_refusal_for_unreadable_rows_names_the_first_row_and_has_all_problems() -> None:
    rows = [{**row, "FSCSKEY": "?"} if number % 10 == 0 else row for number, row in enumerate(systems(100))]
    with pytest.raises(ReleaseRefused) as refused:
        read_release(release_zip(rows))
    assert refused.value.found.startswith("10 rows of 'PLS_FY22_AE_pud22i.csv' that cannot be read, of 100 ")
    assert "(the first in line 2: no valid key)" in refused.value.found
    assert [problem["line"] for problem in refused.value.row_problems] == list(range(2, 102, 10))


def test_a_row_with_several_repairs_counts_once() -> None:
    rows = [{**SYSTEM, "ZIP": "5601", "PHONE": "(802) 555-0101", "STATSTRU": "0"}, *systems(4)[1:]]
    files = read_release(release_zip(rows)).report.files
    assert [(file.kind, file.repaired) for file in files] == [("systems", 1), ("outlets", 0)]
