"""Compares an applicant's name with the names of an entry: the level, and the words that agree.

``tests/unit/matching/test_name_levels.py`` shows each level with examples.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, get_args

from library_validator.matching.names import Name
from library_validator.matching.similar_words import (
    drop_echoes,
    has_nothing_in_common,
    is_equal_when_joined,
    pair_similar,
)
from library_validator.matching.statistics import Statistics
from library_validator.matching.words import GOVERNMENTS, SEPARATORS
from library_validator.terms import NameLevel

_KINDS: Final = GOVERNMENTS | {"TOWN", "VILLAGE", "DISTRICT"}
_WHOLE: Final[frozenset[NameLevel]] = frozenset(("exact", "same_words", "typing_differences"))
_NAME_RANK: Final[Mapping[NameLevel, int]] = {
    level: rank
    for rank, level in enumerate(get_args(NameLevel))  # best first
}
_SEPARATED: Final = _NAME_RANK["separated"]
_NOTHING: Final[frozenset[str]] = frozenset()
_CITY: Final = frozenset(["CITY"])


@dataclass(slots=True)  # not frozen: README.md says why
class NameAgreement:
    """How two names agree.

    ``shared`` are the distinguishing words that both names have, similar words included. ``rarity`` is their
    term-frequency weight in bits.
    """

    level: Final[NameLevel]
    shared: Final[tuple[str, ...]]
    rarity: Final[float]
    listed: Final[Name]
    of_system: Final[bool] = False  # the listed name is the name of the outlet's system


class NameComparer:
    """Compares the name of one applicant with the names of entries, one entry after another.

    It remembers listed names that have nothing in common with the applicant's name, because the branches of
    a system share the system's name.
    """

    __slots__ = (
        "_make_parts",
        "_name",
        "_nothing_in_common",
        "_parts",
        "_place_words",
        "_statistics",
        "_unknown",
    )

    def __init__(
        self,
        name: Name,
        unknown_words: frozenset[str],
        place_words: frozenset[str],
        statistics: Statistics,
        make_parts: Callable[[], Sequence[NameComparer]] = tuple,
    ) -> None:
        """``place_words`` are words of the applicant's city and state. No entry has the ``unknown_words``.

        ``make_parts`` makes a comparer for each name within the applicant's name; it is called at most once.
        """
        self._name = name
        self._unknown = unknown_words
        self._place_words = place_words
        self._statistics = statistics
        self._make_parts = make_parts
        self._parts: Sequence[NameComparer] | None = None
        self._nothing_in_common: dict[
            str, bool
        ] = {}  # text of a listed name -> whether it has nothing in common

    def may_match(self, names: Sequence[Name], system_names: Sequence[Name]) -> bool:
        """A quick check: whether any name of an entry has a word in common with the applicant's name."""
        return not all(map(self._has_nothing_in_common_with, (*names, *system_names)))

    def compare(
        self,
        names: Sequence[Name],
        system_names: Sequence[Name],
        place_words: frozenset[str] | None,
        state: str,
        *,
        is_system: bool,
    ) -> NameAgreement:
        """The best agreement with any name of an entry.

        ``place_words``: the words of the entry's place; None if the applicant is at another place.
        """
        text = self._name.text
        for listed_names, of_system in ((names, False), (system_names, True)):
            for listed in listed_names:
                if listed.text == text:
                    agreed = listed.core or listed.tokens
                    rarity = _rarity_of(
                        agreed, self._words_of_both_places(place_words, state), self._statistics
                    )
                    return NameAgreement("exact", agreed, rarity, listed, of_system)
        best = self._best_agreement(names, system_names, place_words, state)
        if best is None:
            return NameAgreement("different", (), 0.0, self._name)
        if best.level not in _WHOLE:
            for part in self._comparers_of_parts():
                found = part.compare(names, system_names, place_words, state, is_system=is_system)
                if found.shared and found.level in _WHOLE and _is_better(found, best):
                    best = found
        may_separate = is_system and _NAME_RANK[best.level] < _SEPARATED
        if may_separate and _has_other_government(self._name, best.listed, names[0]):
            return replace(best, level="separated")
        return best

    def _best_agreement(
        self,
        names: Sequence[Name],
        system_names: Sequence[Name],
        place_words: frozenset[str] | None,
        state: str,
    ) -> NameAgreement | None:
        """The best agreement, if no listed name is the applicant's exact name."""
        best: NameAgreement | None = None
        place: frozenset[str] | None = None
        nothing_in_common = self._nothing_in_common
        for listed_names, of_system in ((names, False), (system_names, True)):
            for listed in listed_names:
                known = nothing_in_common.get(listed.text)
                if known or (known is None and self._has_nothing_in_common_with(listed)):
                    best = best or NameAgreement("different", (), 0.0, listed, of_system)
                    continue
                if place is None:
                    place = self._words_of_both_places(place_words, state)
                found = self.compare_with(listed, place, of_system=of_system)
                if best is None or _is_better(found, best):
                    best = found
        return best

    def compare_with(self, listed: Name, place: frozenset[str], *, of_system: bool = False) -> NameAgreement:
        """The agreement with a listed name that may share a word with the applicant's name.

        ``place``: the words of the applicant's place and the entry's place.
        """
        applied = self._name
        if not applied.core:
            agreed = tuple([word for word in applied.tokens if word in listed.tokens])
            level: NameLevel = "applicant_shorter" if agreed else "different"
            return NameAgreement(level, agreed, 0.0, listed, of_system)
        if (
            not listed.core
            and place.issuperset(applied.core)
            and set(applied.tokens) - place == set(listed.tokens)
        ):
            return NameAgreement("typing_differences", listed.tokens, 0.0, listed, of_system)
        shared = [word for word in listed.core if word in applied.core_words]
        only_applied = [word for word in applied.core if word not in listed.core_words]
        only_listed = [word for word in listed.core if word not in applied.core_words]
        unknown = self._unknown
        if only_applied and only_listed:
            shared += pair_similar(only_applied, only_listed, unknown)
            if is_equal_when_joined(only_applied, only_listed):
                shared += only_listed
                only_applied, only_listed = [], []
        if not shared:
            return NameAgreement("different", (), 0.0, listed, of_system)
        if not unknown.isdisjoint(only_applied):
            drop_echoes(only_applied, unknown, (*listed.core, *place))
        agreed = tuple(shared)
        level = _name_level(applied, listed, agreed, only_applied, only_listed, place, of_system=of_system)
        return NameAgreement(level, agreed, _rarity_of(agreed, place, self._statistics), listed, of_system)

    def _has_nothing_in_common_with(self, listed: Name) -> bool:
        """Whether the names have no equal or similar distinguishing word; most pairs have none."""
        known = self._nothing_in_common.get(listed.text)
        if known is None:
            known = has_nothing_in_common(self._name, self._unknown, listed)
            self._nothing_in_common[listed.text] = known
        return known

    def _words_of_both_places(self, place_words: frozenset[str] | None, state: str) -> frozenset[str]:
        """Words that repeat the address: in a name, they are neither an agreement nor a difference.

        If applicant and entry are at different places, the names of the places do distinguish them.
        """
        return frozenset((state,)) if place_words is None else self._place_words | place_words

    def _comparers_of_parts(self) -> Sequence[NameComparer]:
        if self._parts is None:
            self._parts = self._make_parts()
        return self._parts


