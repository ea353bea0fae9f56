"""The beginning of the table in a text file: its separator, its header, and the title lines above."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from library_validator.intake.column_mapping import count_named_fields
from library_validator.intake.encodings import Line
from library_validator.intake.quoted_cells import QuotedCells, State

DELIMITERS: Final = (",", ";", "\t")
LINES_SEARCHED: Final = 20  # number of lines that are not blank
_MOST_LINES: Final = 200
# "sep=;", as spreadsheets write and understand it.
_SEPARATOR_LINE: Final = re.compile(r'\s*"?sep=(.)"?[,;\t\s]*', re.IGNORECASE)


class TextHeader(NamedTuple):
    """The header, and the lines around it that were read to find it."""

    delimiter: str
    cells: list[str]
    first_line: int
    above: list[Line]  # lines that are not blank
    below: list[Line]
    fields: int  # number of fields of an application that the header names; 0 if no header was found
    broken_line: int = 0  # number of the first line, if no header was found because of its quotation marks


def find_header(lines: Iterator[Line], chosen: Mapping[str, Sequence[str]]) -> TextHeader:
    """Look for the header in the first lines, with each separator.

    The header is the first line with headers for the organization's name and another field, or else the first
    line with a header for the name. Without either, it is the first line, with its most frequent separator.
    """
    head = _first_lines(lines)
    separators: tuple[str, ...] = DELIMITERS
    if head and (stated := _SEPARATOR_LINE.fullmatch(head[0].text)) and stated[1] in DELIMITERS:
        separators = (stated[1],)
        head = head[1:]
    found = [_header_in(head, delimiter, chosen) for delimiter in separators]
    best = max(found, key=lambda header: (header.fields, len(header.cells)))
    first = next((line for line in head if line.text.strip()), None)
    if first and not best.fields and not any(_cells_at([first], 0, delimiter)[0] for delimiter in separators):
        return best._replace(broken_line=first.number)
    return best


def _first_lines(lines: Iterator[Line]) -> list[Line]:
    head: list[Line] = []
    filled = 0
    while filled < LINES_SEARCHED and len(head) < _MOST_LINES and (line := next(lines, None)):
        head.append(line)
        filled += bool(line.problem or line.text.strip())
    return head


def _header_in(head: list[Line], delimiter: str, chosen: Mapping[str, Sequence[str]]) -> TextHeader:
    nothing = TextHeader(delimiter, [], 0, [], [], 0)
    best = nothing
    for at, line in enumerate(head):
        if line.problem or line.text.isspace():
            continue
        cells, end = _cells_at(head, at, delimiter)
        if not cells:
            continue
        above = [title for title in head[:at] if title.problem or title.text.strip()]
        found = TextHeader(
            delimiter, cells, line.number, above, head[end:], count_named_fields(cells, chosen)
        )
        if found.fields > 1:
            return found
        if best is nothing or found.fields > best.fields:
            best = found
    return best


def _cells_at(head: list[Line], at: int, delimiter: str) -> tuple[list[str], int]:
    """The cells of the header at line ``at``, and the position of the line after the header."""
    found = QuotedCells(delimiter)
    for end, line in enumerate(head[at:], start=at + 1):
        if line.problem:
            break
        state = found.read_line(line.text)
        if state is State.WHOLE:
            return found.cells, end
        if state is State.BROKEN:
            break
    return [], at
