"""Finds words of two names that are the same word, although one is mistyped, cut, split or joined.

A word that is in no entry is probably a mistake, so it may differ by several slips, or be cut. A word that is
in some entry is a word of its own: it may differ by one slip, and only if it is long.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from rapidfuzz.distance import OSA

from library_validator.matching.names import Name
from library_validator.matching.words import SEPARATORS

# Lengths of words, in letters.
_SHORT_WORD: Final = 3
_LONG_WORD: Final = 6
_SHORTEST_CUT: Final = 5
_MOST_SLIPS: Final = 3


def has_nothing_in_common(applied: Name, unknown: frozenset[str], listed: Name) -> bool:
    """Whether no distinguishing word of one name is equal or similar to a word of the other.

    ``unknown``: the applicant's words that are in no entry.
    """
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
    return not (_may_be_joined(applied.letters, listed.letters) and is_equal_when_joined(applied.core, core))


def pair_similar(applied: list[str], listed: list[str], unknown: frozenset[str]) -> list[str]:
    """The listed words that the applicant mistyped or cut. They are removed from both lists."""
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


def is_equal_when_joined(applied: Sequence[str], listed: Sequence[str]) -> bool:
    """Whether the applicant split or joined the listed words: ``Alder Point`` and ``Alderpoint``."""
    joined, joined_listed = "".join(applied), "".join(listed)
    if not _may_be_joined(len(joined), len(joined_listed)):
        return False
    return OSA.normalized_similarity(joined, joined_listed, score_cutoff=0.8) >= 0.85


def _may_be_joined(letters: int, listed_letters: int) -> bool:
    """Whether words with so many letters can be as similar as ``is_equal_when_joined`` requires."""
    return listed_letters >= 6 and 0.85 * listed_letters <= letters and 0.85 * letters <= listed_letters


def drop_echoes(applied: list[str], unknown: frozenset[str], said: tuple[str, ...]) -> None:
    """Remove unknown words that repeat a word of ``said`` with a slip: ``Lennoox Library of Lennox``."""
    for word in unknown.intersection(applied):
        size, start = len(word), word[:_SHORTEST_CUT]
        for other in said:
            if (-_MOST_SLIPS <= size - len(other) <= _MOST_SLIPS or other.startswith(start)) and (
                _similarity_to_unknown(word, other)
            ):
                applied.remove(word)
                break


# Both similarities are for two different words. They are above 0 if one word can be the other with slips.


def _similarity_to_known(word: str, listed: str) -> float:
    """The similarity of a word that is in some entry. One slip leaves the first or last letter unchanged."""
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
    """The similarity of a word that is in no entry."""
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
