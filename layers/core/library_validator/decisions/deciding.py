"""Judges applicants and decides submissions, in batches, by one registry version."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple, Protocol

from library_validator.decisions.answer import Answer
from library_validator.decisions.answering import answer_values
from library_validator.decisions.application import Application, FieldProblem
from library_validator.decisions.decision import (
    OTHER_OUTLET,
    Cause,
    Decision,
    Holder,
    Submission,
    event_id_of,
)
from library_validator.decisions.field_problems import problems_of_reading
from library_validator.decisions.policy import verdict_of
from library_validator.decisions.policy_file import Policy, load_policy
from library_validator.decisions.reasons import next_step_of, reasons_of
from library_validator.decisions.verdict import Verdict
from library_validator.errors import RegistryError, RegistryFormatUnknown
from library_validator.matching.keys import fscs_key_posting
from library_validator.matching.match import Ranking, rank
from library_validator.matching.query import Query, read_applicant
from library_validator.matching.statistics import Statistics
from library_validator.matching.stored_entries import READABLE_FORMATS
from library_validator.matching.weights import load_weights
from library_validator.registry.store import Pointer, RegistryReader

SUBMISSION: Final = Cause(kind="submission")


class ReadableApplication(Protocol):
    """An application with the problems of its fields: a ``ReadApplication`` or a ``Submission``."""

    @property
    def application(self) -> Application: ...

    @property
    def problems(self) -> tuple[FieldProblem, ...]: ...


class RankedApplicant(NamedTuple):
    """An applicant with its candidates and field problems: the rules need nothing else."""

    query: Query
    ranking: Ranking
    known_key: bool  # the registry has the FSCS key that the applicant gave
    problems: tuple[FieldProblem, ...]  # the problems of fields that could not be used

    def verdict(self, policy: Policy) -> Verdict:
        return verdict_of(self.query, self.ranking, policy, self.problems, known_key=self.known_key)


class JudgedApplicant(NamedTuple):
    """An applicant, its candidates, and the verdict of the rules."""

    query: Query
    ranking: Ranking
    verdict: Verdict


class Judge:
    """Judges applicants by the live version of a registry. Keeps the statistics of that version.

    Every method raises ``NoActiveRegistry`` and ``RegistryFormatUnknown``.
    """

    def __init__(self, registry: RegistryReader) -> None:
        self.registry = registry
        self._statistics: tuple[str, Statistics] | None = None
        self._systems: tuple[str, int] | None = None

    def judge(self, applications: Sequence[ReadableApplication]) -> tuple[Pointer, list[JudgedApplicant]]:
        """Apply matching and rules to applications. Reads the pointer once, and all postings in one batch.

        Returns the pointer to the version that was used, and one result for each application, in order.
        """
        pointer, ranked = self.rank(applications)
        policy = load_policy()
        return pointer, [JudgedApplicant(each.query, each.ranking, each.verdict(policy)) for each in ranked]

    def rank(self, applications: Sequence[ReadableApplication]) -> tuple[Pointer, list[RankedApplicant]]:
        """Find and compare the candidates. ``RankedApplicant.verdict`` then applies the rules."""
        pointer = self.registry.pointer()
        if pointer.index_format not in READABLE_FORMATS:
            raise RegistryFormatUnknown(pointer.active, pointer.index_format, READABLE_FORMATS)
        statistics, weights = self._statistics_of(pointer.active), load_weights()
        queries = [read_applicant(given.application, statistics) for given in applications]
        postings = self.registry.postings(pointer.active, {key for query in queries for key in query.keys})
        ranked = []
        for given, query in zip(applications, queries, strict=True):
            ranking = rank(query, postings, weights, pointer.fiscal_year)
            known_key = query.fscs_id is not None and fscs_key_posting(query.fscs_id.key) in postings
            unused_fields = problems_of_reading(given.application, given.problems) if given.problems else ()
            ranked.append(RankedApplicant(query, ranking, known_key, unused_fields))
        return pointer, ranked

    def answers(self, applications: Sequence[ReadableApplication]) -> list[dict[str, Any]]:
        """The answers to applications that are not stored, such as the rows of a file.

        Each answer has the values of ``ApplicationAnswer``, by name, for JSON. No model is made.
        """
        pointer, judged = self.judge(applications)
        version = policy_version()
        return [
            {
                "application_id": given.application.application_id,
                "decision": each.verdict.answer,
                "reason_codes": each.verdict.codes,
                **answer_values(*each, pointer, version),
            }
            for given, each in zip(applications, judged, strict=True)
        ]

    def systems(self, version: str) -> int:
        """The number of systems in a version. That of the version that decided last needs no read."""
        if self._systems is None or self._systems[0] != version:
            self._systems = version, self.registry.version(version).systems
        return self._systems[1]

    def _statistics_of(self, version: str) -> Statistics:
        if self._statistics is None or self._statistics[0] != version:
            record = self.registry.version(version)
            self._statistics = version, Statistics.decode(record.statistics)
            self._systems = version, record.systems
        return self._statistics[1]


class Decider:
    """Decides submissions. ``validity``: how long a validated decision is valid; None: it does not end."""

    def __init__(self, registry: RegistryReader, validity: timedelta | None = None) -> None:
        self.registry = registry
        self._judge = Judge(registry)
        self.validity = validity

    def systems(self, version: str) -> int:
        """The number of systems in a registry version."""
        return self._judge.systems(version)

    def decide(
        self, submissions: Sequence[Submission], now: datetime, cause: Cause = SUBMISSION
    ) -> list[Decision]:
        """One decision for each submission, in order, all by the same registry version.

        Raises ``NoActiveRegistry`` and ``RegistryFormatUnknown``.
        """
        pointer, judged = self._judge.judge(submissions)
        return [
            self._decision(submission, each, pointer, now, cause)
            for submission, each in zip(submissions, judged, strict=True)
        ]

    def _decision(
        self, submission: Submission, judged: JudgedApplicant, pointer: Pointer, now: datetime, cause: Cause
    ) -> Decision:
        valid_until = None
        if self.validity is not None and judged.verdict.answer is Answer.VALIDATED:
            valid_until = now + self.validity
        answer = answer_values(*judged, pointer, policy_version())
        return decision_on(submission, now, cause, valid_until=valid_until, **answer)


def decision_on(submission: Submission, now: datetime, cause: Cause, **answer: Any) -> Decision:
    """A decision on a submission. ``answer``: the fields of ``AnswerFields``, and the end of the decision."""
    return Decision(
        event_id=event_id_of(submission, cause),
        application=submission.application,
        source=submission.source,
        sent_at=submission.sent_at,
        order_time=submission.order_time,
        decided_at=now,
        correlation_id=submission.correlation_id,
        cause=cause,
        **answer,
    )


def policy_version() -> str:
    """The version of this code's rules, and after a slash the version of its match weights."""
    return f"{load_policy().version}/{load_weights().version}"


