"""The changes of systems and outlets between two releases, with the evidence for each change.

There are two kinds of evidence: the survey's own codes in the newer release (STATSTRU, STATNAME, STATADDR),
which cover its last year only, and the comparison of both releases. Each change says which evidence it has.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any, Final, Literal, get_args

from library_validator.releases.lineage.same_place import (
    fold_street,
    fold_text,
    has_same_address_number,
    is_similar_name,
)
from library_validator.releases.lineage.successions import (
    Continuation,
    ReleasePair,
    Succession,
)
from library_validator.releases.records import Outlet, Release, Structure, System

ChangeType = Literal[
    "absorbed",  # a system is a part of another system now
    "absorbed_another",  # a code says that a system took over another system, but not which
    "re_keyed",  # the same system or outlet has a new key or id
    "to_other_system",  # an outlet belongs to another system now
    "closed",
    "gone",  # not listed any more, and no code or successor says why
    "new",
    "reopened",
    "temporarily_closed",
    "renamed",
    "moved",
    "name_corrected",  # another spelling of the name
    "address_corrected",  # another spelling of the address
]
CHANGES: Final[tuple[ChangeType, ...]] = get_args(ChangeType)

_CLOSED: Final = frozenset({Structure.CLOSED, Structure.DELETED_INCORRECT})
_TOOK_OVER: Final = frozenset({Structure.ABSORBED_ANOTHER, Structure.MERGED})
_APPEARED: Final = frozenset(
    {Structure.NEW, Structure.RESTORED, Structure.RESTORED_WRONGLY_DELETED, Structure.ADDED_EXISTING}
)
_OFFICIAL_NAME, _MINOR_NAME = "06", "14"  # STATNAME
_MOVED, _MINOR_ADDRESS = "07", "15"  # STATADDR


@dataclass(frozen=True, slots=True)
class ListingChange:
    """One change of one system or outlet."""

    what: ChangeType
    kind: Literal["system", "outlet"]
    id: str  # FSCS key or id in the newer release, or in the older release if only that lists it
    name: str  # the name in the same release as the id
    before: str  # the name, address, key or system in the older release; empty if there is none
    after: str  # the same value in the newer release
    codes: tuple[str, ...]  # the survey's codes for it: "STATSTRU 11"
    comparison: tuple[str, ...]  # what the comparison of both releases shows: "street", "phone" …

    @property
    def evidence(self) -> Literal["code", "comparison", "both"]:
        if self.codes and self.comparison:
            return "both"
        return "code" if self.codes else "comparison"


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two releases."""

    fiscal_year: int
    content_sha256: str
    systems: int  # rows
    outlets: int  # rows


@dataclass(frozen=True, slots=True)
class Delta:
    """Every change between two releases, sorted by kind, type of change and id."""

    older: Side
    newer: Side
    changes: tuple[ListingChange, ...]

    def counts(self) -> dict[str, dict[str, int]]:
        """{"systems": {what: number}, "outlets": …}, without zeros, in the order of ``CHANGES``."""
        counted = Counter((change.kind, change.what) for change in self.changes)
        return {
            f"{kind}s": {what: counted[kind, what] for what in CHANGES if counted[kind, what]}
            for kind in ("system", "outlet")
        }

    def changes_of(self, kind: str, what: ChangeType) -> list[ListingChange]:
        """The changes of one kind of record, by id."""
        return [change for change in self.changes if change.kind == kind and change.what == what]

    def as_json(self) -> dict[str, Any]:
        return {
            "older": asdict(self.older),
            "newer": asdict(self.newer),
            "counts": self.counts(),
            "changes": [{**asdict(change), "evidence": change.evidence} for change in self.changes],
        }


def delta_between(older: Release, newer: Release) -> Delta:
    """Everything that changed from ``older`` to ``newer``.

    A library can have several changes: renamed and moved, for example. If it is not certain that two records
    are the same library, one is "gone" and the other is "new". Raises ``ValueError`` if ``newer`` is the
    older release.
    """
    if newer.fiscal_year < older.fiscal_year:
        raise ValueError(
            f"fiscal year {newer.fiscal_year} is before {older.fiscal_year}: give the older release first"
        )
    pair = ReleasePair(older, newer)
    found = [*_SystemChanges(pair).changes(), *_OutletChanges(pair).changes()]
    found.sort(key=lambda change: (change.kind != "system", CHANGES.index(change.what), change.id))
    return Delta(_side(older), _side(newer), tuple(found))


