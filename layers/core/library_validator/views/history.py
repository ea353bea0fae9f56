"""The history of an application: every decision with its changes, and every override with its effect."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from library_validator.casework.overriding import Effect, effects
from library_validator.decisions.answer import Answer
from library_validator.decisions.changes import MaterialChange, material_changes
from library_validator.decisions.decision import Decision, Override
from library_validator.views.words import words_of_code


@dataclass(frozen=True, slots=True)
class HistoryRow:
    decision: Decision
    answer: str  # in words
    fscs_id: str  # of the match: the outlet's id, or the system's key; empty without a match
    changes: tuple[MaterialChange, ...]  # from the decision before; empty for the first decision


@dataclass(frozen=True, slots=True)
class OverrideRow:
    override: Override
    answer: str  # in words
    fscs_id: str  # the id of the library that the override names; empty: none
    effect: Effect


def history_rows(decisions: Sequence[Decision]) -> tuple[HistoryRow, ...]:
    """One row for each decision on an application, oldest first."""
    earlier: tuple[Decision | None, ...] = (None, *decisions)
    return tuple(_history_row(before, decision) for before, decision in zip(earlier, decisions, strict=False))


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
    return HistoryRow(
        decision,
        words_of_code(decision.decision.value),
        (match.fscs_id or match.fscs_key) if match else "",
        tuple(material_changes(before, decision)) if before else (),
    )


def _answer_of(override: Override) -> str:
    if override.answer is Answer.NEEDS_REVIEW:
        return "taken back"
    return words_of_code(override.answer.value)
