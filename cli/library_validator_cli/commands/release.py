"""``release``: the uploaded releases and the live registry."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated

import typer

from library_validator.errors import NoActiveRegistry
from library_validator.registry.rollback import pointer_after_roll_back, roll_back
from library_validator.registry.store import RegistryReader
from library_validator.views.run import run_view
from library_validator_cli.commands import release_delta, release_rebuild, release_review
from library_validator_cli.options import RELEASES, AsJson, Yes, confirm, trimmed_reason
from library_validator_cli.previewing import WithoutPreview, preview_roll_back
from library_validator_cli.stack_access import StackName, open_stack
from library_validator_cli.tables.runs import runs_table
from library_validator_cli.terminal import show, show_json


def register(app: typer.Typer) -> None:
    release = typer.Typer(no_args_is_help=True, help="The uploaded releases and the live registry.")
    release.command("list", epilog="Example: library-validator release list")(list_runs)
    release.command(
        "rollback", epilog='Example: library-validator release rollback --reason "FY2023 misses Kansas"'
    )(rollback)
    release_review.register(release)
    release_rebuild.register(release)
    release_delta.register(release)
    app.add_typer(release, name="release", rich_help_panel=RELEASES)


def list_runs(stack_name: StackName = None, as_json: AsJson = False) -> None:
    """Show every upload and roll-back with its result, newest first."""
    registry = open_stack(stack_name).registry
    runs = registry.runs()
    active = _active_version(registry)
    if as_json:
        show_json({"active": active, "runs": [asdict(run) for run in runs]})
    else:
        show(runs_table([run_view(run, active) for run in runs]))


def rollback(
    reason: Annotated[
        str, typer.Option(help="The reason, which is kept with the registry version and in its event.")
    ],
    restore: Annotated[
        bool, typer.Option("--restore", help="Undo a roll-back: the version that it replaced is live again.")
    ] = False,
    no_preview: WithoutPreview = False,
    yes: Yes = False,
    stack_name: StackName = None,
    as_json: AsJson = False,
) -> None:
    """Make the previous registry version live again, at once, for all applications.

    First the command counts the answers that would change, and asks. The version that this command replaces
    is marked as rolled back: no upload makes it live again by itself.
    """
    why = trimmed_reason(reason)
    stack = open_stack(stack_name)
    preview = None
    planned = pointer_after_roll_back(stack.registry, lambda: datetime.now(UTC), restore=restore)
    if planned:
        if not no_preview:
            preview = preview_roll_back(stack, planned, as_json=as_json)
        question = f"Make registry {planned.active} (fiscal year {planned.fiscal_year}) live for everybody?"
        confirm(question, yes=yes)
    pointer = roll_back(
        stack.registry,
        stack.bus,
        why,
        lambda: datetime.now(UTC),
        stack.operator(),
        restore=restore,
    )
    if as_json:
        show_json({**asdict(pointer), "preview": preview})
    else:
        show(
            f"registry {pointer.active} (fiscal year {pointer.fiscal_year}) is live; "
            f"it replaces {pointer.previous}"
        )


def _active_version(registry: RegistryReader) -> str | None:
    try:
        return registry.pointer().active
    except NoActiveRegistry:
        return None
