"""A decision: the stored answer to one submission, with the facts that it rests on."""

from __future__ import annotations

import zlib
from datetime import datetime
from hashlib import sha1
from typing import Final, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from library_validator.decisions.answer import Answer, AnswerFields, Match
from library_validator.decisions.application import Application, FieldProblem
from library_validator.decisions.changes import MaterialChange, material_changes

OTHER_OUTLET: Final = "OTHER_OUTLET_APPLIED"
DOOR_LEVELS: Final = frozenset(("exact", "near", "same_box"))  # levels of a street that is the library's
PHONE_LEVEL: Final = "exact"
SHARDS: Final = 8  # parts of the current decisions; a worker reads one part at a time
_ORDER_TIME: Final = (
    "the time that orders the submission, if it is not sent_at: the time of its newest unchanged resend, or "
    "1970 if SQS itself moved a dead letter, because the first sent time is then unknown"
)
_NAMESPACE = UUID("6f1c6ee0-6c1b-5b0e-9d5a-6a3f0b8f7c11").bytes


def shard_of(source: str, application_id: str) -> int:
    """The shard of an application's current decision: 0 to ``SHARDS`` - 1, always the same."""
    return zlib.crc32(f"{source}\n{application_id}".encode()) % SHARDS


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", defer_build=True)


class Submission(_Model):
    """An application with its sender and the time when it was sent. Each submission is answered once.

    ``source`` is the authenticated sender, never a field of the body. ``sent_at`` is the time when it was
    sent first, also after a redrive. See ``order.py`` for the order of two submissions.
    """

    source: str
    application: Application
    sent_at: datetime
    order_time: datetime | None = Field(None, description=_ORDER_TIME)
    correlation_id: str = ""
    problems: tuple[FieldProblem, ...] = Field((), description="fields that could not be used")

    @property
    def revision(self) -> int | None:
        """The number of this version of the application, if the sender counts versions."""
        return self.application.revision

    @property
    def effective_time(self) -> datetime:
        """The time that orders this submission among the submissions of its application."""
        return self.order_time or self.sent_at

    @property
    def identity(self) -> str:
        """A text: equal for a redelivery or a resend, different for changed fields or a new revision."""
        application = self.application
        revision = "" if application.revision is None else str(application.revision)
        return "\n".join((self.source, application.application_id, revision, application.fields_sha256))


class Cause(_Model):
    """Why a decision was made. A new cause makes a new decision on the same submission."""

    kind: Literal["submission", "registry", "policy", "expiry", "override"] = "submission"
    detail: str = Field(
        "",
        description="of a registry: <version>@<activated at>, so each activation is another cause; "
        "of a policy: its version; of an expiry: its date; of an override: its id; of a submission that was "
        "sent again and is decided again: the event id of the decision that it replaces",
    )

    @property
    def key(self) -> str:
        return f"{self.kind}:{self.detail}" if self.detail else self.kind


def event_id_of(submission: Submission, cause: Cause) -> UUID:
    """The id of a decision and of its event: uuid5 of submission and cause."""
    name = f"{submission.identity}\n{cause.key}".encode()
    # This gives the same id as uuid.uuid5, in half the time.
    return UUID(bytes=sha1(_NAMESPACE + name, usedforsecurity=False).digest()[:16], version=5)


class Holder(_Model):
    """The application that holds a claim, because it was validated as the library system first."""

    source: str
    application_id: str


class Override(_Model):
    """A person's answer to an application, in place of the rules. All are kept; the newest is in effect."""

    override_id: UUID
    source: str
    application_id: str
    answer: Answer = Field(description="needs_review: the rules decide again")
    fscs_key: str | None = Field(
        None, description="the system that the applicant is; None: not in the survey"
    )
    fscs_id: str | None = Field(None, description="the outlet that the applicant is, if it is one")
    reason_code: str = Field(description="reason code of overrides.toml")
    words: str = Field(description="the person's reasons, for staff; never in an event")
    by: str = Field(description="the person who decided; never in an event")
    at: datetime
    fields_sha256: str = Field(description="hash of the application that the person saw")
    seen_keys: list[str] = Field(description="FSCS keys of the candidates that the person saw")


