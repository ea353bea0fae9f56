"""Corrects mistyped words that libraries share: ``Libarry`` becomes LIBRARY.

Only words that are in no entry are corrected, and only to a word that libraries share. The comparison handles
slips in names of places and people. No word is corrected to a word for another kind of organization: Bolster
Mills is not boosters.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from rapidfuzz.distance import OSA
from rapidfuzz.process import extract

from library_validator.matching.names import Name, name_of
from library_validator.matching.normalize import tokens_of
from library_validator.matching.statistics import Statistics
from library_validator.matching.words import (
    AFFILIATES,
    GENERIC,
    GOVERNMENTS,
    NAME_WORDS,
    OUT_OF_SCOPE,
    OWN_WORDS,
    STATE_CODES,
)

_OTHER_BODIES: Final = AFFILIATES | OUT_OF_SCOPE.keys()
_MEANINGS: Final[dict[str, tuple[str, ...]]] = {
    **{word: (word,) for word in GENERIC | GOVERNMENTS if len(word) >= 5},
    **{
        word: meaning
        for word, meaning in NAME_WORDS.items()
        if len(word) >= 6 and _OTHER_BODIES.isdisjoint(meaning)
    },
}
_VOCABULARY: Final = tuple(sorted(_MEANINGS))
_STATES: Final = frozenset(STATE_CODES.values())
_KNOWN: Final = (
    frozenset(_VOCABULARY)
    | NAME_WORDS.keys()
    | GENERIC
    | AFFILIATES
    | OUT_OF_SCOPE.keys()
    | {word for word in OWN_WORDS if len(word) > 4}
    | _STATES
)
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
        "ASSOCIATION",
    ]
)
# Length of a mistyped word -> the words that it may mean, with one slip or, in words that are often mistyped,
# two.
_NEAR_IN_LENGTH: Final = {
    length: tuple(
        [kind for kind in _VOCABULARY if abs(len(kind) - length) <= (2 if kind in _OFTEN_MISTYPED else 1)]
    )
    for length in range(5, 3 + max(map(len, _VOCABULARY)))
}
_FIGURES: Final = str.maketrans("01345", "OLEAS")  # figures that look like letters
_SHORT: Final = {
    "LIB": "LIBRARY",
    "PUB": "PUBLIC",
    "FREE": "FREE",
    "AREA": "AREA",
    "TOWN": "TOWN",
    "MEM": "MEMORIAL",
}


def correct_name(name: Name, statistics: Statistics, rare: int = 0) -> Name:
    """The name with its mistyped kind words corrected; the same object if nothing is corrected.

    A word that more than ``rare`` entries have is unchanged.
    """
    if rare:
        unknown = [word for word in name.tokens if word not in _KNOWN and statistics.count(word) <= rare]
    else:
        unknown = [word for word in name.core if word not in statistics.words and word not in _KNOWN]
    if not unknown:
        return name
    corrected = {word: nearest for word in unknown if (nearest := _nearest_kind_word(word))}
    if "LIBRARY" not in name.tokens and not any("LIBRARY" in tokens for tokens in corrected.values()):
        corrected |= {word: ("PUBLIC", "LIBRARY") for word in unknown if _is_mistyped_pl(word)}
    if not corrected:
        return name
    return name_of(" ".join(token for word in name.tokens for token in corrected.get(word, (word,))))


def read_applicants_name(text: str, statistics: Statistics) -> Name:
    """The name of an applicant, with slips corrected if the words of entries allow it.

    ``text``: the ``words_of_name`` of the name.
    """
    if " O " in text or " D " in text or " L " in text or text[1:2] == " ":
        text = _APART.sub(lambda found: _join_at_apostrophe(found, statistics), f" {text}")
    name = name_of(" ".join(tokens_of(text)))
    if statistics.words.issuperset(name.core):
        return name
    return correct_name(_join_split_words(name, statistics), statistics)


# O'Fallon, D'Arcy, L'Anse with a blank instead of the apostrophe, as the Postal Service writes them.
_APART: Final = re.compile(r" ([ODL]) ([A-Z]{3,})\b")


def _join_at_apostrophe(found: re.Match[str], statistics: Statistics) -> str:
    whole = found[1] + found[2]
    return f" {whole}" if whole in statistics.words else found[0]


def _join_split_words(name: Name, statistics: Statistics) -> Name:
    """``De Kalb`` as ``Dekalb``, if an entry has the joined word, and one of the two words is in no entry."""
    known, tokens = statistics.words, list(name.tokens)
    for position in range(len(tokens) - 1, 0, -1):
        before, word = tokens[position - 1], tokens[position]
        if (before not in known or word not in known) and before + word in known:
            tokens[position - 1 : position + 1] = [before + word]
    return name if len(tokens) == len(name.tokens) else name_of(" ".join(tokens))


def _is_mistyped_pl(word: str) -> bool:
    return len(word) == 2 and OSA.distance(word, "PL") == 1


@lru_cache(maxsize=16_384)
def _nearest_kind_word(word: str) -> tuple[str, ...]:
    """The words that ``word`` means, if it differs from them by typing slips; otherwise empty."""
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
