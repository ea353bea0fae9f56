"""The changes between two releases: their counts, and a section for each kind of change."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from library_validator.releases.lineage.delta import CHANGES, ChangeType, Delta, ListingChange

_TITLES: Final[Mapping[ChangeType, str]] = {
    "absorbed": "absorbed by another system",
    "absorbed_another": "took over another system; which one is not certain",
    "re_keyed": "the same under another key",
    "to_other_system": "moved to another system",
    "closed": "closed",
    "gone": "no longer listed, reason not known",
    "new": "new",
    "reopened": "open again",
    "temporarily_closed": "temporarily closed",
    "renamed": "renamed",
    "moved": "moved",
    "name_corrected": "another spelling of the name",
    "address_corrected": "another spelling of the address",
}
_WITH_BEFORE: Final = frozenset({"re_keyed", "to_other_system", "closed", "gone", "renamed", "moved"})
_WITH_AFTER: Final = frozenset({"absorbed", "re_keyed", "to_other_system", "new", "renamed", "moved"})
_CORRECTIONS: Final = frozenset({"name_corrected", "address_corrected"})
_WITNESSES: Final = {"code": "code", "comparison": "compared", "both": "both"}
_KINDS: Final = {"system": "systems", "outlet": "outlets"}


@dataclass(frozen=True, slots=True)
class ChangeCount:
    title: str
    systems: int
    outlets: int


@dataclass(frozen=True, slots=True)
class Section:
    """All changes of one kind, to systems or to outlets. A row has a text for each column."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class DeltaView:
    older_year: int
    newer_year: int
    heading: str  # counts of both releases
    counts: tuple[ChangeCount, ...]
    sections: tuple[Section, ...]  # without empty sections; other spellings are counted and not listed


def delta_view(delta: Delta) -> DeltaView:
    return DeltaView(
        delta.older.fiscal_year,
        delta.newer.fiscal_year,
        _heading(delta),
        tuple(_counts(delta)),
        tuple(_sections(delta)),
    )


def _heading(delta: Delta) -> str:
    older, newer = delta.older, delta.newer
    return (
        f"Fiscal year {older.fiscal_year}: {older.systems:,} systems, {older.outlets:,} outlets; "
        f"{newer.fiscal_year}: {newer.systems:,} systems, {newer.outlets:,} outlets"
    )


def _counts(delta: Delta) -> Iterator[ChangeCount]:
    counts = delta.counts()
    for what in CHANGES:
        systems, outlets = counts["systems"].get(what, 0), counts["outlets"].get(what, 0)
        if systems or outlets:
            yield ChangeCount(_TITLES[what], systems, outlets)


def _sections(delta: Delta) -> Iterator[Section]:
    for kind, kinds in _KINDS.items():
        for what in CHANGES:
            changes = delta.changes_of(kind, what)
            if changes and what not in _CORRECTIONS:
                title = f"{len(changes):,} {kinds if len(changes) != 1 else kind}: {_TITLES[what]}"
                yield Section(title, _columns(kind, what), tuple(map(_row, changes)))


def _columns(kind: str, what: ChangeType) -> tuple[str, ...]:
    name = () if what == "renamed" else ("name",)
    before = ("before",) if what in _WITH_BEFORE else ()
    after = ("now",) if what in _WITH_AFTER else ()
    return ("FSCS key" if kind == "system" else "FSCS id", *name, *before, *after, "seen by", "what shows it")


def _row(change: ListingChange) -> tuple[str, ...]:
    name = () if change.what == "renamed" else (change.name,)
    before = (change.before,) if change.what in _WITH_BEFORE else ()
    after = (change.after,) if change.what in _WITH_AFTER else ()
    shows = ", ".join((*change.codes, *change.comparison))
    return (change.id, *name, *before, *after, _WITNESSES[change.evidence], shows)
