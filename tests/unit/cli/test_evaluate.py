"""``evaluate`` as people type it, on applications drawn from the sample release."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from library_validator_cli.main import app
from tests.unit.cli.test_sample_release import BUNDLED


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


@pytest.fixture(scope="module")
def labelled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("labelled") / "sample.csv"
    typed = run("sample-applications", "--release", BUNDLED, "--count", "150", "--seed", "3")
    path.write_text(typed.stdout, "utf-8")
    return path


def test_sample_applications_are_measured_for_each_set_and_each_kind(labelled: Path) -> None:
    result = run("evaluate", labelled, "--release", BUNDLED)
    assert result.exit_code == 0, result.output
    kinds = {row["kind"] for row in csv.DictReader(labelled.read_text("utf-8").splitlines())}
    first = {line.split()[0] for line in result.stdout.splitlines() if line.strip()}
    assert {"libraries", "others", "set", "sample"} <= first
    assert len(kinds & first) > 5


def test_the_json_output_has_all_measures_but_no_rows(labelled: Path) -> None:
    result = run("evaluate", labelled, "--release", BUNDLED, "--json", "--only", "name,state")
    measured = json.loads(result.stdout)
    assert measured["schema_version"] == 1
    assert measured["only"] == ["name", "state"]
    assert measured["command"] == (
        f"library-validator evaluate sample.csv --release {BUNDLED.name} --only name,state"
    )
    assert [file["rows"] for file in measured["labelled"]] == [150]
    assert {"groups", "curve", "choices", "reliability", "worst", "floors"} <= set(measured)
    assert "rows" not in measured


def test_the_report_and_run_json_are_written_and_a_later_run_is_compared_with_them(
    labelled: Path, tmp_path: Path
) -> None:
    first = run("evaluate", labelled, "--release", BUNDLED, "--report", tmp_path / "first")
    assert first.exit_code == 0, first.output
    assert (tmp_path / "first" / "report.html").read_text("utf-8").startswith("<!doctype html>")
    kept = tmp_path / "first" / "run.json"
    assert len(json.loads(kept.read_text("utf-8"))["rows"]) == 150
    second = run("evaluate", labelled, "--release", BUNDLED, "--against", kept, "--only", "name,state")
    assert second.exit_code == 0
    assert "since the earlier run" in second.stdout
    assert "fields: all then, name, state now" in second.stderr


def test_a_missed_floor_is_named_and_gives_exit_code_1(labelled: Path, tmp_path: Path) -> None:
    floors = tmp_path / "floors.toml"
    floors.write_text('[[floor]]\nset = "sample"\nvalidated_right_min = 10_000\nkeys_max = 10\n', "utf-8")
    result = run("evaluate", labelled, "--release", BUNDLED, "--floor", floors)
    assert result.exit_code == 1
    assert "sample: validated_right at least 10,000" in result.stderr
    assert "error: 1 of 2 limits missed" in result.stderr


def test_floors_that_are_met_give_exit_code_0(labelled: Path, tmp_path: Path) -> None:
    floors = tmp_path / "floors.toml"
    floors.write_text('[[floor]]\nset = "sample"\nkeys_max = 10\n', "utf-8")
    result = run("evaluate", labelled, "--release", BUNDLED, "--floor", floors)
    assert result.exit_code == 0
    assert "all 1 limits met" in result.stderr


def test_floors_of_other_sets_do_not_count_as_met(labelled: Path, tmp_path: Path) -> None:
    floors = tmp_path / "floors.toml"
    floors.write_text('[[floor]]\nset = "museum"\nnon_library_validated_max = 0\n', "utf-8")
    result = run("evaluate", labelled, "--release", BUNDLED, "--floor", floors)
    assert result.exit_code == 1
    assert "no floor of floors.toml is about the sets and fields of this run" in result.stderr


def test_wrong_usage_is_reported_before_anything_is_measured(labelled: Path, tmp_path: Path) -> None:
    assert run("evaluate", labelled, "--release", BUNDLED, "--only", "city").exit_code == 2
    bad = tmp_path / "bad.csv"
    bad.write_text("application_id,name,label\na,Alder,perhaps\n", "utf-8")
    refused = run("evaluate", bad, "--release", BUNDLED)
    assert refused.exit_code == 1
    assert "bad.csv, line 2: the label 'perhaps' is unknown" in refused.stderr
    assert run("evaluate", labelled, "--release", BUNDLED, "--against", labelled).exit_code == 1


def test_a_vanished_library_that_is_validated_is_listed(tmp_path: Path, labelled: Path) -> None:
    rows = list(csv.DictReader(labelled.read_text("utf-8").splitlines()))
    clean = next(row for row in rows if row["kind"] == "clean")
    gone = tmp_path / "gone.csv"
    with gone.open("w", encoding="utf-8", newline="") as opened:
        writer = csv.DictWriter(opened, clean)
        writer.writeheader()
        writer.writerow({**clean, "label": "GONE"})
    result = run("evaluate", gone, "--release", BUNDLED)
    assert f"validated though no longer listed (1): {clean['application_id']} as {clean['label']}" in (
        result.stderr
    )
