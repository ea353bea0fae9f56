from __future__ import annotations

import csv
import io
import time
import zipfile
from collections import Counter, defaultdict
from dataclasses import fields
from pathlib import Path

import pytest

from library_validator.releases.lineage.history import merge_releases
from library_validator.releases.reading.release import read_release
from library_validator.releases.records import Outlet, Release, System
from library_validator_cli.sample_release import write_sample_release
from tests.realdata.official_years import FILES

pytestmark = pytest.mark.realdata


def entries_of(release: Release) -> list[System | Outlet]:
    return [*release.systems, *release.outlets]


@pytest.mark.parametrize(
    ("fiscal_year", "systems", "outlets", "columns", "encodings", "layout"),
    [
        (2015, 9251, 17408, (159, 40), ("cp1252", "cp1252"), "FY2015"),
        (2017, 9245, 17452, (157, 37), ("cp1252", "cp1252"), "FY2017"),
        (2018, 9261, 17478, (166, 37), ("cp1252", "cp1252"), "FY2017"),
        (2019, 9260, 17496, (164, 38), ("cp1252", "cp1252"), "FY2017"),
        (2020, 9245, 17509, (179, 42), ("cp1252", "cp1252"), "FY2020"),
        (2021, 9215, 17426, (195, 42), ("utf-8", "cp1252"), "FY2021"),
        (2022, 9248, 17546, (192, 39), ("cp1252", "cp1252"), "FY2022"),
    ],
)
def test_every_row_of_an_official_release_is_read_and_none_needs_a_repair(
    releases: dict[int, Release],
    fiscal_year: int,
    systems: int,
    outlets: int,
    columns: tuple[int, int],
    encodings: tuple[str, str],
    layout: str,
) -> None:
    release = releases[fiscal_year]
    report = release.report
    assert (release.fiscal_year, report.fiscal_year) == (fiscal_year, fiscal_year)
    assert (len(release.systems), len(release.outlets)) == (systems, outlets)
    assert (report.systems, report.outlets) == (systems, outlets)
    assert tuple(file.columns for file in report.files) == columns
    assert tuple(file.encoding for file in report.files) == encodings
    assert {file.layout for file in report.files} == {layout}
    assert [file.rejected for file in report.files] == [0, 0]
    assert (report.repairs, report.problems) == ({}, ())


def test_statuses_and_types_of_fy2022_are_those_of_its_documentation(releases: dict[int, Release]) -> None:
    release = releases[2022]
    assert (release.report.systems_by_structure["25"], release.report.systems_by_structure["23"]) == (304, 10)
    assert release.report.outlets_by_type == {"BM": 2, "BR": 7811, "BS": 661, "CE": 9072}
    assert Counter(system.meets_fscs_definition for system in release.systems) == {"Y": 9030, "N": 218}


def test_the_mangled_release_is_repaired_to_the_published_release(
    releases: dict[int, Release], mangled_release: Release
) -> None:
    published = releases[2022]
    assert mangled_release.fiscal_year == 2022
    assert (len(mangled_release.systems), len(mangled_release.outlets)) == (9248, 17546)
    pairs = list(zip(entries_of(published), entries_of(mangled_release), strict=True))
    lost = [(entry, other) for entry, other in pairs if entry != other]
    for entry, other in lost:
        for field in fields(entry):
            value, spoiled = getattr(entry, field.name), getattr(other, field.name)
            assert value == spoiled or differs_only_outside_ascii(value, spoiled), (
                field.name,
                value,
                spoiled,
            )
    assert len(lost) == 35
    assert mangled_release.report.repairs["header STATUSRU corrected"] == 2
    assert mangled_release.report.repairs["FSCS_SEQ padded"] == 17472
    assert mangled_release.report.problems == ()
    assert mangled_release.content_sha256 != published.content_sha256


