from __future__ import annotations

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from library_validator.errors import ReleaseRefused
from library_validator.releases.lineage.history import History, merge_releases
from library_validator.releases.records import Release
from tests.builders.release_files import OUTLET, SYSTEM, Row, release_of


def system(key: str, **columns: str) -> Row:
    """A system that does not share name, street and telephone with another system."""
    number = key[2:]
    own = {"LIBNAME": f"SYSTEM {number}", "ADDRESS": f"{number} TOWN ROAD", "PHONE": f"802555{number}"}
    return {**SYSTEM, "FSCSKEY": key, **own, **columns}


def outlet(key: str, sequence: str, **columns: str) -> Row:
    """An outlet that does not share name, street and telephone with another outlet."""
    number = f"{key[2:]}{sequence}"
    own = {"LIBNAME": f"BRANCH {number}", "ADDRESS": f"{number} MILL ROAD", "PHONE": f"802{number}"}
    return {**OUTLET, "FSCSKEY": key, "FSCS_SEQ": sequence, **own, **columns}


def last_years(history: History) -> dict[str, int]:
    """FSCS key or id of every entry, with the year that lists it last."""
    years = {entry.system.fscs_key: entry.last_listed for entry in history.systems}
    return years | {o.outlet.fscs_id: o.last_listed for entry in history.systems for o in entry.outlets}


OLD = release_of(
    2020,
    [system("VT0001", LIBNAME="OLD NAME"), system("VT0002")],
    [outlet("VT0001", "002"), outlet("VT0001", "003"), outlet("VT0002", "002")],
)
NEW = release_of(
    2022,
    [system("VT0003"), system("VT0001", LIBNAME="NEW NAME")],
    [outlet("VT0003", "002"), outlet("VT0001", "002", ADDRESS="9 NEW ROAD")],
)


def test_a_vanished_library_is_kept_with_its_last_year() -> None:
    assert last_years(merge_releases([OLD, NEW])) == {
        "VT0001": 2022,
        "VT0001-002": 2022,
        "VT0001-003": 2020,
        "VT0002": 2020,
        "VT0002-002": 2020,
        "VT0003": 2022,
        "VT0003-002": 2022,
    }


def test_the_newest_record_of_a_library_is_kept() -> None:
    history = merge_releases([OLD, NEW])
    first = history.systems[0]
    assert (first.system.name, first.outlets[0].outlet.street) == ("NEW NAME", "9 NEW ROAD")
    assert history.fiscal_year == 2022


NAMES = {2017: "FIRST", 2018: "SECOND", 2019: "SECOND", 2020: "FIRST", 2021: "THIRD", 2022: "LAST"}
FORMER_NAMES = ("THIRD", "FIRST", "SECOND")


@pytest.mark.parametrize("order", [1, -1])
def test_all_former_names_of_a_key_are_kept_once_and_newest_first(order: int) -> None:
    years = [
        release_of(
            year,
            [system("VT0001", LIBNAME=f"{name} SYSTEM")],
            [outlet("VT0001", "002", LIBNAME=f"{name} BRANCH")],
        )
        for year, name in NAMES.items()
    ]
    (listed_system,) = merge_releases(years[::order]).systems
    (listed_outlet,) = listed_system.outlets
    assert listed_system.former_names == tuple(f"{name} SYSTEM" for name in FORMER_NAMES)
    assert listed_outlet.former_names == tuple(f"{name} BRANCH" for name in FORMER_NAMES)


def test_a_name_that_came_back_is_not_a_former_name() -> None:
    years = [
        release_of(year, [system("VT0001", LIBNAME=name)], [outlet("VT0001", "002", LIBNAME=name)])
        for year, name in ((2020, "TOWN LIBRARY"), (2021, "HILL LIBRARY"), (2022, "TOWN LIBRARY"))
    ]
    (entry,) = merge_releases(years).systems
    assert (entry.system.name, entry.former_names) == ("TOWN LIBRARY", ("HILL LIBRARY",))
    assert entry.outlets[0].former_names == ("HILL LIBRARY",)


def test_entries_are_sorted_by_key() -> None:
    history = merge_releases([NEW, OLD])
    assert [entry.system.fscs_key for entry in history.systems] == ["VT0001", "VT0002", "VT0003"]
    assert [entry.outlet.sequence for entry in history.systems[0].outlets] == ["002", "003"]


