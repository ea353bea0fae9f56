"""The figures of docs/performance.md are those of the results; its words are edited by people."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from lab.measures import ROOT, describe_run
from lab.pages import performance_page
from lab.pages.performance_charts import MATCHERS
from lab.pages.performance_history import run_of_result
from lab.pages.performance_page import BENCHMARKS, PAGE, RESULTS, blocks, read_results
from lab.pages.performance_targets import TARGETS, command_of


def rates(product: float, rapidfuzz: float, splink: float) -> dict[str, Any]:
    named = dict.fromkeys(MATCHERS, 1.0)
    named |= {"library-validator": product, "rapidfuzz": rapidfuzz, "splink": splink}
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


def test_the_page_of_the_repository_has_the_figures_of_its_results() -> None:
    assert performance_page.main(["--check"]) == 0


def test_every_result_of_the_repository_is_on_the_page_with_its_command() -> None:
    text = PAGE.read_text("utf-8")
    for name, result in read_results(RESULTS).items():
        assert run_of_result(result)["command"] in text, name


def test_a_block_without_results_says_which_command_makes_them(results: Path) -> None:
    shown = blocks(read_results(results), history="")
    assert shown["cost"] == shown["cost-run"] == "Not run: `make bench`."
    assert shown["growth"] == "Not run: `make bench-long`."
    assert "| library-validator | 2,000.0 (" in shown["decisions"]


def test_a_target_that_was_not_measured_is_bold_and_names_its_command(results: Path) -> None:
    rows = blocks(read_results(results), history="")["targets"].splitlines()[2:]
    not_run = [target for target in TARGETS if target.benchmark != "decisions_per_second"]
    assert [row for row in rows if "**not run**" in row] == [
        f"| {target.words} | - |  | **not run** (`{command_of(target.benchmark)}`) |" for target in not_run
    ]


def test_figures_decide_whether_a_target_is_met(results: Path) -> None:
    rows = blocks(read_results(results), history="")["targets"].splitlines()[2:]
    assert rows[:4] == [
        f"| {TARGETS[0].words} | 800 × | measured | **not met** |",
        f"| {TARGETS[1].words} | 20.00 × | measured | met |",
        f"| {TARGETS[2].words} | 0.40 × | measured | met |",
        f"| {TARGETS[3].words} | 1.20 × | measured | met |",
    ]


def test_a_figure_that_equals_its_bound_meets_the_target() -> None:
    for target in TARGETS:
        (bound,) = (bound for bound in (target.at_least, target.at_most) if bound is not None)
        worse = -0.01 if target.at_least else 0.01
        assert target.is_met(bound)
        assert not target.is_met(bound + worse)


def test_the_command_named_for_a_target_runs_its_benchmark() -> None:
    recipes = (ROOT / "Makefile").read_text("utf-8").split("\n\n")
    for target in TARGETS:
        name = command_of(target.benchmark).removeprefix("make ")
        recipe = {"bench": "bench-data"}.get(name, name)
        assert any(
            text.startswith(f"{recipe}:") and re.search(rf"\$\(BENCH\)\.\w+\.{target.benchmark} ", text)
            for text in recipes
        )


def page_after_another_run(results: Path, commit: str, one_at_a_time: float) -> str:
    """The page after a further run."""
    again = json.loads(json.dumps(DECISIONS))
    again["about"]["commit"] = commit
    again["one_processor"]["one_at_a_time"] = rates(one_at_a_time, 100, 2.5)
    (results / "decisions_per_second.json").write_text(json.dumps(again), "utf-8")
    output = results.parent / "performance.md"
    assert performance_page.main(["--results", str(results), "--output", str(output)]) == 0
    return output.read_text("utf-8")


def test_earlier_figures_are_kept_when_results_are_replaced(results: Path) -> None:
    page_after_another_run(results, "aaaaaaaaaaaa", 2_000)
    text = page_after_another_run(results, "bbbbbbbbbbbb", 3_000)
    history = [json.loads(line) for line in (results / "history.jsonl").read_text("utf-8").splitlines()]
    assert [(run["commit"], run["figures"][TARGETS[0].name]) for run in history] == [
        ("aaaaaaaaaaaa", 800),
        ("bbbbbbbbbbbb", 1_200),
    ]
    assert f"| {TARGETS[0].words} | **800 ×** (`aaaaaaa`), 1,200 × (`bbbbbbb`) |" in text


def test_writing_the_page_twice_from_the_same_results_adds_nothing_to_the_history(results: Path) -> None:
    assert page_after_another_run(results, "aaaaaaaaaaaa", 2_000) == page_after_another_run(
        results, "aaaaaaaaaaaa", 2_000
    )
    assert (results / "history.jsonl").read_text("utf-8").count("\n") == 1


def test_the_history_on_the_page_shows_only_the_newest_runs(results: Path) -> None:
    for run in range(8):
        text = page_after_another_run(results, f"{run}" * 12, 2_500 + run)
    shown = [f"{run}" * 7 for run in range(8) if f"(`{str(run) * 7}`)" in text]
    assert shown == [f"{run}" * 7 for run in range(2, 8)]


def test_results_that_are_not_in_the_history_are_reported(results: Path, tmp_path: Path) -> None:
    page_after_another_run(results, "aaaaaaaaaaaa", 2_000)
    (results / "history.jsonl").write_text("", "utf-8")
    given = ["--results", str(results), "--output", str(tmp_path / "performance.md")]
    assert performance_page.main([*given, "--check"]) == 1


def test_no_result_contains_the_path_of_the_checkout() -> None:
    command = describe_run(
        "speed.reading", ["--release", str(ROOT.parent / "data" / "release.zip"), "--runs", "1"]
    )["command"]
    assert command == "python -m lab.speed.reading --release ../data/release.zip --runs 1"


def test_the_page_shows_every_benchmark_that_has_a_target() -> None:
    assert {target.benchmark for target in TARGETS} <= set(BENCHMARKS)


def test_a_chart_is_one_file_that_loads_nothing_else(results: Path, tmp_path: Path) -> None:
    output = tmp_path / "docs" / "performance.md"
    assert performance_page.main(["--results", str(results), "--output", str(output)]) == 0
    (chart,) = (tmp_path / "docs" / "performance").iterdir()
    svg = chart.read_text("utf-8")
    assert ElementTree.fromstring(svg).tag == "{http://www.w3.org/2000/svg}svg"
    assert svg.count("http") == 1
    assert performance_page.main(["--results", str(results), "--output", str(output), "--check"]) == 0


def test_a_page_or_chart_that_differs_from_the_results_is_reported(results: Path, tmp_path: Path) -> None:
    output = tmp_path / "performance.md"
    given = ["--results", str(results), "--output", str(output)]
    assert performance_page.main([*given, "--check"]) == 1
    assert performance_page.main(given) == 0
    output.write_text(output.read_text("utf-8").replace("2,000.0", "9,000.0"), "utf-8")
    assert performance_page.main([*given, "--check"]) == 1
    assert performance_page.main(given) == 0
    shutil.rmtree(tmp_path / "performance")
    assert performance_page.main([*given, "--check"]) == 1
