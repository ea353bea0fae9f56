"""``revalidate``: decide every application again, and show the progress."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from library_validator.adapters.aws.revalidations_queue import RevalidationsQueue
from library_validator.casework.preview import Preview
from library_validator.casework.progress import ShardProgress
from library_validator.casework.revalidation import asked_at_text
from library_validator.casework.tasks import Task
from library_validator.views.revalidation import revalidation_view
from library_validator_cli.dry_run import DryRun
from library_validator_cli.failures import FAILED, WrongUsage
from library_validator_cli.next_commands import FOLLOW
from library_validator_cli.options import SERVICE, AsJson
from library_validator_cli.output_file import write_texts
from library_validator_cli.stack_access import Stack, StackName, open_stack
from library_validator_cli.tables.dry_run import KINDS_SHOWN, dry_run_table
from library_validator_cli.tables.status import revalidation_table
from library_validator_cli.terminal import show, show_json, show_notice, show_progress, show_warning


class Action(StrEnum):
    START = "start"
    STATUS = "status"


def register(app: typer.Typer) -> None:
    app.command(rich_help_panel=SERVICE, epilog="Example: library-validator revalidate status")(revalidate)


def revalidate(
    action: Annotated[
        Action, typer.Argument(metavar="ACTION", help="Start a revalidation, or show its progress.")
    ] = Action.START,
    dry_run: Annotated[
        bool,
        typer.Option("--dry-run", help="With start: count the answers that would change; write nothing."),
    ] = False,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output", "-o", help="With --dry-run: write the applications that would change, as JSON Lines."
        ),
    ] = None,
    stack_name: StackName = None,
    as_json: AsJson = False,
) -> None:
    """Decide every application again on the live registry. Only changed answers are published.

    A revalidation starts by itself when a registry goes live. Start it by hand after a deployment with other
    decision rules, or when a task ended in the dead-letter queue. Starting a revalidation twice is harmless:
    an unchanged answer is neither stored nor published again. With ``--dry-run`` nothing is written; this
    command's own code decides, and a notice names its policy. ``status`` shows the progress for each shard.
    """
    if (dry_run and action is not Action.START) or (output and not dry_run):
        raise WrongUsage("--dry-run is an option of revalidate start, and --output needs --dry-run")
    stack = open_stack(stack_name)
    if dry_run:
        _count_changes(stack, output, as_json=as_json)
    elif action is Action.START:
        _start_revalidation(stack, as_json=as_json)
    else:
        _show_progress(stack, as_json=as_json)


def _count_changes(stack: Stack, output: Path | None, *, as_json: bool) -> None:
    preview = Preview(
        stack.decisions,
        stack.revalidations,
        stack.registry,
        stack.decider,
        lambda: datetime.now(UTC),
        stack.partners.partners(),
    )
    run = DryRun(preview, stack.policy_version)
    with show_progress("reading the current answers") as bar:
        lines = run.lines(bar.say)
        if output:
            write_texts(lines, output)
        else:
            deque(lines, maxlen=0)
    if as_json:
        show_json(run.as_json())
    elif run.changed:
        show(dry_run_table(run))
    for sentence in run.notices(KINDS_SHOWN):
        show_notice(sentence)
    for sentence in run.warnings():
        show_warning(sentence)
    if run.undecided:
        raise typer.Exit(FAILED)


def _start_revalidation(stack: Stack, *, as_json: bool) -> None:
    activation = str(stack.registry.pointer().activation)
    asked_at = time_after_latest_start(stack.revalidations.progress(activation), datetime.now(UTC))
    queue = RevalidationsQueue(stack.sqs, stack.output("RevalidationsQueueUrl"))
    queue.send([Task(task="revalidate", activation=activation, asked_at=asked_at)])
    if as_json:
        show_json({"activation": activation, "asked_at": asked_at_text(asked_at), "started": True})
    else:
        show_notice(
            f"the revalidation of {activation} was started at {asked_at_text(asked_at)[:19]}; "
            f"to see the progress: {FOLLOW}"
        )


def time_after_latest_start(shards: Sequence[ShardProgress], now: datetime) -> datetime:
    """The time of a new start: ``now``, or just after the latest start if another clock is ahead."""
    before = max((shard.asked_at for shard in shards), default="")
    return max(now, datetime.fromisoformat(before) + timedelta(microseconds=1)) if before else now


def _show_progress(stack: Stack, *, as_json: bool) -> None:
    activation = str(stack.registry.pointer().activation)
    view = revalidation_view(activation, stack.revalidations.progress(activation))
    if as_json:
        show_json(asdict(view))
        return
    show(revalidation_table(view))
    show_notice(view.sentence)
