"""A decision: the answer to one application, with everything that it stands on."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from hashlib import sha1
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from library_validator.decisions.application import Application, FieldProblem

_NAMESPACE = UUID("6f1c6ee0-6c1b-5b0e-9d5a-6a3f0b8f7c11").bytes


class Answer(StrEnum):
    VALIDATED = "validated"
    NEEDS_REVIEW = "needs_review"
    NOT_VALIDATED = "not_validated"


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", defer_build=True)


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
    detail: str = Field(
        "",
        description="what made it: of a registry <version>@<activated at>, so that going back and forward "
        "again are three causes; the policy version; the date of expiry; the override's id",
    )

    @property
    def key(self) -> str:
        return f"{self.kind}:{self.detail}" if self.detail else self.kind


def event_id_of(submission: Submission, cause: Cause) -> UUID:
    """The one id of the decision and of its event: uuid5 of submission and cause."""
    name = f"{submission.identity}\n{cause.key}".encode()
    # As uuid.uuid5 does it, which takes twice the time.
    return UUID(bytes=sha1(_NAMESPACE + name, usedforsecurity=False).digest()[:16], version=5)


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


class Successor(_Model):
    """The listed system that a library which is listed no longer is part of now."""

    fscs_key: str
    fscs_id: str | None = Field(None, description="the outlet that the vanished library is now")
    name: str = Field(description="of that outlet, or else of the system")
    since: int = Field(description="the first fiscal year that lists the successor for it")


Fate = Literal["closed", "absorbed", "no_longer_reported"]


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
    fate: Fate | None = Field(None, description="what became of it, once it is listed no longer")
    successor: Successor | None = Field(None, description="who took over, where that is certain")


class Candidate(_Model):
    """A registry entry that was compared, with its total match weight in bits."""

    fscs_key: str
    fscs_id: str | None = None
    name: str
    city: str
    state: str
    bits: float
    confidence: float = Field(
        ge=0,
        le=1,
        description="probability that goes with the match weight, for an applicant that is a library",
    )


class Holder(_Model):
    """The application that was validated as this FSCS key first."""

    source: str
    application_id: str


class Override(_Model):
    """A person's answer to one application, in place of the rules'. Kept for good; the newest one holds."""

    override_id: UUID
    source: str
    application_id: str
    answer: Answer = Field(description="needs_review: the rules decide again")
    fscs_key: str | None = Field(None, description="the system that it is; None: not in the survey")
    fscs_id: str | None = Field(None, description="the outlet, where it is one")
    reason_code: str = Field(description="of overrides.toml")
    words: str = Field(description="why, for whoever asks later; never in an event")
    by: str = Field(description="who decided; never in an event")
    at: datetime
    fields_sha256: str = Field(description="of the application as the person saw it")
    seen_keys: list[str] = Field(description="FSCS keys that the rules had named when the person decided")


class Before(_Model):
    """What stood until a decision replaced it by another cause than a new submission."""

    event_id: UUID
    decision: Answer
    reason_codes: list[str]
    match: Match | None
    registry_version: str
    policy_version: str
    decided_at: datetime


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
        description="how often labelled applicants with this answer and about this match weight were the "
        "library named: see docs/accuracy.md",
    )
    match: Match | None
    runner_up: Candidate | None = Field(
        None,
        description="the best candidate of another system; nobody else is compared where one has the very "
        "name, and street or phone",
    )
    margin: float | None = Field(None, description="bits between the match and the runner-up")
    candidates: list[Candidate]
    evidence: list[Comparison]
    registry_version: str
    policy_version: str
    authority: Literal["unproven"] = "unproven"
    held_by: Holder | None = Field(None, description="for staff: who holds the key; never in an event")
    problems: tuple[FieldProblem, ...] = Field((), description="fields that could not be used")
    valid_until: datetime | None = Field(None, description="when it ends; None: it does not")
    before: Before | None = Field(None, description="what it replaces, where no new submission caused it")
    override: Override | None = Field(None, description="the person's answer that it states")

    @property
    def application_id(self) -> str:
        return self.application.application_id

    @property
    def reason_codes(self) -> list[str]:
        return [reason.code for reason in self.reasons]

    @property
    def submission(self) -> Submission:
        """What was answered: deciding it again gives a decision on the same submission."""
        return Submission(
            source=self.source,
            application=self.application,
            sent_at=self.sent_at,
            correlation_id=self.correlation_id,
        )

    @property
    def as_before(self) -> Before:
        """This decision as the one that replaces it tells of it."""
        return Before.model_validate(self, from_attributes=True)

    @property
    def order(self) -> tuple[int, float]:
        """Orders submissions of one application: by the producer's revision, then by sent time."""
        revision = -1 if self.application.revision is None else self.application.revision
        return revision, self.sent_at.timestamp()
