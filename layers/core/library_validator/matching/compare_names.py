"""An applicant's name against an entry's: at which level they agree, and in which words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, get_args

from rapidfuzz.distance import OSA

from library_validator.matching.entries import Entry
from library_validator.matching.names import Name
from library_validator.matching.query import Query
from library_validator.matching.statistics import Statistics
from library_validator.matching.words import GOVERNMENTS, SEPARATORS
from library_validator.terms import NameLevel

_SHORT_WORD: Final = 3
_LONG_WORD: Final = 6
_SHORTEST_CUT: Final = 5
_MOST_SLIPS: Final = 3
_KINDS: Final = GOVERNMENTS | {"TOWN", "VILLAGE", "DISTRICT"}


@dataclass(slots=True)  # final and not frozen, as names are
class NameAgreement:
    """How two names agree.

    ``shared`` are distinguishing words that both bear (near-equal ones included); ``rarity`` is their
    term-frequency weight in bits.
    """

    level: Final[NameLevel]
    shared: Final[tuple[str, ...]]
    rarity: Final[float]
    listed: Final[Name]
    of_system: Final[bool] = False  # the applicant signs with the name of the outlet's system


_WHOLE: Final[frozenset[NameLevel]] = frozenset(("exact", "same_words", "typing_differences"))
_NAME_RANK: Final[Mapping[NameLevel, int]] = {
    level: rank
    for rank, level in enumerate(get_args(NameLevel))  # best first
}
_SEPARATED: Final = _NAME_RANK["separated"]


def compare_names(
    query: Query, entry: Entry, statistics: Statistics, *, at_same_place: bool
) -> NameAgreement:
    """The best agreement of the applicant's name with any name of the entry."""
    text = query.name.text
    kinds = ((entry.names, False), (entry.system_names, True))
    for names, of_system in kinds:
        for listed in names:
            if listed.text == text:
                agreed = listed.core or listed.tokens
                rarity = _rarity(agreed, _place_of(query, entry, at_same_place=at_same_place), statistics)
                return NameAgreement("exact", agreed, rarity, listed, of_system)
    best: NameAgreement | None = None
    place: frozenset[str] | None = None
    for names, of_system in kinds:
        for listed in names:
            if _have_nothing_in_common(query, listed):
                best = best or NameAgreement("different", (), 0.0, listed, of_system)
                continue
            if place is None:
                place = _place_of(query, entry, at_same_place=at_same_place)
            found = compare_different_names(query, listed, place, statistics, of_system=of_system)
            if best is None or _better(found, best):
                best = found
    if best is None:
        return NameAgreement("different", (), 0.0, query.name)
    if query.parts and best.level not in _WHOLE:
        best = _best_of_parts(query, entry, statistics, best, at_same_place=at_same_place)
    parts = entry.is_system and _NAME_RANK[best.level] < _SEPARATED
    if parts and _other_government(query.name, best.listed, entry.names[0]):
        return replace(best, level="separated")
    return best


def _best_of_parts(
    query: Query, entry: Entry, statistics: Statistics, best: NameAgreement, *, at_same_place: bool
) -> NameAgreement:
    """``best``, or the better agreement of one of the names in the applicant's name, if it is whole."""
    for part in query.parts:
        found = compare_names(part, entry, statistics, at_same_place=at_same_place)
        if found.shared and found.level in _WHOLE and _better(found, best):
            best = found
    return best


def _place_of(query: Query, entry: Entry, *, at_same_place: bool) -> frozenset[str]:
    """Words that repeat where both lie: in a name they neither agree nor differ by themselves.

    Where the two lie apart, the name of a place is what tells them apart.
    """
    if query.city and not at_same_place:
        return frozenset((entry.state,))
    return query.place_words | entry.place_words


def may_share_name(query: Query, entry: Entry) -> bool:
    """Whether any name of the entry has a word in common with the applicant's."""
    for names in (entry.names, entry.system_names):
        for name in names:
            if not _have_nothing_in_common(query, name):
                return True
    return False


