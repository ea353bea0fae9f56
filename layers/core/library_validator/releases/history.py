"""What all accepted releases say together: what is listed now, and what was listed last in which year.

A library does not stop having existed when it leaves the survey: an applicant may still carry the name
of one that merged or closed. The newest record of each entry is kept, with the year that lists it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from library_validator.errors import ReleaseRefused
from library_validator.releases.records import Outlet, Release, System


@dataclass(frozen=True, slots=True)
class ListedOutlet:
    outlet: Outlet
    last_listed: int  # the newest fiscal year that lists it
    former_names: tuple[str, ...] = ()  # of older releases, the newest first


@dataclass(frozen=True, slots=True)
class ListedSystem:
    """A system as its newest release has it, with every outlet whose last place was under it."""

    system: System
    last_listed: int  # the newest fiscal year that lists it
    outlets: tuple[ListedOutlet, ...]  # by FSCS id; years may differ from the system's
    former_names: tuple[str, ...] = ()  # of older releases, the newest first


@dataclass(frozen=True, slots=True)
class History:
    fiscal_year: int  # the newest one: entries with an older ``last_listed`` have vanished since
    systems: tuple[ListedSystem, ...]  # by FSCS key


def merge_releases(releases: Sequence[Release]) -> History:
    """Every system and outlet that any of ``releases`` lists, once, as its newest release has it.

    The order of ``releases`` does not matter. Outlets without a system in any release are left out
    (``reading`` reports them). Raises ``ReleaseRefused`` if two releases claim one fiscal year with
    different content, ``ValueError`` if there is none.
    """
    newest_first = _newest_first(releases)
    systems: dict[str, tuple[System, int]] = {}
    outlets: dict[str, ListedOutlet] = {}
    ids_at: defaultdict[_Place, set[str]] = defaultdict(set)
    names: defaultdict[str, dict[str, None]] = defaultdict(dict)  # FSCS key or id -> names, newest first
    for release in newest_first:
        for outlet in release.outlets:
            names[outlet.fscs_id][outlet.name] = None
        for system in release.systems:
            names[system.fscs_key][system.name] = None
            systems.setdefault(system.fscs_key, (system, release.fiscal_year))
        listed_then = {outlet.fscs_id for outlet in release.outlets}
        vanished = [outlet for outlet in release.outlets if outlet.fscs_id not in outlets]
        for outlet in [outlet for outlet in vanished if not _moved(outlet, ids_at, listed_then)]:
            outlets[outlet.fscs_id] = ListedOutlet(outlet, release.fiscal_year)
        # Only now: two outlets of one release at one place are two outlets, not one that moved.
        for outlet in release.outlets:
            for place in _places(outlet):
                ids_at[place].add(outlet.fscs_id)
    return History(newest_first[0].fiscal_year, tuple(_listed(systems, outlets.values(), names)))


_Place = tuple[str, ...]


def _places(outlet: Outlet) -> Iterable[_Place]:
    """What stays the same when an outlet gets a new id (STATSTRU 04, 05, 11): name and whereabouts."""
    if any(character.isdigit() for character in outlet.street):
        yield ("street", outlet.state, outlet.name, outlet.street, outlet.zip)
    if len(outlet.phone) == 10:
        yield ("phone", outlet.state, outlet.name, outlet.phone, outlet.zip)


def _moved(outlet: Outlet, ids_at: dict[_Place, set[str]], listed_then: set[str]) -> bool:
    """Whether a newer release has this outlet under an id that did not exist yet."""
    return any(not ids_at[place] <= listed_then for place in _places(outlet) if place in ids_at)


def _newest_first(releases: Sequence[Release]) -> list[Release]:
    if not releases:
        raise ValueError("no release to merge")
    by_year: dict[int, Release] = {}
    for release in releases:
        known = by_year.setdefault(release.fiscal_year, release)
        if known.content_sha256 != release.content_sha256:
            raise ReleaseRefused(
                f"two releases of fiscal year {release.fiscal_year} with different content",
                "one release per fiscal year",
            )
    return [by_year[year] for year in sorted(by_year, reverse=True)]


def _listed(
    systems: dict[str, tuple[System, int]],
    outlets: Iterable[ListedOutlet],
    names: Mapping[str, Iterable[str]],
) -> Iterable[ListedSystem]:
    of_system: defaultdict[str, list[ListedOutlet]] = defaultdict(list)
    for listed in outlets:
        former = tuple(names[listed.outlet.fscs_id])[1:]
        of_system[listed.outlet.fscs_key].append(replace(listed, former_names=former))
    for key in sorted(systems):
        system, year = systems[key]
        own = sorted(of_system.get(key, ()), key=lambda listed: listed.outlet.sequence)
        yield ListedSystem(system, year, tuple(own), tuple(names[key])[1:])
