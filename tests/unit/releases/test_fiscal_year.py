from __future__ import annotations

import pytest

from library_validator.errors import ReleaseRefused
from library_validator.releases.reading.release import read_release
from tests.builders.release_files import (
    OUTLET,
    OUTLETS_FILE,
    SYSTEM,
    SYSTEMS_FILE,
    Row,
    csv_of,
    release_zip,
    zip_of,
)


def systems_ending(*dates: str) -> list[Row]:
    return [{**SYSTEM, "FSCSKEY": f"VT{number:04}", "ENDDATE": date} for number, date in enumerate(dates, 1)]


@pytest.mark.parametrize("date", ["06/30/2022", "6/30/2022", "6/30/22", "2022-06-30", "2022-06-30 00:00"])
def test_the_year_is_read_from_every_usual_date(date: str) -> None:
    assert read_release(release_zip(systems_ending(date))).fiscal_year == 2022


def test_the_year_is_the_year_of_most_systems() -> None:
    release = read_release(release_zip(systems_ending(*["06/30/2022"] * 20, *["12/31/2021"] * 6, "-3", "M")))
    assert release.fiscal_year == 2022
    assert release.report.problems == ()


@pytest.mark.parametrize("dates", [["-3", "M", ""], ["06/30/2022", "06/30/2021"], ["soon"]])
def test_reporting_periods_without_a_clear_majority_are_refused(dates: list[str]) -> None:
    with pytest.raises(ReleaseRefused, match="reporting periods"):
        read_release(release_zip(systems_ending(*dates)))


@pytest.mark.parametrize("submitted", ["2022", "2023"])
def test_the_submission_year_may_be_the_fiscal_year_or_the_next_year(submitted: str) -> None:
    release = read_release(release_zip([{**SYSTEM, "YR_SUB": submitted}], [{**OUTLET, "YR_SUB": submitted}]))
    assert release.report.problems == ()


@pytest.mark.parametrize(
    ("system", "outlet"),
    [({"YR_SUB": "2025"}, {"YR_SUB": "2025"}), ({"F_POPLSA": "R_21"}, {"F_SQ_FT": "R_21"})],
)
def test_a_release_with_a_mark_of_another_year_waits_for_a_person(system: Row, outlet: Row) -> None:
    problems = read_release(release_zip([{**SYSTEM, **system}], [{**OUTLET, **outlet}])).report.problems
    assert [(problem.code, problem.severity) for problem in problems] == [("year_disagrees", "quarantine")]


@pytest.mark.parametrize(
    "name",
    [
        "pls_fy2022_csv.zip",
        "PLS FY 22.zip",
        "releases/pls_fy2022_csv.zip",
        "pupld22a_csv.zip",
        "upload.zip",
        "report-2019.zip",
        "",
    ],
)
def test_a_file_name_with_the_same_year_or_without_a_year_is_not_a_problem(name: str) -> None:
    assert read_release(release_zip(), file_name=name).report.problems == ()


@pytest.mark.parametrize("name", ["pls_fy2021_csv.zip", "pls_fy20.zip", "pupld21a.zip", "PUD21I.ZIP"])
def test_a_release_with_another_year_in_its_file_name_waits_for_a_person(name: str) -> None:
    release = read_release(release_zip(), file_name=name)
    assert release.fiscal_year == 2022
    assert [(problem.code, problem.severity) for problem in release.report.problems] == [
        ("year_disagrees", "quarantine")
    ]
    assert name in release.report.problems[0].message


def test_the_year_in_the_name_of_a_member_is_compared_too() -> None:
    members = {SYSTEMS_FILE: csv_of([SYSTEM]), OUTLETS_FILE.replace("22", "19"): csv_of([OUTLET])}
    (problem,) = read_release(zip_of(members)).report.problems
    assert "says fiscal year 2019" in problem.message
