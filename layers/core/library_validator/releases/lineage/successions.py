"""What became of systems and outlets that a newer release does not list any more, where it is certain.

Keys change: a library gets a permanent key after a temporary one, a system is merged into another, a
branch is handed over. The survey tells a part of that by structure codes, and never the new key; so it is
read from what both releases publish. A successor always stands under a key or id that the older release
did not have: a library that was there before is a neighbour, not a successor.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, Literal, TypeVar

from library_validator.releases.lineage.same_place import Places, evidence_of_one_place
from library_validator.releases.records import Outlet, Release, Structure, System
from library_validator.terms import fscs_key_of

_R = TypeVar("_R", System, Outlet)
# Outlets that travel share an address and a phone with a building, and are never its continuation.
_WITHOUT_A_BUILDING: Final = frozenset({"BS", "BM", "MO"})
_NAMES: Final = frozenset({"name", "similar name"})
_HANDED_OVER: Final = frozenset(
    {Structure.MERGED, Structure.MOVED_TO_NEW_SYSTEM, Structure.MOVED_TO_OTHER_SYSTEM}
)


@dataclass(frozen=True, slots=True)
class Succession:
    """The certain successor of a system that is listed no more."""

    how: Literal["re_keyed", "absorbed"]  # the same system under a new key; now part of another system
    fscs_key: str  # of the system in the newer release
    fscs_id: str | None  # the outlet of it that the old system's main place is now, if there is one
    evidence: tuple[str, ...]  # what both releases agree on, and structure codes, in words


@dataclass(frozen=True, slots=True)
class Continuation:
    """An outlet that goes on under another FSCS id."""

    fscs_id: str  # in the newer release
    evidence: tuple[str, ...]


def continued_outlets(older: Release, newer: Release) -> dict[str, Continuation]:
    """FSCS id in ``older`` that ``newer`` does not have -> the same outlet's id in ``newer``."""
    before, after = _only(older.outlets, newer.outlets), _only(newer.outlets, older.outlets)
    return {
        outlet.fscs_id: Continuation(successor.fscs_id, evidence + _codes(successor))
        for outlet, successor, evidence in _pairs(before, after)
    }


def same_under_other_keys(before: Iterable[_R], after: Iterable[_R]) -> int:
    """How many records of ``before`` stand in ``after`` under a new key, and not under their own."""
    before, after = tuple(before), tuple(after)
    return sum(1 for _ in _pairs(_only(before, after), _only(after, before)))


def successions(older: Release, newer: Release) -> dict[str, Succession]:
    """FSCS key of each system that only ``older`` lists -> its successor in ``newer``, where certain.

    re_keyed: a system of a new key is the same library at the same place, or has taken over the main
    outlet and nothing that came from elsewhere. absorbed: the main place goes on as an outlet of another
    system, and no outlet went on elsewhere. A system that was divided has no one successor.
    """
    return _Successions(older, newer).found()


