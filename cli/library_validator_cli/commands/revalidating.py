"""``revalidate``: decide every current application again, and how far that is."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any

import typer
from rich.table import Table

from library_validator.adapters.aws.revalidations_queue import RevalidationsQueue
from library_validator.casework.store import SHARDS, ShardProgress
from library_validator.casework.tasks import Task, activation_of
from library_validator_cli.stack_access import StackName, open_stack
from library_validator_cli.terminal import cells, notice, show, show_json, table


class What(StrEnum):
    START = "start"
    STATUS = "status"


def register(app: typer.Typer) -> None:
    app.command(epilog="Example: library-validator revalidate status")(revalidate)


def revalidate(
    what: Annotated[What, typer.Argument(help="start it, or show how far it is")] = What.START,
    stack_name: StackName = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document instead of a table.")] = False,
) -> None:
    """Decide every current application again on the live registry; only changed answers are told.

    A registry that goes live does so by itself. Start it by hand after a deployment with other decision
    rules, or where a task ended in the dead-letter queue. Starting it twice is harmless: what is decided
    already stays as it is. ``status`` shows the live registry's, shard by shard.
    """
    stack = open_stack(stack_name)
    activation = activation_of(stack.registry.pointer())
    if what is What.START:
        queue = RevalidationsQueue(stack.sqs, stack.output("RevalidationsQueueUrl"))
        queue.send([Task(task="revalidate", activation=activation)])
        if as_json:
            show_json({"activation": activation, "started": True})
        else:
            notice(f"started on {activation}: library-validator revalidate status")
        return
    shards = list(stack.casework.progress(activation))
    if as_json:
        show_json(_as_json(activation, shards))
    else:
        show(_as_table(activation, shards))
        notice(_summary(shards))


def _as_json(activation: str, shards: list[ShardProgress]) -> dict[str, Any]:
    return {
        "activation": activation,
        "done": _is_done(shards),
        "checked": sum(one.checked for one in shards),
        "changed": sum(one.changed for one in shards),
        "failed": sum(one.failed for one in shards),
        "seconds": round(_seconds(shards), 3),
        "shards": [
            {
                "shard": one.shard,
                "done": one.done,
                "checked": one.checked,
                "changed": one.changed,
                "failed": one.failed,
                "policy_version": one.policy_version,
                "begun_at": one.begun_at,
                "updated_at": one.updated_at,
            }
            for one in shards
        ],
    }


def _as_table(activation: str, shards: list[ShardProgress]) -> Table:
    shown = table(
        "shard", "state", "checked", "changed", "failed", "policy", "updated",
        title=activation, numbers=("shard", "checked", "changed", "failed"), whole=("state", "updated"),
    )  # fmt: skip
    for one in shards:
        state = "done" if one.done else "under way"
        shown.add_row(
            *cells(one.shard, state, one.checked, one.changed, one.failed),
            *cells(one.policy_version, one.updated_at[:19]),
        )
    return shown


def _summary(shards: list[ShardProgress]) -> str:
    if not shards:
        return "nothing was decided again on this registry yet"
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
