"""JSON Lines: each line is an application, as a JSON object with the keys of a message.

A key with exactly the name of a field is that field; other keys are recognised like the headers of a table.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain, islice
from typing import Any, Final, NamedTuple

from library_validator.errors import FileUnreadable
from library_validator.intake.column_mapping import ColumnMapping, key_of, map_columns
from library_validator.intake.encodings import Line
from library_validator.intake.notices import Notices
from library_validator.intake.street_lines import street_of

_LINES_SEARCHED: Final = 20
_MAPPINGS_KEPT: Final = 1_000


class JsonRow(NamedTuple):
    """The fields of an object. If there is no object, ``problem`` is a phrase that completes "line 3 "."""

    line: int
    fields: dict[str, Any]
    problem: str = ""


class JsonLines:
    """A ``JsonRow`` for each line that is not blank, to be iterated once."""

    def __init__(
        self,
        lines: Iterator[Line],
        file: str,
        chosen: Mapping[str, Sequence[str]],
        beside: Sequence[str],
        notices: Notices,
    ) -> None:
        """Raises ``NotInFile`` if a chosen key is in none of the first objects."""
        self._file, self._chosen, self._beside, self._notices = file, chosen, beside, notices
        self._mappings: dict[tuple[str, ...], ColumnMapping] = {}
        first = list(islice(lines, _LINES_SEARCHED))
        if chosen:
            self._check_chosen(first)
        self._lines = chain(first, lines)

    def __iter__(self) -> Iterator[JsonRow]:
        for number, text, problem in self._lines:
            if problem:
                yield JsonRow(number, {}, problem)
            elif text.strip():
                read = _json_object(text)
                yield self._row(number, read) if isinstance(read, dict) else JsonRow(number, {}, read)

    def _check_chosen(self, first: Sequence[Line]) -> None:
        objects = [read for line in first if isinstance(read := _json_object(line.text), dict)]
        keys = {key for read in objects for key in read}
        # All keys of the first objects are checked like the header of a table.
        map_columns(self._file, list(keys), chosen=self._chosen, beside=self._beside, documented_first=True)

    def _row(self, number: int, read: dict[str, Any]) -> JsonRow:
        try:
            mapping = self._mapping(tuple(read))
        except FileUnreadable as error:
            return JsonRow(number, {}, error.problem)
        values = list(read.values())
        fields = {
            field: values[position]
            for field, position in mapping.single
            if values[position] is not None and values[position] != ""
        }
        if mapping.street:
            texts = [str(value) if isinstance(value, str | int | float) else "" for value in values]
            street = street_of(texts, mapping.street)
            fields |= {"street": street} if street else {}
        return JsonRow(number, fields)

    def _mapping(self, keys: tuple[str, ...]) -> ColumnMapping:
        mapping = self._mappings.get(keys)
        if mapping is None:
            present = {key_of(key) for key in keys}
            chosen = {
                field: there
                for field, given in self._chosen.items()
                if (there := [key for key in given if key_of(key) in present])
            }
            mapping = map_columns(self._file, keys, chosen=chosen, beside=self._beside, documented_first=True)
            self._notices.add(mapping)
            if len(self._mappings) < _MAPPINGS_KEPT:
                self._mappings[keys] = mapping
        return mapping


def _json_object(text: str) -> dict[str, Any] | str:
    """The object on a line, or a phrase that says what is wrong with the line."""
    try:
        read = json.loads(text, object_pairs_hook=_refuse_repeated_keys)
    except json.JSONDecodeError:
        return "is not JSON: one object in each line is expected"
    except (ValueError, RecursionError) as error:
        return f"is not JSON ({error})"
    if not isinstance(read, dict):
        return f"is a JSON {type(read).__name__}; one object in each line is expected"
    return read


def _refuse_repeated_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("the object has a key twice")
    return found
