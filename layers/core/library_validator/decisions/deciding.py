"""Deciding a batch of submissions against one registry version."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Final, get_args

from library_validator.decisions.application import Application, FieldProblem
from library_validator.decisions.decision import (
    Answer,
    Candidate,
    Cause,
    Comparison,
    Decision,
    Fate,
    Holder,
    Match,
    Override,
    Submission,
    Successor,
    event_id_of,
)
from library_validator.decisions.listings import entries_of_ids
from library_validator.decisions.overriding import asked_of_registry, under_override
from library_validator.decisions.policy import Verdict, decide
from library_validator.decisions.policy_file import load_policy
from library_validator.decisions.reasons import next_step_of, reasons_of
from library_validator.decisions.unchecked import unchecked
from library_validator.errors import RegistryError, RegistryFormatUnknown
from library_validator.matching.applicant import Applicant
from library_validator.matching.entries import Entry, Listing
from library_validator.matching.index import READABLE_FORMATS
from library_validator.matching.keys import keys_of_query
from library_validator.matching.match import Ranking, Scored, rank
from library_validator.matching.normalize import phone as read_phone
from library_validator.matching.query import Query, read_applicant
from library_validator.matching.statistics import Statistics
from library_validator.matching.weights import Weights, confidence_of, load_weights
from library_validator.registry.store import RegistryReader, VersionState
from library_validator.releases.records import Structure, fscs_key_of

SUBMISSION: Final = Cause(kind="submission")
SHOWN_CANDIDATES: Final = 5
_STATUS: Final[dict[str, str]] = {
    Structure.TEMPORARILY_CLOSED: "temporarily_closed",
    Structure.NON_RESPONDENT: "non_respondent",
    Structure.CLOSED: "closed",
    Structure.DELETED_INCORRECT: "closed",
}
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

        Raises ``NoActiveRegistry`` and ``RegistryFormatUnknown``.
        """
        pointer = self.registry.pointer()
        if pointer.index_format not in READABLE_FORMATS:
            raise RegistryFormatUnknown(pointer.active, pointer.index_format, READABLE_FORMATS)
        statistics = self._statistics_of(pointer.active)
        weights, policy, policy_version = load_weights(), load_policy(), self.policy_version
        queries = [read_applicant(_applicant(one.application), statistics) for one, _ in submissions]
        keys = [keys_of_query(query, statistics) for query in queries]
        postings = self.registry.postings(pointer.active, {key for some in keys for key in some})
        decisions = []
        for (submission, problems), query, asked in zip(submissions, queries, keys, strict=True):
            ranking = rank(query, asked, postings, statistics, weights, pointer.fiscal_year)
            known_key = query.fscs_id is not None and f"F{query.fscs_id.key}" in postings
            verdict = decide(query, ranking, policy, problems, known_key=known_key)
            decisions.append(
                _decision(
                    submission,
                    problems,
                    cause,
                    now,
                    self.validity,
                    query,
                    ranking,
                    verdict,
                    weights,
                    policy_version,
                    pointer.active,
                    pointer.fiscal_year,
                )
            )
        return decisions

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
        return {one: _match(entry, fiscal_year) if entry else None for one, entry in entries.items()}

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
            "next_step": next_step_of("SECOND_CLAIMANT"),
            "held_by": Holder(source=holder_source, application_id=holder_application_id),
            "valid_until": None,
        }
    )


def _applicant(application: Application) -> Applicant:
    return Applicant(
        application.name,
        application.street,
        application.city,
        application.state,
        application.zip,
        application.phone,
        application.website,
        application.fscs_id,
    )


def _decision(
    submission: Submission,
    problems: tuple[FieldProblem, ...],
    cause: Cause,
    now: datetime,
    validity: timedelta | None,
    query: Query,
    ranking: Ranking,
    verdict: Verdict,
    weights: Weights,
    policy_version: str,
    registry_version: str,
    fiscal_year: int,
) -> Decision:
    shown = verdict.match or ranking.best
    other = ranking.best_other_than(shown) if shown else None
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
            "next_step": next_step_of(verdict.codes[0]),
            "confidence": round(confidence_of(shown.bits), 6) if shown else 0.0,
            "match": _match(verdict.match.entry, fiscal_year) if verdict.match else None,
            "runner_up": _candidate(other) if other else None,
            "margin": round(shown.bits - other.bits, 2) if shown and other else None,
            "candidates": [_candidate(one) for one in ranking.scored[:SHOWN_CANDIDATES]],
            "evidence": _evidence(query, shown, weights) if shown else [],
            "registry_version": registry_version,
            "policy_version": policy_version,
            "authority": "unproven",
            "held_by": None,
            "problems": problems,
            "valid_until": now + validity if validity and verdict.answer is Answer.VALIDATED else None,
            "before": None,
            "override": None,
        }
    )


