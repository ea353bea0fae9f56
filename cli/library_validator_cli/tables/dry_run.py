"""The changes that a revalidation would make, counted by kind."""

from __future__ import annotations

from typing import Final

from rich.table import Table

from library_validator_cli.dry_run import DryRun
from library_validator_cli.terminal import answer_cell, escape_cells, table_with_headings

KINDS_SHOWN: Final = 40


def dry_run_table(run: DryRun) -> Table:
    """The most frequent kinds of change, at most ``KINDS_SHOWN``: before, and after the arrow."""
    shown = table_with_headings(
        "applications", "answer", "reasons", "changes", numbers=("applications",), whole=("answer",)
    )  # fmt: skip
    for kind, count in run.kinds.most_common(KINDS_SHOWN):
        before, after = (" ".join(side.reason_codes) for side in (kind.before, kind.after))
        answers = f"{answer_cell(kind.before.decision)}\n→ {answer_cell(kind.after.decision)}"
        reasons, changes = escape_cells(f"{before}\n→ {after}", "\n".join(kind.changes))
        shown.add_row(f"{count:,}", answers, reasons, changes)
    return shown
