"""Grown registries have the promised size and the promised differences."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from lab.growth.grown_registries import grow, largest_state
from lab.growth.growth import MeasuredRegistry, count_results, measure_answers, sizes_of, time_pass
from lab.growth.growth_applicants import rows_with_common_names, submissions_of_rows
from lab.speed.snapshot import SnapshotRegistry, load_snapshot, write_snapshot
from library_validator.matching.entries_of_history import entries_of
from library_validator.matching.index import build_index
from library_validator.matching.keys import keys_of_entry
from library_validator.releases.lineage.history import merge_releases
from library_validator.releases.records import Release
from library_validator_cli.evaluation.labelled import LabelledRow
from tests.builders.small_registry import ALDER, BRIAR_COUNTY, outlet, release, system

LAKE = system("VT0002", "LAKE CITY LIBRARY", "9 PO BOX 77", "LAKE CITY", "05490", "8025550190")
SMALL = release(
    (ALDER, BRIAR_COUNTY, LAKE),
    (
        outlet("ME0001", "002", "MAIN LIBRARY", "14 NORTH FORK ROAD", "ALDER POINT", "04901", "2075550109"),
        outlet("ME0001", "003", "NORTH BRANCH", "88 MILL STREET", "ALDER POINT", "04901", "-3"),
    ),
)
MANY_WAYS = pytest.mark.parametrize("way", ["places", "towns", "denser"])


def keys_of(systems: Release) -> set[str]:
    return {key for entry in entries_of(merge_releases([systems])) for key in keys_of_entry(entry)}


def copies_in(grown: Release) -> Release:
    """The records of a grown registry that are not in the release."""
    return replace(
        grown,
        systems=grown.systems[len(SMALL.systems) :],
        outlets=grown.outlets[len(SMALL.outlets) :],
    )


@MANY_WAYS
def test_a_grown_registry_has_the_factor_times_the_libraries_each_with_its_own_key(way: str) -> None:
    grown = grow(SMALL, way, 10)
    assert len({system.fscs_key for system in grown.systems}) == 10 * len(SMALL.systems)
    assert len({outlet.fscs_id for outlet in grown.outlets}) == 10 * len(SMALL.outlets)
    assert {outlet.fscs_key for outlet in grown.outlets} <= {system.fscs_key for system in grown.systems}


@MANY_WAYS
def test_the_libraries_of_the_release_do_not_change(way: str) -> None:
    grown = grow(SMALL, way, 3)
    assert grown.systems[: len(SMALL.systems)] == SMALL.systems
    assert grown.outlets[: len(SMALL.outlets)] == SMALL.outlets


@MANY_WAYS
def test_a_grown_registry_is_the_same_in_every_run(way: str) -> None:
    assert grow(SMALL, way, 4) == grow(SMALL, way, 4)
    assert grow(SMALL, way, 4).content_sha256 != grow(SMALL, way, 5).content_sha256


@pytest.mark.parametrize("way", ["places", "towns"])
def test_libraries_in_new_places_share_only_common_keys_with_libraries_of_the_release(
    way: str,
) -> None:
    shared = keys_of(SMALL) & keys_of(copies_in(grow(SMALL, way, 10)))
    assert {key[0] for key in shared} <= {"N", "W"}
    words = {word for key in shared for word in key[3 if key[0] == "W" else 1 :].split()}
    assert words <= {"MAIN", "LIBRARY", "NORTH", "BRANCH", "COUNTY", "LAKE", "CITY", "POINT"}


def test_new_places_are_in_new_states_and_new_towns_in_existing_states() -> None:
    states = {system.state for system in SMALL.systems}
    assert not states & {system.state for system in copies_in(grow(SMALL, "places", 10)).systems}
    assert states == {system.state for system in copies_in(grow(SMALL, "towns", 10)).systems}


def test_libraries_of_a_denser_town_have_its_zip_but_other_houses_names_and_phones() -> None:
    shared = keys_of(SMALL) & keys_of(copies_in(grow(SMALL, "denser", 10)))
    assert {"CMEALDER POINT", "Z04901", "Z05490"} <= shared
    assert not {key[0] for key in shared} & set("FPSB")
    assert not {"NALDER POINT", "WMEALDER"} & shared


def test_the_registry_of_one_state_is_that_of_the_state_with_most_systems() -> None:
    more = replace(SMALL, systems=(*SMALL.systems, replace(ALDER, fscs_key="ME0009")))
    alone = grow(more, "one_state", 1)
    assert largest_state(more) == "ME"
    assert [system.fscs_key for system in alone.systems] == ["ME0001", "ME0002", "ME0009"]
    assert alone.outlets == SMALL.outlets


def test_answers_about_the_libraries_of_the_release_are_right_among_libraries_in_new_places() -> None:
    rows = rows_with_common_names(SMALL)
    grown = grow(SMALL, "places", 10)
    found = measure_answers(MeasuredRegistry.of_release(grown, build_index([grown])).store, rows)
    base = measure_answers(MeasuredRegistry.of_release(SMALL, build_index([SMALL])).store, rows)
    assert found["libraries_found"] == base["libraries_found"] == found["libraries"] == len(rows)
    assert found["validated_wrong"] == base["validated_wrong"] == 0


def test_the_measured_sizes_of_a_registry_are_those_of_its_index() -> None:
    index = build_index([SMALL])
    sizes = sizes_of(index, MeasuredRegistry.of_release(SMALL, index).store)
    assert sizes["postings"] == len(index.postings)
    assert sizes["biggest_posting_bytes"] > max(map(len, index.postings.values()))
    assert sizes["write_units"] >= len(index.postings)
    assert sizes["version_item_fits"]


def test_a_pass_measures_the_time_for_each_decision() -> None:
    registry = MeasuredRegistry.of_release(SMALL, build_index([SMALL]))
    assert time_pass(registry, submissions_of_rows(rows_of_alder(20)), 10) > 0


def test_counts_without_answers_are_zero() -> None:
    assert set(count_results([]).values()) == {0}


def test_a_snapshot_answers_as_the_postings_that_it_holds(tmp_path: Path) -> None:
    index = build_index([SMALL])
    write_snapshot(index.postings, tmp_path / "snapshot")
    found = SnapshotRegistry(tmp_path / "snapshot").postings("", [*index.postings, "W??NOBODY"])
    assert found == index.postings


def test_loading_a_snapshot_reports_its_time_and_memory(tmp_path: Path) -> None:
    write_snapshot(build_index([SMALL]).postings, tmp_path / "snapshot")
    took = load_snapshot(tmp_path / "snapshot")
    assert set(took) == {"seconds", "peak", "resident"}
    assert took["seconds"] > 0


def rows_of_alder(count: int) -> list[LabelledRow]:
    return rows_with_common_names(replace(SMALL, systems=(ALDER,), outlets=())) * count
