"""The answer to one application, as decisions, events, file lines and pages share it.

A new field of the answer is declared in ``AnswerFields`` and made in ``answering``. Nothing else lists the
fields: all code that shows, stores or sends an answer takes them from here.

The parts of an answer are plain dataclasses, because an answer has about twenty parts. A plain dataclass is
made and written as JSON in a fraction of the time that a pydantic model, a frozen or a slotted dataclass
takes (docs/adr/0026-one-answer.md). A part never changes. Pydantic checks the parts of an answer that is read
from JSON, and trusts the parts that this package made.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, SkipValidation, WithJsonSchema

from library_validator.decisions.application import FieldProblem
from library_validator.terms import ListingStatus


class Answer(StrEnum):
    VALIDATED = "validated"
    NEEDS_REVIEW = "needs_review"
    NOT_VALIDATED = "not_validated"


@dataclass(frozen=True)
class Reason:
    code: str
    staff: Annotated[str, Field(description="a plain sentence for programme staff")]
    applicant: Annotated[str, Field(description="a plain sentence for the applicant")]


@dataclass(frozen=True)
class NextStep:
    code: str
    text: str


@dataclass
class Comparison:
    """One field of the application, compared with one entry: its level and its match weight."""

    field: str
    level: str
    applied: Annotated[str, Field(description="the value in the application")]
    listed: Annotated[str, Field(description="the value in the registry")]
    bits: Annotated[
        float,
        Field(
            description="match weight: log2 of the likelihood ratio; negative weights speak against a match"
        ),
    ]


@dataclass(kw_only=True)
class Successor:
    """The listed system that a vanished library is now part of."""

    fscs_key: str
    fscs_id: Annotated[str | None, Field(description="the outlet that the vanished library is now")] = None
    name: Annotated[str, Field(description="name of that outlet, or else of the system")]
    since: Annotated[int, Field(description="the first fiscal year that lists the successor instead")]


Fate = Literal["closed", "absorbed", "no_longer_reported"]

# Consumers and earlier deployments read the status as text, so a status that is added one day cannot break
# them.
_Status = Annotated[
    ListingStatus,
    SkipValidation,
    WithJsonSchema(
        {
            "type": "string",
            "title": "Status",
            "description": "listed, temporarily_closed, non_respondent, closed, no_longer_listed …",
        }
    ),
]


@dataclass(kw_only=True)
class Match:
    """A registry entry: a system, and its outlet if the application names an outlet."""

    fscs_key: str
    fscs_id: Annotated[str | None, Field(description="the outlet; null: only the system was matched")] = None
    name: Annotated[
        str, Field(description="the name of the matched entry: the outlet's, or else the system's")
    ]
    system_name: str
    outlet_name: str | None = None
    outlet_type: Annotated[
        str | None, Field(description="CE central, BR branch, BS bookmobile, BM books by mail")
    ] = None
    street: str
    city: str
    state: str
    zip: str
    phone: Annotated[
        str,
        Field(
            description="the listed phone number: call it to check that the applicant acts for the library"
        ),
    ] = ""
    status: _Status
    meets_fscs_definition: str = ""
    legal_basis: str = ""
    locale: str = ""
    population: Annotated[int | None, Field(description="persons in the legal service area")] = None
    operating_expenditure: Annotated[int | None, Field(description="US dollars a year")] = None
    last_listed: Annotated[int, Field(description="the newest fiscal year that lists it")]
    fate: Annotated[
        Fate | None, Field(description="what became of the library, if it is no longer listed")
    ] = None
    successor: Annotated[
        Successor | None, Field(description="the system that took it over, if that is certain")
    ] = None


@dataclass
class Candidate:
    """A registry entry that was compared, with its total match weight in bits."""

    fscs_key: str
    fscs_id: Annotated[str | None, Field(None)]
    name: str
    city: str
    state: str
    bits: float
    confidence: Annotated[
        float,
        Field(
            ge=0,
            le=1,
            description="probability that the match weight gives, for an applicant that is a library",
        ),
    ]


class AnswerFields(BaseModel):
    """The answer of the rules, or of a person, to one application, with its reasons."""

    model_config = ConfigDict(frozen=True, extra="ignore", defer_build=True)

    decision: Answer
    reasons: list[Reason]
    next_step: NextStep
    confidence: float = Field(
        ge=0,
        le=1,
        description="of the labelled applicants with this answer and a similar match weight, the share that "
        "were the named library: see docs/accuracy.md",
    )
    match: Match | None
    runner_up: Candidate | None = Field(
        description="the best candidate of another system; the search for candidates ends early if an entry "
        "has exactly the name, and street or phone"
    )
    margin: float | None = Field(description="match weight of the match minus that of the runner-up, in bits")
    candidates: list[Candidate]
    evidence: list[Comparison]
    registry_version: str
    policy_version: str
    authority: Literal["unproven"] = Field(
        description="nothing here proves that the sender acts for the organization"
    )
    problems: tuple[FieldProblem, ...] = Field(
        (), description="fields of the application that could not be used"
    )


class _AnswerCodes(BaseModel):
    """The answer and its reason codes: the first fields of ``AnswerData``."""

    decision: Answer
    reason_codes: list[str]


class AnswerData(AnswerFields, _AnswerCodes):
    """An answer as it leaves the product, with the codes of its reasons: in events, files and pages."""


class _WithApplicationId(BaseModel):
    application_id: str


class ApplicationAnswer(AnswerData, _WithApplicationId):
    """The answer to an application that is not stored, such as a row of a file."""
