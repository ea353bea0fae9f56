"""The cells of lines with quotation marks, read strictly (RFC 4180).

A cell that begins with a quotation mark also ends with a quotation mark; a mark between the two is written
twice. Any other cell may have quotation marks in pairs (The "Old" Library), because their meaning is certain.
"""

from __future__ import annotations

import re
from enum import Enum
from typing import Final

_OPENING: Final = re.compile(r' *"')
_CONTENT: Final = re.compile(r'([^"]*(?:""[^"]*)*)("?)')
_BLANKS: Final = re.compile(r" *")
_QUOTE_IT: Final = "put the whole cell in quotation marks and write each inner quotation mark twice"


class State(Enum):
    WHOLE = "every cell is closed"
    OPEN = "the last cell goes on in the next line"
    BROKEN = "no row can be read from this"


class QuotedCells:
    """Reads a row line by line. ``cells`` are complete when ``read_line`` returns ``WHOLE``."""

    def __init__(self, delimiter: str) -> None:
        self._delimiter = delimiter
        self._open: list[str] | None = None  # the beginning of the cell that is not closed
        self.cells: list[str] = []
        self.fault = ""

    def read_line(self, line: str) -> State:
        """Read another line, with its line end."""
        body = line.rstrip("\r\n")
        position = 0
        while True:
            opening = None if self._open is not None else _OPENING.match(body, position)
            if opening:
                self._open, position = [], opening.end()
            if self._open is None:
                position = self._read_plain_cell(body, position)
            else:
                position = self._read_quoted_cell(body, position, line[len(body) :])
            if self.fault:
                return State.BROKEN
            if self._open is not None:
                return State.OPEN
            if position == len(body):
                return State.WHOLE
            position += 1  # skips the delimiter

    def _read_plain_cell(self, body: str, start: int) -> int:
        end = body.find(self._delimiter, start)
        cell = body[start : len(body) if end < 0 else end]
        if cell.count('"') % 2:
            self.fault = f"a cell has a quotation mark without a second one: {_QUOTE_IT}"
        self.cells.append(cell)
        return start + len(cell)

    def _read_quoted_cell(self, body: str, start: int, line_end: str) -> int:
        assert self._open is not None  # noqa: S101 - for the type checker
        content = _CONTENT.match(body, start)
        assert content is not None  # noqa: S101 - the pattern matches anything
        self._open.append(content[1])
        if not content[2]:
            self._open.append(line_end)
            return len(body)
        self.cells.append("".join(self._open).replace('""', '"'))
        self._open = None
        blanks = _BLANKS.match(body, content.end())
        end = blanks.end() if blanks else content.end()
        if end < len(body) and body[end] != self._delimiter:
            self.fault = f"text follows a closing quotation mark: {_QUOTE_IT}"
        return end
