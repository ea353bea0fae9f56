"""The page says what the results say, and no more than there are results for."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from lab.pages import performance_page
from lab.pages.performance_acceptance import LINES, made_by
from lab.pages.performance_charts import MATCHERS
from lab.pages.performance_history import about_of
from lab.pages.performance_page import PAGE, RESULTS, SECTIONS, page, read_results
from lab.speed.measures import ROOT, about


def rates(one: float, rapidfuzz: float, splink: float) -> dict[str, Any]:
    named = dict.fromkeys(MATCHERS, 1.0)
    named |= {"library-validator": one, "rapidfuzz": rapidfuzz, "splink": splink}
    return {
        name: {
            "applications": 7,
            "per_second": rate,
            "slowest_per_second": rate / 2,
            "fastest_per_second": rate * 2,
        }
        for name, rate in named.items()
    }


DECISIONS = {
    "about": {
        "command": "python -m lab.speed.decisions_per_second",
        "date": "2026-11-24",
        "commit": "0123456789ab",
        "python": "3.11.7",
        "machine": "x86_64",
        "processors": 2,
        "versions": {"splink": "5.0.0"},
    },
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
        assert about_of(result)["command"] in text, name


def test_a_section_stands_there_only_with_its_results(results: Path) -> None:
    text = page(read_results(results), history="")
    assert "## Decisions per second" in text
    assert text.count("\n## ") == 3  # and what had to be shown, and how it went
    assert text.count("| - | | not run (`make bench") == sum(
        line.benchmark != "decisions_per_second" for line in LINES
    )


def test_targets_are_judged_by_the_figures(results: Path) -> None:
    lines = page(read_results(results), history="").splitlines()
    found = {line.split(" | ")[0].removeprefix("| "): line for line in lines if line.startswith("| ")}
    assert "| 800 × | measured | **not met** |" in found[LINES[0].target]
    assert "| 20.00 × | measured | met |" in found[LINES[1].target]
    assert "| 0.40 × | measured | met |" in found[LINES[2].target]
    assert "| 1.20 × | measured | met |" in found[LINES[3].target]


def test_a_bound_itself_meets_the_target() -> None:
    for line in LINES:
        (bound,) = (one for one in (line.at_least, line.at_most) if one is not None)
        worse = -0.01 if line.at_least else 0.01
        assert line.is_met(bound)
        assert not line.is_met(bound + worse)


def test_a_target_that_was_not_run_names_the_command_that_runs_it() -> None:
    recipes = (ROOT / "Makefile").read_text("utf-8").split("\n\n")
    for line in LINES:
        target = made_by(line.benchmark).removeprefix("make ")
        recipe = {"bench": "bench-data"}.get(target, target)
        assert any(
            one.startswith(f"{recipe}:") and re.search(rf"\$\(BENCH\)\.\w+\.{line.benchmark} ", one)
            for one in recipes
        )


def run_again(results: Path, commit: str, one_at_a_time: float) -> str:
    """The page after a further run."""
    again = json.loads(json.dumps(DECISIONS))
    again["about"]["commit"] = commit
    again["one_processor"]["one_at_a_time"] = rates(one_at_a_time, 100, 2.5)
    (results / "decisions_per_second.json").write_text(json.dumps(again), "utf-8")
    output = results.parent / "performance.md"
    assert performance_page.main(["--results", str(results), "--output", str(output)]) == 0
    return output.read_text("utf-8")


def test_what_was_measured_before_is_kept_when_results_are_replaced(results: Path) -> None:
    run_again(results, "aaaaaaaaaaaa", 2_000)
    text = run_again(results, "bbbbbbbbbbbb", 3_000)
    history = [json.loads(line) for line in (results / "history.jsonl").read_text("utf-8").splitlines()]
    assert [(one["commit"], one["figures"][LINES[0].name]) for one in history] == [
        ("aaaaaaaaaaaa", 800),
        ("bbbbbbbbbbbb", 1_200),
    ]
    assert f"| {LINES[0].target} | **800 ×** (`aaaaaaa`), 1,200 × (`bbbbbbb`) |" in text


def test_a_page_written_twice_from_the_same_results_adds_nothing(results: Path) -> None:
    assert run_again(results, "aaaaaaaaaaaa", 2_000) == run_again(results, "aaaaaaaaaaaa", 2_000)
    assert (results / "history.jsonl").read_text("utf-8").count("\n") == 1


def test_the_page_shows_the_newest_runs_only(results: Path) -> None:
    for run in range(8):
        text = run_again(results, f"{run}" * 12, 2_500 + run)
    shown = [f"{run}" * 7 for run in range(8) if f"(`{str(run) * 7}`)" in text]
    assert shown == [f"{run}" * 7 for run in range(2, 8)]


def test_results_that_the_history_lacks_are_found(results: Path, tmp_path: Path) -> None:
    run_again(results, "aaaaaaaaaaaa", 2_000)
    (results / "history.jsonl").write_text("", "utf-8")
    given = ["--results", str(results), "--output", str(tmp_path / "performance.md")]
    assert performance_page.main([*given, "--check"]) == 1


def test_no_result_says_where_the_checkout_stands() -> None:
    command = about("speed.reading", ["--release", str(ROOT.parent / "data" / "one.zip"), "--runs", "1"])[
        "command"
    ]
    assert command == "python -m lab.speed.reading --release ../data/one.zip --runs 1"


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
