"""What was measured before: a line for each benchmark and run, kept beside the results that a new run replaces.

A line says when, on which commit and on what machine, and holds the figures of the acceptance table by
the name of their target. Lines are only ever added.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Final

from lab.pages.performance_acceptance import LINES, Line, Results, grown

FILE: Final = "history.jsonl"
_SHOWN: Final = 6  # newest runs of a target on the page


def about_of(result: Any) -> Any:
    """What was run and where; of several registries the one whose figures are targets, or the last one."""
    if "registries" in result:
        return about_of(grown(result, "places", 10) or result["registries"][-1])
    return result.get("about", result)


def with_results(history: str, results: Results) -> str:
    """The history's text, ending with the lines of these results that are not in it yet."""
    known = history.splitlines()
    new = [line for line in _lines(results) if line not in known]
    return "".join(f"{line}\n" for line in [*known, *new])


def _lines(results: Results) -> Iterator[str]:
    for benchmark, result in results.items():
        figures = {
            line.name: round(figure, 4)
            for line in LINES
            if line.benchmark == benchmark and (figure := line.figure(results)) is not None
        }
        if figures:
            about = about_of(result)
            where = {what: about[what] for what in ("date", "commit", "machine", "processors")}
            yield json.dumps({"benchmark": benchmark, **where, "figures": figures})


def section(history: str) -> Iterator[str]:
    """A table of what each target's figure was, oldest first."""
    runs = [json.loads(line) for line in history.splitlines()]
    yield "## How it went"
    yield ""
    yield f"The figures of the last {_SHOWN} runs, oldest first, each with the commit that was measured; bold where the"
    yield "target was missed. Every run, with its date and machine, stands in"
    yield "[`history.jsonl`](../lab/results/history.jsonl)."
    yield ""
    yield "| target | runs |"
    yield "| --- | --- |"
    for line in LINES:
        if found := [_figure(line, run) for run in runs if line.name in run["figures"]][-_SHOWN:]:
            yield f"| {line.target} | {', '.join(found)} |"


def _figure(line: Line, run: Any) -> str:
    figure = run["figures"][line.name]
    text = line.text(figure) if line.is_met(figure) else f"**{line.text(figure)}**"
    return f"{text} (`{str(run['commit'])[:7]}`)"
