"""The end of a load, as people and scripts see it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict

import typer

from library_validator.registry.store import Run
from library_validator.views.run import RunView, run_view
from library_validator_cli.failures import FAILED
from library_validator_cli.tables.runs import run_line
from library_validator_cli.terminal import show, show_json, show_warning


def show_ending(run: Run, *, as_json: bool, also: Mapping[str, object] | None = None) -> None:
    """Show how the load of ``run`` ended. Raises ``typer.Exit`` with 1 unless the release is loaded."""
    view = run_view(run, active=None)
    if as_json:
        show_json({**asdict(run), **(also or {})})
    else:
        _show_run(view)
    if not view.is_loaded:
        raise typer.Exit(FAILED)


def _show_run(view: RunView) -> None:
    show(run_line(view))
    for remark in view.short_remarks:
        show_warning(remark)
    if view.next_action == "wait_for_retry":
        show_warning("the service tries again by itself; to see how it ends: library-validator release list")
    elif not view.is_loaded:
        show_warning("the live registry is unchanged")
    if view.next_action == "accept_or_reject":
        run_id = view.run.run_id
        if view.short_remarks != view.remarks:
            show_warning(
                "all problems, with the rows: library-validator release list, and the report in the bucket"
            )
        show_warning(f'a person decides: library-validator release accept "{run_id}" --reason …, or reject')
