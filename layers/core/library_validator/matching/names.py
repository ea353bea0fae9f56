"""An organization's name in parts: what distinguishes it, what tells it from neighbours, what is generic."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from library_validator.matching.normalize import name_tokens
from library_validator.matching.words import GENERIC, SEPARATORS


@dataclass(slots=True)  # each field final: to freeze it would make it three times as dear to make
class Name:
    """A normalized name. ``core`` leaves out the words that many libraries share."""

    tokens: Final[tuple[str, ...]]
    core: Final[tuple[str, ...]]  # without generic words, separators included
    separators: Final[frozenset[str]]
    text: Final[str]  # tokens joined by blanks
    core_words: Final[frozenset[str]]
    letters: Final[int]  # of the core
    edges: Final[frozenset[str]]  # two letters at each end of each core word: a slip leaves one end as it is

    @staticmethod
    def of_text(text: str) -> Name:
        return _of_text(text)


@lru_cache(maxsize=65_536)
def _of_text(text: str) -> Name:
    tokens = tuple(text.split())
    core = tuple(dict.fromkeys([token for token in tokens if token not in GENERIC]))
    core_words = frozenset(core)
    edges = frozenset([edge for word in core for edge in (f"{word[:2]}-", f"-{word[-2:]}")])
    return Name(tokens, core, core_words & SEPARATORS, text, core_words, len("".join(core)), edges)


NO_NAME: Final = Name.of_text("")


def read_name(name: str) -> Name:
    """Normalize and split a name as written."""
    return _of_text(" ".join(name_tokens(name)))