class _SystemChanges:
    def __init__(self, pair: ReleasePair) -> None:
        self._before = {system.fscs_key: system for system in pair.older.systems}
        self._after = {system.fscs_key: system for system in pair.newer.systems}
        self._outlets = {outlet.fscs_id: outlet for outlet in pair.newer.outlets}
        self._successions = pair.successions

    def changes(self) -> Iterator[ListingChange]:
        re_keyed = {s.fscs_key: old for old, s in self._successions.items() if s.how == "re_keyed"}
        for key, system in self._before.items():
            if key in self._after:
                yield from _changes_of_listed(system, self._after[key])
            elif key in self._successions:
                yield self._change_of_succession(system, self._successions[key])
            else:
                yield _change_of_vanished(system)
        for key, system in self._after.items():
            if key in re_keyed:
                yield from _changes_of_listed(self._before[re_keyed[key]], system)
            elif key not in self._before:
                yield _change_of_new(system)
        yield from self._takeovers_of_unknown_systems()

    def _change_of_succession(self, system: System, succession: Succession) -> ListingChange:
        new = self._after[succession.fscs_key]
        place = self._outlets.get(succession.fscs_id or "")
        codes = [part for part in succession.evidence if part.startswith("STATSTRU")]
        if new.structure in _TOOK_OVER and succession.how == "absorbed":
            codes.append(f"STATSTRU {new.structure} of {new.fscs_key}")
        shown = tuple(part for part in succession.evidence if part not in codes)
        if succession.how == "re_keyed":
            return ListingChange(
                "re_keyed",
                "system",
                new.fscs_key,
                new.name,
                system.fscs_key,
                new.fscs_key,
                tuple(codes),
                shown,
            )
        where = f", as {place.fscs_id} {place.name}" if place else ""
        after = f"{new.fscs_key} {new.name}{where}"
        return ListingChange(
            "absorbed", "system", system.fscs_key, system.name, "", after, tuple(codes), shown
        )

    def _takeovers_of_unknown_systems(self) -> Iterator[ListingChange]:
        known = {succession.fscs_key for succession in self._successions.values()}
        for key, system in self._after.items():
            if system.structure in _TOOK_OVER and key not in known:
                code = (f"STATSTRU {system.structure}",)
                yield ListingChange("absorbed_another", "system", key, system.name, "", "", code, ())


class _OutletChanges:
    def __init__(self, pair: ReleasePair) -> None:
        self._before = {outlet.fscs_id: outlet for outlet in pair.older.outlets}
        self._after = {outlet.fscs_id: outlet for outlet in pair.newer.outlets}
        self._systems_before = {system.fscs_key: system.name for system in pair.older.systems}
        self._systems_after = {system.fscs_key: system.name for system in pair.newer.systems}
        self._continued = pair.continued_outlets
        self._re_keyed = {
            old: succession.fscs_key
            for old, succession in pair.successions.items()
            if succession.how == "re_keyed"
        }

    def changes(self) -> Iterator[ListingChange]:
        continuing = {continuation.fscs_id for continuation in self._continued.values()}
        for fscs_id, outlet in self._before.items():
            if fscs_id in self._after:
                yield from _changes_of_listed(outlet, self._after[fscs_id])
            elif fscs_id in self._continued:
                continuation = self._continued[fscs_id]
                yield self._change_of_id(outlet, continuation)
                yield from _changes_of_listed(outlet, self._after[continuation.fscs_id])
            else:
                yield _change_of_vanished(outlet)
        for fscs_id, outlet in self._after.items():
            if fscs_id not in self._before and fscs_id not in continuing:
                yield _change_of_new(outlet)

    def _change_of_id(self, outlet: Outlet, continuation: Continuation) -> ListingChange:
        new = self._after[continuation.fscs_id]
        codes = tuple(part for part in continuation.evidence if part.startswith("STATSTRU"))
        shown = tuple(part for part in continuation.evidence if part not in codes)
        before, after = outlet.fscs_id, new.fscs_id
        if new.fscs_key in (outlet.fscs_key, self._re_keyed.get(outlet.fscs_key)):
            return ListingChange("re_keyed", "outlet", new.fscs_id, new.name, before, after, codes, shown)
        before += f" of {self._systems_before.get(outlet.fscs_key, outlet.fscs_key)}"
        after += f" of {self._systems_after.get(new.fscs_key, new.fscs_key)}"
        return ListingChange("to_other_system", "outlet", new.fscs_id, new.name, before, after, codes, shown)