def _match(entry: Entry, fiscal_year: int) -> Match:
    listing, gone = entry.listing, entry.last_listed < fiscal_year
    return _made_match(
        {
            "fscs_key": entry.fscs_key,
            "fscs_id": listing.outlet_id or None,
            "name": listing.system_name if entry.is_system else listing.outlet_name,
            "system_name": listing.system_name,
            "outlet_name": listing.outlet_name or None,
            "outlet_type": ("CE" if listing.outlet_id else None) if entry.is_system else entry.kind,
            "street": listing.street,
            "city": listing.city,
            "state": listing.state,
            "zip": listing.zip,
            "phone": read_phone(listing.phone),
            "status": "no_longer_listed" if gone else _STATUS.get(entry.structure, "listed"),
            "meets_fscs_definition": listing.meets_fscs_definition,
            "legal_basis": listing.legal_basis,
            "locale": listing.locale,
            "population": _number(listing.population),
            "operating_expenditure": _number(listing.operating_expenditure),
            "last_listed": entry.last_listed,
            "fate": _FATES.get(listing.fate) if gone else None,
            "successor": _successor(listing),
        }
    )


def _successor(listing: Listing) -> Successor | None:
    if not listing.successor_id:
        return None
    key = fscs_key_of(listing.successor_id)
    return Successor(
        fscs_key=key,
        fscs_id=listing.successor_id if listing.successor_id != key else None,
        name=listing.successor_name,
        since=int(listing.successor_since),
    )


_FATES: Final[dict[str, Fate]] = {fate: fate for fate in get_args(Fate)}


def _number(text: str) -> int | None:
    """A published number; None for a missing code, which is negative."""
    value = int(text)
    return value if value >= 0 else None


def _candidate(scored: Scored) -> Candidate:
    entry, listing = scored.entry, scored.entry.listing
    return _made_candidate(
        {
            "fscs_key": entry.fscs_key,
            "fscs_id": listing.outlet_id or None,
            "name": listing.system_name if entry.is_system else listing.outlet_name,
            "city": listing.city,
            "state": listing.state,
            "bits": round(scored.bits, 2),
            "confidence": round(confidence_of(scored.bits), 6),
        }
    )


def _ids_shown(query: Query, entry: Entry) -> str:
    """The entry's id, and the former one that the applicant gave."""
    given = query.fscs_id
    if given is None or given.key == entry.fscs_key:
        return entry.id
    former = [one for one in entry.former_ids if fscs_key_of(one) == given.key]
    same = f"{given.key}-{given.sequence}" if given.sequence else given.key
    return f"{entry.id}, formerly {same if same in former else former[0]}" if former else entry.id


def _evidence(query: Query, scored: Scored, weights: Weights) -> list[Comparison]:
    """The comparisons behind a score: their bits sum to it."""
    compared, entry, applicant = scored.compared, scored.entry, query.applicant
    name, address = compared.name, compared.address
    street = address.shown if address else entry.listing.street
    listed_place = f"{address.city} {address.zip}".strip() if address else ""
    bits = weights.of(compared)
    return [
        _wordless("prior", "any_entry", weights.prior),
        _comparison("name", name.level, bits, applicant.name, name.listed.text),
        _comparison("shared_words", "term_frequency", bits, "", " ".join(name.shared)),
        _comparison("street", compared.street, bits, applicant.street, street),
        _comparison("place", compared.place, bits, f"{applicant.city} {applicant.zip}".strip(), listed_place),
        _comparison("phone", compared.phone, bits, applicant.phone, ", ".join(entry.phones)),
        _wordless("together", compared.together, round(bits["together"], 2)),
        _comparison("state", compared.state, bits, applicant.state, entry.state),
        _comparison("fscs_id", compared.fscs_id, bits, applicant.fscs_id, _ids_shown(query, entry)),
    ]


def _comparison(field: str, level: str, bits: Mapping[str, float], applied: str, listed: str) -> Comparison:
    return _made_comparison(
        {
            "field": field,
            "level": level,
            "applied": applied,
            "listed": listed,
            "bits": round(bits[field], 2),
        }
    )


@lru_cache(maxsize=256)
def _wordless(field: str, level: str, bits: float) -> Comparison:
    """A comparison of nothing that could be quoted: there are few of them."""
    return Comparison(field=field, level=level, applied="", listed="", bits=bits)
