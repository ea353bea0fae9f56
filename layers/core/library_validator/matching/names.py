"""An organization's name in parts: what distinguishes it, what tells it from neighbours, what is generic."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from library_validator.matching.normalize import name_tokens
from library_validator.matching.words import GENERIC, SEPARATORS


@dataclass(frozen=True, slots=True)
class Name:
    """A normalized name. ``core`` leaves out the words that many libraries share."""

    tokens: tuple[str, ...]
    core: tuple[str, ...]  # without generic words, separators included
    separators: frozenset[str]
    text: str  # tokens joined by blanks

    @staticmethod
    def of_text(text: str) -> Name:
        return _of_text(text)


@lru_cache(maxsize=65_536)
def _of_text(text: str) -> Name:
    tokens = tuple(text.split())
    core = tuple(dict.fromkeys(token for token in tokens if token not in GENERIC))
    return Name(tokens, core, frozenset(token for token in core if token in SEPARATORS), text)


def read_name(name: str) -> Name:
    """Normalize and split a name as written."""
    return _of_text(" ".join(name_tokens(name)))