def _have_nothing_in_common(query: Query, listed: Name) -> bool:
    """Whether no distinguishing word of one name is, or is near, one of the other: most pairs of names."""
    known = query.strange.get(listed.text)  # branches of one town bear the name of one system
    if known is None:
        known = query.strange[listed.text] = _is_strange(query.name, query.unknown_words, listed)
    return known


def _is_strange(applied: Name, unknown: frozenset[str], listed: Name) -> bool:
    core = listed.core
    if not (applied.core and core and applied.core_words.isdisjoint(listed.core_words)):
        return False
    for other in unknown:
        size, start = len(other), other[:_SHORTEST_CUT]
        for word in core:
            if (-_MOST_SLIPS <= size - len(word) <= _MOST_SLIPS or word.startswith(start)) and (
                _similarity_to_unknown(other, word)
            ):
                return False
    if not applied.edges.isdisjoint(listed.edges):
        for other in applied.core_words - unknown:
            for word in core:
                if -1 <= len(other) - len(word) <= 1 and _similarity_to_known(other, word):
                    return False
    return not (_could_be_joined(applied.letters, listed.letters) and _are_joined(applied.core, core))


def _other_government(applied: Name, agreed: Name, system: Name) -> bool:
    """Whether the applicant names another kind of government than the system does by its own name.

    The central library of Briar County may lie in Briar City and be called just Briar: it is the county's.
    """
    if _KINDS.isdisjoint(applied.tokens):
        return False
    claimed = _KINDS.intersection(applied.tokens).difference(agreed.tokens)
    own = _KINDS.intersection(system.tokens)
    return bool(claimed and own and own.isdisjoint(applied.tokens))


def _better(found: NameAgreement, best: NameAgreement) -> bool:
    rank, best_rank = _NAME_RANK[found.level], _NAME_RANK[best.level]
    return rank < best_rank or (rank == best_rank and found.rarity > best.rarity)


def compare_different_names(
    query: Query, listed: Name, place: frozenset[str], statistics: Statistics, *, of_system: bool = False
) -> NameAgreement:
    """How two names agree that are not the same and may have a word in common.

    ``place``: the words of the places of both sides.
    """
    applied = query.name
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
    unknown = query.unknown_words
    if only_applied and only_listed:
        shared += _pair_near(only_applied, only_listed, unknown)
        if _are_joined(only_applied, only_listed):
            shared += only_listed
            only_applied, only_listed = [], []
    if not shared:
        return NameAgreement("different", (), 0.0, listed, of_system)
    if not unknown.isdisjoint(only_applied):
        _drop_echoes(only_applied, unknown, (*listed.core, *place))
    agreed = tuple(shared)
    level = _name_level(applied, listed, agreed, only_applied, only_listed, place, of_system=of_system)
    return NameAgreement(level, agreed, _rarity(agreed, place, statistics), listed, of_system)


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
    """The level of two names that share ``shared`` and differ in words that one of them bears only."""
    extra = [word for word in only_applied if word not in place]
    missing = [word for word in only_listed if word not in place]
    if (extra or missing) and SEPARATORS.issuperset(shared):
        return "different"
    separating = _separating(applied, listed, only_applied, only_listed, place)
    if of_system:
        # an outlet may add where it lies to the name of its system: a direction does not part them
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


_NOTHING: Final[frozenset[str]] = frozenset()
_CITY: Final = frozenset(["CITY"])


def _separating(
    applied: Name, listed: Name, only_applied: list[str], only_listed: list[str], place: frozenset[str]
) -> frozenset[str]:
    """Words that tell neighbours apart and stand on one side only.

    ``CITY`` alone does not (``City of Eagle Public Library`` is how a town writes itself), unless the
    other side names another kind of government.
    """
    if applied.separators == listed.separators:
        return _NOTHING
    separating = (applied.separators ^ listed.separators).intersection((*only_applied, *only_listed))
    if not separating or separating == _CITY:
        return _NOTHING
    return (separating & GOVERNMENTS) | (separating - place)


