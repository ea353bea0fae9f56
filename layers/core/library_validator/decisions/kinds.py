"""What an applicant's name says that it is: a library, or something beside one.

A word speaks against an applicant only where the entry that it may be does not have it: some libraries are
colleges', schools', museums' or associations' by name. No list of such words is complete, and none has to be:
nobody is validated with a word that nothing explains (``explained_name``). A word of these lists makes an
answer out of what would be a question to a person.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from library_validator.decisions.evidence import Evidence
from library_validator.decisions.explained_name import GOVERNMENTAL
from library_validator.decisions.policy_file import Policy
from library_validator.matching.match import Scored
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
_OF_WIDER_AREAS: Final = frozenset({"COUNTY", "PARISH", "TOWNSHIP", "BOROUGH"})  # not named after the town
_GOVERNMENT_WORDS: Final = GOVERNMENT_OF_PLACE | {"GOVERNMENT", "COUNCIL", "CHARTER", "METROPOLITAN", "METRO"}
_BODIES: Final = _HOSTS | _GOVERNMENT_WORDS
_STATE_WORDS: Final = frozenset(
    word for name, code in STATE_CODES.items() for word in (*name.split(), code)
) - {"DISTRICT"}


def _words_against(
    words: frozenset[str], query: Query, best: Scored | None, policy: Policy
) -> frozenset[str]:
    """Those of some words that speak against an applicant: not its place's, and not the entry's.

    Only an entry that it may be can have them for it: one of its place, or of its very name.
    """
    left = words - query.place_words
    if left and best is not None:
        compared = best.compared
        if compared.place in policy.place or compared.name.level in policy.enough_with_place:
            for name in (*best.entry.names, *best.entry.system_names):
                left = left.difference(name.tokens)
    return left


def affiliate_word(query: Query, best: Scored | None, policy: Policy) -> str:
    """The word by which a name says that it supports a library, or nothing."""
    if AFFILIATES.isdisjoint(query.name.tokens):
        return ""
    cues = AFFILIATES.intersection(query.name.tokens).difference(_words_before_building(query))
    supports = bool(query.head.tokens) and AFFILIATES.issuperset(query.head.tokens)
    if (supports or not query.says_library) and best and best.compared.name.level != "exact":
        return min(cues, default="")  # "Friends of X Library" is not "Friends Free Library of X"
    return min(_words_against(cues, query, best, policy), default="")


def _words_before_building(query: Query) -> frozenset[str]:
    """Words that name a building: the foundation of ``Foundation Hall`` is none."""
    tokens = query.name.tokens
    return frozenset(word for word, following in pairwise(tokens) if following in BUILDINGS)


def body_of_library(query: Query, best: Scored, policy: Policy) -> str:
    """The head of "X of the Y Library", where X is neither a library nor a government of the place."""
    head = query.head.tokens
    if not head or not query.says_library or not _OF_LIBRARIES.isdisjoint(head):
        return ""
    if best.compared.name.level in policy.enough_with_place:
        return ""  # every word of the name is the entry's, mistyped perhaps
    words = frozenset(head)
    return " ".join(head) if _words_against(words, query, best, policy) == words else ""


def is_government(query: Query) -> bool:
    """Whether the name is ``City of X``: a place, the word for its government, and nothing else."""
    tokens = query.name.tokens
    if query.says_library or _GOVERNMENT_WORDS.isdisjoint(tokens) or "PUBLIC" in tokens:
        return False
    words = frozenset(tokens)
    governments = words & _GOVERNMENT_WORDS
    if governments.issubset(query.place_words) and tokens[0] not in GOVERNMENT_OF_PLACE:
        return False  # Garden City
    rest = words - _GOVERNMENT_WORDS - _STATE_WORDS - query.place_words - LEGAL_FORMS - PARTICLES
    return len(rest) < (2 if governments & _OF_WIDER_AREAS else 1)


def has_host_word(query: Query, left: Sequence[str]) -> bool:
    """Whether a word that nothing explains says government, building, school …: what may house a library."""
    tokens = {token for word in left for token in (word, *NAME_WORDS.get(word, ()))}
    return not tokens.isdisjoint(_HOSTS - query.place_words)


def is_listed_body_name(evidence: Evidence) -> bool:
    """Whether an applicant of the entry's town has its whole name, and no other word for a body.

    ``Delhi Township`` is the name of a branch too. ``City of Delhi`` is how a government writes itself.
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
    """Words of the name that say college, school, museum …, its place's words left out."""
    if _OTHER_KINDS.isdisjoint(query.name.tokens):
        return _NONE
    return _OTHER_KINDS.intersection(query.name.tokens).difference(query.place_words)


def other_kind_word(evidence: Evidence) -> str:
    """The word by which a name says that it is another kind of body than a public library, or nothing.

    A word of a name that is listed in the applicant's town, and that it gives whole, says nothing.
    """
    query, policy = evidence.query, evidence.policy
    cues = other_kind_words(query)
    if not cues:
        return ""
    cues = _words_against(cues, query, evidence.best, policy)
    for one in evidence.ranking.scored if cues else ():
        is_there = one.compared.place in policy.place
        if is_there and query.name.core_words.issuperset(one.compared.name.listed.core):
            cues = _words_against(cues, query, one, policy)
    return min(cues, default="")


def has_library_part(evidence: Evidence) -> bool:
    """Whether a part of the name is the entry's: ``Alder Library & Museum``, ``Alder Library/Elm School``."""
    parts = parts_of(evidence.query.written, at_and=True)
    if len(parts) < 2:
        return False
    for part in parts:
        if len(part.split()) > 1:
            name = evidence.explained(part)
            if name.says_library and not (name.unexplained or name.is_generic):
                return True
    return False


def is_association_of_government_library(query: Query, best: Scored, policy: Policy) -> bool:
    """An association that has the name of a library that a government runs: not the same body."""
    return (
        "ASSOCIATION" in query.name.tokens
        and best.entry.listing.legal_basis in GOVERNMENTAL
        and bool(_words_against(_ASSOCIATION, query, best, policy))
    )


def is_library_by_name(query: Query) -> bool:
    """Whether the name says library, and no other kind of body."""
    return not SAYS_LIBRARY.isdisjoint(query.name.tokens) and not other_kind_words(query)
