"""Headers in the middle of a table, as in a file that was joined from several files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import Enum
from itertools import zip_longest
from typing import Final

from library_validator.intake import header_words as vocabulary
from library_validator.intake.column_mapping import COLUMNS, ColumnMapping, count_named_fields, key_of
from library_validator.intake.headers import meaning_of

_WORDS: Final = frozenset(
    word
    for words in (
        vocabulary.PERSONAL,
        vocabulary.ORGANIZATIONS,
        vocabulary.PARTS_OF_LIBRARIES,
        vocabulary.SYNONYMS,
        vocabulary.FILLERS,
        *(phrase for phrases in vocabulary.PHRASES.values() for phrase in phrases),
        *(name.split("_") for name in COLUMNS),
        ("name",),
    )
    for word in words
)


class HeaderKind(Enum):
    SAME = "the columns of the table"
    OTHER = "other columns, or in another order"


class HeaderRows:
    """Distinguishes rows that are headers from rows that are applications."""

    def __init__(
        self, header: Sequence[str], mapping: ColumnMapping, chosen: Mapping[str, Sequence[str]]
    ) -> None:
        self._keys = [key_of(cell) for cell in header]
        self._chosen = chosen
        (self._name,) = mapping.positions("name") or (0,)
        self._first = next((at for at, key in enumerate(self._keys) if key), 0)
        self._words = _WORDS.union(word for key in self._keys for word in key.split())

    def kind_of(self, cells: Sequence[str]) -> HeaderKind | None:
        """The kind of header that the cells are; None if they are not a header."""
        if not any(
            self._has_only_header_words(cells[at]) for at in (self._name, self._first) if at < len(cells)
        ):
            return None
        filled = [
            (cell, key) for cell, key in zip_longest(cells, self._keys, fillvalue="") if cell.strip() or key
        ]
        if filled and all(key_of(cell) == key for cell, key in filled):
            return HeaderKind.SAME
        values = [cell for cell in cells if cell.strip()]
        known = sum(1 for cell in values if meaning_of(cell) or key_of(cell) in self._keys)
        return (
            HeaderKind.OTHER
            if 2 * known > len(values) and count_named_fields(values, self._chosen) > 1
            else None
        )

    def _has_only_header_words(self, cell: str) -> bool:
        """Whether a cell has only words that headers have."""
        words = cell.lower().replace("_", " ").split()
        return bool(words) and self._words.issuperset(words)
