"""A decision as JSON: the fields that every command and every event call by the same names."""

from __future__ import annotations

from typing import Any

from library_validator.decisions.decision import Decision


def answer_as_json(decision: Decision) -> dict[str, Any]:
    """The answer alone, of JSON's types: the same application and registry give the same one."""
    return {
        "application_id": decision.application_id,
        "decision": decision.decision.value,
        "reason_codes": decision.reason_codes,
        **decision.model_dump(
            mode="json",
            include={"reasons", "next_step", "confidence", "match", "runner_up", "margin", "candidates"}
            | {"evidence", "problems", "registry_version", "policy_version", "authority"},
        ),
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