def _change_of_vanished(record: System | Outlet) -> ListingChange:
    closed = record.structure in _CLOSED
    codes = (f"STATSTRU {record.structure} in the older release",) if closed else ()
    what: ChangeType = "closed" if closed else "gone"
    return ListingChange(
        what, _kind(record), _id(record), record.name, _address(record), "", codes, ("not listed",)
    )


def _change_of_new(record: System | Outlet) -> ListingChange:
    codes = (f"STATSTRU {record.structure}",) if record.structure in _APPEARED else ()
    return ListingChange(
        "new", _kind(record), _id(record), record.name, "", _address(record), codes, ("not listed before",)
    )


def _changes_of_listed(before: System | Outlet, after: System | Outlet) -> Iterator[ListingChange]:
    """The changes of a library that both releases list, perhaps with two keys."""
    yield from _status_changes(before, after)
    yield from _name_changes(before, after)
    yield from _address_changes(before, after)


def _status_changes(before: System | Outlet, after: System | Outlet) -> Iterator[ListingChange]:
    closed_before = before.structure == Structure.TEMPORARILY_CLOSED
    code = (f"STATSTRU {after.structure}",)
    what: ChangeType
    codes: tuple[str, ...] = ()
    shown: tuple[str, ...] = ()
    if after.structure in _CLOSED and before.structure not in _CLOSED:
        what, codes = "closed", code
    elif after.structure == Structure.TEMPORARILY_CLOSED and not closed_before:
        what, codes = "temporarily_closed", code
    elif after.structure == Structure.REOPENED:
        what, codes, shown = "reopened", code, ("temporarily closed before",) if closed_before else ()
    elif closed_before and after.structure not in {*_CLOSED, Structure.TEMPORARILY_CLOSED}:
        what, shown = "reopened", ("temporarily closed before",)
    else:
        return
    was, now = (_address(before), "") if what == "closed" else (before.structure, after.structure)
    yield ListingChange(what, _kind(after), _id(after), after.name, was, now, codes, shown)


def _name_changes(before: System | Outlet, after: System | Outlet) -> Iterator[ListingChange]:
    differs = fold_text(before.name) != fold_text(after.name)
    coded = after.name_change in (_OFFICIAL_NAME, _MINOR_NAME)
    if not differs and not (coded and after.name_change != before.name_change):
        return
    minor = after.name_change == _MINOR_NAME or (not coded and is_similar_name(before.name, after.name))
    yield ListingChange(
        "name_corrected" if minor else "renamed",
        _kind(after),
        _id(after),
        after.name,
        before.name,
        after.name,
        (f"STATNAME {after.name_change}",) if coded else (),
        ("name",) if differs else (),
    )


def _address_changes(before: System | Outlet, after: System | Outlet) -> Iterator[ListingChange]:
    street = (fold_street(before.street) or fold_text(before.street)) != (
        fold_street(after.street) or fold_text(after.street)
    )
    differs = tuple(
        column
        for column, changed in (("street", street), ("ZIP", before.zip != after.zip))
        if changed
    )  # fmt: skip
    coded = after.address_change in (_MOVED, _MINOR_ADDRESS)
    if not differs and not (coded and after.address_change != before.address_change):
        return
    minor = after.address_change == _MINOR_ADDRESS or (not coded and has_same_address_number(before, after))
    yield ListingChange(
        "address_corrected" if minor else "moved",
        _kind(after),
        _id(after),
        after.name,
        _address(before),
        _address(after),
        (f"STATADDR {after.address_change}",) if coded else (),
        differs,
    )


def _address(record: System | Outlet) -> str:
    return f"{record.street}, {record.city} {record.zip}"


def _kind(record: System | Outlet) -> Literal["system", "outlet"]:
    return "system" if isinstance(record, System) else "outlet"


def _id(record: System | Outlet) -> str:
    return record.fscs_key if isinstance(record, System) else record.fscs_id


def _side(release: Release) -> Side:
    return Side(release.fiscal_year, release.content_sha256, len(release.systems), len(release.outlets))
