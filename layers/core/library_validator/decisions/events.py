"""The events of decisions: one fact each, named by its detail type.

A submission is answered by one of three. An answer that something else changed, a new registry for
instance, is told as ``Library Status Changed``, whatever it is now: who wants to know how every application
stands subscribes to all four.

Consumers deduplicate by ``metadata.event_id``. The bus does not keep order, so two events of one
application are ordered by ``data.revision``, then ``data.sent_at``, then ``metadata.occurred_at``.
"""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar, Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from library_validator.decisions.application import FieldProblem
from library_validator.decisions.changes import Change, material_changes
from library_validator.decisions.decision import (
    Answer,
    Before,
    Candidate,
    Cause,
    Comparison,
    Decision,
    Match,
    NextStep,
    Reason,
)
from library_validator.decisions.overriding import BY_PERSON
from library_validator.event_bus import EventMetadata


class DecisionData(BaseModel):
    """What was decided and what it stands on; of the application itself only what was compared."""

    model_config = ConfigDict(frozen=True, extra="ignore", defer_build=True)

    application_id: str
    source: str = Field(description="the authenticated sender; application ids are unique within it")
    revision: int | None = Field(description="the producer's own revision, if it gave one")
    sent_at: datetime
    cause: Cause
    decision: Answer
    reason_codes: list[str]
    reasons: list[Reason]
    next_step: NextStep
    confidence: float = Field(
        ge=0,
        le=1,
        description="how often labelled applicants with this answer and about this match weight were the "
        "library named: see docs/accuracy.md",
    )
    match: Match | None
    runner_up: Candidate | None = Field(
        description="the best candidate of another system; nobody else is compared where one has the very "
        "name, and street or phone"
    )
    margin: float | None = Field(description="bits between the match and the runner-up")
    candidates: list[Candidate]
    evidence: list[Comparison]
    authority: Literal["unproven"] = Field(
        description="nothing here proves that the sender acts for the organization"
    )
    valid_until: datetime | None = Field(
        None, description="when a validated decision ends and is renewed; null: it does not end"
    )
    problems: list[FieldProblem] = Field([], description="fields of the application that could not be used")


class ValidatedData(DecisionData):
    decision: Literal[Answer.VALIDATED]
    match: Match | None = Field(
        description="null only for a library outside the survey, which a person validated: its "
        "reason_codes begin with OVERRIDDEN_BY_PERSON"
    )

    @model_validator(mode="after")
    def _only_a_person_validates_without_a_match(self) -> Self:
        if self.match is None and BY_PERSON not in self.reason_codes:
            raise ValueError("validated by the rules, but without a match")
        return self


class NeedsReviewData(DecisionData):
    decision: Literal[Answer.NEEDS_REVIEW]


class NotValidatedData(DecisionData):
    decision: Literal[Answer.NOT_VALIDATED]


class LibraryApplicationValidated(BaseModel):
    """An entry of the registry corresponds to the organization that the application names."""

    model_config = ConfigDict(defer_build=True)

    detail_type: ClassVar[str] = "Library Application Validated"
    metadata: EventMetadata
    data: ValidatedData


class LibraryApplicationNeedsReview(BaseModel):
    """A person can settle it; ``data.reasons`` say what and ``data.next_step`` says how."""

    model_config = ConfigDict(defer_build=True)

    detail_type: ClassVar[str] = "Library Application Needs Review"
    metadata: EventMetadata
    data: NeedsReviewData


class LibraryApplicationNotValidated(BaseModel):
    """No entry corresponds, or the applicant is something else than a public library."""

    model_config = ConfigDict(defer_build=True)

    detail_type: ClassVar[str] = "Library Application Not Validated"
    metadata: EventMetadata
    data: NotValidatedData


class StatusChangedData(DecisionData):
    before: Before = Field(description="what stood until now")
    changes: list[Change] = Field(description="what is news; what an application submitted is none of it")


class LibraryStatusChanged(BaseModel):
    """An answer that was given is another now, though nobody submitted anything: ``data.cause`` says why."""

    model_config = ConfigDict(defer_build=True)

    detail_type: ClassVar[str] = "Library Status Changed"
    metadata: EventMetadata
    data: StatusChangedData


AnswerEvent = LibraryApplicationValidated | LibraryApplicationNeedsReview | LibraryApplicationNotValidated
DecisionEvent = AnswerEvent | LibraryStatusChanged

EVENT_OF_ANSWER: Final[dict[Answer, type[AnswerEvent]]] = {
    Answer.VALIDATED: LibraryApplicationValidated,
    Answer.NEEDS_REVIEW: LibraryApplicationNeedsReview,
    Answer.NOT_VALIDATED: LibraryApplicationNotValidated,
}


def event_of(decision: Decision) -> DecisionEvent:
    """The event of a decision: the same for every publication, well under EventBridge's 256 KB.

    Raises ``pydantic.ValidationError`` for a decision that contradicts itself (validated without a match).
    """
    before = decision.before
    changed = {"before": before, "changes": material_changes(before, decision)} if before else {}
    model = LibraryStatusChanged if before else EVENT_OF_ANSWER[decision.decision]
    return model.model_validate(
        {
            "metadata": EventMetadata(
                event_id=decision.event_id,
                registry_version=decision.registry_version,
                policy_version=decision.policy_version,
                correlation_id=decision.correlation_id,
                occurred_at=decision.decided_at,
            ),
            "data": {
                **decision.model_dump(
                    include={
                        "source",
                        "sent_at",
                        "cause",
                        "decision",
                        "reasons",
                        "next_step",
                        "confidence",
                        "match",
                        "runner_up",
                        "margin",
                        "candidates",
                        "evidence",
                        "authority",
                        "valid_until",
                        "problems",
                    }
                ),
                **changed,
                "application_id": decision.application_id,
                "revision": decision.application.revision,
                "reason_codes": decision.reason_codes,
            },
        }
    )
