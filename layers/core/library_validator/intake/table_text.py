"""The rows of a table that is written as text, each line of it accounted for.

A row is one line. It is several only where a quoted cell holds line breaks, and that is believed only where

- the cell is closed, and the row has then exactly the cells of the header;
- no line within the cell could be a row of the file by itself;
- and the line that closes it is not the end of another row whose opening mark was lost.

Lines that no row can be made of are reported together, up to the next line where a row begins for certain.
So a quotation mark that was lost or added costs its own row, and no row is ever made of two.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from typing import Final

from library_validator.intake.encodings import Line
from library_validator.intake.quoted_cells import QuotedCells, State
from library_validator.intake.table_rows import RowShape, TableRow

_MOST_LINES: Final = 200  # of one row
_MOST_CHARACTERS: Final = 256 * 1024  # of one row
_UNREADABLE: Final = "cannot be read: "
_NOT_CLOSED: Final = "a quotation mark is opened and not closed"
_BACKSLASH: Final = "a backslash stands before a quotation mark, which CSV writes twice instead"


class TextTable:
    """Iterate once: the rows below the header, in order. Blank lines are left out."""

    def __init__(self, lines: Iterable[Line], shape: RowShape) -> None:
        self._shape = shape
        self._ahead: deque[Line] = deque()
        self._source = iter(lines)
        self.uneven = 0  # rows that have not as many cells as the header

    def __iter__(self) -> Iterator[TableRow]:
        delimiter, width, named = self._shape.delimiter, self._shape.width, self._shape.named
        for line in self._lines():
            number, text, problem = line
            if problem or '"' in text or "\\" in text or "\0" in text:
                yield from self._marked(line)
                continue
            cells = text.rstrip("\r\n").split(delimiter)
            if len(cells) == width == named:
                yield TableRow(number, number, cells)
            elif not text.isspace():
                yield self._judged(number, number, cells)

    def _lines(self) -> Iterator[Line]:
        while (line := self._next()) is not None:
            yield line

    def _next(self) -> Line | None:
        """The next line: one that was looked at and given back, or a new one of the file."""
        return self._ahead.popleft() if self._ahead else next(self._source, None)

    def _judged(self, first: int, last: int, cells: list[str]) -> TableRow:
        problem = self._shape.problem_of(cells)
        if problem:
            return TableRow(first, last, cells, problem)
        self.uneven += not self._shape.is_whole(cells)
        return TableRow(first, last, self._shape.fitted(cells))

    def _marked(self, line: Line) -> Iterator[TableRow]:
        """The row of a line with quotation marks, or the lines that cannot be read up to the next row."""
        row = self._row_at(line)
        if not row.problem.startswith(_UNREADABLE):
            yield row
            return
        following = None
        last, cells = row.last_line, self._shape.count_of(line.text)
        for after in self._lines():
            if after.text.isspace():
                continue
            following = self._row_at(after)
            # Where a line opens a mark and is short, the line that makes it whole is its other half.
            is_rest = cells < self._shape.named and row.problem.endswith(_NOT_CLOSED)
            cells += self._shape.count_of(after.text) - 1
            if not following.problem and not (is_rest and cells == self._shape.named):
                break
            last, following = following.last_line, None
        yield row._replace(last_line=last)
        if following:
            yield following

    def _row_at(self, line: Line) -> TableRow:
        """The row that begins with a line. Where none can be read, no line after it is used up."""
        number, text, problem = line
        if problem:
            return TableRow(number, number, [], problem)
        if "\0" in text:
            return TableRow(number, number, [], "holds a zero byte, which no text has")
        if '\\"' in text:
            return TableRow(number, number, [], _UNREADABLE + _BACKSLASH)
        found = QuotedCells(self._shape.delimiter)
        state = found.feed(text)
        if state is State.WHOLE:
            return self._judged(number, number, found.cells)
        if state is State.BROKEN:
            return TableRow(number, number, [], _UNREADABLE + found.fault)
        last = self._last_line_of(line, found)
        if not last:
            return TableRow(number, number, [], _UNREADABLE + _NOT_CLOSED)
        return TableRow(number, last, self._shape.fitted(found.cells))

    def _last_line_of(self, first: Line, found: QuotedCells) -> int:
        """Reads on where a quoted cell holds line breaks; 0, and nothing read, where that is not believed."""
        could_be_a_row = self._shape.looks_like_row(first.text)
        taken: list[Line] = []
        characters = len(first.text)
        state = State.OPEN
        while state is State.OPEN and len(taken) < _MOST_LINES and characters < _MOST_CHARACTERS:
            line = self._next()
            if line is None:
                break
            taken.append(line)
            characters += len(line.text)
            if line.problem or "\0" in line.text or '\\"' in line.text:
                break
            state = found.feed(line.text)
            is_within = state is State.OPEN
            if self._shape.looks_like_row(line.text) and (is_within or could_be_a_row):
                break
            if state is State.WHOLE and self._shape.is_whole(found.cells):
                return line.number
        self._ahead.extendleft(reversed(taken))
        return 0
