"""The guard decides whether a release may go live by itself, or a person has to accept it first.

A complete and readable release can still be wrong: a year that is not over, other content for the live year,
a missing state, columns under wrong headers, accented letters that a wrong encoding spoiled, or renumbered
keys. The limits are in guard.toml.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from library_validator.releases.guarding.against_live import problems_against
from library_validator.releases.guarding.letter_checks import problems_of_letters
from library_validator.releases.guarding.limits import Limits, guard_limits, share
from library_validator.releases.guarding.shapes import SHAPES, shapes_of
from library_validator.releases.guarding.text_checks import problems_of_text
from library_validator.releases.records import Problem, Release


@dataclass(frozen=True, slots=True)
class LiveRelease:
    """The newest release of the live registry version."""

    fiscal_year: int
    content_sha256: str
    systems: int  # number of rows
    outlets: int  # number of rows


def guard(
    release: Release, live: LiveRelease | None, today: date, nearest: Release | None
) -> tuple[Problem, ...]:
    """The problems that keep ``release`` from going live by itself.

    ``nearest`` is the accepted release of the nearest fiscal year, for comparison. Before the first
    activation ``nearest`` and ``live`` are None, and only the release itself is checked. The problems in
    ``release.report.problems`` are not repeated. The messages depend on the releases only, so the same
    release always has the same problems.
    """
    limits = guard_limits()
    found = [
        *_problems_of_year(release, live, today),
        *_problems_of_rows(release, limits),
        *_problems_of_columns(release, limits),
        *problems_of_letters(release, nearest, limits),
        *problems_of_text(release, nearest),
    ]
    if nearest is not None:
        found += problems_against(nearest, release, limits)
    return tuple(found)


def problems_of_file(release: Release) -> tuple[Problem, ...]:
    """The problems that reading found, and the signs that a program spoiled the file of ``release``.

    This part of the guard also suits a file with a single state. It does not check the shape of columns,
    because the names and streets of one state can differ from those of all other states.
    """
    limits = guard_limits()
    return (
        *release.report.problems,
        *_problems_of_rows(release, limits),
        *problems_of_letters(release, None, limits),
        *problems_of_text(release, None),
    )


def _problems_of_year(release: Release, live: LiveRelease | None, today: date) -> Iterator[Problem]:
    year = release.fiscal_year
    if year > today.year:
        yield Problem(
            "future_year", "quarantine", f"fiscal year {year} is not over: check where this file is from"
        )
    if live is None:
        return
    if year < live.fiscal_year:
        yield Problem(
            "superseded",
            "quarantine",
            f"fiscal year {year} is older than the live fiscal year {live.fiscal_year}: accept it if the "
            "libraries that it lists should be known too",
        )
    elif year == live.fiscal_year and release.content_sha256 != live.content_sha256:
        yield Problem(
            "live_year_differs",
            "quarantine",
            f"fiscal year {year} is live already, with other content ({live.systems} systems and "
            f"{live.outlets} outlets; this release has {len(release.systems)} and {len(release.outlets)}): "
            "check which of the two the agency publishes",
        )


def _problems_of_rows(release: Release, limits: Limits) -> Iterator[Problem]:
    """Problems of rows that had to be repaired, or could not be read."""
    allowed = limits.rows_of_a_file
    for file in release.report.files:
        if limits.is_exceeded(file.repaired, file.rows, allowed.repaired):
            yield Problem(
                "rows_repaired",
                "quarantine",
                f"{share(file.repaired, file.rows)} rows of {file.member!r} had to be repaired, the limit is "
                f"{allowed.repaired:g} %: official files need none, check which program saved this "
                "file",
            )
        if limits.is_exceeded(file.rejected, file.rows, allowed.rejected):
            yield Problem(
                "rows_rejected",
                "quarantine",
                f"{share(file.rejected, file.rows)} rows of {file.member!r} cannot be read, the limit is "
                f"{allowed.rejected:g} %: look at the rows in the report",
            )
    rows = len(release.systems) + len(release.outlets)
    for column, values in release.report.unreadable.items():
        if limits.is_exceeded(values, rows, allowed.unreadable):
            yield Problem(
                "values_unreadable",
                "quarantine",
                f"{share(values, rows)} values of {column} cannot be read, the limit is "
                f"{allowed.unreadable:g} %: check whether the column has the values of another column",
            )


def _problems_of_columns(release: Release, limits: Limits) -> Iterator[Problem]:
    """Problems of columns that are empty or have unsuitable values, without a comparison."""
    for kind, shape in shapes_of(release).items():
        missing = [
            f"{column} in {share(rows, shape.rows)} (the limit is {allowed.at_most:g} %)"
            for column, allowed in limits.missing.items()
            if limits.is_exceeded(rows := shape.missing.get(column, 0), shape.rows, allowed.at_most)
        ]
        if missing:
            yield Problem(
                "values_missing",
                "quarantine",
                f"{kind} without {'; '.join(missing)}: check whether a column was emptied",
            )
        wrong = []
        for column, percent in limits.shape.items():
            there = shape.rows - shape.missing.get(column, 0)
            misshapen = shape.misshapen.get(column, 0)
            if limits.is_exceeded(misshapen, there, 100 - percent):
                fit = share(there - misshapen, there)
                wrong.append(f"{fit} values of {column} {SHAPES[column][1]} (at least {percent:g} %)")
        if wrong:
            yield Problem(
                "columns_swapped",
                "quarantine",
                f"of the {kind} only {'; '.join(wrong)}: check whether the columns are "
                "under their own headers",
            )
    listed = {outlet.fscs_key for outlet in release.outlets}
    without = sum(system.fscs_key not in listed for system in release.systems)
    if limits.is_exceeded(without, len(release.systems), limits.without_outlets.systems):
        yield Problem(
            "systems_without_outlets",
            "quarantine",
            f"{share(without, len(release.systems))} systems have no outlet, the limit is "
            f"{limits.without_outlets.systems:g} %: check whether the outlets file is complete",
        )
