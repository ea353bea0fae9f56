"""Writes the figures between the markers of ``docs/performance.md``, and its charts, from ``lab/results``.

    python -m lab.pages.performance_page [--results DIR] [--output docs/performance.md] [--check]

The words are always those of ``docs/performance.md``. A block without results says which command makes them.
``--check`` writes nothing and fails if the page or a chart is not what the results say. The figures of the
targets are added once to ``history.jsonl`` beside the results.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from lab.measures import ROOT
from lab.pages import performance_history, performance_targets
from lab.pages.blocks import PageDoesNotFit, fill_blocks, write_files
from lab.pages.performance_charts import charts
from lab.pages.performance_growth import BLOCKS as GROWTH_BLOCKS
from lab.pages.performance_tables import BLOCKS as OTHER_BLOCKS
from lab.pages.performance_tables import Block, run_of
from lab.pages.performance_targets import Results, command_of

BLOCKS: Final[dict[str, tuple[str, Block]]] = {**OTHER_BLOCKS, **GROWTH_BLOCKS}
BENCHMARKS: Final = tuple(dict.fromkeys(benchmark for benchmark, _ in BLOCKS.values()))
RESULTS: Final = ROOT / "lab" / "results"
PAGE: Final = ROOT / "docs" / "performance.md"


def read_results(directory: Path) -> dict[str, Any]:
    """The results that the page shows, by the name of their benchmark."""
    return {
        name: json.loads(path.read_text("utf-8"))
        for name in BENCHMARKS
        if (path := directory / f"{name}.json").exists()
    }


def blocks(results: Results, history: str) -> dict[str, str]:
    """The figures of each marker."""
    shown = {f"{name.replace('_', '-')}-run": (name, run_of(name)) for name in BENCHMARKS} | BLOCKS
    return {
        "targets": performance_targets.targets_table(results),
        "history": performance_history.history_table(history),
    } | {
        name: block(results) if benchmark in results else f"Not run: `{command_of(benchmark)}`."
        for name, (benchmark, block) in shown.items()
    }


def files(directory: Path, output: Path) -> dict[Path, str]:
    """The text of every file to write: the page, the charts in a folder of its name, and the history.

    Raises ``PageDoesNotFit``.
    """
    results, kept = read_results(directory), directory / performance_history.FILE
    history = performance_history.add_results(kept.read_text("utf-8") if kept.exists() else "", results)
    text = fill_blocks(PAGE.read_text("utf-8"), blocks(results, history))
    folder = output.with_suffix("")
    return {output: text, kept: history} | {folder / name: svg for name, svg in charts(results).items()}


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--results", type=Path, default=RESULTS, metavar="DIR")
    parser.add_argument("--output", type=Path, default=PAGE, metavar="PAGE.md")
    parser.add_argument("--check", action="store_true", help="write nothing; fail if the page is out of date")
    given = parser.parse_args(arguments)
    try:
        return write_files(files(given.results, given.output), check=given.check)
    except PageDoesNotFit as error:
        sys.stderr.write(f"{PAGE.name}: {error}\n")
        return 1


if __name__ == "__main__":
    sys.exit(main())
