from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from library_validator_cli.main import app
from tests.builders.release_files import OUTLET, SYSTEM, csv_of, zip_of

runner = CliRunner()


def write_release(path: Path, year: int, **changed: str) -> str:
    dated = {"ENDDATE": f"06/30/{year}", "YR_SUB": str(year + 1)}
    rows = {**SYSTEM, **dated, "F_POPLSA": f"R_{year % 100}", **changed}
    outlets = {**OUTLET, "YR_SUB": str(year + 1), "F_SQ_FT": f"R_{year % 100}"}
    path.write_bytes(zip_of({"ae.csv": csv_of([rows]), "outlet.csv": csv_of([outlets])}).getvalue())
    return str(path)


@pytest.fixture
def releases(tmp_path: Path) -> tuple[str, str]:
    return (
        write_release(tmp_path / "older.zip", 2021),
        write_release(tmp_path / "newer.zip", 2022, LIBNAME="MAPLE | PINE LIBRARY", STATNAME="06"),
    )


def test_the_report_lists_each_change_and_how_it_was_found(releases: tuple[str, str]) -> None:
    result = runner.invoke(app, ["release", "delta", *releases])
    assert result.exit_code == 0
    assert "Fiscal year 2021: 1 systems, 1 outlets; 2022: 1 systems, 1 outlets" in result.stdout
    assert "1 system: renamed" in result.stdout
    assert "STATNAME 06, name" in result.stdout


def test_the_markdown_page_lists_every_change_and_escapes_names_in_its_tables(
    releases: tuple[str, str], tmp_path: Path
) -> None:
    report = tmp_path / "report.md"
    assert runner.invoke(app, ["release", "delta", *releases, "--output", str(report)]).exit_code == 0
    text = report.read_text(encoding="utf-8")
    assert "## 1 system: renamed" in text
    assert (
        "| VT0001 | ALDER PUBLIC LIBRARY | MAPLE \\| PINE LIBRARY | both | STATNAME 06, name |"
        in text.splitlines()
    )


def test_json_has_the_changes_as_data(releases: tuple[str, str]) -> None:
    result = runner.invoke(app, ["release", "delta", *releases, "--json"])
    assert json.loads(result.stdout)["counts"] == {"systems": {"renamed": 1}, "outlets": {}}


def test_releases_in_the_wrong_order_are_refused_in_one_sentence(releases: tuple[str, str]) -> None:
    older, newer = releases
    result = runner.invoke(app, ["release", "delta", newer, older])
    assert result.exit_code == 1
    assert "name the older release first" in result.stderr
