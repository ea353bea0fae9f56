"""All accepted releases together: which libraries are listed now, and which were listed until which year.

An applicant may still have the name of a library that merged or closed and has left the survey. So the newest
record of each library is kept, with the years that list it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from library_validator.errors import ReleaseRefused
from library_validator.releases.lineage.fates import Fate, Lineage
from library_validator.releases.records import Outlet, Release, System


@dataclass(frozen=True, slots=True)
class ListedOutlet:
    outlet: Outlet
    first_listed: int  # the oldest fiscal year that lists it under its id
    last_listed: int  # the newest fiscal year that lists it
    former_names: tuple[str, ...] = ()  # names in older releases, the newest first
    former_ids: tuple[str, ...] = ()  # FSCS ids that it had before


@dataclass(frozen=True, slots=True)
class ListedSystem:
    """A system as its newest release has it, with every outlet that belonged to it last."""

    system: System
    first_listed: int  # the oldest fiscal year that lists it under its key
    last_listed: int  # the newest fiscal year that lists it
    outlets: tuple[ListedOutlet, ...]  # by FSCS id; years may differ from the system's
    former_names: tuple[str, ...] = ()  # names in older releases, the newest first
    former_keys: tuple[str, ...] = ()  # FSCS keys that it had before
    fate: Fate | None = None  # None: the newest release lists it


@dataclass(frozen=True, slots=True)
class History:
    fiscal_year: int  # the newest fiscal year: a library with an older ``last_listed`` has vanished since
    systems: tuple[ListedSystem, ...]  # by FSCS key


def merge_releases(releases: Sequence[Release]) -> History:
    """Every system and outlet that any of ``releases`` lists, once, as its newest release has it.

    A library that certainly continues under another key or id is listed under the newest key or id. The order
    of ``releases`` does not matter. Outlets without a system in any release are left out (``reading`` reports
    them). Raises ``ReleaseRefused`` if two releases have the same fiscal year and different content,
    ``ValueError`` if ``releases`` is empty.
    """
    newest_first = _sort_newest_first(releases)
    lineage = Lineage(newest_first[::-1])
    systems: dict[str, tuple[System, int]] = {}
    outlets: dict[str, tuple[Outlet, int]] = {}
    former: defaultdict[str, dict[str, None]] = defaultdict(
        dict
    )  # key or id -> former keys or ids, newest first
    names: defaultdict[str, dict[str, None]] = defaultdict(dict)  # key or id -> names, newest first
    first_listed: dict[str, int] = {}
    for release in newest_first:
        for outlet in release.outlets:
            newest_id = lineage.newest_id(outlet.fscs_id)
            first_listed[outlet.fscs_id] = release.fiscal_year
            names[newest_id][outlet.name] = None
            former[newest_id][outlet.fscs_id] = None
            outlets.setdefault(newest_id, (outlet, release.fiscal_year))
        for system in release.systems:
            newest_key = lineage.newest_key(system.fscs_key)
            first_listed[system.fscs_key] = release.fiscal_year
            names[newest_key][system.name] = None
            former[newest_key][system.fscs_key] = None
            systems.setdefault(newest_key, (system, release.fiscal_year))
    of_system: defaultdict[str, list[ListedOutlet]] = defaultdict(list)
    for fscs_id in sorted(outlets):
        outlet, year = outlets[fscs_id]
        listed = ListedOutlet(
            outlet, first_listed[fscs_id], year, tuple(names[fscs_id])[1:], tuple(former[fscs_id])[1:]
        )
        of_system[lineage.newest_key(outlet.fscs_key)].append(listed)
    return History(
        newest_first[0].fiscal_year,
        tuple(
            ListedSystem(
                system,
                first_listed[key],
                year,
                tuple(of_system[key]),
                tuple(names[key])[1:],
                tuple(former[key])[1:],
                lineage.fate(system),
            )
            for key, (system, year) in sorted(systems.items())
        ),
    )


def _sort_newest_first(releases: Sequence[Release]) -> list[Release]:
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