@dataclass(frozen=True, slots=True)
class UndecidedSubmission:
    """A submission that could not be decided, and the error that prevented it."""

    submission: Submission
    error: Exception


def decide_despite_errors(
    decider: Decider, submissions: Sequence[Submission], now: datetime
) -> list[Decision | UndecidedSubmission]:
    """Decide all submissions together; after an unforeseen error, decide each of them alone.

    Returns one result for each submission, in order. Raises ``RegistryError``: without a registry, no
    submission can be decided.
    """
    try:
        return [*decider.decide(submissions, now)]
    except RegistryError:
        raise
    except Exception as error:  # noqa: BLE001 - a defect in one application must not stop the others
        if len(submissions) == 1:
            return [UndecidedSubmission(submissions[0], error)]
        return [
            result
            for submission in submissions
            for result in decide_despite_errors(decider, [submission], now)
        ]


def with_cause(decision: Decision, cause: Cause) -> Decision:
    """The same decision with another cause, and therefore with another event id."""
    return decision.model_copy(update={"cause": cause, "event_id": event_id_of(decision.submission, cause)})


def decision_of_second_claimant(
    decision: Decision, holder_source: str, holder_application_id: str
) -> Decision:
    """The same decision for an applicant whose FSCS key another application holds: it goes to a person."""
    holder = Holder(source=holder_source, application_id=holder_application_id)
    return decision_stopped_by(decision, "SECOND_CLAIMANT", holder)


def decision_stopped_by(decision: Decision, code: str, holder: Holder | None, about: str = "") -> Decision:
    """The same decision for an applicant that would be validated, but goes to a person because of ``code``.

    Staff see the holder of the claim. Partners see the sentences, so these never name another applicant.
    ``about``: the detail of the sentence; empty: the FSCS key.
    """
    about = about or (decision.match.fscs_key if decision.match else "")
    status = [reason for reason in decision.reasons if reason.code not in ("MATCH", OTHER_OUTLET)]
    return decision.model_copy(
        update={
            "decision": Answer.NEEDS_REVIEW,
            "reasons": [*reasons_of([code], {code: about}), *status],
            "next_step": next_step_of((code,), {}),
            "held_by": holder,
            "valid_until": None,
        }
    )