def _rarity(words: tuple[str, ...], place: frozenset[str], statistics: Statistics) -> float:
    """Bits of the shared words; a word of the place says little more than the address says."""
    rarity = 0.0
    for word in words:
        bits = statistics.bits(word)
        rarity += bits * 0.25 if word in place else bits
    return rarity


def _pair_near(applied: list[str], listed: list[str], unknown: frozenset[str]) -> list[str]:
    """Listed words that the applicant mistyped or cut; both lists lose them."""
    found: list[str] = []
    for word in list(listed):
        best, best_score = None, 0.0
        for other in applied:
            if other in unknown:
                score = _similarity_to_unknown(other, word)
            elif other[0] == word[0] or other[-1] == word[-1]:
                score = _similarity_to_known(other, word)
            else:
                continue
            if score > best_score:
                best, best_score = other, score
        if best is not None:
            found.append(word)
            listed.remove(word)
            applied.remove(best)
    return found


def _could_be_joined(letters: int, listed_letters: int) -> bool:
    """Whether words of so many letters can be as similar as ``_are_joined`` asks."""
    return listed_letters >= 6 and 0.85 * listed_letters <= letters and 0.85 * letters <= listed_letters


def _are_joined(applied: Sequence[str], listed: Sequence[str]) -> bool:
    """Whether the applicant split or joined the listed words."""
    joined, joined_listed = "".join(applied), "".join(listed)
    if not _could_be_joined(len(joined), len(joined_listed)):
        return False
    return OSA.normalized_similarity(joined, joined_listed, score_cutoff=0.8) >= 0.85


def _drop_echoes(applied: list[str], unknown: frozenset[str], said: tuple[str, ...]) -> None:
    """Forget words that nobody bears and that mistype what was said already (``Lennoox of Lennox``)."""
    for word in unknown.intersection(applied):
        size, start = len(word), word[:_SHORTEST_CUT]
        for other in said:
            if (-_MOST_SLIPS <= size - len(other) <= _MOST_SLIPS or other.startswith(start)) and (
                _similarity_to_unknown(word, other)
            ):
                applied.remove(word)
                break


# Both are above 0 where one word can be a mistyped or cut form of the other, which it is not already.


def _similarity_to_known(word: str, listed: str) -> float:
    """Of a word that the registry knows: it is a word of its own, and allowed one slip where it is long.

    One slip leaves the first letter or the last.
    """
    if word[0] != listed[0] and word[-1] != listed[-1]:
        return 0.0
    longer = max(len(word), len(listed))
    if longer < _LONG_WORD or not -1 <= len(word) - len(listed) <= 1:
        return 0.0
    if word[0].isdigit() or listed[0].isdigit() or word in SEPARATORS or listed in SEPARATORS:
        return 0.0
    distance = OSA.distance(word, listed, score_cutoff=1)
    return 1.0 - distance / longer if distance <= 1 else 0.0


def _similarity_to_unknown(word: str, listed: str) -> float:
    """Of a word that no entry bears."""
    shorter, longer = len(word), len(listed)
    if shorter > longer:
        shorter, longer = longer, shorter
    if shorter < _SHORT_WORD:
        return 0.0
    allowed = 1 if longer <= 6 else 2 if longer <= 8 else 3
    is_cut = shorter >= _SHORTEST_CUT and word[:shorter] == listed[:shorter]
    if longer - shorter > allowed and not is_cut:
        return 0.0
    if word[0].isdigit() or listed[0].isdigit() or word in SEPARATORS:
        return 0.0
    distance = OSA.distance(word, listed, score_cutoff=allowed)
    if distance <= allowed:
        return 1.0 - distance / longer
    return 0.5 if is_cut else 0.0
