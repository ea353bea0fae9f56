"""The kind of body that an applicant's name says: a library, its Friends, a government, a school.

A word is an objection only if the entry's name does not have it: some libraries have college, school, museum
or association in their names. The lists of words need not be complete, because an applicant with any
unexplained word goes to a person (``explained_name``). An applicant with a word of a list is rejected at
once.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from library_validator.decisions.evidence import Evidence
from library_validator.decisions.explained_name import GOVERNMENTAL
from library_validator.decisions.policy_file import Policy
from library_validator.matching.match import ScoredCandidate
from library_validator.matching.query import Query
from library_validator.matching.wording import parts_of
from library_validator.matching.words import (
    AFFILIATES,
    BUILDINGS,
    GENERIC,
    GOVERNMENT_OF_PLACE,
    GOVERNMENTS,
    HOSTS,
    LEGAL_FORMS,
    LIBRARY_WORDS,
    NAME_WORDS,
    OUT_OF_SCOPE,
    PARTICLES,
    SAYS_LIBRARY,
    STATE_CODES,
)

_OTHER_KINDS: Final = frozenset(OUT_OF_SCOPE)
_NONE: Final[frozenset[str]] = frozenset()
_ASSOCIATION: Final = frozenset({"ASSOCIATION"})
_OF_LIBRARIES: Final = LIBRARY_WORDS | GENERIC | GOVERNMENTS
_HOSTS: Final = HOSTS | BUILDINGS | _OTHER_KINDS
_OF_WIDER_AREAS: Final = frozenset({"COUNTY", "PARISH", "TOWNSHIP", "BOROUGH"})  # larger than a town
_GOVERNMENT_WORDS: Final = GOVERNMENT_OF_PLACE | {"GOVERNMENT", "COUNCIL", "CHARTER", "METROPOLITAN", "METRO"}
_BODIES: Final = _HOSTS | _GOVERNMENT_WORDS
_STATE_WORDS: Final = frozenset(
    word for name, code in STATE_CODES.items() for word in (*name.split(), code)
) - {"DISTRICT"}


def _words_against(
    words: frozenset[str], query: Query, best: ScoredCandidate | None, policy: Policy
) -> frozenset[str]:
    """The words that are neither in the name of the applicant's place nor in the entry's name.

    The entry's words count only if the entry is at the applicant's place or has its whole name.
    """
    left = words - query.place_words
    if left and best is not None:
        compared = best.compared
        if compared.place in policy.place or compared.name.level in policy.enough_with_place:
            for name in (*best.entry.names, *best.entry.system_names):
                left = left.difference(name.tokens)
    return left


def affiliate_word(query: Query, best: ScoredCandidate | None, policy: Policy) -> str:
    """The word that says that the body supports a library, such as Friends, or empty text."""
    if AFFILIATES.isdisjoint(query.name.tokens):
        return ""
    cues = AFFILIATES.intersection(query.name.tokens).difference(_words_before_building(query))
    supports = bool(query.head.tokens) and AFFILIATES.issuperset(query.head.tokens)
    if (supports or not query.says_library) and best and best.compared.name.level != "exact":
        return min(cues, default="")  # "Friends of Alder Library" is not "Friends Free Library of Alder"
    return min(_words_against(cues, query, best, policy), default="")


def _words_before_building(query: Query) -> frozenset[str]:
    """Words before a word for a building: ``Foundation Hall`` is not a foundation."""
    tokens = query.name.tokens
    return frozenset(word for word, following in pairwise(tokens) if following in BUILDINGS)


def body_of_library(query: Query, best: ScoredCandidate, policy: Policy) -> str:
    """The body in a name such as ``Trust of the Alder Library``: ``TRUST``; empty: there is none."""
    head = query.head.tokens
    if not head or not query.says_library or not _OF_LIBRARIES.isdisjoint(head):
        return ""
    if best.compared.name.level in policy.enough_with_place:
        return ""  # every word is in the entry's name, perhaps mistyped
    words = frozenset(head)
    return " ".join(head) if _words_against(words, query, best, policy) == words else ""


def is_government(query: Query) -> bool:
    """Whether the name is a place and the word for its government, and nothing else: ``City of Alder``."""
    tokens = query.name.tokens
    if query.says_library or _GOVERNMENT_WORDS.isdisjoint(tokens) or "PUBLIC" in tokens:
        return False
    words = frozenset(tokens)
    governments = words & _GOVERNMENT_WORDS
    if governments.issubset(query.place_words) and tokens[0] not in GOVERNMENT_OF_PLACE:
        return False  # ``Garden City`` is a town
    rest = words - _GOVERNMENT_WORDS - _STATE_WORDS - query.place_words - LEGAL_FORMS - PARTICLES
    return len(rest) < (2 if governments & _OF_WIDER_AREAS else 1)


def has_host_word(query: Query, left: Sequence[str]) -> bool:
    """Whether one of the words says government, building or school: a body that may house a library."""
    tokens = {token for word in left for token in (word, *NAME_WORDS.get(word, ()))}
    return not tokens.isdisjoint(_HOSTS - query.place_words)


def is_listed_body_name(evidence: Evidence) -> bool:
    """Whether an applicant of the entry's town gives its whole name, and no other word for a body.

    ``Delhi Township`` is the listed name of a branch. ``City of Delhi`` is the name of a government.
    """
    compared, tokens = evidence.best.compared, evidence.query.name.tokens
    listed = compared.name.listed.tokens
    if not evidence.place_agrees or compared.name.level not in evidence.policy.enough_with_place:
        return False
    if evidence.query.head.tokens or len(listed) > len(tokens):
        return False
    bodies = _BODIES.intersection(tokens)
    return bool(bodies) and bodies.issubset(listed)


def other_kind_words(query: Query) -> frozenset[str]:
    """Words of the name that say college, school, museum …, without the words of its place."""
    if _OTHER_KINDS.isdisjoint(query.name.tokens):
        return _NONE
    return _OTHER_KINDS.intersection(query.name.tokens).difference(query.place_words)


def other_kind_word(evidence: Evidence) -> str:
    """The word that says another kind of body than a public library, such as Museum, or empty text.

    A word does not count if a name listed in the applicant's town has it, and the applicant gives all of it.
    """
    query, policy = evidence.query, evidence.policy
    cues = other_kind_words(query)
    if not cues:
        return ""
    cues = _words_against(cues, query, evidence.best, policy)
    for candidate in evidence.ranking.scored if cues else ():
        is_there = candidate.compared.place in policy.place
        if is_there and query.name.core_words.issuperset(candidate.compared.name.listed.core):
            cues = _words_against(cues, query, candidate, policy)
    return min(cues, default="")


def has_library_part(evidence: Evidence) -> bool:
    """Whether a part of the name is a library's: ``Alder Library & Museum``, ``Alder Library/Elm School``."""
    parts = parts_of(evidence.query.written, at_and=True)
    if len(parts) < 2:
        return False
    for part in parts:
        if len(part.split()) > 1:
            name = evidence.explain_name(part)
            if name.says_library and not (name.unexplained or name.is_generic):
                return True
    return False


def is_association_of_government_library(query: Query, best: ScoredCandidate, policy: Policy) -> bool:
    """Whether an association has the name of a library that a government runs: it may be another body."""
    return (
        "ASSOCIATION" in query.name.tokens
        and best.entry.listing.legal_basis in GOVERNMENTAL
        and bool(_words_against(_ASSOCIATION, query, best, policy))
    )


def is_library_by_name(query: Query) -> bool:
    """Whether the name says library and no other kind of body."""
    return not SAYS_LIBRARY.isdisjoint(query.name.tokens) and not other_kind_words(query)
