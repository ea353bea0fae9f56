"""The history of the figures: one line for each benchmark and run. A new run replaces results, but never a
line of the history.

A line has the date, the commit, the machine, and the figure of each target by the target's name.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any, Final

from lab.pages.performance_targets import TARGETS, Results, Target, registry_of
from lab.pages.tables import markdown_table

FILE: Final = "history.jsonl"
_SHOWN: Final = 6  # newest runs of a target on the page


def run_of_result(result: Any) -> Any:
    """How and where results were made. The results of growth have several runs: this is the run whose figures
    are targets, or the last run."""
    if "registries" in result:
        return run_of_result(registry_of(result, "places", 10) or result["registries"][-1])
    return result.get("about", result)


def add_results(history: str, results: Results) -> str:
    """The history with a new line for each of these results that has no line yet."""
    known = history.splitlines()
    new = [line for line in _lines(results) if line not in known]
    return "".join(f"{line}\n" for line in [*known, *new])


def _lines(results: Results) -> Iterator[str]:
    for benchmark, result in results.items():
        figures = {
            target.name: round(figure, 4)
            for target in TARGETS
            if target.benchmark == benchmark and (figure := target.figure(results)) is not None
        }
        if figures:
            about = run_of_result(result)
            where = {what: about[what] for what in ("date", "commit", "machine", "processors")}
            yield json.dumps({"benchmark": benchmark, **where, "figures": figures})


def history_table(history: str) -> str:
    """The newest figures of each target, oldest first, each with its commit."""
    runs = [json.loads(line) for line in history.splitlines()]
    return markdown_table(("target", "runs"), _rows(runs), words=2)


def _rows(runs: Sequence[Any]) -> Iterator[tuple[str, str]]:
    for target in TARGETS:
        if figures := [_figure(target, run) for run in runs if target.name in run["figures"]][-_SHOWN:]:
            yield target.words, ", ".join(figures)


def _figure(target: Target, run: Any) -> str:
    figure = run["figures"][target.name]
    text = target.text(figure) if target.is_met(figure) else f"**{target.text(figure)}**"
    return f"{text} (`{str(run['commit'])[:7]}`)"
