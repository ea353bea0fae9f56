"""Mistyped kind words: ``Libarry`` is a library, and ``Freinds of`` it are no library.

Only words that no entry of the registry bears are read as something else, and only as a word of the
vocabulary that the rules stand on; names of places and people are left to the comparison.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from rapidfuzz.distance import OSA
from rapidfuzz.process import extract

from library_validator.matching.names import Name, name_of
from library_validator.matching.statistics import Statistics
from library_validator.matching.words import (
    AFFILIATES,
    GENERIC,
    GOVERNMENTS,
    NAME_WORDS,
    OUT_OF_SCOPE,
)

_MEANINGS: Final[dict[str, tuple[str, ...]]] = {
    **{word: (word,) for word in GENERIC | GOVERNMENTS | OUT_OF_SCOPE.keys() if len(word) >= 5},
    # shorter ones are a slip away from names of people and towns
    **{word: (word,) for word in AFFILIATES if len(word) >= 7},
    **{word: meaning for word, meaning in NAME_WORDS.items() if len(word) >= 6},
}
_VOCABULARY: Final = tuple(sorted(_MEANINGS))
_KNOWN: Final = frozenset(_VOCABULARY) | NAME_WORDS.keys() | GENERIC | AFFILIATES | OUT_OF_SCOPE.keys()
_OFTEN_MISTYPED: Final = frozenset(
    [
        "LIBRARY",
        "LIBRARIES",
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
# By the length of a mistyped word: what it can be one slip away from, or two where it is mistyped often.
_NEAR_IN_LENGTH: Final = {
    length: tuple(
        [kind for kind in _VOCABULARY if abs(len(kind) - length) <= (2 if kind in _OFTEN_MISTYPED else 1)]
    )
    for length in range(5, 3 + max(map(len, _VOCABULARY)))
}
_FIGURES: Final = str.maketrans("01345", "OLEAS")  # figures that stand for letters
_SHORT: Final = {
    "LIB": "LIBRARY",
    "PUB": "PUBLIC",
    "FREE": "FREE",
    "AREA": "AREA",
    "TOWN": "TOWN",
    "MEM": "MEMORIAL",
}


def correct(name: Name, statistics: Statistics, rare: int = 0) -> Name:
    """The name with its mistyped kind words corrected; the same object where there is none.

    Words that stand in more than ``rare`` entries are words of the registry and stay as they are.
    """
    if rare == 0 and statistics.words.issuperset(name.tokens):
        return name
    unknown = [word for word in name.tokens if word not in _KNOWN and statistics.count(word) <= rare]
    if not unknown:
        return name
    corrected = {word: nearest for word in unknown if (nearest := _nearest_kind_word(word))}
    if "LIBRARY" not in name.tokens and not any("LIBRARY" in tokens for tokens in corrected.values()):
        corrected |= {word: ("PUBLIC", "LIBRARY") for word in unknown if _is_mistyped_pl(word)}
    if not corrected:
        return name
    return name_of(" ".join(token for word in name.tokens for token in corrected.get(word, (word,))))


def _is_mistyped_pl(word: str) -> bool:
    return len(word) == 2 and OSA.distance(word, "PL") == 1


@lru_cache(maxsize=16_384)
def _nearest_kind_word(word: str) -> tuple[str, ...]:
    """The words that ``word`` is a typing slip away from, or none."""
    if not word.isalpha():
        lettered = word.translate(_FIGURES)
        return _MEANINGS.get(lettered, ()) if lettered.isalpha() else ()
    if word.endswith("OF") and len(word) > 6:
        return _nearest_kind_word(word.removesuffix("OF"))
    if len(word) < 5:
        near = [meaning for short, meaning in _SHORT.items() if OSA.distance(word, short) <= 1]
        return (near[0],) if near and len(word) > 1 else ()
    # nearest first, then by alphabet
    kinds = _NEAR_IN_LENGTH.get(len(word), ())
    for kind, distance, _ in extract(word, kinds, scorer=OSA.distance, score_cutoff=2, limit=None):
        if distance <= 1 or (kind in _OFTEN_MISTYPED and (word[0] == kind[0] or word[-1] == kind[-1])):
            return _MEANINGS[kind]
    return ()
