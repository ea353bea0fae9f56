"""A decision: the answer to one application, with everything that it stands on."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Literal
from uuid import UUID, uuid5

from pydantic import BaseModel, ConfigDict, Field

from library_validator.decisions.application import Application

_NAMESPACE = UUID("6f1c6ee0-6c1b-5b0e-9d5a-6a3f0b8f7c11")


class Answer(StrEnum):
    VALIDATED = "validated"
    NEEDS_REVIEW = "needs_review"
    NOT_VALIDATED = "not_validated"


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class Submission(_Model):
    """Who sent which application, when: the identity of what is answered.

    ``source`` is the authenticated sender, never a field of the body. ``sent_at`` orders two
    submissions of one application where the producer gives no revision.
    """

    source: str
    application: Application
    sent_at: datetime
    correlation_id: str = ""

    @property
    def identity(self) -> str:
        """Equal for redeliveries and resends, different for a changed payload or revision."""
        application = self.application
        revision = "" if application.revision is None else str(application.revision)
        return "\n".join((self.source, application.application_id, revision, application.fields_sha256))


class Cause(_Model):
    """Why a decision was made. Another cause makes another decision of the same submission."""

    kind: Literal["submission", "registry", "policy", "expiry", "override"] = "submission"
    detail: str = Field("", description="the registry version, policy version … that made it")

    @property
    def key(self) -> str:
        return f"{self.kind}:{self.detail}" if self.detail else self.kind


def event_id_of(submission: Submission, cause: Cause) -> UUID:
    """The one id of the decision and of its event: uuid5 of submission and cause."""
    return uuid5(_NAMESPACE, f"{submission.identity}\n{cause.key}")


class Reason(_Model):
    code: str
    staff: str = Field(description="a plain sentence for programme staff")
    applicant: str = Field(description="a plain sentence for the applicant")


class NextStep(_Model):
    code: str
    text: str


class Comparison(_Model):
    """One field of the application against one record: the level it reached and what that is worth."""

    field: str
    level: str
    applied: str = Field(description="what the application says")
    listed: str = Field(description="what the registry says")
    bits: float = Field(description="match weight: log2 of the likelihood ratio; negative speaks against")


class Match(_Model):
    """A registry entry: a system, and the outlet where the application names one."""

    fscs_key: str
    fscs_id: str | None = Field(None, description="the outlet, where one was matched")
    name: str = Field(description="the name of the matched entry: the outlet's, or else the system's")
    system_name: str
    outlet_name: str | None = None
    outlet_type: str | None = Field(
        None, description="CE central, BR branch, BS bookmobile, BM books by mail"
    )
    street: str
    city: str
    state: str
    zip: str
    phone: str = Field("", description="the registry's own number: the one to call to check authority")
    status: str = Field(description="listed, temporarily_closed, non_respondent, closed, no_longer_listed …")
    meets_fscs_definition: str = ""
    legal_basis: str = ""
    locale: str = ""
    population: int | None = Field(None, description="legal service area, persons")
    operating_expenditure: int | None = Field(None, description="US dollars a year")
    last_listed: int = Field(description="the newest fiscal year that lists it")


class Candidate(_Model):
    """A registry entry that was compared, with its total match weight in bits."""

    fscs_key: str
    fscs_id: str | None = None
    name: str
    city: str
    state: str
    bits: float
    confidence: float = Field(ge=0, le=1)


class Holder(_Model):
    """The application that was validated as this FSCS key first."""

    source: str
    application_id: str


class Decision(_Model):
    event_id: UUID
    application: Application
    source: str
    sent_at: datetime
    decided_at: datetime
    correlation_id: str = ""
    cause: Cause
    decision: Answer
    reasons: list[Reason]
    next_step: NextStep
    confidence: float = Field(
        ge=0,
        le=1,
        description="probability that goes with the match weight, of a library: see docs/accuracy.md",
    )
    match: Match | None
    runner_up: Candidate | None = Field(None, description="the best candidate of another system")
    margin: float | None = Field(None, description="bits between the match and the runner-up")
    candidates: list[Candidate]
    evidence: list[Comparison]
    registry_version: str
    policy_version: str
    authority: Literal["unproven"] = "unproven"
    held_by: Holder | None = Field(None, description="for staff: who holds the FSCS key; never in an event")

    @property
    def application_id(self) -> str:
        return self.application.application_id

    @property
    def reason_codes(self) -> list[str]:
        return [reason.code for reason in self.reasons]

    @property
    def order(self) -> tuple[int, float]:
        """Orders submissions of one application: by the producer's revision, then by sent time."""
        revision = -1 if self.application.revision is None else self.application.revision
        return revision, self.sent_at.timestamp()
