"""The answer to one application in plain values, of JSON's types: what decisions and files tell."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Final, NamedTuple

from library_validator.decisions.application import FieldProblem
from library_validator.decisions.confidence import confidence_of
from library_validator.decisions.reasons import next_step_texts, reason_texts
from library_validator.decisions.verdict import Verdict
from library_validator.matching.entries import Entry, Listing
from library_validator.matching.match import Ranking, Scored
from library_validator.matching.phones import read_phone
from library_validator.matching.query import Query
from library_validator.matching.weights import Weights, probability_of
from library_validator.releases.records import Structure
from library_validator.terms import fscs_key_of

SHOWN_CANDIDATES: Final = 5
_STATUS: Final[dict[str, str]] = {
    Structure.TEMPORARILY_CLOSED: "temporarily_closed",
    Structure.NON_RESPONDENT: "non_respondent",
    Structure.CLOSED: "closed",
    Structure.DELETED_INCORRECT: "closed",
}
Values = dict[str, Any]  # of a part of the answer, by the names of its model in ``decision``, in their order


class Judged(NamedTuple):
    """An applicant, who it may be, and what the rules say of that."""

    query: Query
    ranking: Ranking
    verdict: Verdict


def answer_of(judged: Judged, weights: Weights, fiscal_year: int, *, in_words: bool = True) -> Values:
    """The fields of a decision that tell the answer, with the reason codes before the reasons.

    Parts are values too; those of reasons and next step are shared by all answers that give them.
    ``in_words``: with the sentences of reasons and next step.
    """
    query, ranking, (answer, codes, match, about, _problems) = judged
    shown = match or ranking.best
    other = ranking.best_other_than(shown) if shown else None
    first = ranking.scored[:SHOWN_CANDIDATES]
    if shown and shown not in first:
        first = (shown, *first[:-1])
    candidates = [_candidate(one) for one in first]
    return {
        "decision": answer.value,
        "reason_codes": [*codes],
        "reasons": [reason_texts(code, about.get(code, "")) for code in codes] if in_words else [],
        "next_step": next_step_texts(codes, about) if in_words else {},
        "confidence": confidence_of(answer, shown.bits) if shown else 0.0,
        "match": match_values(match.entry, fiscal_year) if match else None,
        "runner_up": _runner_up(other, first, candidates) if other else None,
        "margin": round(shown.bits - other.bits, 2) if shown and other else None,
        "candidates": candidates,
        "evidence": _evidence(query, shown, weights) if shown else [],
    }


def problem_values(problems: Sequence[FieldProblem]) -> list[Values]:
    """The fields of an application that could not be used."""
    return [{"field": one.field, "problem": one.problem, "kind": one.kind} for one in problems]


def match_values(entry: Entry, fiscal_year: int) -> Values:
    """An entry as a match; ``fiscal_year``: the newest of its registry."""
    # fmt: off
    (system_name, outlet_name, outlet_id, street, city, state, zip_code, _county, phone, meets, legal_basis,
     locale, population, expenditure, fate, successor_id, _name, _since) = entry.listing
    # fmt: on
    gone = entry.last_listed < fiscal_year
    return {
        "fscs_key": entry.fscs_key,
        "fscs_id": outlet_id or None,
        "name": system_name if entry.is_system else outlet_name,
        "system_name": system_name,
        "outlet_name": outlet_name or None,
        "outlet_type": ("CE" if outlet_id else None) if entry.is_system else entry.kind,
        "street": street,
        "city": city,
        "state": state,
        "zip": zip_code,
        "phone": read_phone(phone),
        "status": "no_longer_listed" if gone else _STATUS.get(entry.structure, "listed"),
        "meets_fscs_definition": meets,
        "legal_basis": legal_basis,
        "locale": locale,
        "population": _number(population),
        "operating_expenditure": _number(expenditure),
        "last_listed": entry.last_listed,
        "fate": (fate or None) if gone else None,
        "successor": _successor(entry.listing) if successor_id else None,
    }


def _successor(listing: Listing) -> Values:
    key = fscs_key_of(listing.successor_id)
    return {
        "fscs_key": key,
        "fscs_id": listing.successor_id if listing.successor_id != key else None,
        "name": listing.successor_name,
        "since": int(listing.successor_since),
    }


def _number(text: str) -> int | None:
    """A published number; None for a missing code, which is negative."""
    value = int(text)
    return value if value >= 0 else None


def _runner_up(other: Scored, first: Sequence[Scored], candidates: Sequence[Values]) -> Values:
    """The best of another system: one of the ``first``, whose values are ``candidates``, as a rule."""
    for one, values in zip(first, candidates, strict=True):
        if one is other:
            return values
    return _candidate(other)


def _candidate(scored: Scored) -> Values:
    entry = scored.entry
    system_name, outlet_name, outlet_id, _street, city, state = entry.listing[:6]
    bits = round(scored.bits, 2)
    return {
        "fscs_key": entry.fscs_key,
        "fscs_id": outlet_id or None,
        "name": system_name if entry.is_system else outlet_name,
        "city": city,
        "state": state,
        "bits": bits,
        "confidence": _probability_shown(bits),
    }


@lru_cache(maxsize=4096)
def _probability_shown(bits: float) -> float:
    return round(probability_of(bits), 6)


def _evidence(query: Query, scored: Scored, weights: Weights) -> list[Values]:
    """The comparisons behind a score: their bits sum to it."""
    entry, compared, applicant, bits = scored.entry, scored.compared, query.applicant, weights.bits
    name, address = compared.name, compared.address
    street, place, phone, together = compared.street, compared.place, compared.phone, compared.together
    state, fscs_id = compared.state, compared.fscs_id
    if address:
        _street, city, zip_code, listed_street = address
        listed_place = f"{city} {zip_code}".strip()
    else:
        listed_street, listed_place = entry.listing.street, ""
    words = " ".join(name.shared)
    applied_place = f"{applicant.city} {applicant.zip}".strip()
    phones = ", ".join(entry.phones)
    # fmt: off
    return [
        {"field": "prior", "level": "any_entry", "applied": "", "listed": "", "bits": weights.prior},
        {"field": "name", "level": name.level, "applied": applicant.name, "listed": name.listed.text,
         "bits": bits["name"][name.level]},
        {"field": "shared_words", "level": "term_frequency", "applied": "", "listed": words,
         "bits": round(weights.of_shared_words(name), 2)},
        {"field": "street", "level": street, "applied": applicant.street, "listed": listed_street,
         "bits": bits["street"][street]},
        {"field": "place", "level": place, "applied": applied_place, "listed": listed_place,
         "bits": bits["place"][place]},
        {"field": "phone", "level": phone, "applied": applicant.phone, "listed": phones,
         "bits": bits["phone"][phone]},
        {"field": "together", "level": together, "applied": "", "listed": "",
         "bits": bits["together"][together]},
        {"field": "state", "level": state, "applied": applicant.state or query.state, "listed": entry.state,
         "bits": bits["state"][state]},
        {"field": "fscs_id", "level": fscs_id, "applied": applicant.fscs_id,
         "listed": _ids_shown(query, entry), "bits": bits["fscs_id"][fscs_id]},
    ]
    # fmt: on


def _ids_shown(query: Query, entry: Entry) -> str:
    """The entry's id, and the former one that the applicant gave."""
    given = query.fscs_id
    if given is None or given.key == entry.fscs_key:
        return entry.id
    former = [one for one in entry.former_ids if fscs_key_of(one) == given.key]
    same = str(given)
    return f"{entry.id}, formerly {same if same in former else former[0]}" if former else entry.id
