"""The decision policy: thresholds and rules over comparisons, each rule with its reason code.

The numbers stand in ``policy.toml``. The first rule that applies decides; a rule that overrides the
score is always named among the reason codes.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from importlib import resources
from typing import Final

from library_validator.decisions.application import FieldProblem
from library_validator.decisions.decision import Answer
from library_validator.matching.match import Ranking, Scored
from library_validator.matching.normalize import FscsId
from library_validator.matching.query import Query
from library_validator.matching.words import AFFILIATES, LIBRARY_WORDS, OUT_OF_SCOPE
from library_validator.releases.records import Structure

# C_LEGBAS: run by a government or district, not by a nonprofit association (PLS element 201)
_GOVERNMENT: Final = frozenset({"CC", "CI", "CO", "LD", "MJ", "SD"})
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
    """An answer with its reason codes, the deciding one first.

    ``match`` is the entry that it names; ``about`` says for a code what its rule saw.
    """

    answer: Answer
    codes: tuple[str, ...]
    match: Scored | None = None
    about: Mapping[str, str] = field(default_factory=dict)


def decide(
    query: Query,
    ranking: Ranking,
    policy: Policy,
    problems: Sequence[FieldProblem] = (),
    *,
    known_key: bool = False,
) -> Verdict:
    """Judge one applicant. ``known_key``: the FSCS key that it gave stands in the registry."""
    verdict = _judge(query, ranking, policy, known_key=known_key)
    if not problems:
        return verdict
    unreadable = {"INVALID_FIELD": "; ".join(f"{problem.field} {problem.problem}" for problem in problems)}
    if verdict.answer is Answer.NOT_VALIDATED and query.name.tokens:
        return replace(
            verdict, codes=(*verdict.codes, "INVALID_FIELD"), about={**verdict.about, **unreadable}
        )
    codes = ("INVALID_FIELD", *(code for code in verdict.codes if code != "MATCH"))
    return Verdict(Answer.NEEDS_REVIEW, codes, verdict.match, {**verdict.about, **unreadable})


def _judge(query: Query, ranking: Ranking, policy: Policy, *, known_key: bool) -> Verdict:
    best = ranking.best or ranking.vanished_best
    affiliate = _affiliate(query, best, policy)
    if affiliate:
        return Verdict(Answer.NOT_VALIDATED, ("AFFILIATE",), about={"AFFILIATE": affiliate})
    verdict = _judge_listed(query, ranking, policy, known_key=known_key)
    if verdict.answer is Answer.VALIDATED or ranking.vanished_best is None:
        return verdict
    vanished = ranking.vanished_best
    better = ranking.best is None or vanished.bits > ranking.best.bits
    if better and _Evidence(query, vanished, policy).sufficient:
        about = {"NO_LONGER_LISTED": str(vanished.entry.last_listed)}
        return Verdict(Answer.NEEDS_REVIEW, ("NO_LONGER_LISTED",), vanished, about)
    return verdict


def _judge_listed(query: Query, ranking: Ranking, policy: Policy, *, known_key: bool) -> Verdict:
    """Judge against the entries of the newest release."""
    best = ranking.best
    if best is None:
        if _is_thin(query) and _says_library(query):
            return Verdict(Answer.NEEDS_REVIEW, ("TOO_LITTLE_GIVEN",))
        return Verdict(Answer.NOT_VALIDATED, ("NO_ENTRY",))
    evidence = _Evidence(query, best, policy)
    scope = _out_of_scope(query, best, policy)
    if scope:
        about = {"OUT_OF_SCOPE_KIND": scope}
        if evidence.located and evidence.named:
            return Verdict(Answer.NEEDS_REVIEW, ("OUT_OF_SCOPE_KIND",), best, about)
        return Verdict(Answer.NOT_VALIDATED, ("OUT_OF_SCOPE_KIND",), about=about)
    if best.compared.phone != "exact" and _association_of_government_library(query, best, policy):
        return Verdict(Answer.NEEDS_REVIEW, ("ASSOCIATION_OF_PUBLIC_LIBRARY",), best)
    if query.fscs_id is not None and known_key and _contradicts_id(query.fscs_id, best, evidence):
        about = {"FSCS_ID_CONTRADICTS": query.fscs_id.key}
        return Verdict(Answer.NEEDS_REVIEW, ("FSCS_ID_CONTRADICTS",), about=about)
    if best.compared.state == "different":
        return Verdict(Answer.NOT_VALIDATED, ("NAMESAKE_ELSEWHERE",))
    if evidence.sufficient and (best.bits >= policy.validate or evidence.overrides_score):
        if _kind_cues(query) and not evidence.located and best.compared.name.level != "exact":
            return Verdict(Answer.NEEDS_REVIEW, ("WEAK_EVIDENCE",), best)
        return _sufficient(ranking, best, policy)
    return _insufficient(best, evidence, policy)


def _sufficient(ranking: Ranking, best: Scored, policy: Policy) -> Verdict:
    status = status_codes(best)
    margin, other = ranking.margin, ranking.runner_up
    if margin is not None and other is not None and margin < policy.margin:
        about = {"TIE": f"{best.entry.fscs_key} and {other.entry.fscs_key}"}
        return Verdict(Answer.NEEDS_REVIEW, ("TIE", *status), best, about)
    if best.entry.structure in _CLOSED:
        return Verdict(Answer.NEEDS_REVIEW, ("PERMANENTLY_CLOSED",), best)
    renamed = ("OTHER_NAME_AT_SAME_PLACE",) if best.compared.name.level == "different" else ()
    return Verdict(Answer.VALIDATED, ("MATCH", *renamed, *status), best)


def _insufficient(best: Scored, evidence: _Evidence, policy: Policy) -> Verdict:
    supported = best.bits >= policy.review or evidence.thin or evidence.located or evidence.placed
    if evidence.plausible and supported:
        code = "TOO_LITTLE_GIVEN" if evidence.thin else evidence.weakness
        return Verdict(Answer.NEEDS_REVIEW, (code, *status_codes(best)), best)
    if best.compared.name.level == "place_only":
        return Verdict(Answer.NOT_VALIDATED, ("PLACE_NAME_ONLY",))
    return Verdict(Answer.NOT_VALIDATED, ("NO_ENTRY",))


class _Evidence:
    """What the comparisons with the best candidate amount to."""

    __slots__ = (
        "compared",
        "located",
        "named",
        "overrides_score",
        "placed",
        "plausible",
        "query",
        "sufficient",
        "thin",
    )

    def __init__(self, query: Query, best: Scored, policy: Policy) -> None:
        compared = best.compared
        self.query = query
        self.compared = compared
        phoned = compared.phone in policy.phone
        streeted = compared.street in policy.street
        self.placed = compared.place in policy.place
        self.located = (streeted and compared.place != "different") or phoned
        says_library = _says_library(query)
        level = compared.name.level
        kind_fits = says_library or not _lists_library(best)
        agreed = level in policy.enough_with_place and kind_fits
        akin = (level in policy.enough_with_location or level in policy.enough_with_place) and (
            compared.name.rarity > 3.0
        )
        same_spot = streeted and phoned and self.placed
        self.named = agreed or (akin and says_library)
        self.thin = _is_thin(query)
        identified = compared.fscs_id in ("exact", "other_outlet")
        their_phone = compared.phone == "exact" and self.placed
        distinct = level in policy.enough_with_place and compared.name.rarity > 5.0
        same_place = (same_spot or their_phone) and says_library
        self.overrides_score = same_place or (agreed and compared.phone == "exact")
        self.sufficient = (
            (agreed and (self.placed or phoned or identified))
            or (akin and says_library and self.located and (self.placed or phoned))
            or ((same_spot or their_phone) and (akin or level in policy.enough_with_place))
            or (distinct and streeted and self.placed)
            or (level == "applicant_shorter" and says_library and streeted and self.placed)
            or same_place
        )
        self.plausible = (
            self.named
            or same_spot
            or their_phone
            or (self.placed and (distinct or (says_library and level not in ("different", "place_only"))))
            or (self.located and (says_library or akin or level in ("separated", *policy.enough_with_place)))
        )

    @property
    def weakness(self) -> str:
        if not self.named:
            return "NAME_DIFFERS"
        if not self.placed and not self.located:
            return "PLACE_DIFFERS"
        return "WEAK_EVIDENCE"


def _is_thin(query: Query) -> bool:
    """Nothing but a name and perhaps a state was given."""
    return not (query.city or query.zip or query.phone or not query.street.is_empty)


def _says_library(query: Query) -> bool:
    return not LIBRARY_WORDS.isdisjoint(query.name.tokens)


def _lists_library(best: Scored) -> bool:
    return not LIBRARY_WORDS.isdisjoint(best.compared.name.listed.tokens)


def _borne_words(query: Query, best: Scored | None, policy: Policy) -> set[str]:
    """Words that do not speak against an applicant: its place's, and those that the entry bears itself.

    Only an entry that it may be can bear them for it: one of its place, or of its very name.
    """
    borne = set(query.place_words)
    if best is None:
        return borne
    compared = best.compared
    if compared.place in policy.place or compared.name.level in policy.enough_with_place:
        for name in (*best.entry.names, *best.entry.system_names):
            borne.update(name.tokens)
    return borne


def _affiliate(query: Query, best: Scored | None, policy: Policy) -> str:
    cues = AFFILIATES.intersection(query.name.tokens) - _borne_words(query, best, policy)
    return next(iter(sorted(cues)), "")


def _kind_cues(query: Query) -> set[str]:
    """Words of the name that say college, school, museum …, its place's words left out."""
    return (set(query.name.tokens) & OUT_OF_SCOPE.keys()) - query.place_words


def _out_of_scope(query: Query, best: Scored | None, policy: Policy) -> str:
    cues = _kind_cues(query) - _borne_words(query, best, policy)
    return OUT_OF_SCOPE[min(cues)] if cues else ""


def _association_of_government_library(query: Query, best: Scored, policy: Policy) -> bool:
    """An association that bears the name of a library that a government runs: not the same body."""
    return (
        "ASSOCIATION" in query.name.tokens
        and "ASSOCIATION" not in _borne_words(query, best, policy)
        and best.entry.listing.legal_basis in _GOVERNMENT
    )


def _contradicts_id(given: FscsId, best: Scored, evidence: _Evidence) -> bool:
    """Whether the FSCS id names another entry than name and place do.

    A state's own id (LIBID) that looks like another system's FSCS key does not contradict.
    """
    if best.entry.fscs_key != given.key:
        return not (best.entry.libid[:6] == given.key and evidence.sufficient)
    level = best.compared.name.level
    return level in ("different", "place_only", "separated") or (level == "partial" and not evidence.located)


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
