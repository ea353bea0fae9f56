"""The changes that a revalidation would make, counted by kind."""

from __future__ import annotations

from typing import Final

from rich.table import Table

from library_validator_cli.dry_run import DryRun
from library_validator_cli.terminal import answer_cell, escape_cells, table_with_headings

KINDS_SHOWN: Final = 40


def dry_run_table(run: DryRun) -> Table:
    """The most frequent kinds of change, at most ``KINDS_SHOWN``."""
    shown = table_with_headings(
        "applications", "before", "after", "reasons before", "reasons after", "changes",
        numbers=("applications",), whole=("before", "after"),
    )  # fmt: skip
    for kind, count in run.kinds.most_common(KINDS_SHOWN):
        sides = (kind.before, kind.after)
        shown.add_row(
            *escape_cells(count),
            *(answer_cell(side.decision) for side in sides),
            *escape_cells(*(" ".join(side.reason_codes) for side in sides)),
            *escape_cells(", ".join(kind.changes)),
        )
    return shown
