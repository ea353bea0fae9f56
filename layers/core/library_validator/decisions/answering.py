"""Makes the answer to one applicant from its candidates and the verdict of the rules."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Final, cast

from library_validator.decisions.answer import Candidate, Comparison, Fate, Match, Successor
from library_validator.decisions.confidence import confidence_of
from library_validator.decisions.reasons import next_step_of, reasons_of
from library_validator.decisions.status import status_of
from library_validator.decisions.verdict import Verdict
from library_validator.matching.entries import Entry, Listing
from library_validator.matching.match import Ranking, ScoredCandidate
from library_validator.matching.phones import read_phone
from library_validator.matching.query import Query
from library_validator.matching.weights import Weights, load_weights, match_probability
from library_validator.registry.store import Pointer
from library_validator.terms import fscs_key_of

SHOWN_CANDIDATES: Final = 5


def answer_values(
    query: Query, ranking: Ranking, verdict: Verdict, pointer: Pointer, policy_version: str
) -> dict[str, Any]:
    """The values of ``AnswerFields``, by name, for an applicant that was judged."""
    weights, fiscal_year = load_weights(), pointer.fiscal_year
    match, codes, about = verdict.match, verdict.codes, verdict.about
    shown = match or ranking.best
    other = ranking.best_other_than(shown) if shown else None
    first = ranking.scored[:SHOWN_CANDIDATES]
    if shown and shown not in first:
        first = (shown, *first[:-1])
    return {
        "decision": verdict.answer,
        "reasons": reasons_of(codes, about),
        "next_step": next_step_of(codes, about),
        "confidence": confidence_of(verdict.answer, shown.bits) if shown else 0.0,
        "match": match_of(match.entry, fiscal_year) if match else None,
        "runner_up": _candidate(other) if other else None,
        "margin": round(shown.bits - other.bits, 2) if shown and other else None,
        "candidates": [_candidate(scored) for scored in first],
        "evidence": _evidence(query, shown, weights) if shown else [],
        "registry_version": pointer.active,
        "policy_version": policy_version,
        "authority": "unproven",
        "problems": verdict.problems,
    }


def match_of(entry: Entry, fiscal_year: int) -> Match:
    """The match for an entry; ``fiscal_year``: the newest fiscal year of the registry."""
    listing = entry.listing
    is_gone = entry.last_listed < fiscal_year
    return Match(
        fscs_key=entry.fscs_key,
        fscs_id=listing.outlet_id or None,
        name=listing.system_name if entry.is_system else listing.outlet_name,
        system_name=listing.system_name,
        outlet_name=listing.outlet_name or None,
        outlet_type=("CE" if listing.outlet_id else None) if entry.is_system else entry.kind,
        street=listing.street,
        city=listing.city,
        state=listing.state,
        zip=listing.zip,
        phone=read_phone(listing.phone),
        status="no_longer_listed" if is_gone else status_of(entry.structure),
        meets_fscs_definition=listing.meets_fscs_definition,
        legal_basis=listing.legal_basis,
        locale=listing.locale,
        population=_number_unless_missing(listing.population),
        operating_expenditure=_number_unless_missing(listing.operating_expenditure),
        last_listed=entry.last_listed,
        fate=cast("Fate", listing.fate) if is_gone and listing.fate else None,
        successor=_successor(listing) if listing.successor_id else None,
    )


def _successor(listing: Listing) -> Successor:
    key = fscs_key_of(listing.successor_id)
    return Successor(
        fscs_key=key,
        fscs_id=listing.successor_id if listing.successor_id != key else None,
        name=listing.successor_name,
        since=int(listing.successor_since),
    )


def _number_unless_missing(text: str) -> int | None:
    """A number of the survey; None if it is negative, which is a code for a missing value."""
    value = int(text)
    return value if value >= 0 else None


def _candidate(scored: ScoredCandidate) -> Candidate:
    entry, listing = scored.entry, scored.entry.listing
    bits = round(scored.bits, 2)
    return Candidate(
        entry.fscs_key,
        listing.outlet_id or None,
        listing.system_name if entry.is_system else listing.outlet_name,
        listing.city,
        listing.state,
        bits,
        _rounded_probability(bits),
    )


@lru_cache(maxsize=4096)
def _rounded_probability(bits: float) -> float:
    return round(match_probability(bits), 6)


def _evidence(query: Query, scored: ScoredCandidate, weights: Weights) -> list[Comparison]:
    """The comparisons with a candidate; the sum of their bits is its score."""
    entry, compared, applicant, bits = scored.entry, scored.compared, query.applicant, weights.bits
    name, address = compared.name, compared.address
    street, place, phone, together = compared.street, compared.place, compared.phone, compared.together
    state, fscs_id = compared.state, compared.fscs_id
    listed_street = address.shown if address else entry.listing.street
    listed_place = f"{address.city} {address.zip}".strip() if address else ""
    words = " ".join(name.shared)
    applied_place = f"{applicant.city} {applicant.zip}".strip()
    applied_state = applicant.state or query.state
    ids = _id_with_former_id(query, entry)
    # fmt: off
    return [
        Comparison("prior", "any_entry", "", "", weights.prior),
        Comparison("name", name.level, applicant.name, name.listed.text, bits["name"][name.level]),
        Comparison("shared_words", "term_frequency", "", words, round(weights.bits_of_shared_words(name), 2)),
        Comparison("street", street, applicant.street, listed_street, bits["street"][street]),
        Comparison("place", place, applied_place, listed_place, bits["place"][place]),
        Comparison("phone", phone, applicant.phone, ", ".join(entry.phones), bits["phone"][phone]),
        Comparison("together", together, "", "", bits["together"][together]),
        Comparison("state", state, applied_state, entry.state, bits["state"][state]),
        Comparison("fscs_id", fscs_id, applicant.fscs_id, ids, bits["fscs_id"][fscs_id]),
    ]
    # fmt: on


def _id_with_former_id(query: Query, entry: Entry) -> str:
    """The entry's id, with the former id if the applicant gave one."""
    given = query.fscs_id
    if given is None or given.key == entry.fscs_key:
        return entry.id
    former = [former_id for former_id in entry.former_ids if fscs_key_of(former_id) == given.key]
    same = str(given)
    return f"{entry.id}, formerly {same if same in former else former[0]}" if former else entry.id
