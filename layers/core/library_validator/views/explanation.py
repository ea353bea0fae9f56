"""The explanation of an application: its current decision, its history, and its overrides."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from library_validator.decisions.decision import Decision, Override
from library_validator.views.decision import DecisionView, decision_view
from library_validator.views.history import HistoryRow, OverrideRow, history_rows, override_rows


@dataclass(frozen=True, slots=True)
class Explanation:
    current: DecisionView
    history: tuple[HistoryRow, ...]  # every decision, oldest first
    overrides: tuple[OverrideRow, ...]  # every override, oldest first


def explanation_of(
    current: Decision, history: Sequence[Decision], overrides: Sequence[Override]
) -> Explanation:
    """``history`` and ``overrides``: of the application that ``current`` answers, oldest first."""
    return Explanation(
        decision_view(current), history_rows(history), override_rows(overrides, history, current)
    )
