"""Deciding a batch of submissions against one registry version."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Final

from library_validator.decisions.answering import Judged, Values, answer_of, match_values, problem_values
from library_validator.decisions.application import Application, FieldProblem, ReadApplication
from library_validator.decisions.decision import (
    Answer,
    Candidate,
    Cause,
    Comparison,
    Decision,
    Holder,
    Match,
    Override,
    Submission,
    Successor,
    event_id_of,
)
from library_validator.decisions.listings import entries_of_ids
from library_validator.decisions.overriding import asked_of_registry, under_override
from library_validator.decisions.policy import decide
from library_validator.decisions.policy_file import load_policy
from library_validator.decisions.reasons import next_step_of, reasons_of
from library_validator.decisions.unchecked import unchecked
from library_validator.decisions.unread import of_the_door
from library_validator.errors import RegistryError, RegistryFormatUnknown
from library_validator.matching.keys import fscs_key_posting, keys_of_query
from library_validator.matching.match import rank
from library_validator.matching.query import read_applicant
from library_validator.matching.statistics import Statistics
from library_validator.matching.stored_entries import READABLE_FORMATS
from library_validator.matching.weights import load_weights
from library_validator.registry.store import Pointer, RegistryReader, VersionState

SUBMISSION: Final = Cause(kind="submission")
AUTHORITY: Final = "unproven"
_made_decision: Final = unchecked(Decision)
_made_match: Final = unchecked(Match)
_made_candidate: Final = unchecked(Candidate)
_made_comparison: Final = unchecked(Comparison)


class Decider:
    """Decides submissions; keeps the term statistics of the version it used last.

    ``validity``: how long a validated decision is good for; None: it does not end.
    """

    def __init__(self, registry: RegistryReader, validity: timedelta | None = None) -> None:
        self.registry = registry
        self.validity = validity
        self._statistics: tuple[str, Statistics] | None = None

    def decide(
        self,
        submissions: Sequence[tuple[Submission, tuple[FieldProblem, ...]]],
        now: datetime,
        cause: Cause = SUBMISSION,
    ) -> list[Decision]:
        """One decision a submission, in order: one pointer read, one deduplicated batched read.

        A submission comes with the problems that the door found, or with those of its stored decision.
        Raises ``NoActiveRegistry`` and ``RegistryFormatUnknown``.
        """
        pointer, judged = self._judge([(one.application, problems) for one, problems in submissions])
        return [
            self._decision(submission, one, pointer, now, cause)
            for (submission, _), one in zip(submissions, judged, strict=True)
        ]

    def answers(self, applications: Sequence[ReadApplication]) -> list[Values]:
        """The answers that ``decide`` gives, of JSON's types: for whoever keeps no decisions.

        Raises ``NoActiveRegistry`` and ``RegistryFormatUnknown``.
        """
        pointer, judged = self._judge([(one.application, one.problems) for one in applications])
        policy_version, weights = self.policy_version, load_weights()
        return [
            {
                "application_id": read.application.application_id,
                **answer_of(one, weights, pointer.fiscal_year),
                "registry_version": pointer.active,
                "policy_version": policy_version,
                "authority": AUTHORITY,
                "problems": problem_values(one.verdict.problems) if one.verdict.problems else [],
            }
            for read, one in zip(applications, judged, strict=True)
        ]

    def _judge(
        self, applications: Sequence[tuple[Application, tuple[FieldProblem, ...]]]
    ) -> tuple[Pointer, list[Judged]]:
        pointer = self.registry.pointer()
        if pointer.index_format not in READABLE_FORMATS:
            raise RegistryFormatUnknown(pointer.active, pointer.index_format, READABLE_FORMATS)
        statistics = self._statistics_of(pointer.active)
        weights, policy = load_weights(), load_policy()
        queries = [read_applicant(application, statistics) for application, _ in applications]
        keys = [keys_of_query(query, statistics) for query in queries]
        postings = self.registry.postings(pointer.active, {key for some in keys for key in some})
        judged = []
        for (application, problems), query, asked in zip(applications, queries, keys, strict=True):
            at_the_door = of_the_door(application, problems) if problems else ()
            ranking = rank(query, asked, postings, statistics, weights, pointer.fiscal_year)
            known_key = query.fscs_id is not None and fscs_key_posting(query.fscs_id.key) in postings
            verdict = decide(query, ranking, policy, at_the_door, known_key=known_key)
            judged.append(Judged(query, ranking, verdict))
        return pointer, judged

    def _decision(
        self,
        submission: Submission,
        judged: Judged,
        pointer: Pointer,
        now: datetime,
        cause: Cause,
    ) -> Decision:
        answer = answer_of(judged, load_weights(), pointer.fiscal_year, in_words=False)
        verdict = judged.verdict
        valid_until = None
        if self.validity is not None and verdict.answer is Answer.VALIDATED:
            valid_until = now + self.validity
        return _made_decision(
            {
                "event_id": event_id_of(submission, cause),
                "application": submission.application,
                "source": submission.source,
                "sent_at": submission.sent_at,
                "decided_at": now,
                "correlation_id": submission.correlation_id,
                "cause": cause,
                "decision": verdict.answer,
                "reasons": reasons_of(verdict.codes, verdict.about),
                "next_step": next_step_of(verdict.codes, verdict.about),
                "confidence": answer["confidence"],
                "match": _match(answer["match"]) if answer["match"] else None,
                "runner_up": _made_candidate(answer["runner_up"]) if answer["runner_up"] else None,
                "margin": answer["margin"],
                "candidates": [_made_candidate(one) for one in answer["candidates"]],
                "evidence": [_made_comparison(one) for one in answer["evidence"]],
                "registry_version": pointer.active,
                "policy_version": self.policy_version,
                "authority": AUTHORITY,
                "held_by": None,
                "problems": verdict.problems,
                "valid_until": valid_until,
                "before": None,
                "override": None,
            }
        )

    def restate(self, raw: Decision, override: Override) -> Decision:
        """What a person decided, as long as its ground stands; ``raw`` is what the rules decide.

        Raises ``RegistryError``.
        """
        listings = self.listings(raw.registry_version, asked_of_registry(override))
        decision = under_override(raw, override, listings)
        if self.validity is None or decision.decision is not Answer.VALIDATED:
            return decision
        return decision.model_copy(update={"valid_until": decision.decided_at + self.validity})

    def listings(self, version: str, ids: Iterable[str]) -> dict[str, Match | None]:
        """What a registry version lists under FSCS keys and ids, former ones and successors followed.

        A library that vanished without a certain successor is told as it was last listed; None: there
        never was one. Raises ``RegistryError``, for a version whose postings were deleted too.
        """
        wanted = set(ids)
        if not wanted:
            return {}
        fiscal_year = self._fiscal_year_of(version)
        entries = entries_of_ids(wanted, fiscal_year, lambda keys: self.registry.postings(version, keys))
        return {
            one: _match(match_values(entry, fiscal_year)) if entry else None for one, entry in entries.items()
        }

    def _fiscal_year_of(self, version: str) -> int:
        """Of a version whose postings are still there."""
        pointer = self.registry.pointer()
        if pointer.active == version:
            return pointer.fiscal_year
        record = self.registry.version(version)
        if record.state is VersionState.RETIRED:
            raise RegistryError(f"registry version {version} was retired meanwhile: decide again")
        return record.fiscal_year

    @property
    def policy_version(self) -> str:
        """Of the decisions that it makes: of the rules, then of the weights."""
        return f"{load_policy().version}/{load_weights().version}"

    def _statistics_of(self, version: str) -> Statistics:
        if self._statistics is None or self._statistics[0] != version:
            self._statistics = version, Statistics.decode(self.registry.version(version).statistics)
        return self._statistics[1]


def caused_by(decision: Decision, cause: Cause) -> Decision:
    """The same decision, made for another cause: under the event id of that."""
    return decision.model_copy(update={"cause": cause, "event_id": event_id_of(decision.submission, cause)})


def second_claimant(decision: Decision, holder_source: str, holder_application_id: str) -> Decision:
    """The same decision for an applicant whose FSCS key another application holds: to a person.

    Who holds it is kept for staff; the sentences, which go to partners, do not tell one of another.
    """
    key = decision.match.fscs_key if decision.match else ""
    status = [reason for reason in decision.reasons if reason.code != "MATCH"]
    return decision.model_copy(
        update={
            "decision": Answer.NEEDS_REVIEW,
            "reasons": [*reasons_of(["SECOND_CLAIMANT"], {"SECOND_CLAIMANT": key}), *status],
            "next_step": next_step_of(("SECOND_CLAIMANT",), {}),
            "held_by": Holder(source=holder_source, application_id=holder_application_id),
            "valid_until": None,
        }
    )


def _match(values: Values) -> Match:
    """Of values that are its own from then on."""
    if values["successor"]:
        values["successor"] = Successor(**values["successor"])
    return _made_match(values)
