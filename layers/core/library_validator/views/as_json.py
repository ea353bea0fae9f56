"""Decisions and overrides as JSON, with the names of events and of the lines of ``match``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from library_validator.decisions.answer import AnswerFields, ApplicationAnswer
from library_validator.decisions.decision import Decision
from library_validator.views.explanation import Explanation
from library_validator.views.history import OverrideRow

# Fields of a decision that scripts do not read: `before` and `override` are in the history and the overrides.
_LEFT_OUT: Final = frozenset({"held_by", "valid_until", "before", "override"})


def answer_json(decision: Decision) -> dict[str, Any]:
    """The answer without its submission. The same application and registry give the same answer."""
    return ApplicationAnswer.model_validate(decision, from_attributes=True).model_dump(mode="json")


def decision_json(decision: Decision) -> dict[str, Any]:
    """The answer with its submission, and when and why it was decided."""
    made = decision.model_dump(mode="json", exclude={*_LEFT_OUT, *AnswerFields.model_fields})
    return answer_json(decision) | made


def overrides_json(rows: Sequence[OverrideRow]) -> list[dict[str, Any]]:
    return [{**row.override.model_dump(mode="json"), "effect": row.effect} for row in rows]


def explanation_json(explanation: Explanation) -> dict[str, Any]:
    return {
        **decision_json(explanation.current.decision),
        "history": [decision_json(row.decision) for row in explanation.history],
        "overrides": overrides_json(explanation.overrides),
    }
