"""Decisions on one line each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from rich.table import Table
from rich.text import Text

from library_validator.views.decision import DecisionView
from library_validator_cli.terminal import (
    NOTHING,
    answer_cell,
    escape_cells,
    styled_answer,
    table_with_headings,
)

_WHOLE_ID: Final = 30  # in characters: longer application ids are folded


def decisions_table(views: Sequence[DecisionView], senders: Mapping[str, str] | None = None) -> Table:
    """``senders``: the name of each source; without it, the table does not show the sender."""
    ids_are_short = all(len(view.decision.application_id) <= _WHOLE_ID for view in views)
    whole = ("decided", "answer", *(("application",) if ids_are_short else ()))
    columns = (
        "decided",
        "application",
        *(("sender",) if senders else ()),
        "answer",
        "listed as, and reasons",
    )
    shown = table_with_headings(*columns, whole=whole)
    for view in views:
        decision = view.decision
        listed = [f"{view.match.match.name} ({view.match.fscs_id})"] if view.match else []
        decided, application = escape_cells(f"{decision.decided_at:%H:%M:%S}", decision.application_id)
        (rest,) = escape_cells("\n".join((*listed, *decision.reason_codes)))
        sender = escape_cells(senders[decision.source]) if senders else []
        shown.add_row(decided, application, *sender, answer_cell(decision.decision), rest)
    return shown


def decision_line(view: DecisionView) -> Text:
    """The line of a decision that ``results --follow`` prints: time, application, answer, match, reasons."""
    decision = view.decision
    match = f"{view.match.fscs_id}  {view.match.match.name}" if view.match else NOTHING
    return Text.assemble(
        f"{decision.decided_at:%H:%M:%S}  {decision.application_id}  ",
        styled_answer(decision.decision, width=13),
        f"  {match}  {' '.join(decision.reason_codes)}",
    )


def answer_line(view: DecisionView) -> Text:
    """One line without time and application: ``validated as AK0001 NAME, ADDRESS (REASON CODES)``."""
    match = view.match
    listed = f" as {match.fscs_id} {match.match.name}, {match.address}" if match else ""
    codes = " ".join(view.decision.reason_codes)
    return Text.assemble(styled_answer(view.decision.decision), f"{listed} ({codes})")
