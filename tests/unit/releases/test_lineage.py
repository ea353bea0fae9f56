"""Keys followed through several releases: invented libraries."""

from __future__ import annotations

import random
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from library_validator.releases.lineage.fates import Fate, Takeover
from library_validator.releases.lineage.history import ListedSystem, merge_releases
from library_validator.releases.records import Release
from tests.builders.release_files import OUTLET, SYSTEM, Row, release_of

Listing = tuple[list[Row], list[Row]]  # rows of systems, rows of outlets

PLACES: dict[str, Row] = {
    name: {
        "LIBNAME": f"{name} PUBLIC LIBRARY",
        "ADDRESS": f"{number}2 MAIN STREET",
        "CITY": name,
        "ZIP": f"0570{number}",
        "PHONE": f"802555020{number}",
    }
    for number, name in enumerate(("ASTER", "BIRCH", "CEDAR", "DOCK"), start=1)
}
HOST = "VT0009"


def own_system(place: str, key: str, structure: str = "00") -> Listing:
    """A library that is a system of its own."""
    row = {**PLACES[place], "FSCSKEY": key, "STATSTRU": structure}
    return [{**SYSTEM, **row}], [{**OUTLET, **row, "FSCS_SEQ": "002", "C_OUT_TY": "CE"}]


def rename_library(name: str, listing: Listing) -> Listing:
    """The same library under another name."""
    systems, outlets = listing
    return [{**row, "LIBNAME": name} for row in systems], [{**row, "LIBNAME": name} for row in outlets]


def branch_of(place: str, key: str, sequence: str) -> Listing:
    """The same library as a branch of another listed system."""
    row = {**PLACES[place], "FSCSKEY": key, "FSCS_SEQ": sequence, "C_OUT_TY": "BR"}
    return [], [{**OUTLET, **row}]


def release_of_year(fiscal_year: int, *listed: Listing) -> Release:
    """A release with the rows of ``listed`` and a county's system that never changes."""
    host = {"FSCSKEY": HOST, "LIBNAME": "HOST COUNTY LIBRARY", "ADDRESS": "900 COURT SQUARE", "ZIP": "05799"}
    systems: list[Row] = [{**SYSTEM, **host, "PHONE": "8025550999"}]
    outlets: list[Row] = [{**OUTLET, **host, "PHONE": "8025550999", "FSCS_SEQ": "002", "C_OUT_TY": "CE"}]
    for more_systems, more_outlets in listed:
        systems += more_systems
        outlets += more_outlets
    return release_of(fiscal_year, systems, outlets)


def systems_by_key(*releases: Release) -> dict[str, ListedSystem]:
    return {listed.system.fscs_key: listed for listed in merge_releases(releases).systems}


def test_a_listed_system_has_no_fate() -> None:
    assert all(
        listed.fate is None
        for listed in systems_by_key(release_of_year(2021, own_system("ASTER", "VT0001"))).values()
    )


def test_a_library_with_two_new_keys_in_a_row_is_listed_under_the_last() -> None:
    systems = systems_by_key(
        release_of_year(2015, own_system("ASTER", "VT0001")),
        release_of_year(2017, own_system("ASTER", "VT0002")),
        release_of_year(2021, own_system("ASTER", "VT0003")),
    )
    assert set(systems) == {HOST, "VT0003"}
    assert systems["VT0003"].former_keys == ("VT0002", "VT0001")
    assert systems["VT0003"].outlets[0].former_ids == ("VT0002-002", "VT0001-002")
    assert systems["VT0003"].fate is None


def test_the_names_of_former_keys_are_former_names() -> None:
    systems = systems_by_key(
        release_of_year(2015, rename_library("ASTER READING ROOM", own_system("ASTER", "VT0001"))),
        release_of_year(2017, own_system("ASTER", "VT0001")),
        release_of_year(2021, own_system("ASTER", "VT0003")),
        release_of_year(2022, rename_library("CARVER LIBRARY", own_system("ASTER", "VT0003"))),
    )
    assert set(systems) == {HOST, "VT0003"}
    entry = systems["VT0003"]
    assert entry.system.name == "CARVER LIBRARY"
    assert entry.former_names == ("ASTER PUBLIC LIBRARY", "ASTER READING ROOM")
    assert entry.outlets[0].former_names == entry.former_names


