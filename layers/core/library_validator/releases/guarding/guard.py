"""Whether a release may go live by itself, or a person has to accept it first.

A whole and readable release can still be the wrong one: a year that cannot be over, another content for a
year that already answers, a state missing, columns under wrong headers, accented letters that a wrong
encoding spoiled, or every key renumbered. The limits stand in guard.toml.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from library_validator.releases.guarding.against_live import problems_against
from library_validator.releases.guarding.letter_checks import problems_of_letters
from library_validator.releases.guarding.limits import Limits, guard_limits, share
from library_validator.releases.guarding.shapes import SHAPES, shapes_of
from library_validator.releases.records import Problem, Release


@dataclass(frozen=True, slots=True)
class LiveRelease:
    """The newest release of the live registry version."""

    fiscal_year: int
    content_sha256: str
    systems: int  # rows
    outlets: int  # rows


def guard(
    release: Release, live: LiveRelease | None, today: date, nearest: Release | None
) -> tuple[Problem, ...]:
    """What keeps ``release`` from going live by itself; empty if nothing does.

    ``nearest`` is the accepted release whose fiscal year is nearest, to be compared with. It and ``live`` are
    None before the first activation: then only the release itself is looked at.
    The problems that reading found stand in ``release.report.problems`` and are not repeated here. The
    sentences depend on the releases alone, so that the same release has the same problems tomorrow.
    """
    limits = guard_limits()
    found = [
        *_year(release, live, today),
        *_file(release, limits),
        *_shape(release, limits),
        *problems_of_letters(release, nearest, limits),
    ]
    if nearest is not None:
        found += problems_against(nearest, release, limits)
    return tuple(found)


def problems_of_file(release: Release) -> tuple[Problem, ...]:
    """What shows that a program spoiled the file of ``release``, with the problems that reading found.

    It is the part of the guard that needs no whole survey. A file may hold one state only, whose streets or
    names are not like those of all others: whether its columns are the right ones is left to ``guard``.
    """
    limits = guard_limits()
    return (*release.report.problems, *_file(release, limits), *problems_of_letters(release, None, limits))


def _year(release: Release, live: LiveRelease | None, today: date) -> Iterator[Problem]:
    year = release.fiscal_year
    if year > today.year:
        yield Problem(
            "future_year", "quarantine", f"fiscal year {year} is not over: look where this file is from"
        )
    if live is None:
        return
    if year < live.fiscal_year:
        yield Problem(
            "superseded",
            "quarantine",
            f"fiscal year {year} is older than the live one, {live.fiscal_year}: accept it if what was "
            "listed then should be remembered",
        )
    elif year == live.fiscal_year and release.content_sha256 != live.content_sha256:
        yield Problem(
            "live_year_differs",
            "quarantine",
            f"fiscal year {year} is live already, with other content ({live.systems} systems and "
            f"{live.outlets} outlets; here {len(release.systems)} and {len(release.outlets)}): look which of "
            "the two the agency publishes",
        )


def _file(release: Release, limits: Limits) -> Iterator[Problem]:
    """Rows that had to be repaired, or could not be read."""
    allowed = limits.rows_of_a_file
    for file in release.report.files:
        if limits.exceeded(file.repaired, file.rows, allowed.repaired):
            yield Problem(
                "rows_repaired",
                "quarantine",
                f"{share(file.repaired, file.rows)} rows of {file.member!r} had to be repaired, at most "
                f"{allowed.repaired:g} % may be: official files need none, look what program saved this one",
            )
        if limits.exceeded(file.rejected, file.rows, allowed.rejected):
            yield Problem(
                "rows_rejected",
                "quarantine",
                f"{share(file.rejected, file.rows)} rows of {file.member!r} cannot be read, at most "
                f"{allowed.rejected:g} % may be: look at the rows in the report",
            )
    rows = len(release.systems) + len(release.outlets)
    for what, values in release.report.unreadable.items():
        if limits.exceeded(values, rows, allowed.unreadable):
            yield Problem(
                "values_unreadable",
                "quarantine",
                f"{share(values, rows)} values of {what} cannot be read, at most {allowed.unreadable:g} % "
                "may be: look whether another column stands there",
            )


def _shape(release: Release, limits: Limits) -> Iterator[Problem]:
    """Columns that are empty or hold something else, whatever other releases say."""
    for kind, shape in shapes_of(release).items():
        missing = [
            f"{column} in {share(rows, shape.rows)} (at most {allowed.at_most:g} %)"
            for column, allowed in limits.missing.items()
            if limits.exceeded(rows := shape.missing.get(column, 0), shape.rows, allowed.at_most)
        ]
        if missing:
            yield Problem(
                "values_missing",
                "quarantine",
                f"{kind} without {'; '.join(missing)}: look whether a column was emptied",
            )
        wrong = []
        for column, percent in limits.shape.items():
            there = shape.rows - shape.missing.get(column, 0)
            misshapen = shape.misshapen.get(column, 0)
            if limits.exceeded(misshapen, there, 100 - percent):
                fit = share(there - misshapen, there)
                wrong.append(f"{fit} values of {column} {SHAPES[column][1]} (at least {percent:g} %)")
        if wrong:
            yield Problem(
                "columns_swapped",
                "quarantine",
                f"of the {kind} only {'; '.join(wrong)}: look whether the columns stand "
                "under their own headers",
            )
    listed = {outlet.fscs_key for outlet in release.outlets}
    without = sum(system.fscs_key not in listed for system in release.systems)
    if limits.exceeded(without, len(release.systems), limits.without_outlets.systems):
        yield Problem(
            "systems_without_outlets",
            "quarantine",
            f"{share(without, len(release.systems))} systems have no outlet, at most "
            f"{limits.without_outlets.systems:g} % may be: look whether the outlets file is whole",
        )
