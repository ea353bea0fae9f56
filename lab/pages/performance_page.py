"""``docs/performance.md`` and its charts, written whole from ``lab/results/*.json``.

    python -m lab.pages.performance_page [--results DIR] [--output docs/performance.md] [--check]

``--check`` writes nothing and fails where page or charts say something else. A section stands there
only where its results are; a target without results is called not run. What the results say of the targets
is added to ``history.jsonl`` beside them, once.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

from lab.pages import performance_history
from lab.pages.performance_acceptance import Results, table
from lab.pages.performance_charts import charts
from lab.pages.performance_growth import growth
from lab.pages.performance_sections import SECTIONS as OTHERS
from lab.speed.measures import ROOT

SECTIONS: Final = {**OTHERS, "growth": growth}
RESULTS: Final = ROOT / "lab" / "results"
PAGE: Final = ROOT / "docs" / "performance.md"
_HEAD: Final = """\
# How fast it is, what it costs, how it grows

Written by `python -m lab.pages.performance_page` from [`lab/results`](../lab/results); nothing here is
edited by hand. `make bench` measures again what takes minutes, `make bench-long` what takes longer, and both rewrite
this page; under each section stands the command that made its figures. Every figure is *measured* (a clock or the
kernel said it, medians of at least three runs), *counted*, or *computed* from others. Times are of one shared machine:
believe the ratios, which come of one run in which product and peers took turns.

## What had to be shown
"""


def read_results(directory: Path) -> dict[str, Any]:
    """The results that have a section, by name."""
    return {
        name: json.loads(path.read_text("utf-8"))
        for name in SECTIONS
        if (path := directory / f"{name}.json").exists()
    }


def page(results: Results, history: str) -> str:
    went = performance_history.section(history)
    return "\n".join([_HEAD, *table(results), "", *went, *_sections(results)]) + "\n"


def _sections(results: Results) -> Iterator[str]:
    for name, section in SECTIONS.items():
        if name in results:
            yield ""
            yield from section(results)


def files(directory: Path, output: Path) -> dict[Path, str]:
    """Everything that is written: the page, the charts in a folder of its name beside it, and the history."""
    results, kept = read_results(directory), directory / performance_history.FILE
    history = performance_history.with_results(kept.read_text("utf-8") if kept.exists() else "", results)
    folder = output.with_suffix("")
    written = {output: page(results, history), kept: history}
    return written | {folder / name: svg for name, svg in charts(results).items()}


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--results", type=Path, default=RESULTS, metavar="DIR")
    parser.add_argument("--output", type=Path, default=PAGE, metavar="PAGE.md")
    parser.add_argument("--check", action="store_true", help="write nothing; fail where the page is stale")
    given = parser.parse_args(arguments)
    wanted = files(given.results, given.output)
    if given.check:
        stale = [
            path for path, text in wanted.items() if not path.exists() or path.read_text("utf-8") != text
        ]
        for path in stale:
            sys.stderr.write(f"{path.name} is not what the results say: run this without --check\n")
        return int(bool(stale))
    for path, text in wanted.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