def _has_other_government(applied: Name, agreed: Name, system: Name) -> bool:
    """Whether the names of applicant and system have different kinds of government.

    The central library of Briar County may be in Briar City and be called just Briar: it belongs to the
    county.
    """
    if _KINDS.isdisjoint(applied.tokens):
        return False
    claimed = _KINDS.intersection(applied.tokens).difference(agreed.tokens)
    own = _KINDS.intersection(system.tokens)
    return bool(claimed and own and own.isdisjoint(applied.tokens))


def _is_better(found: NameAgreement, best: NameAgreement) -> bool:
    rank, best_rank = _NAME_RANK[found.level], _NAME_RANK[best.level]
    return rank < best_rank or (rank == best_rank and found.rarity > best.rarity)


def _name_level(
    applied: Name,
    listed: Name,
    shared: tuple[str, ...],
    only_applied: list[str],
    only_listed: list[str],
    place: frozenset[str],
    *,
    of_system: bool,
) -> NameLevel:
    """The level of two names that share the words ``shared``, and differ in words that only one name has."""
    extra = [word for word in only_applied if word not in place]
    missing = [word for word in only_listed if word not in place]
    if (extra or missing) and SEPARATORS.issuperset(shared):
        return "different"
    separating = _separating_words(applied, listed, only_applied, only_listed, place)
    if of_system:
        # An outlet may add its part of town to the name of its system: a direction does not separate them.
        separating &= GOVERNMENTS
    if separating:
        if separating.issuperset(extra) and separating.issuperset(missing):
            return "separated"
        return "place_only" if place.issuperset(shared) else "partial"
    is_longer = bool(extra) and extra != ["CITY"]
    is_shorter = bool(missing) and missing != ["CITY"]
    if not is_longer:
        if is_shorter:
            return "applicant_shorter"
        is_mistyped = only_applied or only_listed or not applied.core_words.issuperset(shared)
        return "typing_differences" if is_mistyped else "same_words"
    if place.issuperset(shared):
        return "place_only"
    return "partial" if is_shorter else "applicant_longer"


def _separating_words(
    applied: Name, listed: Name, only_applied: list[str], only_listed: list[str], place: frozenset[str]
) -> frozenset[str]:
    """Words that distinguish neighbours, such as NORTH or COUNTY, that are in one name and not in the other.

    ``CITY`` alone does not distinguish (a town writes itself ``City of Eagle Public Library``), unless the
    other name has another kind of government.
    """
    if applied.separators == listed.separators:
        return _NOTHING
    separating = (applied.separators ^ listed.separators).intersection((*only_applied, *only_listed))
    if not separating or separating == _CITY:
        return _NOTHING
    return (separating & GOVERNMENTS) | (separating - place)


def _rarity_of(words: tuple[str, ...], place: frozenset[str], statistics: Statistics) -> float:
    """Bits of the shared words. A word of the place counts a quarter, because the address counts it too."""
    rarity = 0.0
    for word in words:
        bits = statistics.bits(word)
        rarity += bits * 0.25 if word in place else bits
    return rarity
