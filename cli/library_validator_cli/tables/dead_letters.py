"""Dead letters, the results of a redrive, and the records of discarded letters."""

from __future__ import annotations

from collections.abc import Sequence

from rich.table import Table

from library_validator.recovery.redriving import Discard, LetterResult
from library_validator.views.dead_letters import DeadLettersView, LetterView
from library_validator_cli.moments import age_text
from library_validator_cli.terminal import (
    NOTHING,
    escape_cells,
    format_time,
    table_with_headings,
    two_column_table,
    visible_text,
)


def dead_letters_table(views: Sequence[DeadLettersView]) -> Table:
    shown = table_with_headings("queue", "letters", "oldest", "meaning", numbers=("letters", "oldest"))
    for view in views:
        shown.add_row(
            *escape_cells(view.queue.value, view.depth.messages, age_text(view.oldest), view.meaning)
        )
    return shown


def letter_table(view: LetterView) -> Table:
    shown = two_column_table()
    rows = {
        "id": view.message_id,
        "first sent": format_time(view.first_sent_at),
        "source": view.source,
        "received": f"{view.receives:,} times",
        "message": view.contents,
        "failed": view.reason or "neither the message nor the log says why",
        "redrive": view.redrive,
    }
    for name, value in rows.items():
        shown.add_row(*escape_cells(name, value))
    if view.body is not None:
        shown.add_row(*escape_cells("body", view.body))
    shown.add_row("", "")
    return shown


def result_line(result: LetterResult) -> str:
    """One line of plain text, without markup."""
    sentences = {
        "sent": f"sent to {result.to}",
        "removed": "removed",
        "refused": "refused, and kept",
        "failed": "failed, and kept",
        "sent_not_removed": f"sent to {result.to}, but not removed: a second redrive is harmless",
        "discarded": "discarded, with a record",
        "not_found": "not found: it was handled before, another command works on it, or the id is not whole",
    }
    why = f": {visible_text(result.why)}" if result.why else ""
    return f"{result.message_id}  {sentences[result.outcome]}{why}"


def discards_table(discards: Sequence[Discard]) -> Table:
    shown = table_with_headings("discarded", "queue", "message", "by", "reason", whole=("discarded", "queue"))
    for record in discards:
        shown.add_row(
            *escape_cells(format_time(record.at), record.queue.value, record.message_id),
            *escape_cells(record.by or NOTHING, record.reason),
        )
    return shown
