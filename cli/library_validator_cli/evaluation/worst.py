"""The errors that a person should look at first, each with what the decision stood on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Final

from pydantic import BaseModel, ConfigDict

from library_validator.decisions.application import Application
from library_validator.decisions.deciding import Decider
from library_validator.decisions.decision import Answer, Candidate, Comparison, Match, Reason, Submission
from library_validator.registry.store import RegistryReader
from library_validator_cli.evaluation.measure import Outcome, Result

MOST: Final = 50
_SENT_AT: Final = datetime(2000, 1, 1, tzinfo=UTC)  # a submission needs a time; no answer depends on it


class Explained(BaseModel):
    """One row with its answer and the comparisons behind it."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    set: str
    kind: str
    label: str
    application: Application
    result: Result
    answer: Answer
    reasons: list[Reason]
    bits: float | None  # of the candidate that is shown; None without one
    margin: float | None  # bits ahead of the best candidate of another system
    confidence: float
    match: Match | None
    candidates: list[Candidate]  # the best, whatever was answered
    right_rank: int  # how the right system ranks among the systems found; 0: not found
    same_place: bool  # the match stands at the applicant's street address or phone number
    evidence: list[Comparison]


def worst(outcomes: Iterable[Outcome], most: int = MOST) -> list[Outcome]:
    """The gravest errors first, within one kind of error those with the highest bits.

    Non-libraries validated, then wrong keys; what room is left is shared by libraries that were told no
    and libraries that went to a person, in turn one of each set and reason.
    """
    outcomes = list(outcomes)
    libraries = [outcome for outcome in outcomes if outcome.row.is_library]
    chosen = [
        *_heaviest(outcomes, Result.NON_LIBRARY_VALIDATED),
        *_heaviest(outcomes, Result.WRONG_KEY),
    ][:most]
    told_no = _in_turn(_heaviest(libraries, Result.NOT_VALIDATED))
    to_review = _in_turn(_heaviest(libraries, Result.REVIEW))
    room = most - len(chosen)
    noes = min(len(told_no), max(room - room // 2, room - len(to_review)))
    return [*chosen, *told_no[:noes], *to_review[: room - noes]]


def gone_validated(outcomes: Iterable[Outcome]) -> list[Outcome]:
    """Every validated row whose system the release does not list any more."""
    return [outcome for outcome in outcomes if outcome.result is Result.GONE_VALIDATED]


def explain(outcomes: Sequence[Outcome], registry: RegistryReader) -> list[Explained]:
    """Each outcome with the decision that the service would make of it."""
    submissions = [
        (
            Submission(source="evaluation", application=outcome.row.application, sent_at=_SENT_AT),
            outcome.row.problems,
        )
        for outcome in outcomes
    ]
    decisions = Decider(registry).decide(submissions, _SENT_AT) if submissions else []
    return [
        Explained(
            set=outcome.row.set,
            kind=outcome.row.kind,
            label=outcome.row.label,
            application=outcome.row.application,
            result=outcome.result,
            answer=decision.decision,
            reasons=decision.reasons,
            bits=round(outcome.bits, 2) if outcome.best_key else None,
            margin=decision.margin,
            confidence=decision.confidence,
            match=decision.match,
            candidates=decision.candidates,
            right_rank=outcome.right_rank,
            same_place=outcome.same_place,
            evidence=decision.evidence,
        )
        for outcome, decision in zip(outcomes, decisions, strict=True)
    ]


def _heaviest(outcomes: Iterable[Outcome], result: Result) -> list[Outcome]:
    found = [outcome for outcome in outcomes if outcome.result is result]
    return sorted(found, key=lambda outcome: (-outcome.bits, outcome.row.identity))


def _in_turn(outcomes: Sequence[Outcome]) -> list[Outcome]:
    """One of each set and deciding reason, then a second one of each: a hundred of a kind hide the rest."""
    taken: Counter[tuple[str, str]] = Counter()
    rounds = []
    for outcome in outcomes:
        kind = outcome.row.set, outcome.codes[0]
        rounds.append(taken[kind])
        taken[kind] += 1
    return [outcome for _, outcome in sorted(zip(rounds, outcomes, strict=True), key=lambda pair: pair[0])]
