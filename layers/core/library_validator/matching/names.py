"""An organization's name in parts: distinguishing words, words that separate neighbours, generic words."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

from library_validator.matching.normalize import name_tokens
from library_validator.matching.words import GENERIC, SEPARATORS


@dataclass(slots=True)  # not frozen: README.md says why
class Name:
    """A normalized name. ``core`` leaves out the words that many libraries share."""

    tokens: Final[tuple[str, ...]]
    core: Final[tuple[str, ...]]  # without generic words, but with separators
    separators: Final[frozenset[str]]
    text: Final[str]  # tokens joined by blanks
    core_words: Final[frozenset[str]]
    letters: Final[int]  # number of letters in the core
    _edges: frozenset[str] | None = field(default=None, init=False, repr=False, compare=False)

    @property
    def edges(self) -> frozenset[str]:
        """Two letters at each end of each core word: a slip in a word leaves an end of it unchanged."""
        if self._edges is None:
            self._edges = frozenset(
                [edge for word in self.core for edge in (f"{word[:2]}-", f"-{word[-2:]}")]
            )
        return self._edges


@lru_cache(maxsize=65_536)
def name_of(text: str) -> Name:
    """A normalized name in its parts."""
    tokens = tuple(text.split())
    core = tuple(dict.fromkeys([token for token in tokens if token not in GENERIC]))
    core_words = frozenset(core)
    return Name(tokens, core, core_words & SEPARATORS, text, core_words, len("".join(core)))


NO_NAME: Final = name_of("")


def read_name(name: str) -> Name:
    """Normalize a written name, and split it into its parts."""
    return name_of(" ".join(name_tokens(name)))
