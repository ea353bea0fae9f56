from __future__ import annotations

import io
import zipfile
from functools import cache
from pathlib import Path

import pytest

from library_validator.releases.lineage.history import merge_releases
from library_validator.releases.reading.release import read_release
from library_validator.releases.records import Release
from library_validator_cli.sample_release import BUNDLED_FISCAL_YEAR, BUNDLED_SEED, write_sample_release

SAMPLES = Path(__file__).parents[3] / "events" / "sample"
BUNDLED = SAMPLES / "pls_sample_fy2022_csv.zip"


def sample_zip(fiscal_year: int = BUNDLED_FISCAL_YEAR, seed: int = BUNDLED_SEED) -> io.BytesIO:
    target = io.BytesIO()
    write_sample_release(target, fiscal_year, seed)
    target.seek(0)
    return target


@cache
def sample(fiscal_year: int = BUNDLED_FISCAL_YEAR) -> Release:
    return read_release(sample_zip(fiscal_year))


def members(source: Path | io.BytesIO) -> dict[str, bytes]:
    with zipfile.ZipFile(source) as opened:
        return {name: opened.read(name) for name in opened.namelist()}


@pytest.mark.parametrize("fiscal_year", [BUNDLED_FISCAL_YEAR - 1, BUNDLED_FISCAL_YEAR])
def test_the_bundled_samples_are_those_that_the_generator_writes(fiscal_year: int) -> None:
    bundled = SAMPLES / f"pls_sample_fy{fiscal_year}_csv.zip"
    assert members(bundled) == members(sample_zip(fiscal_year))


def test_another_seed_invents_other_libraries() -> None:
    assert members(sample_zip(seed=2)) != members(sample_zip())


@pytest.mark.parametrize(("fiscal_year", "columns"), [(2021, [195, 42]), (2022, [192, 39])])
def test_the_sample_is_a_whole_release_in_the_official_layout(fiscal_year: int, columns: list[int]) -> None:
    report = sample(fiscal_year).report
    assert (report.fiscal_year, report.repairs, report.problems) == (fiscal_year, {}, ())
    assert [file.columns for file in report.files] == columns
    assert [file.layout for file in report.files] == [f"FY{fiscal_year}"] * 2
    assert [file.encoding for file in report.files] == ["utf-8", "cp1252"]
    assert 295 <= report.systems <= 305
    assert 490 <= report.outlets <= 515


def test_the_sample_says_that_it_is_invented() -> None:
    readme = members(BUNDLED)["PLS_SAMPLE/README INVENTED SAMPLE.txt"]
    assert b"invented" in readme
    assert all(system.libid.startswith(("SAMPLE-", system.state)) for system in sample().systems)


def test_telephone_numbers_of_the_sample_are_invented_and_unique() -> None:
    phones = [system.phone for system in sample().systems if system.phone != "-3"]
    assert {phone[3:6] for phone in phones} == {"555"}
    assert len(set(phones)) == len(phones)


def test_the_sample_has_the_cases_that_make_validation_hard() -> None:
    systems, outlets = sample().systems, sample().outlets
    places = {(system.name, system.state) for system in systems}
    assert {("HARLOW CREEK PUBLIC LIBRARY", "IA"), ("HARLOW CREEK PUBLIC LIBRARY", "OR")} <= places
    assert {("MARROWBY PUBLIC LIBRARY", "KS"), ("MARROWBY COUNTY LIBRARY", "KS")} <= places
    assert {("EAST TILLINGHAM PUBLIC LIBRARY", "NJ"), ("WEST TILLINGHAM PUBLIC LIBRARY", "NJ")} <= places
    assert {outlet.type for outlet in outlets} == {"CE", "BR", "BS", "BM"}
    assert {"00", "02", "23", "25"} <= {system.structure for system in systems}
    assert {"CI", "CO", "LD", "MJ", "NL", "NP", "OT", "SD"} <= {system.legal_basis for system in systems}
    assert {"Y", "N"} == {system.meets_fscs_definition for system in systems}
    assert any("COLLEGE" in system.name for system in systems)
    assert any("LIBRAR" not in system.name for system in systems)
    assert any(system.mailing_street.startswith("P.O. BOX") for system in systems)
    assert any("Ñ" in system.name for system in systems)
    assert any("Ñ" in outlet.name for outlet in outlets)
    assert max(len(system.name) for system in systems) == 60
    keys = {system.fscs_key for system in systems}
    assert any(system.libid in keys - {system.fscs_key} for system in systems)


def test_a_temporarily_closed_library_has_the_codes_for_missing_values() -> None:
    (closed,) = [system for system in sample().systems if system.structure == "23"]
    assert (closed.phone, closed.period_end, closed.population) == ("-3", "-3", -3)


def test_two_years_of_the_sample_differ_as_two_releases_do() -> None:
    then, now = sample(2021), sample(2022)
    history = merge_releases([then, now])
    vanished = {entry.system.name for entry in history.systems if entry.last_listed == 2021}
    assert vanished == {"FOGHORN POINT PUBLIC LIBRARY", "DIMPLE GROVE VILLAGE LIBRARY"}
    names_then = {system.fscs_key: system.name for system in then.systems}
    names_now = {system.fscs_key: system.name for system in now.systems}
    renamed = {names_then[key] for key in names_then.keys() & names_now if names_then[key] != names_now[key]}
    assert renamed == {"BESSIE ORRIN MEMORIAL LIBRARY", "LOWER HALYARD FREE LIBRARY"}
    assert {names_now[key] for key in names_now.keys() - names_then} == {"SALT FORK CROSSING LIBRARY"}


def test_a_branch_that_changed_its_system_is_once_in_the_history() -> None:
    history = merge_releases([sample(2021), sample(2022)])
    places = [
        (entry.system.name, outlet.last_listed)
        for entry in history.systems
        for outlet in entry.outlets
        if outlet.outlet.name == "GLASSWORKS BRANCH"
    ]
    assert places == [("THREE FORKS REGIONAL LIBRARY", 2022)]


def test_a_year_with_an_unknown_layout_is_refused() -> None:
    with pytest.raises(ValueError, match="2015"):
        write_sample_release(io.BytesIO(), 2015, BUNDLED_SEED)
