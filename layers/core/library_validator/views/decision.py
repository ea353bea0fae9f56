"""One decision, explained: the answer, its reasons, the match, the evidence and the other candidates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Final

from library_validator.decisions.answer import Candidate, Comparison, Match
from library_validator.decisions.application import Application
from library_validator.decisions.decision import Decision, Erasure
from library_validator.views.words import OUTLET_TYPES, address_line, words_of_code, words_of_field

AUTHORITY: Final = "Unproven: a match does not show that the applicant acts for the library."
_ROUNDING: Final = 0.01  # bits: those of a candidate have two decimals


@dataclass(frozen=True, slots=True)
class MatchView:
    """The registry entry that a decision names."""

    match: Match
    fscs_id: str  # the outlet's id, or the system's key
    outlet_type: str  # in words; empty for a system
    address: str
    phone_to_call: str | None  # the listed phone number; None: there is none
    status: str  # in words


@dataclass(frozen=True, slots=True)
class EvidenceRow:
    """One comparison, and the sum of bits before and after it."""

    comparison: Comparison
    field: str  # in words
    level: str  # in words
    sum_before: float
    sum_after: float


@dataclass(frozen=True, slots=True)
class CandidateView:
    candidate: Candidate
    fscs_id: str  # the outlet's id, or the system's key


@dataclass(frozen=True, slots=True)
class DecisionView:
    """A decision as a person reads it.

    ``decision`` has every field, with the reasons and the next step in sentences. The other attributes are
    texts and numbers that a reader needs besides.
    """

    decision: Decision
    headline: str  # the answer in words
    applied_as: tuple[str, ...]  # the application's name, address, phone, website and FSCS id, where given
    match: MatchView | None
    evidence: tuple[EvidenceRow, ...]
    total_bits: float
    compared_with: CandidateView | None  # the candidate of the evidence, if there is no match
    runner_up: CandidateView | None
    candidates: tuple[CandidateView, ...]
    authority: str  # a sentence: the applicant's authority to act for the library is unproven


def decision_view(decision: Decision) -> DecisionView:
    evidence = evidence_rows(decision.evidence)
    total_bits = evidence[-1].sum_after if evidence else 0.0
    candidates = tuple(map(_candidate_view, decision.candidates))
    return DecisionView(
        decision=decision,
        headline=_headline(decision),
        applied_as=_application_lines(decision.application)
        if decision.erased is None
        else _erased(decision.erased),
        match=match_view(decision.match) if decision.match else None,
        evidence=evidence,
        total_bits=total_bits,
        compared_with=_compared_candidate(decision, candidates, total_bits),
        runner_up=_candidate_view(decision.runner_up) if decision.runner_up else None,
        candidates=candidates,
        authority=AUTHORITY,
    )


def match_view(match: Match) -> MatchView:
    return MatchView(
        match=match,
        fscs_id=match.fscs_id or match.fscs_key,
        outlet_type=OUTLET_TYPES.get(match.outlet_type or "", "outlet") if match.fscs_id else "",
        address=address_line(match.street, match.city, match.state, match.zip),
        phone_to_call=match.phone if match.phone.isdecimal() else None,
        status=words_of_code(match.status),
    )


def evidence_rows(comparisons: list[Comparison]) -> tuple[EvidenceRow, ...]:
    """The comparisons in their order, with the running sum of bits."""
    sums = list(accumulate((comparison.bits for comparison in comparisons), initial=0.0))
    return tuple(
        EvidenceRow(
            comparison,
            words_of_field(comparison.field),
            words_of_code(comparison.level),
            sum_before,
            sum_after,
        )
        for comparison, sum_before, sum_after in zip(comparisons, sums, sums[1:], strict=False)
    )


def _candidate_view(candidate: Candidate) -> CandidateView:
    return CandidateView(candidate, candidate.fscs_id or candidate.fscs_key)


def _compared_candidate(
    decision: Decision, candidates: Sequence[CandidateView], total_bits: float
) -> CandidateView | None:
    """The candidate whose bits are the sum of the evidence; None if there is a match."""
    if decision.match or not decision.evidence:
        return None
    same = (view for view in candidates if abs(view.candidate.bits - total_bits) < _ROUNDING)
    return next(same, None)


def _headline(decision: Decision) -> str:
    answer = words_of_code(decision.decision.value)
    return f"{answer}, and then erased: this answer is not renewed" if decision.erased else answer


def _erased(erasure: Erasure) -> tuple[str]:
    return (f"erased on {erasure.at.date().isoformat()} by {erasure.by}",)


def _application_lines(application: Application) -> tuple[str, ...]:
    address = address_line(
        application.street, application.city, application.state, application.zip, application.country
    )
    fscs_id = f"FSCS id {application.fscs_id}" if application.fscs_id else ""
    parts = (application.name or "(no name)", address, application.phone, application.website, fscs_id)
    return tuple(part for part in parts if part)
