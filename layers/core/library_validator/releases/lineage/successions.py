"""Certain successors of the systems and outlets that a newer release does not list any more.

Keys change: a library gets a permanent key after a temporary one, a system is merged into another, a branch
is handed over. The survey reports some of these changes with structure codes and never gives the new key. So
the records of both releases are compared. A successor always has a key or id that the older release does not
have: a library that was listed before is a neighbour and not a successor.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final, Literal, TypeVar

from library_validator.releases.lineage.same_place import RecordFinder, evidence_of_same_place
from library_validator.releases.records import Outlet, Release, Structure, System
from library_validator.terms import fscs_key_of

_R = TypeVar("_R", System, Outlet)
# A travelling outlet shares address and phone with a building, and never continues that building.
_WITHOUT_A_BUILDING: Final = frozenset({"BS", "BM", "MO"})
_NAMES: Final = frozenset({"name", "similar name"})
_HANDED_OVER: Final = frozenset(
    {Structure.MERGED, Structure.MOVED_TO_NEW_SYSTEM, Structure.MOVED_TO_OTHER_SYSTEM}
)


@dataclass(frozen=True, slots=True)
class Succession:
    """The certain successor of a system that the newer release does not list."""

    how: Literal[
        "re_keyed", "absorbed"
    ]  # the same system has a new key; the system is now a part of another system
    fscs_key: str  # key of the system in the newer release
    fscs_id: str | None  # the successor's outlet that was the old system's main place, if there is one
    evidence: tuple[str, ...]  # the fields that agree, and structure codes, in words


@dataclass(frozen=True, slots=True)
class Continuation:
    """The other FSCS id under which an outlet continues."""

    fscs_id: str  # in the newer release
    evidence: tuple[str, ...]


@dataclass(frozen=True)  # without slots, so that each result is computed once
class ReleasePair:
    """Two releases, and the successors in ``newer`` of libraries that only ``older`` lists."""

    older: Release
    newer: Release

    @cached_property
    def continued_outlets(self) -> dict[str, Continuation]:
        """FSCS id of each outlet that only ``older`` lists -> its id in ``newer``, where that is certain."""
        before = _records_without(self.older.outlets, self.newer.outlets)
        after = _records_without(self.newer.outlets, self.older.outlets)
        return {
            outlet.fscs_id: Continuation(successor.fscs_id, evidence + _codes_of(successor))
            for outlet, successor, evidence in _best_pairs(before, after)
        }

    @cached_property
    def successions(self) -> dict[str, Succession]:
        """FSCS key of each system that only ``older`` lists -> its successor in ``newer``, where certain.

        re_keyed: a system with a new key is the same library at the same place, or has the old system's main
        outlet and no outlet of another system. absorbed: the main place is now an outlet of another system,
        and no outlet went to a third system. A system that was divided has no successor.
        """
        return _SuccessionFinder(self).find_all()


def count_renumbered(before: Iterable[_R], after: Iterable[_R]) -> int:
    """The number of records of ``before`` that ``after`` has under a new key, and not under the old key."""
    before, after = tuple(before), tuple(after)
    return sum(1 for _ in _best_pairs(_records_without(before, after), _records_without(after, before)))


class _SuccessionFinder:
    def __init__(self, pair: ReleasePair) -> None:
        older, newer = pair.older, pair.newer
        self._gone = _records_without(older.systems, newer.systems)
        self._new = _records_without(newer.systems, older.systems)
        self._new_outlets = RecordFinder(_records_without(newer.outlets, older.outlets))
        self._continued = pair.continued_outlets
        self._outlets_of: defaultdict[str, list[Outlet]] = defaultdict(list)
        for outlet in older.outlets:
            self._outlets_of[outlet.fscs_key].append(outlet)
        self._origins: defaultdict[str, set[str]] = defaultdict(set)  # new key -> old keys of its outlets
        for old_id, continuation in self._continued.items():
            self._origins[fscs_key_of(continuation.fscs_id)].add(fscs_key_of(old_id))

    def find_all(self) -> dict[str, Succession]:
        new_keys = {system.fscs_key for system in self._new}
        same = {
            old.fscs_key: (new, evidence)
            for old, new, evidence in _best_pairs(self._gone, self._new)
            if not _NAMES.isdisjoint(evidence)
            and self._origins[new.fscs_key] <= {old.fscs_key}
            and self._keys_of_new_systems(old) <= {new.fscs_key}
        }
        taken = {new.fscs_key for new, _ in same.values()}
        found: dict[str, Succession] = {}
        for system in self._gone:
            if system.fscs_key in same:
                new, evidence = same[system.fscs_key]
                main = self._continuation_of_main_place(system)
                fscs_id = main.fscs_id if main and main.fscs_id.startswith(new.fscs_key) else None
                found[system.fscs_key] = Succession("re_keyed", new.fscs_key, fscs_id, evidence)
            elif taken_over := self._succession_by_main_place(system, new_keys - taken):
                found[system.fscs_key] = taken_over
        return found

    def _succession_by_main_place(self, system: System, free_keys: set[str]) -> Succession | None:
        """The succession by the system that now has the main place, if no outlet went to a third system."""
        main = self._continuation_of_main_place(system)
        if main is None:
            return None
        key = fscs_key_of(main.fscs_id)
        if not self._outlets_of[system.fscs_key]:
            return Succession("absorbed", key, main.fscs_id, main.evidence)
        buildings = [o for o in self._outlets_of[system.fscs_key] if o.type not in _WITHOUT_A_BUILDING]
        continued = [outlet for outlet in buildings if outlet.fscs_id in self._continued]
        if self._keys_of_new_systems(system) != {key} or 2 * len(continued) < len(buildings):
            return None
        if key in free_keys and self._origins[key] == {system.fscs_key}:
            return Succession("re_keyed", key, main.fscs_id, main.evidence)
        return Succession("absorbed", key, main.fscs_id, main.evidence)

    def _keys_of_new_systems(self, system: System) -> set[str]:
        """The keys of the systems in which the system's outlets continue."""
        own = (self._continued.get(outlet.fscs_id) for outlet in self._outlets_of[system.fscs_key])
        return {fscs_key_of(continuation.fscs_id) for continuation in own if continuation}

    def _continuation_of_main_place(self, system: System) -> Continuation | None:
        """The new id of the central library; without one, of the only outlet at the system's own address.

        A system may have handed over all outlets before its last year: then the system's record is compared.
        """
        own = self._outlets_of[system.fscs_key]
        if not own:
            return self._continuation_as_outlet(system)
        central = [outlet for outlet in own if outlet.type == "CE"]
        if not central:
            central = [outlet for outlet in own if evidence_of_same_place(outlet, system)]
        if len(central) != 1:
            return None
        return self._continued.get(central[0].fscs_id)

    def _continuation_as_outlet(self, system: System) -> Continuation | None:
        found = _best_partner(system, self._new_outlets)
        if found is None or "name" not in found[2]:
            return None
        return Continuation(found[1].fscs_id, found[2] + _codes_of(found[1]))


