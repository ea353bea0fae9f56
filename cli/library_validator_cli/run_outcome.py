"""How a load ended, as people and scripts are told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, Final

import typer

from library_validator.registry.store import Run
from library_validator.terms import RunStatus
from library_validator_cli.terminal import show, show_json, warning

DONE: Final[tuple[RunStatus, ...]] = ("active", "unchanged")
_STYLES: Final[Mapping[RunStatus, str]] = {
    "active": "green",
    "unchanged": "green",
    "accepted": "green",
    "loading": "blue",
    "quarantined": "yellow",
}


def style_of(run: Run) -> str:
    return _STYLES.get(run.status, "red")


def remarks_on(run: Run) -> list[str]:
    """What a person said of the run, and what the service did."""
    said = [problem.get("message", "") for problem in run.problems]
    return [f"{run.reason} (by {run.by})", *said] if run.by else said


def tell_outcome(run: Run, *, as_json: bool) -> None:
    """Show how the load of ``run`` ended. Raises ``typer.Exit`` with 1 unless what was loaded answers now."""
    if as_json:
        show_json(asdict(run))
    else:
        _show(run)
    if run.status not in DONE:
        raise typer.Exit(1)


def _show(run: Run) -> None:
    report: Any = run.report or {}
    counts = ""
    if report:
        counts = (
            f": fiscal year {report['fiscal_year']}, {report['systems']:,} systems, "
            f"{report['outlets']:,} outlets"
        )
    show(
        f"[bold {style_of(run)}]{run.status}[/]{counts}"
        + (f", registry {run.version}" if run.version else "")
    )
    for remark in remarks_on(run):
        warning(remark)
    if run.status == "failed":
        warning("the queue tries again by itself: library-validator release list")
    elif run.status not in DONE:
        warning("nothing that answers was changed")
    if run.status == "quarantined":
        warning(f'a person decides: library-validator release accept "{run.run_id}" --reason …, or reject')
