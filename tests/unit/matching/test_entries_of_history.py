"""Registry entries from the accepted releases: the names, addresses and phones of each entry."""

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


def entries_by_id(*releases: Release) -> dict[str, Entry]:
    return {entry.id: entry for entry in entries_of(merge_releases(releases))}


def name_texts(entry: Entry) -> tuple[list[str], list[str]]:
    return [name.text for name in entry.names], [name.text for name in entry.system_names]


def test_a_system_and_its_central_library_are_one_entry_with_both_names() -> None:
    found = entries_by_id(VARIED)
    assert SABLE_CENTRAL.fscs_id not in found
    assert name_texts(found["ME0102"]) == (["SABLE COUNTY LIBRARY SYSTEM", "SABLE COUNTY LIBRARY"], [])


def test_a_branch_has_its_own_name_and_the_name_of_its_system() -> None:
    assert name_texts(entries_by_id(VARIED)["ME0102-003"]) == (
        ["JUNIPER CREEK BRANCH"],
        ["SABLE COUNTY LIBRARY SYSTEM"],
    )


def test_an_outlet_keeps_the_former_names_of_its_system() -> None:
    found = entries_by_id(VARIED, RENAMED_SYSTEM)
    assert name_texts(found["ME0102-003"]) == (
        ["JUNIPER CREEK BRANCH"],
        ["SABLE COUNTY LIBRARY SYSTEM", FORMER],
    )
    assert FORMER in name_texts(found["ME0102"])[0]


def test_an_outlet_keeps_its_own_former_names() -> None:
    found = entries_by_id(VARIED, RENAMED_BRANCH)
    assert name_texts(found["ME0102-003"])[0] == ["JUNIPER CREEK BRANCH", "CREEKSIDE BRANCH"]
    assert "CREEKSIDE BRANCH" not in name_texts(found["ME0102-004"])[0]


def test_releases_in_any_order_make_the_same_entries() -> None:
    assert entries_by_id(VARIED, RENAMED_SYSTEM, RENAMED_BRANCH) == entries_by_id(
        RENAMED_BRANCH, RENAMED_SYSTEM, VARIED
    )


def test_a_name_in_two_spellings_is_kept_once() -> None:
    shorter = release(
        tuple(replace(s, name="SABLE CNTY LIB SYSTEM") if s is SABLE_COUNTY else s for s in SYSTEMS),
        OUTLETS,
        fiscal_year=2021,
    )
    assert name_texts(entries_by_id(VARIED, shorter)["ME0102-003"])[1] == ["SABLE COUNTY LIBRARY SYSTEM"]


def test_an_entry_has_no_phone_for_a_missing_phone() -> None:
    without = release(tuple(replace(system, phone="-3") for system in SYSTEMS), OUTLETS)
    assert entries_by_id(without)["ME0101"].phones == ()
    assert entries_by_id(without)["ME0102"].phones == (SABLE_CENTRAL.phone,), "that of its central library"
