"""What an applicant's name says that it is: a library, or something beside one.

A word speaks against an applicant only where the entry that it may be does not bear it: some libraries
are colleges', schools', museums' or associations' by name.
"""

from __future__ import annotations

from typing import Final

from library_validator.decisions.evidence import lists_library
from library_validator.decisions.policy_file import Policy
from library_validator.matching.match import Scored
from library_validator.matching.query import Query
from library_validator.matching.words import (
    AFFILIATES,
    GENERIC,
    GOVERNMENTS,
    HOSTS,
    LIBRARY_WORDS,
    OUT_OF_SCOPE,
)

# C_LEGBAS: run by a government or district, not by a nonprofit association (PLS element 201)
_GOVERNMENT: Final = frozenset({"CC", "CI", "CO", "LD", "MJ", "SD"})
_OTHER_KINDS: Final = frozenset(OUT_OF_SCOPE)
_NONE: Final[frozenset[str]] = frozenset()
_OF_LIBRARIES: Final = LIBRARY_WORDS | GENERIC | GOVERNMENTS


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


def affiliate_word(query: Query, best: Scored | None, policy: Policy) -> str:
    """The word by which a name says that it supports a library, or nothing."""
    if AFFILIATES.isdisjoint(query.name.tokens):
        return ""
    cues = AFFILIATES.intersection(query.name.tokens)
    supports = bool(query.head.tokens) and AFFILIATES.issuperset(query.head.tokens)
    borne = _borne_words(query, best, policy)
    if (supports or not query.says_library) and best and best.compared.name.level != "exact":
        borne -= AFFILIATES  # "Friends of X Library" is not "Friends Free Library of X"
    return min(cues - borne, default="")


def body_beside_library(query: Query, best: Scored, policy: Policy) -> str:
    """The head of "X of the Y Library", where X is neither a library nor a government of the place."""
    head = query.head.tokens
    if not head or not query.says_library or not _OF_LIBRARIES.isdisjoint(head):
        return ""
    if best.compared.name.level in policy.enough_with_place:
        return ""  # every word of the name is the entry's, mistyped perhaps
    return " ".join(head) if _borne_words(query, best, policy).isdisjoint(head) else ""


def is_host(query: Query, best: Scored) -> bool:
    """Whether the name is that of a city, county or college itself, and the entry's is that of a library."""
    if query.says_library or not lists_library(best):
        return False
    # a branch may be called Forest City; Briar County Library is called after the county that runs it
    borne = () if best.entry.is_system else best.compared.name.listed.tokens
    return not HOSTS.isdisjoint(set(query.name.tokens).difference(query.place_words, borne))


def kind_words(query: Query) -> frozenset[str]:
    """Words of the name that say college, school, museum …, its place's words left out."""
    if _OTHER_KINDS.isdisjoint(query.name.tokens):
        return _NONE
    return _OTHER_KINDS.intersection(query.name.tokens).difference(query.place_words)


def other_kind(query: Query, best: Scored | None, policy: Policy) -> str:
    """The kind of organization that a name says it is, other than a public library, or nothing."""
    cues = kind_words(query)
    if not cues:
        return ""
    cues -= _borne_words(query, best, policy)
    return OUT_OF_SCOPE[min(cues)] if cues else ""


def is_association_of_government_library(query: Query, best: Scored, policy: Policy) -> bool:
    """An association that bears the name of a library that a government runs: not the same body."""
    return (
        "ASSOCIATION" in query.name.tokens
        and "ASSOCIATION" not in _borne_words(query, best, policy)
        and best.entry.listing.legal_basis in _GOVERNMENT
    )