def _best_pairs(before: list[_R], after: list[_R]) -> Iterable[tuple[_R, _R, tuple[str, ...]]]:
    """Each record of ``before`` with the best record of ``after``, unless two are equally good."""
    places = RecordFinder(after)
    claims_on: defaultdict[int, list[tuple[int, _R, tuple[str, ...]]]] = defaultdict(list)
    by_id: dict[int, _R] = {id(record): record for record in after}
    for record in before:
        best = _best_partner(record, places)
        if best is not None:
            strength, other, evidence = best
            claims_on[id(other)].append((strength, record, evidence))
    for identity, claims in claims_on.items():
        strongest = max(strength for strength, _, _ in claims)
        first = [(record, evidence) for strength, record, evidence in claims if strength == strongest]
        if len(first) == 1:
            yield first[0][0], by_id[identity], first[0][1]


def _best_partner(
    record: System | Outlet, places: RecordFinder[_R]
) -> tuple[int, _R, tuple[str, ...]] | None:
    found = []
    for other in places.find_near(record):
        evidence = evidence_of_same_place(record, other)
        if evidence and _is_same_kind(record, other):
            found.append((_strength_of(evidence), other, evidence))
    if not found:
        return None
    strongest = max(strength for strength, _, _ in found)
    best = [candidate for candidate in found if candidate[0] == strongest]
    return best[0] if len(best) == 1 else None


def _strength_of(evidence: tuple[str, ...]) -> int:
    worth: Mapping[str, int] = {"name": 8, "similar name": 4, "street": 2, "phone": 1}
    return sum(worth.get(part, 0) for part in evidence)


def _is_same_kind(record: System | Outlet, other: System | Outlet) -> bool:
    """Whether both records have a building, or both travel in the same way."""
    if isinstance(record, Outlet) and isinstance(other, Outlet):
        travel = not _WITHOUT_A_BUILDING.isdisjoint((record.type, other.type))
        return record.type == other.type if travel else True
    return True


def _codes_of(outlet: Outlet) -> tuple[str, ...]:
    return (f"STATSTRU {outlet.structure}",) if outlet.structure in _HANDED_OVER else ()


def _records_without(records: Iterable[_R], others: Iterable[_R]) -> list[_R]:
    known = {_key_of(other) for other in others}
    return [record for record in records if _key_of(record) not in known]


def _key_of(record: System | Outlet) -> str:
    return record.fscs_key if isinstance(record, System) else record.fscs_id
