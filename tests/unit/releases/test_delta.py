"""The changes between two releases of invented libraries."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from library_validator.releases.lineage.delta import ListingChange, delta_between
from library_validator.releases.records import Release
from tests.builders.invented_country import country_rows, release_of_country
from tests.builders.release_files import OUTLET, SYSTEM, Row, release_of

CEDAR = {
    "FSCSKEY": "VT0009",
    "LIBNAME": "CEDAR FREE LIBRARY",
    "ADDRESS": "44 POND ROAD",
    "CITY": "CEDAR",
    "ZIP": "05777",
    "PHONE": "8025550900",
}


def release_of_year(
    year: int, system: Row | None = None, outlet: Row | None = None, more: Row | None = None
) -> Release:
    systems = [{**SYSTEM, **(system or {})}] + ([{**SYSTEM, **more}] if more else [])
    outlets = [{**OUTLET, **(outlet or {})}] + ([{**OUTLET, **more}] if more else [])
    return release_of(year, systems, outlets)


def system_changes(older: Release, newer: Release) -> list[ListingChange]:
    return [change for change in delta_between(older, newer).changes if change.kind == "system"]


def test_two_equal_releases_have_no_changes() -> None:
    assert delta_between(release_of_year(2021), release_of_year(2022)).changes == ()


@pytest.mark.parametrize(
    ("before", "now", "what", "evidence"),
    [
        ({}, {"LIBNAME": "MAPLE LIBRARY", "STATNAME": "06"}, "renamed", "both"),
        ({}, {"LIBNAME": "MAPLE LIBRARY"}, "renamed", "comparison"),
        ({}, {"STATNAME": "06"}, "renamed", "code"),
        ({}, {"LIBNAME": "ALDER LIBRARY"}, "name_corrected", "comparison"),
        ({}, {"LIBNAME": "MAPLE LIBRARY", "STATNAME": "14"}, "name_corrected", "both"),
        ({}, {"ADDRESS": "5 ELM STREET", "STATADDR": "07"}, "moved", "both"),
        ({}, {"ADDRESS": "5 ELM STREET"}, "moved", "comparison"),
        ({}, {"ZIP": "05602"}, "moved", "comparison"),
        ({}, {"ADDRESS": "1 MAINE STREET"}, "address_corrected", "comparison"),
        ({}, {"STATSTRU": "23"}, "temporarily_closed", "code"),
        ({"STATSTRU": "23"}, {}, "reopened", "comparison"),
        ({"STATSTRU": "23"}, {"STATSTRU": "24"}, "reopened", "both"),
        ({}, {"STATSTRU": "03"}, "closed", "code"),
        ({}, {"STATSTRU": "01"}, "absorbed_another", "code"),
    ],
)
def test_each_change_of_a_listed_system_has_its_evidence(
    before: Row, now: Row, what: str, evidence: str
) -> None:
    (change,) = system_changes(release_of_year(2021, before), release_of_year(2022, now))
    assert (change.what, change.evidence, change.id) == (what, evidence, "VT0001")


@pytest.mark.parametrize(
    "now", [{"LIBNAME": "Alder Public Library"}, {"ADDRESS": "1 Main St."}, {"STATSTRU": "25"}]
)
def test_another_spelling_of_the_same_value_is_not_a_change(now: Row) -> None:
    assert system_changes(release_of_year(2021), release_of_year(2022, now)) == []


def test_a_library_can_be_renamed_and_moved_at_once() -> None:
    changes = system_changes(
        release_of_year(2021), release_of_year(2022, {"LIBNAME": "MAPLE LIBRARY", "ADDRESS": "5 ELM STREET"})
    )
    assert [(change.what, change.before, change.after) for change in changes] == [
        ("renamed", "ALDER PUBLIC LIBRARY", "MAPLE LIBRARY"),
        ("moved", "1 MAIN STREET, ALDER 05601", "5 ELM STREET, ALDER 05601"),
    ]


def test_a_system_can_be_new_closed_or_gone() -> None:
    with_cedar = release_of_year(2022, more={**CEDAR, "STATSTRU": "02"})
    (new,) = system_changes(release_of_year(2021), with_cedar)
    assert (new.what, new.id, new.codes) == ("new", "VT0009", ("STATSTRU 02",))
    (gone,) = system_changes(release_of_year(2021, more=CEDAR), release_of_year(2022))
    assert (gone.what, gone.id, gone.evidence) == ("gone", "VT0009", "comparison")
    (closed,) = system_changes(release_of_year(2021, more={**CEDAR, "STATSTRU": "03"}), release_of_year(2022))
    assert (closed.what, closed.evidence) == ("closed", "both")


def test_the_change_of_an_absorbed_system_names_the_other_system() -> None:
    older = release_of_year(2021, more=CEDAR)
    newer = release_of(
        2022,
        [{**SYSTEM, "STATSTRU": "01"}],
        [OUTLET, {**OUTLET, **CEDAR, "FSCSKEY": "VT0001", "FSCS_SEQ": "007", "STATSTRU": "11"}],
    )
    system, outlet = delta_between(older, newer).changes
    assert (system.what, system.id, system.evidence) == ("absorbed", "VT0009", "both")
    assert system.after == "VT0001 ALDER PUBLIC LIBRARY, as VT0001-007 CEDAR FREE LIBRARY"
    assert system.codes == ("STATSTRU 11", "STATSTRU 01 of VT0001")
    assert (outlet.what, outlet.id) == ("to_other_system", "VT0001-007")
    assert outlet.before == "VT0009-002 of CEDAR FREE LIBRARY"
    assert outlet.after == "VT0001-007 of ALDER PUBLIC LIBRARY"


def test_a_re_keyed_system_is_neither_gone_nor_new_and_can_be_renamed() -> None:
    newer = release_of_year(2022, more={**CEDAR, "FSCSKEY": "VT9001", "LIBNAME": "CEDAR GROVE LIBRARY"})
    changes = delta_between(release_of_year(2021, more=CEDAR), newer).changes
    assert [(change.kind, change.what, change.before, change.after) for change in changes] == [
        ("system", "re_keyed", "VT0009", "VT9001"),
        ("system", "renamed", "CEDAR FREE LIBRARY", "CEDAR GROVE LIBRARY"),
        ("outlet", "re_keyed", "VT0009-002", "VT9001-002"),
        ("outlet", "renamed", "CEDAR FREE LIBRARY", "CEDAR GROVE LIBRARY"),
    ]


def test_a_delta_from_a_newer_release_to_an_older_one_is_an_error() -> None:
    with pytest.raises(ValueError, match="give the older release first"):
        delta_between(release_of_year(2022), release_of_year(2021))


def test_the_json_has_every_change_and_the_counts() -> None:
    delta = delta_between(release_of_year(2021), release_of_year(2022, {"LIBNAME": "MAPLE LIBRARY"}))
    read = json.loads(json.dumps(delta.as_json()))
    assert read["counts"] == {"systems": {"renamed": 1}, "outlets": {}}
    assert (read["older"]["fiscal_year"], read["newer"]["fiscal_year"]) == (2021, 2022)
    assert read["changes"] == [
        {
            "what": "renamed",
            "kind": "system",
            "id": "VT0001",
            "name": "MAPLE LIBRARY",
            "before": "ALDER PUBLIC LIBRARY",
            "after": "MAPLE LIBRARY",
            "codes": [],
            "comparison": ["name"],
            "evidence": "comparison",
        }
    ]


@settings(max_examples=25, deadline=None)
@given(st.sets(st.integers(0, 29)), st.sets(st.integers(0, 29)))
def test_every_system_that_only_one_release_lists_is_gone_or_new(gone: set[int], new: set[int]) -> None:
    systems, outlets = country_rows(10)

    def release_without(left_out: set[int], year: int) -> Release:
        kept = [row for number, row in enumerate(systems) if number not in left_out or len(left_out) == 30]
        return release_of_country((kept, outlets), year)

    older, newer = release_without(new, 2021), release_without(gone, 2022)
    before = {system.fscs_key for system in older.systems}
    after = {system.fscs_key for system in newer.systems}
    delta = delta_between(older, newer)
    assert {change.id for change in delta.changes_of("system", "gone")} == before - after
    assert {change.id for change in delta.changes_of("system", "new")} == after - before
