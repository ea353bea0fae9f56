"""A decision as JSON: the fields that every command and every event call by the same names."""

from __future__ import annotations

from typing import Any, Final

from library_validator.decisions.decision import Decision

# What of a decision depends on the application and the registry alone, not on when and where it was made.
_ANSWER: Final = {
    "next_step",
    "confidence",
    "match",
    "runner_up",
    "margin",
    "candidates",
    "evidence",
    "registry_version",
    "policy_version",
    "authority",
}


def answer_as_json(decision: Decision) -> dict[str, Any]:
    """The answer alone: the same application and registry give the same object."""
    return {
        "application_id": decision.application_id,
        "decision": decision.decision.value,
        "reason_codes": decision.reason_codes,
        "reasons": [reason.model_dump() for reason in decision.reasons],
        **decision.model_dump(mode="json", include=_ANSWER),
    }


def decision_as_json(decision: Decision) -> dict[str, Any]:
    """The answer, and which submission it answers, when and why it was made."""
    return {
        **answer_as_json(decision),
        **decision.model_dump(
            mode="json",
            include={"event_id", "source", "sent_at", "decided_at", "correlation_id", "cause", "application"},
        ),
    }
