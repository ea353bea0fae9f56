"""The events of decisions: each reports one fact, and its detail type names the fact.

A submission is answered by one of three events. If an answer changes for another cause, a new registry for
instance, the event is ``Library Status Changed``, whatever the new answer is. A consumer that keeps the
answer to every application subscribes to all four.

Consumers deduplicate by ``metadata.event_id``. The bus does not keep order, so two events of one
application are ordered by ``data.revision`` if both have one, then ``data.sent_at``, then
``metadata.occurred_at``. A message that is older than the current answer has no event of its own: the event
of the current answer is published again, under its own id.
"""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from library_validator.decisions.answer import Answer, AnswerData, Match
from library_validator.decisions.changes import MaterialChange
from library_validator.decisions.decision import Before, Cause, Decision
from library_validator.decisions.restating import BY_PERSON
from library_validator.event_bus import EventMetadata


class _SubmissionFields(BaseModel):
    """Fields about the submission that is answered, and the cause of the answer."""

    application_id: str
    source: str = Field(description="the authenticated sender; its application ids are unique")
    revision: int | None = Field(
        description="number of this version of the application, if the sender counts versions"
    )
    sent_at: datetime
    cause: Cause


class DecisionData(AnswerData, _SubmissionFields):
    """The answer to one submission. The application's own fields are only in its ``evidence``."""

    # The versions are in the event's metadata.
    registry_version: str = Field("", exclude=True)
    policy_version: str = Field("", exclude=True)
    valid_until: datetime | None = Field(
        None, description="when a validated decision ends and is renewed; null: it does not end"
    )


class ValidatedData(DecisionData):
    decision: Literal[Answer.VALIDATED]
    match: Match | None = Field(
        description="null only for a library outside the survey, which a person validated: its "
        "reason_codes begin with OVERRIDDEN_BY_PERSON"
    )


class NeedsReviewData(DecisionData):
    decision: Literal[Answer.NEEDS_REVIEW]


class NotValidatedData(DecisionData):
    decision: Literal[Answer.NOT_VALIDATED]


class LibraryApplicationValidated(BaseModel):
    """An entry of the registry corresponds to the applicant."""

    model_config = ConfigDict(defer_build=True)

    detail_type: ClassVar[str] = "Library Application Validated"
    metadata: EventMetadata
    data: ValidatedData


class LibraryApplicationNeedsReview(BaseModel):
    """A person has to decide: ``data.reasons`` say why, ``data.next_step`` says what to do."""

    model_config = ConfigDict(defer_build=True)

    detail_type: ClassVar[str] = "Library Application Needs Review"
    metadata: EventMetadata
    data: NeedsReviewData


class LibraryApplicationNotValidated(BaseModel):
    """No entry corresponds, or the applicant is not a public library."""

    model_config = ConfigDict(defer_build=True)

    detail_type: ClassVar[str] = "Library Application Not Validated"
    metadata: EventMetadata
    data: NotValidatedData


class StatusChangedData(DecisionData):
    before: Before = Field(description="the answer until now")
    changes: list[MaterialChange] = Field(description="which parts of the answer changed")


class LibraryStatusChanged(BaseModel):
    """An answer changed without a new submission: ``data.cause`` says why."""

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
    """The event of a decision: always the same, and well under EventBridge's limit of 256 KB.

    Raises ``ValueError`` for a decision that the rules validated without a match: it contradicts itself.
    """
    if (decision.decision, decision.match) == (
        Answer.VALIDATED,
        None,
    ) and BY_PERSON not in decision.reason_codes:
        raise ValueError(f"{decision.event_id} is validated by the rules, but without a match")
    metadata = EventMetadata(
        event_id=decision.event_id,
        registry_version=decision.registry_version,
        policy_version=decision.policy_version,
        correlation_id=decision.correlation_id,
        occurred_at=decision.decided_at,
    )
    model = LibraryStatusChanged if decision.before else EVENT_OF_ANSWER[decision.decision]
    return model.model_validate({"metadata": metadata, "data": decision}, from_attributes=True)


def event_or_none(decision: Decision) -> DecisionEvent | None:
    """The event of a decision; None if the stored decision contradicts itself."""
    try:
        return event_of(decision)
    except ValueError:
        return None
