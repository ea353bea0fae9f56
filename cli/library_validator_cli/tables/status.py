"""The queues of a stack, and the progress of a revalidation."""

from __future__ import annotations

from collections.abc import Mapping

from rich.table import Table

from library_validator.recovery.queues import QueueDepth
from library_validator.views.revalidation import RevalidationView, ShardRow
from library_validator_cli.terminal import NOTHING, escape_cells, table_with_headings


def queues_table(queues: Mapping[str, QueueDepth]) -> Table:
    shown = table_with_headings("queue", "waiting", "in work", numbers=("waiting", "in work"))
    for name, depth in queues.items():
        shown.add_row(*escape_cells(name, depth.waiting, depth.in_work))
    return shown


def revalidation_table(view: RevalidationView) -> Table:
    shown = table_with_headings(
        "shard", "state", "checked", "changed", "failed", "policy", "asked", "updated",
        title=view.activation, numbers=("shard", "checked", "changed", "failed"), whole=("state",),
    )  # fmt: skip
    for row in view.shards:
        shown.add_row(
            *escape_cells(row.shard, _state_of_revalidation(view, row), row.checked, row.changed, row.failed),
            *escape_cells(row.policy_version, row.asked_at[:19] or NOTHING, row.updated_at[:19]),
        )
    return shown


def _state_of_revalidation(view: RevalidationView, row: ShardRow) -> str:
    state = "done" if row.done else "under way"
    return state if view.is_reached(row) else f"{state} earlier"
