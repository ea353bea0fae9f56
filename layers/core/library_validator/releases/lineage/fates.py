"""The fates of systems and outlets over all releases: they continue, perhaps with a new key, or are gone.

``successions`` compares two releases; here the steps from each release to the next are followed to their end.
A library may be missing from a release and come back later with another key: later releases are compared too.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from typing import Final, Literal

from library_validator.releases.lineage.successions import ReleasePair, Succession
from library_validator.releases.records import Release, Structure, System
from library_validator.terms import fscs_key_of

CLOSED: Final = frozenset({Structure.CLOSED, Structure.DELETED_INCORRECT})


@dataclass(frozen=True, slots=True)
class Takeover:
    """The system of the newest release that a vanished system is a part of now."""

    fscs_key: str
    fscs_id: str | None  # the listed outlet that was its main place, if there is one
    name: str  # name of that outlet, or else of the system
    since: int  # the first fiscal year in which its main place belongs to another system


@dataclass(frozen=True, slots=True)
class Fate:
    """Why the newest release does not list a system."""

    what: Literal["closed", "absorbed", "no_longer_reported"]
    by: Takeover | None = None


@dataclass(frozen=True, slots=True)
class _Step:
    """The successor of a system, and the first fiscal year that lists the successor."""

    succession: Succession
    since: int


class Lineage:
    """Follows keys and ids through the releases: oldest first, one release for each fiscal year."""

    def __init__(self, oldest_first: Sequence[Release]) -> None:
        keys = ([system.fscs_key for system in release.systems] for release in oldest_first)
        ids = ([outlet.fscs_id for outlet in release.outlets] for release in oldest_first)
        self._last_system = _last_positions(keys)
        self._last_outlet = _last_positions(ids)
        self._systems: dict[str, _Step] = {}
        self._outlets: dict[str, str] = {}
        seen: set[str] = set()
        for position, newer in enumerate(oldest_first):
            if position:
                self._follow_release(oldest_first[position - 1], newer, position - 1)
                self._follow_returned(oldest_first[: position - 1], newer, seen)
            seen.update(system.fscs_key for system in newer.systems)
            seen.update(outlet.fscs_id for outlet in newer.outlets)
        newest = oldest_first[-1]
        self._listed = {system.fscs_key: system.name for system in newest.systems}
        self._listed |= {outlet.fscs_id: outlet.name for outlet in newest.outlets}

    def _follow_release(self, older: Release, newer: Release, position: int) -> None:
        """Keep the successors in the next release; ``position`` is the position of the older release."""
        pair = ReleasePair(older, newer)
        for key, succession in pair.successions.items():
            if self._last_system[key] == position:
                self._systems[key] = _Step(succession, newer.fiscal_year)
        for fscs_id, following in pair.continued_outlets.items():
            if self._last_outlet[fscs_id] == position:
                self._outlets[fscs_id] = following.fscs_id

    def _follow_returned(self, before: Sequence[Release], newer: Release, seen: AbstractSet[str]) -> None:
        """Keep successors that ``newer`` lists for the first time, of libraries that ended in ``before``.

        Libraries that have a successor already, in whole or in part, are left out, and so are successors.
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
            systems=tuple(system for system in newer.systems if system.fscs_key not in known),
            outlets=tuple(outlet for outlet in newer.outlets if outlet.fscs_id not in known),
        )
        pair = ReleasePair(waiting, first_listed)
        for key, succession in pair.successions.items():
            self._systems[key] = _Step(succession, newer.fiscal_year)
        for fscs_id, following in pair.continued_outlets.items():
            self._outlets[fscs_id] = following.fscs_id

    def newest_id(self, fscs_id: str) -> str:
        """The last id of an outlet, if it continues under other ids; otherwise the given id."""
        while (following := self._outlets.get(fscs_id)) is not None:
            fscs_id = following
        return fscs_id

    def newest_key(self, fscs_key: str) -> str:
        """The last key of a system, if it continues under other keys; otherwise the given key."""
        while (step := self._systems.get(fscs_key)) and step.succession.how == "re_keyed":
            fscs_key = step.succession.fscs_key
        return fscs_key

    def fate(self, system: System) -> Fate | None:
        """The fate of a system, given by its last record; None if the newest release lists the system."""
        if self.newest_key(system.fscs_key) in self._listed:
            return None
        by = self._takeover_of(system.fscs_key)
        if by is not None:
            return Fate("absorbed", by)
        return Fate("closed" if system.structure in CLOSED else "no_longer_reported")

    def _takeover_of(self, fscs_key: str) -> Takeover | None:
        """The listed system at the end of a chain of takeovers; None if the chain has no listed end."""
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
        return Takeover(key, fscs_id, self._listed[fscs_id or key], since)


def _last_positions(listings: Iterable[Sequence[str]]) -> dict[str, int]:
    """Each key with the position of the last release that lists it."""
    return {key: position for position, keys in enumerate(listings) for key in keys}