class _Successions:
    def __init__(self, older: Release, newer: Release) -> None:
        self._gone = _only(older.systems, newer.systems)
        self._new = _only(newer.systems, older.systems)
        self._new_outlets = Places(_only(newer.outlets, older.outlets))
        self._continued = continued_outlets(older, newer)
        self._outlets_of: defaultdict[str, list[Outlet]] = defaultdict(list)
        for outlet in older.outlets:
            self._outlets_of[outlet.fscs_key].append(outlet)
        self._origins: defaultdict[str, set[str]] = defaultdict(set)  # new key -> keys its outlets had
        for old_id, continuation in self._continued.items():
            self._origins[fscs_key_of(continuation.fscs_id)].add(fscs_key_of(old_id))

    def found(self) -> dict[str, Succession]:
        new_keys = {system.fscs_key for system in self._new}
        same = {
            old.fscs_key: (new, evidence)
            for old, new, evidence in _pairs(self._gone, self._new)
            if not _NAMES.isdisjoint(evidence)
            and self._origins[new.fscs_key] <= {old.fscs_key}
            and self._went_to(old) <= {new.fscs_key}
        }
        taken = {new.fscs_key for new, _ in same.values()}
        found: dict[str, Succession] = {}
        for system in self._gone:
            if system.fscs_key in same:
                new, evidence = same[system.fscs_key]
                main = self._main_place(system)
                fscs_id = main.fscs_id if main and main.fscs_id.startswith(new.fscs_key) else None
                found[system.fscs_key] = Succession("re_keyed", new.fscs_key, fscs_id, evidence)
            elif taken_over := self._taken_over(system, new_keys - taken):
                found[system.fscs_key] = taken_over
        return found

    def _taken_over(self, system: System, free_keys: set[str]) -> Succession | None:
        """The system that has this one's main place, if nothing of it went elsewhere."""
        main = self._main_place(system)
        if main is None:
            return None
        key = fscs_key_of(main.fscs_id)
        if not self._outlets_of[system.fscs_key]:
            return Succession("absorbed", key, main.fscs_id, main.evidence)
        buildings = [o for o in self._outlets_of[system.fscs_key] if o.type not in _WITHOUT_A_BUILDING]
        continued = [outlet for outlet in buildings if outlet.fscs_id in self._continued]
        if self._went_to(system) != {key} or 2 * len(continued) < len(buildings):
            return None
        if key in free_keys and self._origins[key] == {system.fscs_key}:
            return Succession("re_keyed", key, main.fscs_id, main.evidence)
        return Succession("absorbed", key, main.fscs_id, main.evidence)

    def _went_to(self, system: System) -> set[str]:
        """The keys under which outlets of the system go on."""
        own = (self._continued.get(outlet.fscs_id) for outlet in self._outlets_of[system.fscs_key])
        return {fscs_key_of(continuation.fscs_id) for continuation in own if continuation}

    def _main_place(self, system: System) -> Continuation | None:
        """Where the central library went; else the one outlet that is at the system's own address.

        A system in its last year may have handed over its outlets already: then itself.
        """
        own = self._outlets_of[system.fscs_key]
        if not own:
            return self._as_outlet(system)
        central = [outlet for outlet in own if outlet.type == "CE"]
        if not central:
            central = [outlet for outlet in own if evidence_of_one_place(outlet, system)]
        if len(central) != 1:
            return None
        return self._continued.get(central[0].fscs_id)

    def _as_outlet(self, system: System) -> Continuation | None:
        found = _best(system, self._new_outlets)
        if found is None or "name" not in found[2]:
            return None
        return Continuation(found[1].fscs_id, found[2] + _codes(found[1]))


def _pairs(before: list[_R], after: list[_R]) -> Iterable[tuple[_R, _R, tuple[str, ...]]]:
    """Each record of ``before`` with the one of ``after`` that it is now; two equally good are none."""
    places = Places(after)
    wanted: defaultdict[int, list[tuple[int, _R, tuple[str, ...]]]] = defaultdict(list)
    by_id: dict[int, _R] = {id(record): record for record in after}
    for record in before:
        best = _best(record, places)
        if best is not None:
            strength, other, evidence = best
            wanted[id(other)].append((strength, record, evidence))
    for identity, claims in wanted.items():
        strongest = max(strength for strength, _, _ in claims)
        first = [(record, evidence) for strength, record, evidence in claims if strength == strongest]
        if len(first) == 1:
            yield first[0][0], by_id[identity], first[0][1]


def _best(record: System | Outlet, places: Places[_R]) -> tuple[int, _R, tuple[str, ...]] | None:
    found = []
    for other in places.near(record):
        evidence = evidence_of_one_place(record, other)
        if evidence and _one_kind(record, other):
            found.append((_strength(evidence), other, evidence))
    if not found:
        return None
    strongest = max(strength for strength, _, _ in found)
    best = [candidate for candidate in found if candidate[0] == strongest]
    return best[0] if len(best) == 1 else None


def _strength(evidence: tuple[str, ...]) -> int:
    worth: Mapping[str, int] = {"name": 8, "similar name": 4, "street": 2, "phone": 1}
    return sum(worth.get(part, 0) for part in evidence)


def _one_kind(one: System | Outlet, other: System | Outlet) -> bool:
    if isinstance(one, Outlet) and isinstance(other, Outlet):
        travels, other_travels = one.type in _WITHOUT_A_BUILDING, other.type in _WITHOUT_A_BUILDING
        return one.type == other.type if travels or other_travels else True
    return True


def _codes(outlet: Outlet) -> tuple[str, ...]:
    return (f"STATSTRU {outlet.structure}",) if outlet.structure in _HANDED_OVER else ()


def _only(records: Iterable[_R], others: Iterable[_R]) -> list[_R]:
    known = {_key(other) for other in others}
    return [record for record in records if _key(record) not in known]


def _key(record: System | Outlet) -> str:
    return record.fscs_key if isinstance(record, System) else record.fscs_id
