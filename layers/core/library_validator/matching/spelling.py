"""Mistyped kind words: ``Libarry`` is a library, and ``Freinds of`` it are no library.

Only words that no entry of the registry bears are read as something else, and only as a word of the
vocabulary that the rules stand on; names of places and people are left to the comparison.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from rapidfuzz.distance import OSA

from library_validator.matching.names import Name
from library_validator.matching.statistics import Statistics
from library_validator.matching.words import (
    AFFILIATES,
    GENERIC,
    GOVERNMENTS,
    NAME_WORDS,
    OUT_OF_SCOPE,
)

_VOCABULARY: Final = tuple(
    sorted(word for word in GENERIC | GOVERNMENTS | AFFILIATES | OUT_OF_SCOPE.keys() if len(word) >= 5)
)
_KNOWN: Final = frozenset(_VOCABULARY) | NAME_WORDS.keys() | AFFILIATES | OUT_OF_SCOPE.keys()
_OFTEN_MISTYPED: Final = frozenset(
    [
        "LIBRARY",
        "PUBLIC",
        "BRANCH",
        "MEMORIAL",
        "COMMUNITY",
        "DISTRICT",
        "COUNTY",
        "FRIENDS",
        "FOUNDATION",
        "ASSOCIATION",
    ]
)
_ABBREVIATED_LIBRARY: Final = ("LIB", "LIBR")


def correct(name: Name, statistics: Statistics, rare: int = 0) -> Name:
    """The name with its mistyped kind words corrected; the same object where there is none.

    Words that stand in more than ``rare`` entries are words of the registry and stay as they are.
    """
    unknown = [word for word in name.tokens if word not in _KNOWN and statistics.count(word) <= rare]
    if not unknown:
        return name
    corrected = {word: nearest for word in unknown if (nearest := _nearest_kind_word(word))}
    if "LIBRARY" not in name.tokens and "LIBRARY" not in corrected.values():
        short = next((word for word in reversed(unknown) if _is_mistyped_abbreviation(word)), None)
        if short is not None:
            corrected[short] = "LIBRARY"
    if not corrected:
        return name
    return Name.of_text(" ".join(corrected.get(word, word) for word in name.tokens))


@lru_cache(maxsize=16_384)
def _nearest_kind_word(word: str) -> str:
    """The word of the vocabulary that ``word`` is a typing slip away from, or nothing."""
    if len(word) < 5 or not word.isalpha():
        return ""
    best, best_distance = "", 3
    for kind in _VOCABULARY:
        allowed = 2 if kind in _OFTEN_MISTYPED and word[0] == kind[0] else 1
        distance = OSA.distance(word, kind, score_cutoff=allowed)
        if distance <= allowed and distance < best_distance:
            best, best_distance = kind, distance
    return best


def _is_mistyped_abbreviation(word: str) -> bool:
    return 2 <= len(word) <= 5 and any(OSA.distance(word, short) <= 1 for short in _ABBREVIATED_LIBRARY)