def test_a_new_key_and_then_a_merger_end_at_the_branch() -> None:
    systems = systems_by_key(
        release_of_year(2017, own_system("ASTER", "VT0001")),
        release_of_year(2021, own_system("ASTER", "VT0002")),
        release_of_year(2022, branch_of("ASTER", HOST, "007")),
    )
    assert set(systems) == {HOST, "VT0002"}
    assert systems["VT0002"].former_keys == ("VT0001",)
    assert systems["VT0002"].last_listed == 2021
    assert systems["VT0002"].fate == Fate(
        "absorbed", Takeover(HOST, f"{HOST}-007", "ASTER PUBLIC LIBRARY", 2022)
    )


def test_a_branch_that_moved_twice_is_found_in_its_present_system() -> None:
    """ASTER became a branch of BIRCH; then BIRCH became a part of the county's system."""
    systems = systems_by_key(
        release_of_year(2017, own_system("ASTER", "VT0001"), own_system("BIRCH", "VT0002")),
        release_of_year(2021, own_system("BIRCH", "VT0002"), branch_of("ASTER", "VT0002", "003")),
        release_of_year(2022, branch_of("BIRCH", HOST, "007"), branch_of("ASTER", HOST, "008")),
    )
    by = {key: listed.fate.by for key, listed in systems.items() if listed.fate}
    assert by == {
        "VT0001": Takeover(HOST, f"{HOST}-008", "ASTER PUBLIC LIBRARY", 2022),
        "VT0002": Takeover(HOST, f"{HOST}-007", "BIRCH PUBLIC LIBRARY", 2022),
    }


def test_a_chain_without_a_listed_end_has_no_successor() -> None:
    systems = systems_by_key(
        release_of_year(2017, own_system("ASTER", "VT0001"), own_system("BIRCH", "VT0002")),
        release_of_year(2021, own_system("BIRCH", "VT0002"), branch_of("ASTER", "VT0002", "003")),
        release_of_year(2022),
    )
    assert systems["VT0001"].fate == Fate("no_longer_reported")
    assert systems["VT0002"].fate == Fate("no_longer_reported")


@pytest.mark.parametrize("code", ["03", "10"])
def test_a_system_is_closed_if_it_was_closed_in_its_last_year(code: str) -> None:
    systems = systems_by_key(
        release_of_year(2019, own_system("ASTER", "VT0001", structure=code)), release_of_year(2022)
    )
    assert systems["VT0001"].fate == Fate("closed")


def test_a_system_that_reopened_before_its_last_year_is_not_closed() -> None:
    systems = systems_by_key(
        release_of_year(2017, own_system("ASTER", "VT0001", structure="03")),
        release_of_year(2019, own_system("ASTER", "VT0001")),
        release_of_year(2022),
    )
    assert systems["VT0001"].fate == Fate("no_longer_reported")


