"""The decision policy: thresholds and rules over comparisons, each rule with its reason code.

The numbers stand in ``policy.toml``. The first rule that applies decides; a rule that overrides the
score is always named among the reason codes.
"""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Final

from library_validator.decisions.application import FieldProblem
from library_validator.decisions.decision import Answer
from library_validator.matching.match import Ranking, Scored
from library_validator.matching.query import Query
from library_validator.matching.words import AFFILIATES, LIBRARY_WORDS, OUT_OF_SCOPE
from library_validator.releases.records import Structure

_CLOSED: Final = frozenset({Structure.CLOSED, Structure.DELETED_INCORRECT})


@dataclass(frozen=True, slots=True)
class Policy:
    """The readable numbers of ``policy.toml``."""

    version: str
    validate: float
    review: float
    margin: float
    enough_with_place: frozenset[str]
    enough_with_location: frozenset[str]
    street: frozenset[str]
    phone: frozenset[str]
    place: frozenset[str]


@lru_cache(maxsize=1)
def load_policy() -> Policy:
    body = tomllib.loads(resources.files(__package__).joinpath("policy.toml").read_text("utf-8"))
    return Policy(
        version=body["version"],
        **body["thresholds"],
        enough_with_place=frozenset(body["names"]["enough_with_place"]),
        enough_with_location=frozenset(body["names"]["enough_with_location"]),
        street=frozenset(body["location"]["street"]),
        phone=frozenset(body["location"]["phone"]),
        place=frozenset(body["location"]["place"]),
    )


@dataclass(frozen=True, slots=True)
class Verdict:
    """An answer with its reason codes, the deciding one first, and whether it names a match."""

    answer: Answer
    codes: tuple[str, ...]
    matched: bool


def decide(
    query: Query,
    ranking: Ranking,
    policy: Policy,
    problems: Sequence[FieldProblem] = (),
    known_key: bool = False,
) -> Verdict:
    """Judge one applicant. ``known_key``: the FSCS key that it gave stands in the registry."""
    if problems and not query.name.tokens:
        return Verdict(Answer.NEEDS_REVIEW, ("INVALID_FIELD",), matched=False)
    best = ranking.best
    notes = ("INVALID_FIELD",) if problems else ()
    kind = _affiliate(query, best)
    if kind:
        return Verdict(Answer.NOT_VALIDATED, ("AFFILIATE", *notes), matched=False)
    if best is None:
        return _without_candidate(query, notes)
    evidence = _Evidence(query, best, policy)
    scope = _out_of_scope(query, best)
    if scope:
        if evidence.located and evidence.named:
            return Verdict(Answer.NEEDS_REVIEW, ("OUT_OF_SCOPE_KIND", *notes), matched=True)
        return Verdict(Answer.NOT_VALIDATED, ("OUT_OF_SCOPE_KIND", *notes), matched=False)
    contradiction = _contradicted_id(query, ranking, evidence, policy, known_key)
    if contradiction:
        return Verdict(Answer.NEEDS_REVIEW, (contradiction, *notes), matched=False)
    if best.compared.state == "different":
        return Verdict(Answer.NOT_VALIDATED, ("NAMESAKE_ELSEWHERE", *notes), matched=False)
    return _on_evidence(query, ranking, best, evidence, policy, notes)


def _without_candidate(query: Query, notes: tuple[str, ...]) -> Verdict:
    thin = not (query.state and (query.city or query.zip or query.phone or not query.street.is_empty))
    if thin and _says_library(query):
        return Verdict(Answer.NEEDS_REVIEW, ("TOO_LITTLE_GIVEN", *notes), matched=False)
    return Verdict(Answer.NOT_VALIDATED, ("NO_ENTRY", *notes), matched=False)