def test_the_order_of_releases_does_not_matter() -> None:
    middle = release_of(2021, [system("VT0002"), system("VT0004")], [outlet("VT0002", "005")])
    histories = [merge_releases(order) for order in permutations([OLD, middle, NEW])]
    assert all(history == histories[0] for history in histories)
    assert last_years(histories[0])["VT0002"] == 2021


def test_a_release_given_twice_counts_once() -> None:
    assert merge_releases([NEW, NEW]) == merge_releases([NEW])


def test_two_releases_of_one_year_with_other_content_are_refused() -> None:
    with pytest.raises(ReleaseRefused, match="two releases of fiscal year 2022"):
        merge_releases([NEW, release_of(2022, [system("VT0009")], [outlet("VT0009", "002")])])


def test_merging_no_release_is_an_error() -> None:
    with pytest.raises(ValueError, match="no release"):
        merge_releases([])


MOVED: Row = {"LIBNAME": "MILL POND BRANCH", "ADDRESS": "4 POND ROAD", "PHONE": "8025550444"}


def history_of_move(columns_then: Row, columns_now: Row) -> History:
    systems = [system("VT0001"), system("VT0002")]
    then = release_of(2021, systems, [outlet("VT0001", "002"), outlet("VT0001", "003", **columns_then)])
    now = release_of(2022, systems, [outlet("VT0001", "002"), outlet("VT0002", "007", **columns_now)])
    return merge_releases([then, now])


@pytest.mark.parametrize(
    "change", [{}, {"PHONE": "8025550999"}, {"ADDRESS": "POND ROAD AT THE MILL"}, {"STATSTRU": "11"}]
)
def test_an_outlet_that_moved_to_another_system_is_listed_there_only(change: Row) -> None:
    years = last_years(history_of_move(MOVED, {**MOVED, **change}))
    assert years["VT0002-007"] == 2022
    assert "VT0001-003" not in years


@pytest.mark.parametrize(
    "change",
    [
        {"LIBNAME": "LAKESIDE BRANCH", "PHONE": "8025550999"},
        {"ZIP": "05699"},
        {"ADDRESS": "1 LAKE ROAD", "PHONE": "8025550999"},
        {"ADDRESS": "POND ROAD", "PHONE": "-4"},
    ],
)
def test_an_outlet_that_only_resembles_a_vanished_one_does_not_replace_it(change: Row) -> None:
    assert last_years(history_of_move(MOVED, {**MOVED, **change}))["VT0001-003"] == 2021


def test_a_shared_phone_or_a_street_without_number_is_not_evidence() -> None:
    shared = {"LIBNAME": "BOOKMOBILE", "ADDRESS": "COURT HOUSE SQUARE", "PHONE": "-4"}
    assert last_years(history_of_move(shared, shared))["VT0001-003"] == 2021


def test_an_outlet_that_left_a_shared_place_is_kept() -> None:
    twins = [outlet("VT0001", "002", **MOVED), outlet("VT0001", "003", **MOVED)]
    history = merge_releases(
        [release_of(2021, [system("VT0001")], twins), release_of(2022, [system("VT0001")], twins[:1])]
    )
    assert last_years(history) == {"VT0001": 2022, "VT0001-002": 2022, "VT0001-003": 2021}


keys = st.sampled_from(["VT0001", "VT0002", "VT0003", "VT0004"])


@st.composite
def releases(draw: st.DrawFn) -> list[Release]:
    releases = []
    for year in draw(st.lists(st.integers(2018, 2023), min_size=1, max_size=4, unique=True)):
        listed_then = draw(st.lists(keys, min_size=1, unique=True))
        outlets = [outlet(key, "002") for key in listed_then]
        releases.append(release_of(year, [system(key) for key in listed_then], outlets))
    return releases


@given(releases())
def test_the_history_has_every_system_once_with_its_last_year(
    given_releases: list[Release],
) -> None:
    years: dict[str, int] = {}
    for release in given_releases:
        for entry in release.systems:
            years[entry.fscs_key] = max(years.get(entry.fscs_key, 0), release.fiscal_year)
    history = merge_releases(given_releases)
    assert {entry.system.fscs_key: entry.last_listed for entry in history.systems} == years
    ids = [o.outlet.fscs_id for entry in history.systems for o in entry.outlets]
    assert len(ids) == len(set(ids))
