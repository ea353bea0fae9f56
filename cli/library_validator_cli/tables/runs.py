"""Loads of releases: one line when a load has ended, and the list of all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from rich.table import Table
from rich.text import Text

from library_validator.terms import RunStatus
from library_validator.views.run import RunView
from library_validator_cli.terminal import NOTHING, escape_cells, table_with_headings

_STYLES: Final[Mapping[RunStatus, str]] = {
    "active": "green",
    "unchanged": "green",
    "accepted": "green",
    "loading": "blue",
    "quarantined": "yellow",
}


def run_line(view: RunView) -> Text:
    """The status of a load, with the counts of its release if the release was read."""
    run, counts = view.run, view.counts
    text = ""
    if counts:
        text = f": fiscal year {counts.fiscal_year}, {counts.systems:,} systems, {counts.outlets:,} outlets"
    if run.version:
        text += f", registry {run.version}"
    return Text.assemble((run.status, f"bold {_style_of_run(view)}"), text)


def runs_table(views: Sequence[RunView]) -> Table:
    """Every run, with its registry version and remarks under the name of its file."""
    shown = table_with_headings(
        "started", "status", "systems", "outlets", "release and registry version",
        numbers=("systems", "outlets"), whole=("started", "status"),
    )  # fmt: skip
    for view in views:
        run, counts = view.run, view.counts
        status = run.status if run.step == "done" else f"{run.status} ({run.step})"
        numbers = (counts.systems, counts.outlets) if counts else (NOTHING, NOTHING)
        row = escape_cells(run.started_at[:16].replace("T", " "), status, *numbers, _release_sentence(view))
        shown.add_row(*row, style=_style_of_run(view))
    return shown


def _release_sentence(view: RunView) -> str:
    lines = [view.name]
    if view.run.version:
        lines.append(f"{view.run.version}{' (live)' if view.is_live else ''}")
    if view.uploaded:
        lines.append(view.uploaded)
    return "\n".join((*lines, *view.remarks))


def _style_of_run(view: RunView) -> str:
    return _STYLES.get(view.run.status, "red")