def _on_evidence(
    query: Query, ranking: Ranking, best: Scored, evidence: _Evidence, policy: Policy, notes: tuple[str, ...]
) -> Verdict:
    status = status_codes(best)
    if best.bits >= policy.validate and evidence.sufficient:
        margin = ranking.margin
        if margin is not None and margin < policy.margin:
            return Verdict(Answer.NEEDS_REVIEW, ("TIE", *status, *notes), matched=True)
        if best.entry.structure in _CLOSED:
            return Verdict(Answer.NEEDS_REVIEW, ("PERMANENTLY_CLOSED", *notes), matched=True)
        if notes:
            return Verdict(Answer.NEEDS_REVIEW, notes, matched=True)
        return Verdict(Answer.VALIDATED, ("MATCH", *status), matched=True)
    plausible = evidence.named or (evidence.located and _says_library(query))
    if plausible and (best.bits >= policy.review or evidence.thin):
        code = "TOO_LITTLE_GIVEN" if evidence.thin else evidence.weakness
        return Verdict(Answer.NEEDS_REVIEW, (code, *status, *notes), matched=True)
    if best.bits >= policy.review and not evidence.named and evidence.compared.name.level == "place_only":
        return Verdict(Answer.NOT_VALIDATED, ("PLACE_NAME_ONLY", *notes), matched=False)
    return Verdict(Answer.NOT_VALIDATED, ("NO_ENTRY", *notes), matched=False)


class _Evidence:
    """What the comparisons with the best candidate amount to."""

    __slots__ = ("compared", "located", "named", "placed", "query", "sufficient", "thin")

    def __init__(self, query: Query, best: Scored, policy: Policy) -> None:
        compared = best.compared
        self.query = query
        self.compared = compared
        phoned = compared.phone in policy.phone
        streeted = compared.street in policy.street
        self.placed = compared.place in policy.place
        self.located = (streeted and compared.place != "different") or phoned
        agreed = compared.name.level in policy.enough_with_place
        akin = compared.name.level in policy.enough_with_location
        self.named = (agreed or (akin and compared.name.rarity > 3.0)) and (
            _says_library(query) or agreed
        )
        self.thin = not (query.city or query.zip or query.phone or not query.street.is_empty)
        identified = compared.fscs_id in ("exact", "other_outlet")
        self.sufficient = (
            (agreed and (self.placed or phoned or identified))
            or (akin and self.named and self.located and (self.placed or phoned))
            or (streeted and phoned and self.placed and _says_library(query))
        )

    @property
    def weakness(self) -> str:
        if not self.named:
            return "NAME_DIFFERS"
        if not self.placed and not self.located:
            return "PLACE_DIFFERS"
        return "WEAK_EVIDENCE"


def _says_library(query: Query) -> bool:
    return not LIBRARY_WORDS.isdisjoint(query.name.tokens)


def _borne_words(query: Query, best: Scored | None) -> set[str]:
    """Words that do not speak against an applicant: its place's, and those that the entry bears itself."""
    borne = set(query.place_words)
    if best is not None:
        for name in (*best.entry.names, *best.entry.system_names):
            borne.update(name.tokens)
    return borne


def _affiliate(query: Query, best: Scored | None) -> str:
    cues = AFFILIATES.intersection(query.name.tokens) - _borne_words(query, best)
    return next(iter(sorted(cues)), "")


def _out_of_scope(query: Query, best: Scored | None) -> str:
    cues = set(query.name.tokens) & OUT_OF_SCOPE.keys()
    cues -= _borne_words(query, best)
    return OUT_OF_SCOPE[min(cues)] if cues else ""


def _contradicted_id(
    query: Query, ranking: Ranking, evidence: _Evidence, policy: Policy, known_key: bool
) -> str:
    """An FSCS id that names another entry than name and place do."""
    given, best = query.fscs_id, ranking.best
    if given is None or best is None or not known_key:
        return ""
    if best.entry.fscs_key != given.key:
        if best.entry.libid[:6] == given.key and evidence.sufficient:
            return ""
        return "FSCS_ID_CONTRADICTS"
    compared = best.compared
    if compared.name.level in ("different", "place_only", "separated"):
        return "FSCS_ID_CONTRADICTS"
    if compared.name.level == "partial" and not evidence.located:
        return "FSCS_ID_CONTRADICTS"
    return ""


def status_codes(best: Scored) -> tuple[str, ...]:
    """Reason codes of a listed entry's status: informative, they do not decide."""
    codes = {
        Structure.TEMPORARILY_CLOSED: "LISTED_TEMPORARILY_CLOSED",
        Structure.NON_RESPONDENT: "LISTED_NON_RESPONDENT",
    }
    found = [codes[Structure(best.entry.structure)]] if best.entry.structure in codes else []
    if best.entry.listing.meets_fscs_definition == "N":
        found.append("LISTED_NOT_FSCS_DEFINITION")
    return tuple(found)
