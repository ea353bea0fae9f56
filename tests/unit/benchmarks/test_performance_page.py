"""The page says what the results say, and no more than there are results for."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from benchmarks import performance_page
from benchmarks.performance_acceptance import LINES, at_least, at_most
from benchmarks.performance_page import PAGE, RESULTS, page, read_results
from benchmarks.performance_sections import SECTIONS


def rates(one: float, rapidfuzz: float, splink: float) -> dict[str, Any]:
    return {
        name: {"per_second": rate, "slowest_per_second": rate / 2, "fastest_per_second": rate * 2}
        for name, rate in (("library-validator", one), ("rapidfuzz", rapidfuzz), ("splink", splink))
    }


DECISIONS = {
    "command": "python -m benchmarks.decisions_per_second",
    "measured_at": "2026-11-24T00:00:00+00:00",
    "python": "3.11.7",
    "machine": "x86_64",
    "processors": 2,
    "packages": {"splink": "5.0.0"},
    "applications_in_batch": 100,
    "runs": 5,
    "one_processor": {"one_at_a_time": rates(2_000, 100, 2.5), "in_batch": rates(3_000, 400, 5_000)},
    "all_processors": {"in_batch": rates(6_000, 800, 5_000)},
}


@pytest.fixture
def results(tmp_path: Path) -> Path:
    directory = tmp_path / "results"
    directory.mkdir()
    (directory / "decisions_per_second.json").write_text(json.dumps(DECISIONS), "utf-8")
    return directory


def test_the_page_in_the_repository_is_the_one_that_its_results_make() -> None:
    assert performance_page.main(["--check"]) == 0


def test_every_results_file_in_the_repository_has_its_section() -> None:
    text = PAGE.read_text("utf-8")
    for name, result in read_results(RESULTS).items():
        said = result.get("about", result) if name != "growth" else result["registries"][-1]["about"]
        assert said["command"] in text


def test_a_section_stands_there_only_with_its_results(results: Path) -> None:
    text = page(read_results(results))
    assert "## Decisions per second" in text
    assert text.count("\n## ") == 2  # and what had to be shown
    assert text.count("| not run |") == sum(line.benchmark != "decisions_per_second" for line in LINES)


def test_targets_are_judged_by_the_figures(results: Path) -> None:
    lines = page(read_results(results)).splitlines()
    found = {line.split(" | ")[0].removeprefix("| "): line for line in lines if line.startswith("| ")}
    assert "| 800 × | measured | **not met** |" in found[LINES[0].target]
    assert "| 20.00 × | measured | met |" in found[LINES[1].target]
    assert "| 0.40 × | measured | met |" in found[LINES[2].target]
    assert "| 1.20 × | measured | met |" in found[LINES[3].target]


def test_a_bound_itself_meets_the_target() -> None:
    assert at_least(15, 15).met
    assert at_most(2.0, 2).met
    assert not at_least(14.99, 15).met
    assert not at_most(2.01, 2).met


def test_every_target_asks_results_that_have_a_section() -> None:
    assert {line.benchmark for line in LINES} <= SECTIONS.keys()


def test_charts_are_files_of_their_own_with_nothing_from_elsewhere(results: Path, tmp_path: Path) -> None:
    output = tmp_path / "docs" / "performance.md"
    assert performance_page.main(["--results", str(results), "--output", str(output)]) == 0
    (chart,) = (tmp_path / "docs" / "performance").iterdir()
    svg = chart.read_text("utf-8")
    assert ElementTree.fromstring(svg).tag == "{http://www.w3.org/2000/svg}svg"
    assert svg.count("http") == 1
    assert performance_page.main(["--results", str(results), "--output", str(output), "--check"]) == 0


def test_a_page_or_chart_that_is_not_what_the_results_say_is_found(results: Path, tmp_path: Path) -> None:
    output = tmp_path / "performance.md"
    given = ["--results", str(results), "--output", str(output)]
    assert performance_page.main([*given, "--check"]) == 1
    assert performance_page.main(given) == 0
    output.write_text(output.read_text("utf-8").replace("2,000.0", "9,000.0"), "utf-8")
    assert performance_page.main([*given, "--check"]) == 1
    assert performance_page.main(given) == 0
    shutil.rmtree(tmp_path / "performance")
    assert performance_page.main([*given, "--check"]) == 1
