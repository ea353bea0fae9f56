"""Keys followed through several releases: invented libraries."""

from __future__ import annotations

import random
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from library_validator.releases.lineage.fates import Fate, TakenOver
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


def alone(place: str, key: str, structure: str = "00") -> Listing:
    """A library that is a system of its own."""
    row = {**PLACES[place], "FSCSKEY": key, "STATSTRU": structure}
    return [{**SYSTEM, **row}], [{**OUTLET, **row, "FSCS_SEQ": "002", "C_OUT_TY": "CE"}]


def called(name: str, listing: Listing) -> Listing:
    """The same library under another name."""
    systems, outlets = listing
    return [{**row, "LIBNAME": name} for row in systems], [{**row, "LIBNAME": name} for row in outlets]


def branch(place: str, key: str, sequence: str) -> Listing:
    """The same library as a branch of another listed system."""
    row = {**PLACES[place], "FSCSKEY": key, "FSCS_SEQ": sequence, "C_OUT_TY": "BR"}
    return [], [{**OUTLET, **row}]


def year(fiscal_year: int, *listed: Listing) -> Release:
    """A release that lists ``listed`` beside a county's system that never changes."""
    host = {"FSCSKEY": HOST, "LIBNAME": "HOST COUNTY LIBRARY", "ADDRESS": "900 COURT SQUARE", "ZIP": "05799"}
    systems: list[Row] = [{**SYSTEM, **host, "PHONE": "8025550999"}]
    outlets: list[Row] = [{**OUTLET, **host, "PHONE": "8025550999", "FSCS_SEQ": "002", "C_OUT_TY": "CE"}]
    for more_systems, more_outlets in listed:
        systems += more_systems
        outlets += more_outlets
    return release_of(fiscal_year, systems, outlets)


def remembered(*releases: Release) -> dict[str, ListedSystem]:
    return {listed.system.fscs_key: listed for listed in merge_releases(releases).systems}


def test_a_listed_system_has_no_fate() -> None:
    assert all(listed.fate is None for listed in remembered(year(2021, alone("ASTER", "VT0001"))).values())


def test_a_library_with_two_new_keys_in_a_row_is_listed_under_the_last() -> None:
    systems = remembered(
        year(2015, alone("ASTER", "VT0001")),
        year(2017, alone("ASTER", "VT0002")),
        year(2021, alone("ASTER", "VT0003")),
    )
    assert set(systems) == {HOST, "VT0003"}
    assert systems["VT0003"].former_keys == ("VT0002", "VT0001")
    assert systems["VT0003"].outlets[0].former_ids == ("VT0002-002", "VT0001-002")
    assert systems["VT0003"].fate is None


def test_the_names_of_former_keys_are_former_names() -> None:
    systems = remembered(
        year(2015, called("ASTER READING ROOM", alone("ASTER", "VT0001"))),
        year(2017, alone("ASTER", "VT0001")),
        year(2021, alone("ASTER", "VT0003")),
        year(2022, called("CARVER LIBRARY", alone("ASTER", "VT0003"))),
    )
    assert set(systems) == {HOST, "VT0003"}
    entry = systems["VT0003"]
    assert entry.system.name == "CARVER LIBRARY"
    assert entry.former_names == ("ASTER PUBLIC LIBRARY", "ASTER READING ROOM")
    assert entry.outlets[0].former_names == entry.former_names


def test_a_new_key_and_then_a_merger_end_at_the_branch() -> None:
    systems = remembered(
        year(2017, alone("ASTER", "VT0001")),
        year(2021, alone("ASTER", "VT0002")),
        year(2022, branch("ASTER", HOST, "007")),
    )
    assert set(systems) == {HOST, "VT0002"}
    assert systems["VT0002"].former_keys == ("VT0001",)
    assert systems["VT0002"].last_listed == 2021
    assert systems["VT0002"].fate == Fate(
        "absorbed", TakenOver(HOST, f"{HOST}-007", "ASTER PUBLIC LIBRARY", 2022)
    )


def test_a_branch_that_moved_twice_is_found_in_its_present_system() -> None:
    """ASTER became a branch of BIRCH; then BIRCH became a part of the county's system."""
    systems = remembered(
        year(2017, alone("ASTER", "VT0001"), alone("BIRCH", "VT0002")),
        year(2021, alone("BIRCH", "VT0002"), branch("ASTER", "VT0002", "003")),
        year(2022, branch("BIRCH", HOST, "007"), branch("ASTER", HOST, "008")),
    )
    by = {key: listed.fate.by for key, listed in systems.items() if listed.fate}
    assert by == {
        "VT0001": TakenOver(HOST, f"{HOST}-008", "ASTER PUBLIC LIBRARY", 2022),
        "VT0002": TakenOver(HOST, f"{HOST}-007", "BIRCH PUBLIC LIBRARY", 2022),
    }