class Before(_Model):
    """The short form of a decision that was replaced without a new submission."""

    event_id: UUID
    decision: Answer
    reason_codes: list[str]
    match: Match | None
    registry_version: str
    policy_version: str
    decided_at: datetime


class Erasure(_Model):
    """When the texts of an applicant were removed from what is stored, and by whom."""

    at: datetime
    by: str = Field(description="the person's ARN, or the name of the task that erases after a time")


class _DecisionOrigin(_Model):
    """When a decision was made, for which submission, and why."""

    event_id: UUID
    application: Application
    source: str
    sent_at: datetime
    order_time: datetime | None = Field(None, description=_ORDER_TIME, exclude_if=lambda value: value is None)
    decided_at: datetime
    correlation_id: str = ""
    cause: Cause


class Decision(AnswerFields, _DecisionOrigin):
    """The stored answer to one submission."""

    held_by: Holder | None = Field(
        None, description="for staff: the application that holds the key; never in an event"
    )
    valid_until: datetime | None = Field(None, description="when the decision ends; None: it does not end")
    before: Before | None = Field(
        None, description="the replaced decision, if no new submission caused this decision"
    )
    override: Override | None = Field(None, description="the person's answer, if this decision restates one")
    erased: Erasure | None = Field(
        None,
        # Only an erased decision stores the field: nearly every other one fits in one kilobyte.
        exclude_if=lambda erasure: erasure is None,
        description="if the applicant's texts were removed: when and by whom; never in an event",
    )

    @property
    def application_id(self) -> str:
        return self.application.application_id

    @property
    def shard(self) -> int:
        return shard_of(self.source, self.application_id)

    @property
    def claimed_key(self) -> str | None:
        """The key of the claim that counts for this decision while it is current; None: it is not validated.

        It is the FSCS key of the system. Beside another outlet of the system, it is the outlet's FSCS id.
        """
        if self.match is None or self.decision is not Answer.VALIDATED:
            return None
        return self.match.fscs_id if OTHER_OUTLET in self.reason_codes else self.match.fscs_key

    @property
    def takes_claim(self) -> bool:
        """Whether the application takes the claim, which needs a street or phone, or a person's decision.

        A validated application that gives only name and town takes no claim, but the claim of another
        application stops it. Decisions of earlier deployments took a claim without street and phone too.
        """
        if self.claimed_key is None:
            return False
        levels = self.levels
        agrees = levels.get("street") in DOOR_LEVELS or levels.get("phone") == PHONE_LEVEL
        return agrees or self.override is not None

    @property
    def levels(self) -> dict[str, str]:
        """The level of each field that was compared with the match, by field."""
        return {comparison.field: comparison.level for comparison in self.evidence}

    @property
    def reason_codes(self) -> list[str]:
        return [reason.code for reason in self.reasons]

    @property
    def submission(self) -> Submission:
        """The submission that this decision answers. It can be decided again."""
        return Submission(
            source=self.source,
            application=self.application,
            sent_at=self.sent_at,
            order_time=self.order_time,
            correlation_id=self.correlation_id,
            problems=self.problems,
        )

    @property
    def revision(self) -> int | None:
        """The number of this version of the application, if the sender counts versions."""
        return self.application.revision

    @property
    def changes(self) -> list[MaterialChange]:
        """The material changes since ``before``; empty without ``before``."""
        return material_changes(self.before, self) if self.before else []

    @property
    def as_before(self) -> Before:
        """The short form of this decision that its replacement keeps under ``before``."""
        return Before.model_validate(self, from_attributes=True)

    @property
    def effective_time(self) -> datetime:
        """The time that orders the submission among the submissions of its application."""
        return self.order_time or self.sent_at
