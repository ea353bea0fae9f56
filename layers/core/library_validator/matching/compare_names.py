"""An applicant's name against an entry's: at which level they agree, and in which words."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from rapidfuzz.distance import OSA

from library_validator.matching.compare_addresses import same_city
from library_validator.matching.entries import Entry
from library_validator.matching.names import Name
from library_validator.matching.query import Query
from library_validator.matching.statistics import Statistics
from library_validator.matching.words import GOVERNMENTS, SEPARATORS

_SHORT_WORD: Final = 4
_KINDS: Final = GOVERNMENTS | {"TOWN", "VILLAGE", "DISTRICT"}


@dataclass(frozen=True, slots=True)
class NameAgreement:
    """How two names agree.

    ``shared`` are distinguishing words that both bear (near-equal ones included), ``extra`` those that
    only the applicant bears and ``missing`` those that only the registry bears, the words of the place
    left out of both; ``rarity`` is the term-frequency weight of ``shared`` in bits.
    """

    level: str
    shared: tuple[str, ...]
    extra: tuple[str, ...]
    missing: tuple[str, ...]
    rarity: float
    listed: Name
    of_system: bool = False  # the applicant signs with the name of the outlet's system


NAME_ORDER: Final = (
    "exact",
    "same_words",
    "typing_differences",
    "applicant_shorter",
    "applicant_longer",
    "separated",
    "partial",
    "place_only",
    "different",
)
_NAME_RANK: Final = {level: rank for rank, level in enumerate(NAME_ORDER)}


def compare_names(query: Query, entry: Entry, statistics: Statistics) -> NameAgreement:
    """The best agreement of the applicant's name with any name of the entry."""
    place = _shared_place(query, entry)
    best: NameAgreement | None = None
    for names, of_system in ((entry.names, False), (entry.system_names, True)):
        for listed in names:
            found = compare_name(query.name, listed, place, statistics, of_system=of_system)
            if best is None or _better(found, best):
                best = found
            if found.level == "exact":
                return best
    if best is None:
        return NameAgreement("different", (), query.name.core, (), 0.0, query.name)
    if entry.is_system and _other_government(query.name, best.listed, entry.names[0]):
        return replace(best, level="separated")
    return best


def _other_government(applied: Name, agreed: Name, system: Name) -> bool:
    """Whether the applicant names another kind of government than the system does by its own name.

    The central library of Briar County may lie in Briar City and be called just Briar: it is the county's.
    """
    claimed = _KINDS.intersection(applied.tokens).difference(agreed.tokens)
    own = _KINDS.intersection(system.tokens)
    return bool(claimed and own and own.isdisjoint(applied.tokens))


def _shared_place(query: Query, entry: Entry) -> frozenset[str]:
    """Words that repeat where both lie: in a name they neither agree nor differ by themselves.

    Where the two lie apart, the name of a place is what tells them apart.
    """
    apart = bool(query.city) and not any(
        address.city == query.city
        or (query.zip and address.zip == query.zip)
        or same_city(query.city, address.city)
        for address in entry.addresses
    )
    if apart:
        return frozenset((entry.state,))
    listed = (word for address in entry.addresses for word in address.city.split())
    return query.place_words.union(entry.county.split(), listed)


def _better(found: NameAgreement, best: NameAgreement) -> bool:
    rank, best_rank = _NAME_RANK[found.level], _NAME_RANK[best.level]
    return rank < best_rank or (rank == best_rank and found.rarity > best.rarity)


def compare_name(
    applied: Name, listed: Name, place: frozenset[str], statistics: Statistics, *, of_system: bool = False
) -> NameAgreement:
    """How two names agree; ``place`` are the words of the places of both sides."""
    if applied.text == listed.text and applied.tokens:
        rarity = _rarity(listed.core or listed.tokens, place, statistics)
        return NameAgreement("exact", listed.core or listed.tokens, (), (), rarity, listed, of_system)
    if not applied.core:
        generic = tuple(word for word in applied.tokens if word in listed.tokens)
        level = "applicant_shorter" if generic else "different"
        return NameAgreement(level, generic, (), (), 0.0, listed, of_system)
    if (
        not listed.core
        and place.issuperset(applied.core)
        and set(applied.tokens) - place == set(listed.tokens)
    ):
        return NameAgreement("typing_differences", listed.tokens, (), (), 0.0, listed, of_system)
    applied_words, listed_words = set(applied.core), set(listed.core)
    shared = [word for word in listed.core if word in applied_words]
    only_applied = [word for word in applied.core if word not in listed_words]
    only_listed = [word for word in listed.core if word not in applied_words]
    near = _pair_near(only_applied, only_listed, statistics)
    _drop_echoes(only_applied, (*listed.core, *place), statistics)
    extra = tuple(word for word in only_applied if word not in place)
    missing = tuple(word for word in only_listed if word not in place)
    agreed = (*shared, *near)
    rarity = _rarity(agreed, place, statistics)
    separating = _separating(applied, listed, only_applied, only_listed, place)
    if of_system:
        # an outlet may add where it lies to the name of its system: a direction does not part them
        separating &= GOVERNMENTS
    mistyped = bool(near or only_applied or only_listed)
    level = _name_level(agreed, extra, missing, place, separating, mistyped=mistyped)
    return NameAgreement(level, agreed, extra, missing, rarity, listed, of_system)