def test_a_chain_without_a_listed_end_has_no_successor() -> None:
    systems = remembered(
        year(2017, alone("ASTER", "VT0001"), alone("BIRCH", "VT0002")),
        year(2021, alone("BIRCH", "VT0002"), branch("ASTER", "VT0002", "003")),
        year(2022),
    )
    assert systems["VT0001"].fate == Fate("no_longer_reported")
    assert systems["VT0002"].fate == Fate("no_longer_reported")


@pytest.mark.parametrize("code", ["03", "10"])
def test_a_system_is_closed_if_it_was_closed_in_its_last_year(code: str) -> None:
    systems = remembered(year(2019, alone("ASTER", "VT0001", structure=code)), year(2022))
    assert systems["VT0001"].fate == Fate("closed")


def test_a_system_that_reopened_before_its_last_year_is_not_closed() -> None:
    systems = remembered(
        year(2017, alone("ASTER", "VT0001", structure="03")),
        year(2019, alone("ASTER", "VT0001")),
        year(2022),
    )
    assert systems["VT0001"].fate == Fate("no_longer_reported")


class TestAYearThatMissesALibraryOut:
    def test_does_not_hide_its_new_key(self) -> None:
        systems = remembered(
            year(2017, alone("ASTER", "VT0001")), year(2021), year(2022, alone("ASTER", "VT0002"))
        )
        assert set(systems) == {HOST, "VT0002"}
        assert systems["VT0002"].former_keys == ("VT0001",)

    def test_does_not_hide_the_system_that_took_it_over(self) -> None:
        systems = remembered(
            year(2017, alone("ASTER", "VT0001")), year(2021), year(2022, branch("ASTER", HOST, "007"))
        )
        assert systems["VT0001"].fate == Fate(
            "absorbed", TakenOver(HOST, f"{HOST}-007", "ASTER PUBLIC LIBRARY", 2022)
        )

    def test_does_not_make_a_library_listed_in_between_its_successor(self) -> None:
        """In 2021 the branch is at another place, so its later move says nothing about the library."""
        moved: Listing = (
            [],
            [{**row, "ADDRESS": "7 FAR ROAD", "ZIP": "05788"} for row in branch("ASTER", HOST, "007")[1]],
        )
        systems = remembered(
            year(2017, alone("ASTER", "VT0001")),
            year(2021, moved),
            year(2022, branch("ASTER", HOST, "007")),
        )
        assert systems["VT0001"].fate == Fate("no_longer_reported")

    def test_does_not_take_the_new_key_of_another_library(self) -> None:
        """BIRCH moved into ASTER's house while ASTER was not listed, and then took another key."""
        birch = {**PLACES["ASTER"], "FSCSKEY": "VT0002"}
        moved_in: Listing = (
            [{**SYSTEM, **birch}],
            [{**OUTLET, **birch, "FSCS_SEQ": "002", "C_OUT_TY": "CE"}],
        )
        systems = remembered(
            year(2017, alone("ASTER", "VT0001"), alone("BIRCH", "VT0002")),
            year(2021, moved_in),
            year(2022, alone("ASTER", "VT0003")),
        )
        assert systems["VT0003"].former_keys == ("VT0002",)
        assert systems["VT0001"].fate == Fate("no_longer_reported")


STATES = st.sampled_from(["absent", "alone", "renumbered", "branch", "closed"])


def _listed(state: str, place: str, number: int) -> list[Listing]:
    match state:
        case "alone":
            return [alone(place, f"VT000{number}")]
        case "renumbered":
            return [alone(place, f"VT010{number}")]
        case "branch":
            return [branch(place, HOST, f"01{number}")]
        case "closed":
            return [alone(place, f"VT000{number}", structure="03")]
    return []


@st.composite
def histories(draw: st.DrawFn) -> list[Release]:
    """Two to five years in which each of four libraries comes, goes and changes its key at will."""
    years = sorted(draw(st.lists(st.integers(2010, 2023), min_size=2, max_size=5, unique=True)))
    return [
        year(
            fiscal_year,
            *(
                listed
                for number, place in enumerate(PLACES, start=1)
                for listed in _listed(draw(STATES), place, number)
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
