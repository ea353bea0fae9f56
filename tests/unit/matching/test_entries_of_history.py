"""Registry entries made of the accepted releases: which names, addresses and phones each has."""

from __future__ import annotations

from dataclasses import replace

from library_validator.matching.entries import Entry
from library_validator.matching.entries_of_history import entries_of
from library_validator.releases.lineage.history import merge_releases
from library_validator.releases.records import Release
from tests.builders.small_registry import release
from tests.builders.varied_registry import (
    JUNIPER_CREEK,
    OUTLETS,
    SABLE_CENTRAL,
    SABLE_COUNTY,
    SYSTEMS,
    VARIED,
)

FORMER = "ELSPETH WARING LIBRARY"
RENAMED_SYSTEM = release(
    tuple(replace(system, name=FORMER) if system is SABLE_COUNTY else system for system in SYSTEMS),
    OUTLETS,
    fiscal_year=2021,
)
RENAMED_BRANCH = release(
    SYSTEMS,
    tuple(replace(o, name="CREEKSIDE BRANCH") if o is JUNIPER_CREEK else o for o in OUTLETS),
    fiscal_year=2020,
)


def entries(*releases: Release) -> dict[str, Entry]:
    return {entry.id: entry for entry in entries_of(merge_releases(releases))}


def texts(entry: Entry) -> tuple[list[str], list[str]]:
    return [name.text for name in entry.names], [name.text for name in entry.system_names]


def test_a_system_and_its_central_library_are_one_entry_with_both_names() -> None:
    found = entries(VARIED)
    assert SABLE_CENTRAL.fscs_id not in found
    assert texts(found["ME0102"]) == (["SABLE COUNTY LIBRARY SYSTEM", "SABLE COUNTY LIBRARY"], [])


def test_another_outlet_has_the_name_of_its_system_beside_its_own() -> None:
    assert texts(entries(VARIED)["ME0102-003"]) == (["JUNIPER CREEK BRANCH"], ["SABLE COUNTY LIBRARY SYSTEM"])


def test_an_outlet_keeps_the_former_names_of_its_system() -> None:
    found = entries(VARIED, RENAMED_SYSTEM)
    assert texts(found["ME0102-003"]) == (["JUNIPER CREEK BRANCH"], ["SABLE COUNTY LIBRARY SYSTEM", FORMER])
    assert FORMER in texts(found["ME0102"])[0]


def test_an_outlet_keeps_its_own_former_names() -> None:
    found = entries(VARIED, RENAMED_BRANCH)
    assert texts(found["ME0102-003"])[0] == ["JUNIPER CREEK BRANCH", "CREEKSIDE BRANCH"]
    assert "CREEKSIDE BRANCH" not in texts(found["ME0102-004"])[0]


def test_releases_in_any_order_make_the_same_entries() -> None:
    assert entries(VARIED, RENAMED_SYSTEM, RENAMED_BRANCH) == entries(RENAMED_BRANCH, RENAMED_SYSTEM, VARIED)


def test_a_name_that_is_written_in_two_ways_is_kept_once() -> None:
    shorter = release(
        tuple(replace(s, name="SABLE CNTY LIB SYSTEM") if s is SABLE_COUNTY else s for s in SYSTEMS),
        OUTLETS,
        fiscal_year=2021,
    )
    assert texts(entries(VARIED, shorter)["ME0102-003"])[1] == ["SABLE COUNTY LIBRARY SYSTEM"]


def test_a_missing_phone_is_not_listed() -> None:
    without = release(tuple(replace(system, phone="-3") for system in SYSTEMS), OUTLETS)
    assert entries(without)["ME0101"].phones == ()
    assert entries(without)["ME0102"].phones == (SABLE_CENTRAL.phone,), "that of its central library"
