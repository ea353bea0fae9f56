"""What became of systems and outlets over all releases: who goes on under which key, and who is gone.

``successions`` tells of two releases; here the steps from each release to the next are followed to their end.
What a release misses out, and a later one lists under another key, is held against that later one too.
"""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from typing import Final, Literal

from library_validator.releases.lineage.successions import Succession, continued_outlets, successions
from library_validator.releases.records import Release, Structure, System
from library_validator.terms import fscs_key_of

CLOSED: Final = frozenset({Structure.CLOSED, Structure.DELETED_INCORRECT})


@dataclass(frozen=True, slots=True)
class TakenOver:
    """The system of the newest release that a vanished one is part of now."""

    fscs_key: str
    fscs_id: str | None  # the outlet that its main place is now, where one is listed
    name: str  # of that outlet, or else of the system
    since: int  # the first fiscal year that lists the vanished system's main place there


@dataclass(frozen=True, slots=True)
class Fate:
    """Why the newest release does not list a system."""

    what: Literal["closed", "absorbed", "no_longer_reported"]
    by: TakenOver | None = None


@dataclass(frozen=True, slots=True)
class _Step:
    """What became of a system after its last year, and the first fiscal year that shows it."""

    succession: Succession
    since: int


class Lineage:
    """Keys and ids followed through releases, given oldest first, one a fiscal year."""

    def __init__(self, oldest_first: Sequence[Release]) -> None:
        self._last_system = _last_listed([[s.fscs_key for s in one.systems] for one in oldest_first])
        self._last_outlet = _last_listed([[o.fscs_id for o in one.outlets] for one in oldest_first])
        self._systems: dict[str, _Step] = {}
        self._outlets: dict[str, str] = {}
        seen: set[str] = set()
        for position, newer in enumerate(oldest_first):
            if position:
                self._follow(oldest_first[position - 1], newer, position - 1)
                self._follow_late(oldest_first[: position - 1], newer, seen)
            seen.update(system.fscs_key for system in newer.systems)
            seen.update(outlet.fscs_id for outlet in newer.outlets)
        newest = oldest_first[-1]
        self._listed = {system.fscs_key: system.name for system in newest.systems}
        self._listed |= {outlet.fscs_id: outlet.name for outlet in newest.outlets}

    def _follow(self, older: Release, newer: Release, position: int) -> None:
        """From one release to the next; ``position`` is that of the older one."""
        for key, succession in successions(older, newer).items():
            if self._last_system[key] == position:
                self._systems[key] = _Step(succession, newer.fiscal_year)
        for fscs_id, following in continued_outlets(older, newer).items():
            if self._last_outlet[fscs_id] == position:
                self._outlets[fscs_id] = following.fscs_id

    def _follow_late(self, before: Sequence[Release], newer: Release, seen: AbstractSet[str]) -> None:
        """What ``before`` list last and nothing followed, against what ``newer`` lists for the first time.

        What went on elsewhere already, whole or in part, and what another one became, is left out.
        """
        if not before:
            return
        divided = {
            fscs_key_of(old) for old, new in self._outlets.items() if fscs_key_of(old) != fscs_key_of(new)
        }
        systems = [
            system
            for position, release in enumerate(before)
            for system in release.systems
            if self._last_system[system.fscs_key] == position
            and system.fscs_key not in self._systems
            and system.fscs_key not in divided
        ]
        outlets = [
            outlet
            for position, release in enumerate(before)
            for outlet in release.outlets
            if self._last_outlet[outlet.fscs_id] == position and outlet.fscs_id not in self._outlets
        ]
        taken = {*self._outlets.values(), *(step.succession.fscs_key for step in self._systems.values())}
        known = seen | taken
        waiting = replace(before[-1], systems=tuple(systems), outlets=tuple(outlets))
        first_listed = replace(
            newer,
            systems=tuple(one for one in newer.systems if one.fscs_key not in known),
            outlets=tuple(one for one in newer.outlets if one.fscs_id not in known),
        )
        for key, succession in successions(waiting, first_listed).items():
            self._systems[key] = _Step(succession, newer.fiscal_year)
        for fscs_id, following in continued_outlets(waiting, first_listed).items():
            self._outlets[fscs_id] = following.fscs_id

    def newest_id(self, fscs_id: str) -> str:
        """The last id of an outlet that goes on under others; its own where it does not."""
        while (following := self._outlets.get(fscs_id)) is not None:
            fscs_id = following
        return fscs_id

    def newest_key(self, fscs_key: str) -> str:
        """The last key of a system that goes on under others; its own where it does not."""
        while (step := self._systems.get(fscs_key)) and step.succession.how == "re_keyed":
            fscs_key = step.succession.fscs_key
        return fscs_key

    def fate(self, system: System) -> Fate | None:
        """What became of a system, given as last listed; None for one that the newest release lists."""
        if self.newest_key(system.fscs_key) in self._listed:
            return None
        by = self._taken_over(system.fscs_key)
        if by is not None:
            return Fate("absorbed", by)
        return Fate("closed" if system.structure in CLOSED else "no_longer_reported")

    def _taken_over(self, fscs_key: str) -> TakenOver | None:
        """The end of a chain of systems, each part of the next; None where no listed one ends it."""
        place: str | None = None
        while (key := self.newest_key(fscs_key)) not in self._listed:
            step = self._systems.get(key)
            if step is None:
                return None
            since = step.since
            place = place or step.succession.fscs_id
            fscs_key = step.succession.fscs_key
        outlet = self.newest_id(place) if place else None
        fscs_id = outlet if outlet in self._listed and fscs_key_of(outlet) == key else None
        return TakenOver(key, fscs_id, self._listed[fscs_id or key], since)


def _last_listed(listings: Sequence[Sequence[str]]) -> dict[str, int]:
    """Each key with the position of the last release that lists it."""
    return {key: position for position, keys in enumerate(listings) for key in keys}
