"""The words of an entry, which explain the words of an applicant's name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Final, NamedTuple

from library_validator.matching.names import Name
from library_validator.matching.wording import wording_of
from library_validator.matching.words import CITY_WORDS, NAME_WORDS, STATE_CODES

# The names of a state, word by word, and its code.
STATE_NAMES: Final = {
    code: ((code,), *[tuple(name.split()) for name, owner in STATE_CODES.items() if owner == code])
    for code in set(STATE_CODES.values())
}


class Vocabulary(NamedTuple):
    names: tuple[tuple[str, ...], ...]  # the words of every listed name
    counts: Mapping[str, int]  # how often a word occurs in the name that repeats it most
    places: frozenset[str]  # words of its cities, its county and its state
    place_names: tuple[tuple[str, ...], ...]  # the names of its cities, its county and its state


def vocabulary_of(
    names: Iterable[Name], published: Iterable[str], places: Iterable[str], city: str, state: str
) -> Vocabulary:
    """``names`` are the normalized names; ``published`` and ``city`` are as the release has them."""
    listed = dict.fromkeys([*[name.tokens for name in names], *map(_published_words, published)])
    found = tuple([name for name in listed if name])
    counts: dict[str, int] = {}
    for name in found:
        if len(set(name)) == len(name):
            for word in name:
                counts.setdefault(word, 1)
        else:
            for word in name:
                counts[word] = max(counts.get(word, 0), name.count(word))
    place_names = (*[tuple(place.split()) for place in places], wording_of(city), *STATE_NAMES.get(state, ()))
    words = {word for place in place_names for word in place}
    return Vocabulary(found, counts, frozenset(words), tuple(dict.fromkeys(place_names)))


@lru_cache(maxsize=16_384)
def _published_words(name: str) -> tuple[str, ...]:
    """A published name with abbreviations written out, but with initials and stop words."""
    return tuple([token for word in wording_of(name) for token in _write_out(word)])


def _write_out(word: str) -> tuple[str, ...]:
    if len(word) == 1:
        return (word,)
    return NAME_WORDS.get(word) or (CITY_WORDS.get(word, word),)
