"""Submissions and decisions, as a sender and a decider make them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, Final

from library_validator.adapters.memory.registry import MemoryRegistry
from library_validator.decisions.answer import Answer, Candidate, Comparison, Match, NextStep, Reason
from library_validator.decisions.application import Application
from library_validator.decisions.deciding import Decider
from library_validator.decisions.decision import Cause, Decision, Submission, event_id_of

NOON: Final = datetime(2026, 11, 23, 12, tzinfo=UTC)
PARTNER: Final = "AROAPARTNERONE"
OTHER_PARTNER: Final = "AROAPARTNERTWO"


def minutes_after_noon(after_noon: float) -> datetime:
    return NOON + timedelta(minutes=after_noon)


def submission_of(
    application_id: str = "A-1", *, source: str = PARTNER, sent_at: datetime = NOON, **fields: Any
) -> Submission:
    application = Application(application_id=application_id, **{"name": "Anytown Public Library"} | fields)
    return Submission(source=source, application=application, sent_at=sent_at, correlation_id="c-1")


def decision_of(
    submission: Submission,
    answer: Answer = Answer.VALIDATED,
    *,
    fscs_key: str = "AK0001",
    decided_at: datetime | None = None,
    cause: Cause | None = None,
    registry_version: str = "2022.1.0123456789ab",
) -> Decision:
    """A decision on a submission; it has a match unless the answer is ``not_validated``."""
    cause = cause or Cause()
    matched = answer is not Answer.NOT_VALIDATED
    return Decision(
        event_id=event_id_of(submission, cause),
        application=submission.application,
        source=submission.source,
        sent_at=submission.sent_at,
        order_time=submission.order_time,
        decided_at=decided_at or submission.sent_at + timedelta(seconds=1),
        correlation_id=submission.correlation_id,
        cause=cause,
        decision=answer,
        reasons=[Reason(code="MATCH" if matched else "NO_ENTRY", staff="a reason", applicant="a reason")],
        next_step=NextStep(code="NONE", text="nothing to do"),
        confidence=0.99 if matched else 0.0,
        match=match_of(fscs_key) if matched else None,
        runner_up=None,
        margin=None,
        authority="unproven",
        candidates=[
            Candidate(
                fscs_key=fscs_key,
                fscs_id=None,
                name="ANYTOWN PL",
                city="ANYTOWN",
                state="AK",
                bits=20,
                confidence=0.99,
            )
        ],
        evidence=[
            Comparison(
                field="name", level="exact", applied="Anytown Public Library", listed="ANYTOWN PL", bits=12
            ),
            Comparison(field="street", level="exact", applied="1 Main St", listed="1 MAIN ST", bits=4),
        ],
        registry_version=registry_version,
        policy_version="1/1",
    )


def match_of(fscs_key: str) -> Match:
    return Match(
        fscs_key=fscs_key,
        name="ANYTOWN PL",
        system_name="ANYTOWN PL",
        street="1 MAIN ST",
        city="ANYTOWN",
        state=fscs_key[:2],
        zip="99501",
        phone="9075550100",
        status="listed",
        last_listed=2022,
    )


def decider_without_registry() -> Decider:
    """A decider for tests without overrides: it cannot renew an override."""
    return Decider(MemoryRegistry())
