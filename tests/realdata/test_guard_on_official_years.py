"""The guard's limits on the official years: all pairs of years, and each year spoiled."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from itertools import combinations

import pytest

from library_validator.releases.guarding.against_live import problems_against
from library_validator.releases.guarding.guard import LiveRelease, guard
from library_validator.releases.guarding.letter_checks import problems_of_letters
from library_validator.releases.guarding.limits import (
    LimitByYears,
    Limits,
    LimitsByKind,
    Missing,
    guard_limits,
)
from library_validator.releases.records import Outlet, Problem, Release, System
from tests.realdata.official_years import FILES

pytestmark = pytest.mark.realdata

TODAY = date(2026, 11, 24)


def live_release_of(release: Release) -> LiveRelease:
    return LiveRelease(
        release.fiscal_year, release.content_sha256, len(release.systems), len(release.outlets)
    )


def half_of_limits() -> Limits:
    """Half of every limit on the difference between two releases."""

    def half_of(limit: LimitByYears) -> LimitByYears:
        return LimitByYears(first=limit.first / 2, further=limit.further / 2)

    def half_of_kinds(limits: LimitsByKind) -> LimitsByKind:
        return LimitsByKind(systems=half_of(limits.systems), outlets=half_of(limits.outlets))

    limits = guard_limits()
    names = ("rows", "gone", "new", "renumbered", "reassigned", "state_loss", "state_growth")
    letters = limits.letters
    return limits.model_copy(
        update={
            **{name: half_of_kinds(getattr(limits, name)) for name in names},
            "changed": {column: half_of(limit) for column, limit in limits.changed.items()},
            "missing": {
                column: Missing(at_most=limit.at_most / 2, more=limit.more / 2)
                for column, limit in limits.missing.items()
            },
            "letters": letters.model_copy(
                update={"lost": letters.lost // 2, "lost_percent": letters.lost_percent / 2}
            ),
        }
    )


def problems_beside(nearest: Release, release: Release, limits: Limits) -> list[Problem]:
    return [*problems_against(nearest, release, limits), *problems_of_letters(release, nearest, limits)]


@pytest.mark.parametrize(("older", "newer"), list(combinations(FILES, 2)))
def test_every_official_year_passes_the_guard_beside_every_other_year_at_half_the_limits(
    older: int, newer: int, releases: dict[int, Release]
) -> None:
    assert problems_beside(releases[older], releases[newer], half_of_limits()) == []
    assert problems_beside(releases[newer], releases[older], half_of_limits()) == []


@pytest.mark.parametrize("year", list(FILES))
def test_every_official_year_passes_the_guard_without_a_live_release(
    year: int, releases: dict[int, Release]
) -> None:
    assert guard(releases[year], None, TODAY, None) == ()


def test_the_copy_that_a_spreadsheet_spoiled_waits_for_a_person(
    mangled_release: Release, releases: dict[int, Release]
) -> None:
    problems = guard(mangled_release, live_release_of(releases[2021]), TODAY, releases[2021])
    assert [problem.code for problem in problems] == ["rows_repaired", "rows_repaired", "accents_lost"]
    assert problems[-1].message.startswith("4 of 7 (57.1 %) names and addresses that have accented letters")


def release_without(release: Release, gone: Callable[[System | Outlet], bool]) -> Release:
    return replace(
        release,
        systems=tuple(system for system in release.systems if not gone(system)),
        outlets=tuple(outlet for outlet in release.outlets if not gone(outlet)),
    )


def release_with_renumbered_keys(release: Release) -> Release:
    """Every key of a state renumbered from 5000. No official year uses 5000 to 7999."""
    new: dict[str, str] = {}
    last: Counter[str] = Counter()
    for system in release.systems:
        last[system.state] += 1
        new[system.fscs_key] = f"{system.state}{5000 + last[system.state]}"
    return replace(
        release,
        systems=tuple(replace(system, fscs_key=new[system.fscs_key]) for system in release.systems),
        outlets=tuple(replace(outlet, fscs_key=new[outlet.fscs_key]) for outlet in release.outlets),
    )


@pytest.mark.parametrize(
    ("spoil", "expected"),
    [
        (lambda release: release_without(release, lambda r: r.state == "DE"), {"states_vanished"}),
        (
            lambda release: release_without(release, lambda r: int(r.fscs_key[2:]) % 10 < 3),
            {"keys_gone", "row_count", "states_shrunk", "states_vanished"},
        ),
        (release_with_renumbered_keys, {"keys_renumbered"}),
        (
            lambda release: replace(
                release, outlets=tuple(replace(outlet, phone="-3") for outlet in release.outlets)
            ),
            {"values_missing", "more_values_missing", "values_changed"},
        ),
    ],
    ids=["one state gone", "30 per cent gone", "every key renumbered", "phones lost"],
)
def test_the_guard_reports_the_right_problem_of_a_spoiled_year(
    spoil: Callable[[Release], Release], expected: set[str], releases: dict[int, Release]
) -> None:
    problems = guard(spoil(releases[2022]), live_release_of(releases[2021]), TODAY, releases[2021])
    assert {problem.code for problem in problems} == expected