def differs_only_outside_ascii(value: str, spoiled: str) -> bool:
    """Whether ``spoiled`` differs from ``value`` only in characters outside ASCII."""
    return len(value) == len(spoiled) and all(
        letter == other or not letter.isascii() for letter, other in zip(value, spoiled, strict=True)
    )


def test_the_history_of_all_releases_keeps_every_library(releases: dict[int, Release]) -> None:
    official = list(releases.values())
    history = merge_releases(official)
    assert merge_releases(official[::-1]) == history
    years = Counter(entry.last_listed for entry in history.systems)
    every_key = {system.fscs_key for release in official for system in release.systems}
    former_keys = {key for entry in history.systems for key in entry.former_keys}
    assert years[2022] == 9248
    assert {entry.system.fscs_key for entry in history.systems} == every_key - former_keys
    assert former_keys <= every_key
    outlets = [listed for entry in history.systems for listed in entry.outlets]
    assert Counter(listed.last_listed for listed in outlets)[2022] == 17546
    assert len({listed.outlet.fscs_id for listed in outlets}) == len(outlets)


def test_an_entry_has_every_name_that_an_official_year_gives_its_key(
    releases: dict[int, Release],
) -> None:
    named: defaultdict[str, set[str]] = defaultdict(set)
    for release in releases.values():
        for entry in entries_of(release):
            named[entry.fscs_key if isinstance(entry, System) else entry.fscs_id].add(entry.name)
    former = 0
    for system in merge_releases(list(releases.values())).systems:
        keys = (system.system.fscs_key, *system.former_keys)
        assert {system.system.name, *system.former_names} == set().union(*(named[key] for key in keys))
        former += len(system.former_names)
        for outlet in system.outlets:
            ids = (outlet.outlet.fscs_id, *outlet.former_ids)
            assert {outlet.outlet.name, *outlet.former_names} == set().union(
                *(named[fscs_id] for fscs_id in ids)
            )
            former += len(outlet.former_names)
    assert former == 1240


def test_a_branch_that_changed_its_system_does_not_count_as_closed(releases: dict[int, Release]) -> None:
    """Six libraries of Sumner County, Tennessee, moved to one system in FY2022 (STATSTRU 11)."""
    history = merge_releases([releases[2021], releases[2022]])
    of = {entry.system.fscs_key: entry for entry in history.systems}
    assert of["TN0119"].last_listed == 2021
    assert [listed.outlet.fscs_id for listed in of["TN0119"].outlets] == []
    assert {"TN8060-002", "TN8060-003"} <= {listed.outlet.fscs_id for listed in of["TN8060"].outlets}


def test_no_library_of_the_sample_release_is_in_an_official_release(releases: dict[int, Release]) -> None:
    real: set[str] = set()
    for release in releases.values():
        real |= {system.fscs_key for system in release.systems}
        real |= {f"{entry.name}, {entry.state}" for entry in entries_of(release)}
    target = io.BytesIO()
    write_sample_release(target, 2022, 1)
    entries = entries_of(read_release(target))
    assert not [e.name for e in entries if e.fscs_key in real or f"{e.name}, {e.state}" in real]


def test_reading_a_release_takes_a_small_multiple_of_the_time_to_split_its_rows(data: Path) -> None:
    path = data / "pls" / FILES[2022]

    def split_rows() -> None:
        with zipfile.ZipFile(path) as opened:
            for member in opened.namelist():
                if member.endswith(".csv"):
                    with opened.open(member) as binary:
                        for _ in csv.reader(io.TextIOWrapper(binary, "latin-1", newline="")):
                            pass

    def seconds_of(work: object) -> float:
        assert callable(work)
        started = time.process_time()
        work()
        return time.process_time() - started

    plain = min(seconds_of(split_rows) for _ in range(3))
    ours = min(seconds_of(lambda: read_release(path)) for _ in range(3))
    assert ours < 5 * plain, f"csv.reader {plain:.2f} s, read_release {ours:.2f} s"