class TestLibraryMissingFromOneRelease:
    def test_the_new_key_of_the_library_is_found(self) -> None:
        systems = systems_by_key(
            release_of_year(2017, own_system("ASTER", "VT0001")),
            release_of_year(2021),
            release_of_year(2022, own_system("ASTER", "VT0002")),
        )
        assert set(systems) == {HOST, "VT0002"}
        assert systems["VT0002"].former_keys == ("VT0001",)

    def test_the_system_that_took_the_library_over_is_found(self) -> None:
        systems = systems_by_key(
            release_of_year(2017, own_system("ASTER", "VT0001")),
            release_of_year(2021),
            release_of_year(2022, branch_of("ASTER", HOST, "007")),
        )
        assert systems["VT0001"].fate == Fate(
            "absorbed", Takeover(HOST, f"{HOST}-007", "ASTER PUBLIC LIBRARY", 2022)
        )

    def test_a_branch_that_was_listed_in_between_is_not_the_successor(self) -> None:
        """In 2021 the branch is at another place, so its later move says nothing about the library."""
        moved: Listing = (
            [],
            [{**row, "ADDRESS": "7 FAR ROAD", "ZIP": "05788"} for row in branch_of("ASTER", HOST, "007")[1]],
        )
        systems = systems_by_key(
            release_of_year(2017, own_system("ASTER", "VT0001")),
            release_of_year(2021, moved),
            release_of_year(2022, branch_of("ASTER", HOST, "007")),
        )
        assert systems["VT0001"].fate == Fate("no_longer_reported")

    def test_the_new_key_of_another_library_is_not_taken(self) -> None:
        """BIRCH moved into ASTER's house while ASTER was not listed, and then took another key."""
        birch = {**PLACES["ASTER"], "FSCSKEY": "VT0002"}
        moved_in: Listing = (
            [{**SYSTEM, **birch}],
            [{**OUTLET, **birch, "FSCS_SEQ": "002", "C_OUT_TY": "CE"}],
        )
        systems = systems_by_key(
            release_of_year(2017, own_system("ASTER", "VT0001"), own_system("BIRCH", "VT0002")),
            release_of_year(2021, moved_in),
            release_of_year(2022, own_system("ASTER", "VT0003")),
        )
        assert systems["VT0003"].former_keys == ("VT0002",)
        assert systems["VT0001"].fate == Fate("no_longer_reported")


STATES = st.sampled_from(["absent", "alone", "renumbered", "branch", "closed"])


def _listings_of(state: str, place: str, number: int) -> list[Listing]:
    match state:
        case "alone":
            return [own_system(place, f"VT000{number}")]
        case "renumbered":
            return [own_system(place, f"VT010{number}")]
        case "branch":
            return [branch_of(place, HOST, f"01{number}")]
        case "closed":
            return [own_system(place, f"VT000{number}", structure="03")]
    return []


@st.composite
def histories(draw: st.DrawFn) -> list[Release]:
    """Two to five years in which each of four libraries comes, goes and changes its key at random."""
    years = sorted(draw(st.lists(st.integers(2010, 2023), min_size=2, max_size=5, unique=True)))
    return [
        release_of_year(
            fiscal_year,
            *(
                listed
                for number, place in enumerate(PLACES, start=1)
                for listed in _listings_of(draw(STATES), place, number)
            ),
        )
        for fiscal_year in years
    ]


@given(histories(), st.randoms(use_true_random=False))
def test_releases_in_any_order_give_the_same_history(
    releases: Sequence[Release], chance: random.Random
) -> None:
    shuffled = list(releases)
    chance.shuffle(shuffled)
    assert merge_releases(shuffled) == merge_releases(releases)


@given(histories())
def test_a_successor_is_listed_in_the_newest_release(releases: Sequence[Release]) -> None:
    newest = max(releases, key=lambda release: release.fiscal_year)
    listed = {system.fscs_key for system in newest.systems}
    ids = {outlet.fscs_id for outlet in newest.outlets}
    for known in merge_releases(releases).systems:
        assert (known.fate is None) == (known.system.fscs_key in listed)
        if known.fate and known.fate.by:
            assert known.fate.what == "absorbed"
            assert known.fate.by.fscs_key in listed
            assert known.fate.by.fscs_id is None or known.fate.by.fscs_id in ids
            assert known.last_listed < known.fate.by.since <= newest.fiscal_year


@given(histories())
def test_every_key_and_id_is_kept_once_as_present_or_former(
    releases: Sequence[Release],
) -> None:
    systems = merge_releases(releases).systems
    keys = [key for known in systems for key in (known.system.fscs_key, *known.former_keys)]
    ids = [
        fscs_id
        for known in systems
        for listed in known.outlets
        for fscs_id in (listed.outlet.fscs_id, *listed.former_ids)
    ]
    assert sorted(keys) == sorted({system.fscs_key for release in releases for system in release.systems})
    assert sorted(ids) == sorted({outlet.fscs_id for release in releases for outlet in release.outlets})
