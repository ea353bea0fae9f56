"""A decision as JSON: the fields that every command and every event call by the same names."""

from __future__ import annotations

from typing import Any

from pydantic_core import to_jsonable_python

from library_validator.decisions.decision import Decision


def answer_of(decision: Decision) -> dict[str, Any]:
    """The answer alone: the same application and registry give the same one.

    Its parts are the decision's own, models among them: for whoever writes it at once.
    """
    return {
        "application_id": decision.application_id,
        "decision": decision.decision.value,
        "reason_codes": decision.reason_codes,
        "reasons": decision.reasons,
        "next_step": decision.next_step,
        "confidence": decision.confidence,
        "match": decision.match,
        "runner_up": decision.runner_up,
        "margin": decision.margin,
        "candidates": decision.candidates,
        "evidence": decision.evidence,
        "registry_version": decision.registry_version,
        "policy_version": decision.policy_version,
        "authority": decision.authority,
    }


def answer_as_json(decision: Decision) -> dict[str, Any]:
    """The answer alone, of JSON's types."""
    answer: dict[str, Any] = to_jsonable_python(answer_of(decision))
    return answer


def decision_as_json(decision: Decision) -> dict[str, Any]:
    """The answer, and which submission it answers, when and why it was made."""
    return {
        **answer_as_json(decision),
        **decision.model_dump(
            mode="json",
            include={"event_id", "source", "sent_at", "decided_at", "correlation_id", "cause", "application"},
        ),
    }
