"""The errors that a person should look at first, each with the evidence of its decision."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Final

from pydantic import BaseModel, ConfigDict

from library_validator.decisions.answer import Answer, Candidate, Comparison, Match, Reason
from library_validator.decisions.application import Application
from library_validator.decisions.deciding import Decider
from library_validator.decisions.decision import Submission
from library_validator.registry.store import RegistryReader
from library_validator_cli.evaluation.measure import MeasuredRow, RowResult

MOST: Final = 50
# a submission needs a time; no answer depends on this time
_SENT_AT: Final = datetime(2000, 1, 1, tzinfo=UTC)


class ExplainedRow(BaseModel):
    """One row with its answer and the comparisons behind it."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    set: str
    kind: str
    label: str
    application: Application
    result: RowResult
    answer: Answer
    reasons: list[Reason]
    bits: float | None  # score of the candidate that is shown; None without a candidate
    margin: float | None  # bits ahead of the best candidate of another system
    confidence: float
    match: Match | None
    candidates: list[Candidate]  # the best candidates, whether validated or not
    right_rank: int  # rank of the right system among the systems found; 0: not found
    same_place: bool  # the match has the applicant's street address or phone number
    evidence: list[Comparison]


def worst_errors(measured_rows: Iterable[MeasuredRow], most: int = MOST) -> list[MeasuredRow]:
    """The gravest errors first, and within a kind of error the highest bits first.

    Non-libraries validated come first, then wrong keys. Libraries that were not validated and libraries
    that went to a person share the rest of the list. Sets and reasons alternate.
    """
    measured_rows = list(measured_rows)
    libraries = [measured for measured in measured_rows if measured.row.is_library]
    chosen = [
        *_rows_by_bits(measured_rows, RowResult.NON_LIBRARY_VALIDATED),
        *_rows_by_bits(measured_rows, RowResult.WRONG_KEY),
    ][:most]
    not_validated = _take_turns(_rows_by_bits(libraries, RowResult.NOT_VALIDATED))
    to_review = _take_turns(_rows_by_bits(libraries, RowResult.REVIEW))
    room = most - len(chosen)
    share = min(len(not_validated), max(room - room // 2, room - len(to_review)))
    return [*chosen, *not_validated[:share], *to_review[: room - share]]


def validated_vanished_rows(measured_rows: Iterable[MeasuredRow]) -> list[MeasuredRow]:
    """Every validated row whose system the release does not list any more."""
    return [measured for measured in measured_rows if measured.result is RowResult.GONE_VALIDATED]


def explain_rows(measured_rows: Sequence[MeasuredRow], registry: RegistryReader) -> list[ExplainedRow]:
    """Each row with the decision that the service would make."""
    submissions = [
        Submission(
            source="evaluation",
            application=measured.row.application,
            sent_at=_SENT_AT,
            problems=measured.row.problems,
        )
        for measured in measured_rows
    ]
    decisions = Decider(registry).decide(submissions, _SENT_AT) if submissions else []
    return [
        ExplainedRow(
            set=measured.row.set,
            kind=measured.row.kind,
            label=measured.row.label,
            application=measured.row.application,
            result=measured.result,
            answer=decision.decision,
            reasons=decision.reasons,
            bits=round(measured.bits, 2) if measured.best_key else None,
            margin=decision.margin,
            confidence=decision.confidence,
            match=decision.match,
            candidates=decision.candidates,
            right_rank=measured.right_rank,
            same_place=measured.same_place,
            evidence=decision.evidence,
        )
        for measured, decision in zip(measured_rows, decisions, strict=True)
    ]


def _rows_by_bits(measured_rows: Iterable[MeasuredRow], result: RowResult) -> list[MeasuredRow]:
    found = [measured for measured in measured_rows if measured.result is result]
    return sorted(found, key=lambda measured: (-measured.bits, measured.row.identity))


def _take_turns(measured_rows: Sequence[MeasuredRow]) -> list[MeasuredRow]:
    """One row of each set and deciding reason, then a second of each. Otherwise many rows of one kind would
    hide the rest."""
    taken: Counter[tuple[str, str]] = Counter()
    rounds = []
    for measured in measured_rows:
        kind = measured.row.set, measured.codes[0]
        rounds.append(taken[kind])
        taken[kind] += 1
    return [
        measured for _, measured in sorted(zip(rounds, measured_rows, strict=True), key=lambda pair: pair[0])
    ]
