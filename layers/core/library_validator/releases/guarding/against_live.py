"""The comparison of a release with the accepted release of the nearest fiscal year."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

from library_validator.releases.guarding.limits import Limits, share
from library_validator.releases.guarding.shapes import shapes_of
from library_validator.releases.lineage.same_place import fold_street, fold_text, is_part_of_name
from library_validator.releases.lineage.successions import count_renumbered
from library_validator.releases.records import Outlet, Problem, Release, System

_R = TypeVar("_R", System, Outlet)
_STATES_SHOWN: Final = 5
_TERRITORIES: Final = frozenset({"AS", "GU", "MP", "PR", "VI"})  # these do not report every year


@dataclass(frozen=True, slots=True)
class _Pair(Generic[_R]):
    """The systems of two releases, or their outlets."""

    kind: str  # systems or outlets
    nearest: dict[str, _R]
    new: dict[str, _R]
    nearest_year: int
    years: int  # years between the two releases, at least 1
    renumbered: int  # number of records whose key has changed
    backwards: bool  # whether the new release is of an earlier year


def problems_against(nearest: Release, release: Release, limits: Limits) -> Iterator[Problem]:
    """A problem for each difference between the two releases that exceeds ``limits``."""
    years = max(1, abs(release.fiscal_year - nearest.fiscal_year))
    backwards = release.fiscal_year < nearest.fiscal_year
    systems = _Pair(
        "systems",
        {system.fscs_key: system for system in nearest.systems},
        {system.fscs_key: system for system in release.systems},
        nearest.fiscal_year,
        years,
        count_renumbered(nearest.systems, release.systems),
        backwards,
    )
    outlets = _Pair(
        "outlets",
        {outlet.fscs_id: outlet for outlet in nearest.outlets},
        {outlet.fscs_id: outlet for outlet in release.outlets},
        nearest.fiscal_year,
        years,
        count_renumbered(nearest.outlets, release.outlets),
        backwards,
    )
    yield from _problems_of_row_count(systems, limits)
    yield from _problems_of_row_count(outlets, limits)
    yield from _problems_of_states(systems, limits)
    yield from _problems_of_states(outlets, limits)
    yield from _problems_of_keys(systems, limits)
    yield from _problems_of_keys(outlets, limits)
    yield from _problems_of_values(systems, limits)
    yield from _problems_of_values(outlets, limits)
    yield from _problems_of_missing_values(nearest, release, limits)


def _problems_of_row_count(pair: _Pair[_R], limits: Limits) -> Iterator[Problem]:
    percent = limits.rows.limit_of(pair.kind).percent_after(pair.years)
    if limits.is_exceeded(abs(len(pair.new) - len(pair.nearest)), len(pair.nearest), percent):
        yield Problem(
            "row_count",
            "quarantine",
            f"{len(pair.new)} {pair.kind}, where fiscal year {pair.nearest_year} has {len(pair.nearest)}: "
            f"{100 - percent:g} to {100 + percent:g} % of that are expected, check whether the file is "
            "complete",
        )


def _problems_of_states(pair: _Pair[_R], limits: Limits) -> Iterator[Problem]:
    before = Counter(record.state for record in pair.nearest.values())
    now = Counter(record.state for record in pair.new.values())
    gone = [
        f"{state} ({rows})"
        for state, rows in sorted(before.items())
        if state not in now and not (pair.backwards and state in _TERRITORIES)
    ]
    if gone:
        yield Problem(
            "states_vanished",
            "quarantine",
            f"no {pair.kind} in {_list_some(gone)}, which had them in fiscal year {pair.nearest_year}: check "
            "whether the file is complete",
        )
    allowed = limits.state_growth if pair.backwards else limits.state_loss
    percent = allowed.limit_of(pair.kind).percent_after(pair.years)
    lost = [
        f"{state} ({rows} before, {now[state]} now)"
        for state, rows in sorted(before.items())
        if state in now and limits.is_exceeded(rows - now[state], rows, percent)
    ]
    if lost:
        yield Problem(
            "states_shrunk",
            "quarantine",
            f"more than {percent:g} % of the {pair.kind} of fiscal year {pair.nearest_year} are missing in "
            f"{_list_some(lost)}: check whether rows were cut off",
        )


def _problems_of_keys(pair: _Pair[_R], limits: Limits) -> Iterator[Problem]:
    year, kind = pair.nearest_year, pair.kind
    kept = pair.nearest.keys() & pair.new.keys()
    earlier, later = limits.gone, limits.new
    if pair.backwards:
        earlier, later = later, earlier
    gone, percent = (
        len(pair.nearest) - len(kept) - pair.renumbered,
        earlier.limit_of(kind).percent_after(pair.years),
    )
    if limits.is_exceeded(gone, len(pair.nearest), percent):
        yield Problem(
            "keys_gone",
            "quarantine",
            f"{share(gone, len(pair.nearest))} {kind} of fiscal year {year} are not in this release, "
            f"at most {percent:g} % are expected: check whether rows were cut off",
        )
    new, percent = len(pair.new) - len(kept) - pair.renumbered, later.limit_of(kind).percent_after(pair.years)
    if limits.is_exceeded(new, len(pair.new), percent):
        yield Problem(
            "keys_new",
            "quarantine",
            f"{share(new, len(pair.new))} {kind} were not listed in fiscal year {year} under any key, "
            f"at most {percent:g} % are expected: check where these rows are from",
        )
    percent = limits.renumbered.limit_of(kind).percent_after(pair.years)
    if limits.is_exceeded(pair.renumbered, len(pair.nearest), percent):
        yield Problem(
            "keys_renumbered",
            "quarantine",
            f"{share(pair.renumbered, len(pair.nearest))} {kind} of fiscal year {year} are at the same "
            f"place with another key, at most {percent:g} % are expected: check whether the "
            "keys were renumbered",
        )
    others = sum(_is_another_library(pair.nearest[key], pair.new[key]) for key in kept)
    percent = limits.reassigned.limit_of(kind).percent_after(pair.years)
    if limits.is_exceeded(others, len(kept), percent):
        yield Problem(
            "keys_reassigned",
            "quarantine",
            f"{share(others, len(kept))} keys of {kind} name another library than in fiscal year {year} "
            f"(name, street and phone differ), at most {percent:g} % are expected: check whether "
            "a column was shifted",
        )


def _is_another_library(before: _R, now: _R) -> bool:
    return (
        before.phone != now.phone
        and fold_street(before.street) != fold_street(now.street)
        and not is_part_of_name(before.name, now.name)
    )


def _problems_of_values(pair: _Pair[_R], limits: Limits) -> Iterator[Problem]:
    kept = pair.nearest.keys() & pair.new.keys()
    changed = []
    for column, allowed in limits.changed.items():
        rows = sum(
            fold_text(getattr(pair.nearest[key], column)) != fold_text(getattr(pair.new[key], column))
            for key in kept
        )
        percent = allowed.percent_after(pair.years)
        if limits.is_exceeded(rows, len(kept), percent):
            changed.append(f"{column} in {share(rows, len(kept))} (the limit is {percent:g} %)")
    if changed:
        yield Problem(
            "values_changed",
            "quarantine",
            f"{pair.kind} with the same key have another {'; '.join(changed)} than in fiscal year "
            f"{pair.nearest_year}: check whether a column was sorted, shifted or put under another header",
        )


def _problems_of_missing_values(nearest: Release, release: Release, limits: Limits) -> Iterator[Problem]:
    before = shapes_of(nearest)
    for kind, shape in shapes_of(release).items():
        more = []
        for column, allowed in limits.missing.items():
            rows, old_rows = shape.missing.get(column, 0), before[kind].missing.get(column, 0)
            usual = 100 * old_rows / max(before[kind].rows, 1)
            if limits.is_exceeded(rows, shape.rows, usual + allowed.more):
                limit = f"at most {usual + allowed.more:.1f} %"
                more.append(f"{column} in {share(rows, shape.rows)}, before {usual:.1f} % ({limit})")
        if more:
            yield Problem(
                "more_values_missing",
                "quarantine",
                f"{kind} without {'; '.join(more)}: more than in fiscal year {nearest.fiscal_year}, check "
                "whether a column was emptied",
            )


def _list_some(parts: Sequence[str]) -> str:
    more = len(parts) - _STATES_SHOWN
    return ", ".join(parts[:_STATES_SHOWN]) + (f" and {more} more" if more > 0 else "")
