"""The history of an application: every decision with its changes, and every override with its effect."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from library_validator.casework.overriding import Effect, effects
from library_validator.decisions.answer import Answer
from library_validator.decisions.changes import MaterialChange, material_changes
from library_validator.decisions.decision import Decision, Override
from library_validator.decisions.order import is_newer
from library_validator.views.words import words_of_code


@dataclass(frozen=True, slots=True)
class HistoryRow:
    decision: Decision
    answer: str  # in words
    fscs_id: str  # of the match: the outlet's id, or the system's key; empty without a match
    changes: tuple[MaterialChange, ...]  # from the answer before; empty for the first and for late decisions
    is_late: bool = False  # on an older version of the application than the answer at that time


@dataclass(frozen=True, slots=True)
class OverrideRow:
    override: Override
    answer: str  # in words
    fscs_id: str  # the id of the library that the override names; empty: none
    effect: Effect


def history_rows(decisions: Sequence[Decision]) -> tuple[HistoryRow, ...]:
    """One row for each decision on an application, oldest first."""
    rows: list[HistoryRow] = []
    current: Decision | None = None
    for decision in decisions:
        row = _history_row(current, decision)
        rows.append(row)
        current = current if row.is_late else decision
    return tuple(rows)


def override_rows(
    overrides: Sequence[Override], decisions: Sequence[Decision], current: Decision | None
) -> tuple[OverrideRow, ...]:
    """One row for each override of an application, oldest first. ``decisions`` is its history."""
    effect = effects(overrides, decisions, current)
    return tuple(
        OverrideRow(
            override,
            _answer_of(override),
            override.fscs_id or override.fscs_key or "",
            effect[override.override_id],
        )
        for override in overrides
    )


def _history_row(before: Decision | None, decision: Decision) -> HistoryRow:
    match = decision.match
    is_late = before is not None and is_newer(before, decision)
    return HistoryRow(
        decision,
        words_of_code(decision.decision.value),
        (match.fscs_id or match.fscs_key) if match else "",
        tuple(material_changes(before, decision)) if before and not is_late else (),
        is_late,
    )


def _answer_of(override: Override) -> str:
    if override.answer is Answer.NEEDS_REVIEW:
        return "taken back"
    return words_of_code(override.answer.value)
