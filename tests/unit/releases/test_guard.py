from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from library_validator.releases.guard import LiveRelease, guard
from library_validator.releases.records import Release
from tests.release_files import OUTLET, SYSTEM, release_of

TODAY = date(2026, 11, 23)


def release_with(systems: int, outlets: int, fiscal_year: int = 2022) -> Release:
    return release_of(
        fiscal_year,
        [{**SYSTEM, "FSCSKEY": f"VT{number:04}"} for number in range(systems)],
        [{**OUTLET, "FSCSKEY": "VT0000", "FSCS_SEQ": f"{number:03}"} for number in range(outlets)],
    )


RELEASE = release_with(100, 200)
LIVE = LiveRelease(fiscal_year=2021, content_sha256="of another file", systems=100, outlets=200)


def codes(release: Release, live: LiveRelease | None, today: date = TODAY) -> list[str]:
    problems = guard(release, live, today)
    assert all(problem.severity == "quarantine" for problem in problems)
    return [problem.code for problem in problems]


def test_the_next_year_goes_live_by_itself() -> None:
    assert codes(RELEASE, LIVE) == []


def test_the_first_release_goes_live_by_itself() -> None:
    assert codes(RELEASE, None) == []


def test_a_year_in_the_future_waits_for_a_person() -> None:
    assert codes(release_with(100, 200, 2027), None) == ["future_year"]
    assert codes(release_with(100, 200, 2026), None) == []


def test_a_year_older_than_the_live_one_waits_for_a_person() -> None:
    assert codes(RELEASE, replace(LIVE, fiscal_year=2023)) == ["superseded"]


def test_the_live_year_with_other_content_waits_for_a_person() -> None:
    assert codes(RELEASE, replace(LIVE, fiscal_year=2022)) == ["live_year_differs"]


def test_the_live_release_itself_is_no_problem() -> None:
    assert codes(RELEASE, LiveRelease(2022, RELEASE.content_sha256, 100, 200)) == []


@pytest.mark.parametrize(
    ("systems", "outlets", "problems"),
    [
        (90, 180, 0),
        (115, 230, 0),
        (89, 200, 1),
        (116, 200, 1),
        (100, 179, 1),
        (100, 231, 1),
        (50, 100, 2),
    ],
)
def test_row_counts_far_from_the_live_ones_wait_for_a_person(
    systems: int, outlets: int, problems: int
) -> None:
    assert codes(release_with(systems, outlets), LIVE) == ["row_count"] * problems


def test_the_message_says_how_many_rows_there_are_and_should_be() -> None:
    (problem,) = guard(release_with(50, 200), LIVE, TODAY)
    assert problem.message == "50 systems, where the live release has 100: outside 90 to 115 % of it"