def _name_level(
    shared: tuple[str, ...],
    extra: tuple[str, ...],
    missing: tuple[str, ...],
    place: frozenset[str],
    separating: frozenset[str],
    *,
    mistyped: bool,
) -> str:
    """The level of two names that share ``shared``; ``mistyped``: something else differs besides."""
    if not shared or (SEPARATORS.issuperset(shared) and (extra or missing)):
        return "different"
    if not separating:
        extra = tuple(word for word in extra if word != "CITY")
        missing = tuple(word for word in missing if word != "CITY")
        if not extra and not missing:
            return "typing_differences" if mistyped else "same_words"
        if not extra:
            return "applicant_shorter"
        if place.issuperset(shared):
            return "place_only"
        return "partial" if missing else "applicant_longer"
    if separating.issuperset(extra) and separating.issuperset(missing):
        return "separated"
    return "place_only" if place.issuperset(shared) else "partial"


def _separating(
    applied: Name, listed: Name, only_applied: list[str], only_listed: list[str], place: frozenset[str]
) -> frozenset[str]:
    """Words that tell neighbours apart and stand on one side only.

    ``CITY`` alone does not (``City of Eagle Public Library`` is how a town writes itself), unless the
    other side names another kind of government.
    """
    separating = (applied.separators ^ listed.separators).intersection((*only_applied, *only_listed))
    if separating == {"CITY"}:
        return frozenset()
    return (separating & GOVERNMENTS) | (separating - place)


def _rarity(words: tuple[str, ...], place: frozenset[str], statistics: Statistics) -> float:
    """Bits of the shared words; a word of the place says little more than the address says."""
    return sum(statistics.bits(word) * (0.25 if word in place else 1.0) for word in words)


def _pair_near(applied: list[str], listed: list[str], statistics: Statistics) -> list[str]:
    """Listed words that the applicant mistyped, split, joined or cut; both lists lose them."""
    found: list[str] = []
    for word in list(listed):
        best, best_score = None, 0.0
        for other in applied:
            score = _word_similarity(other, word, known=statistics.count(other) > 0)
            if score > best_score:
                best, best_score = other, score
        if best is not None:
            found.append(word)
            listed.remove(word)
            applied.remove(best)
    if applied and listed:
        joined, joined_listed = "".join(applied), "".join(listed)
        if len(joined_listed) >= 6 and OSA.normalized_similarity(joined, joined_listed) >= 0.85:
            found.extend(listed)
            applied.clear()
            listed.clear()
    return found


def _drop_echoes(applied: list[str], said: tuple[str, ...], statistics: Statistics) -> None:
    """Forget words that nobody bears and that mistype what was said already (``Lennoox of Lennox``)."""
    for word in list(applied):
        if not statistics.count(word) and any(_word_similarity(word, other, known=False) for other in said):
            applied.remove(word)


def _word_similarity(word: str, listed: str, *, known: bool) -> float:
    """Above 0 where one word can be a mistyped or cut form of the other.

    A word that the registry knows (``known``) is a word of its own: it is allowed one slip at most.
    """
    if word[0].isdigit() or listed[0].isdigit() or word in SEPARATORS:
        return 0.0
    if known and listed in SEPARATORS:
        return 0.0
    shorter, longer = min(len(word), len(listed)), max(len(word), len(listed))
    if shorter < (_SHORT_WORD if known else _SHORT_WORD - 1):
        return 0.0
    allowed = _slips_in_known_word(longer) if known else _slips_in_unknown_word(longer)
    distance = OSA.distance(word, listed, score_cutoff=allowed)
    if distance <= allowed:
        return 1.0 - distance / longer
    if not known and shorter >= 5 and (word.startswith(listed) or listed.startswith(word)):
        return 0.5
    return 0.0


def _slips_in_known_word(letters: int) -> int:
    return 1 if letters >= 6 else 0


def _slips_in_unknown_word(letters: int) -> int:
    return 1 if letters <= 6 else 2 if letters <= 8 else 3
