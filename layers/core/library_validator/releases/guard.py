"""Whether a release may go live by itself, or a person has to accept it first.

A whole and readable release can still be the wrong one: a year that cannot be over, last year's file,
another content for a year that already answers, or half of the country missing.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import resources
from typing import Final

from library_validator.releases.records import Problem, Release

_QUARANTINE: Final = "quarantine"


@dataclass(frozen=True, slots=True)
class LiveRelease:
    """The newest release of the live registry version."""

    fiscal_year: int
    content_sha256: str
    systems: int  # rows
    outlets: int  # rows


@dataclass(frozen=True, slots=True)
class _Limits:
    at_least: int  # per cent of the live release's rows
    at_most: int


def guard(release: Release, live: LiveRelease | None, today: date) -> tuple[Problem, ...]:
    """What keeps ``release`` from going live by itself; empty if nothing does.

    ``live`` is None before the first activation. The problems that reading found stand in
    ``release.report.problems`` and are not repeated here.
    """
    return tuple(_problems(release, live, today))


def _problems(release: Release, live: LiveRelease | None, today: date) -> Iterator[Problem]:
    year = release.fiscal_year
    if year > today.year:
        yield Problem("future_year", _QUARANTINE, f"fiscal year {year} is not over: today is {today}")
    if live is None:
        return
    if year < live.fiscal_year:
        yield Problem(
            "superseded", _QUARANTINE, f"fiscal year {year} is older than the live one, {live.fiscal_year}"
        )
    elif year == live.fiscal_year:
        if release.content_sha256 != live.content_sha256:
            yield Problem(
                "live_year_differs",
                _QUARANTINE,
                f"fiscal year {year} is live already, with other content "
                f"({live.systems} systems and {live.outlets} outlets; "
                f"here {len(release.systems)} and {len(release.outlets)})",
            )
    else:
        yield from _row_counts("systems", len(release.systems), live.systems)
        yield from _row_counts("outlets", len(release.outlets), live.outlets)


def _row_counts(kind: str, rows: int, live_rows: int) -> Iterator[Problem]:
    limits = _limits()[kind]
    if not limits.at_least * live_rows <= 100 * rows <= limits.at_most * live_rows:
        yield Problem(
            "row_count",
            _QUARANTINE,
            f"{rows} {kind}, where the live release has {live_rows}: outside "
            f"{limits.at_least} to {limits.at_most} % of it",
        )


@cache
def _limits() -> dict[str, _Limits]:
    text = resources.files(__package__).joinpath("guard.toml").read_text(encoding="utf-8")
    return {kind: _Limits(**values) for kind, values in tomllib.loads(text).items()}
