"""``revalidate``: decide every current application again, and how far that is."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from library_validator.adapters.aws.revalidations_queue import RevalidationsQueue
from library_validator.casework.preview import Preview
from library_validator.casework.revalidation import moment_asked
from library_validator.casework.store import SHARDS, ShardProgress
from library_validator.casework.tasks import Task, activation_of
from library_validator_cli.commands.matching import write_texts
from library_validator_cli.dry_run import DryRun
from library_validator_cli.failures import FAILED, WrongUsage
from library_validator_cli.policy_check import FOLLOW
from library_validator_cli.stack_access import Stack, StackName, open_stack
from library_validator_cli.terminal import (
    NOTHING,
    cells,
    notice,
    progress,
    show,
    show_json,
    table,
    warning,
)


class What(StrEnum):
    START = "start"
    STATUS = "status"


def register(app: typer.Typer) -> None:
    app.command(epilog="Example: library-validator revalidate status")(revalidate)


def revalidate(
    what: Annotated[What, typer.Argument(help="start it, or show how far it is")] = What.START,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Of start: only count what would change; write nothing.")
    ] = False,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output", "-o", help="Of --dry-run: JSON Lines of the applications that would change."
        ),
    ] = None,
    stack_name: StackName = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document instead of a table.")] = False,
) -> None:
    """Decide every current application again on the live registry; only changed answers are told.

    A registry that goes live does so by itself. Start it by hand after a deployment with other decision
    rules, or where a task ended in the dead-letter queue. Starting it twice is harmless: an unchanged answer
    is neither stored nor published again. ``--dry-run`` writes nothing; it decides by the policy of this
    command's own code and says which policy that is. ``status`` shows the progress, shard by shard.
    """
    if (dry_run and what is not What.START) or (output and not dry_run):
        raise WrongUsage("--dry-run goes with revalidate start, and --output with --dry-run")
    stack = open_stack(stack_name)
    if dry_run:
        _dry_run(stack, output, as_json=as_json)
    elif what is What.START:
        _start(stack, as_json=as_json)
    else:
        _status(stack, as_json=as_json)


def _dry_run(stack: Stack, output: Path | None, *, as_json: bool) -> None:
    run = DryRun(Preview(stack.casework, stack.decider, lambda: datetime.now(UTC)), stack.policy_version)
    with progress("reading the current answers") as bar:
        lines = run.lines(bar.say)
        if output:
            write_texts(lines, output)
        else:
            deque(lines, maxlen=0)
    if as_json:
        show_json(run.as_json())
    elif run.changed:
        show(run.as_table())
    for sentence in run.notices():
        notice(sentence)
    for sentence in run.warnings():
        warning(sentence)
    if run.undecided:
        raise typer.Exit(FAILED)


def _start(stack: Stack, *, as_json: bool) -> None:
    activation = activation_of(stack.registry.pointer())
    asked_at = asked_after(stack.casework.progress(activation), datetime.now(UTC))
    queue = RevalidationsQueue(stack.sqs, stack.output("RevalidationsQueueUrl"))
    queue.send([Task(task="revalidate", activation=activation, asked_at=asked_at)])
    if as_json:
        show_json({"activation": activation, "asked_at": moment_asked(asked_at), "started": True})
    else:
        notice(f"started on {activation}, asked at {moment_asked(asked_at)[:19]}: {FOLLOW}")


def asked_after(shards: Sequence[ShardProgress], now: datetime) -> datetime:
    """The time of this start: ``now``, or just after the latest start where another clock is ahead."""
    before = max((shard.asked_at for shard in shards), default="")
    return max(now, datetime.fromisoformat(before) + timedelta(microseconds=1)) if before else now


def _status(stack: Stack, *, as_json: bool) -> None:
    activation = activation_of(stack.registry.pointer())
    shards = list(stack.casework.progress(activation))
    if as_json:
        show_json(_as_json(activation, shards))
        return
    show(_as_table(activation, shards))
    notice(_summary(shards))


def _newest(shards: Sequence[ShardProgress]) -> list[ShardProgress]:
    """The shards that the newest revalidation has reached."""
    last = max(shards, key=lambda shard: (shard.asked_at, shard.begun_at), default=None)
    return [shard for shard in shards if last and _run_of(shard) == _run_of(last)]


def _run_of(shard: ShardProgress) -> tuple[str, str]:
    return shard.asked_at, shard.policy_version


def _as_json(activation: str, shards: list[ShardProgress]) -> dict[str, Any]:
    newest = _newest(shards)
    return {
        "activation": activation,
        "asked_at": newest[0].asked_at if newest else "",
        "policy_version": newest[0].policy_version if newest else None,
        "done": _is_done(newest),
        "checked": sum(shard.checked for shard in newest),
        "changed": sum(shard.changed for shard in newest),
        "failed": sum(shard.failed for shard in newest),
        "seconds": round(_seconds(newest), 3),
        "shards": [
            {
                "shard": one.shard,
                "done": one.done,
                "checked": one.checked,
                "changed": one.changed,
                "failed": one.failed,
                "policy_version": one.policy_version,
                "asked_at": one.asked_at,
                "begun_at": one.begun_at,
                "updated_at": one.updated_at,
            }
            for one in shards
        ],
    }


def _as_table(activation: str, shards: list[ShardProgress]) -> Table:
    shown = table(
        "shard", "state", "checked", "changed", "failed", "policy", "asked", "updated",
        title=activation, numbers=("shard", "checked", "changed", "failed"),
        whole=("state", "asked", "updated"),
    )  # fmt: skip
    newest = _newest(shards)
    for one in shards:
        state = "done" if one.done else "under way"
        if one not in newest:
            state += " earlier"
        shown.add_row(
            *cells(one.shard, state, one.checked, one.changed, one.failed),
            *cells(one.policy_version, one.asked_at[:19] or NOTHING, one.updated_at[:19]),
        )
    return shown


def _summary(shards: list[ShardProgress]) -> str:
    if not shards:
        return "nothing was decided again on this registry yet"
    shards = _newest(shards)
    done = sum(one.done for one in shards)
    changed, checked = sum(one.changed for one in shards), sum(one.checked for one in shards)
    told = f"{done} of {SHARDS} shards done: {changed:,} of {checked:,} answers changed"
    seconds = _seconds(shards)
    return f"{told}, in {seconds:,.1f} s: {1000 * seconds / checked:,.2f} s per 1,000" if checked else told


def _seconds(shards: list[ShardProgress]) -> float:
    """From the first shard's beginning to what was noted last; shards run beside one another."""
    begun = [datetime.fromisoformat(one.begun_at) for one in shards if one.begun_at]
    if not begun:
        return 0.0
    last = max(datetime.fromisoformat(one.updated_at) for one in shards)
    return (last - min(begun)).total_seconds()


def _is_done(shards: list[ShardProgress]) -> bool:
    return sum(one.done for one in shards) == SHARDS
