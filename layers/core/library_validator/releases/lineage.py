"""What became of systems and outlets over all releases: who goes on under which key, and who is gone.

``successions`` tells of two releases; here the steps between consecutive releases are followed to their end.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, Literal

from library_validator.releases.records import Release, Structure, System
from library_validator.releases.successions import Succession, continued_outlets, successions

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


class Lineage:
    """Keys and ids followed through releases, given oldest first, one a fiscal year."""

    def __init__(self, oldest_first: Sequence[Release]) -> None:
        self._releases = oldest_first
        self._last_system = _last_listed([[s.fscs_key for s in one.systems] for one in oldest_first])
        self._last_outlet = _last_listed([[o.fscs_id for o in one.outlets] for one in oldest_first])
        steps = list(pairwise(oldest_first))
        self._successions = [successions(older, newer) for older, newer in steps]
        self._continued = [continued_outlets(older, newer) for older, newer in steps]
        newest = oldest_first[-1]
        self._listed = {system.fscs_key: system.name for system in newest.systems}
        self._listed |= {outlet.fscs_id: outlet.name for outlet in newest.outlets}

    def newest_id(self, fscs_id: str) -> str:
        """The last id of an outlet that goes on under others; its own where it does not."""
        while (last := self._last_outlet[fscs_id]) < len(self._continued):
            following = self._continued[last].get(fscs_id)
            if following is None:
                break
            fscs_id = following.fscs_id
        return fscs_id

    def newest_key(self, fscs_key: str) -> str:
        """The last key of a system that goes on under others; its own where it does not."""
        while (step := self._step(fscs_key)) and step.how == "re_keyed":
            fscs_key = step.fscs_key
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
            step = self._step(key)
            if step is None:
                return None
            since = self._releases[self._last_system[key] + 1].fiscal_year
            place = place or step.fscs_id
            fscs_key = step.fscs_key
        outlet = self.newest_id(place) if place else None
        fscs_id = outlet if outlet in self._listed and outlet[:6] == key else None
        return TakenOver(key, fscs_id, self._listed[fscs_id or key], since)

    def _step(self, fscs_key: str) -> Succession | None:
        """What the release after the last one that lists a system says of it."""
        last = self._last_system.get(fscs_key, len(self._successions))
        return self._successions[last].get(fscs_key) if last < len(self._successions) else None


def _last_listed(listings: Sequence[Sequence[str]]) -> dict[str, int]:
    """Each key with the position of the last release that lists it."""
    return {key: position for position, keys in enumerate(listings) for key in keys}
