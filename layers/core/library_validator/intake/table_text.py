"""The rows of a table that is written as text. Every line belongs to a row or to a reported problem.

A row is a single line, unless a quoted cell has line breaks. Several lines are a row only if

- the cell is closed, and the row then has exactly the cells of the header;
- none of the lines could be a row of the file by itself; and
- no stray mark follows: it would show that the closing mark opened another cell.

Lines that are not a row are reported together, up to the next line where a row certainly begins. So a lost or
added quotation mark makes only its own row unreadable, and two rows are never read as one row.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from typing import Final

from library_validator.intake.encodings import Line
from library_validator.intake.quoted_cells import QuotedCells, State
from library_validator.intake.table_rows import RowShape, TableRow

_MOST_LINES: Final = 200  # a row has at most so many lines
_MOST_CHARACTERS: Final = 256 * 1024  # a row has at most so many characters
_UNREADABLE: Final = "cannot be read: "
_LINES_CHECKED: Final = 20  # so many lines after a row of several lines are checked for a stray mark
_ONE_OR_SEVERAL: Final = (
    "these lines are one row with line breaks in a cell, or several rows with stray quotation marks"
)
_NOT_CLOSED: Final = (
    "a quotation mark is opened and not closed: close it, or write it twice if it belongs to the text"
)
_BACKSLASH: Final = "a backslash is before a quotation mark; CSV writes the quotation mark twice instead"


class TextTable:
    """The rows below the header, in order and without blank lines, to be iterated once."""

    def __init__(self, lines: Iterable[Line], shape: RowShape) -> None:
        self._shape = shape
        self._ahead: deque[Line] = deque()
        self._source = iter(lines)
        self.uneven = 0  # rows with more or fewer cells than the header

    def __iter__(self) -> Iterator[TableRow]:
        shape, ahead, source = self._shape, self._ahead, self._source
        delimiter, width, is_shifted = shape.delimiter, shape.width, shape.is_shifted
        is_filled = width == shape.named
        between = f'"{delimiter}"'
        while (line := ahead.popleft() if ahead else next(source, None)) is not None:
            number, text, problem = line
            body = text.rstrip("\r\n")
            if problem or "\\" in text or "\0" in text:
                cells = []
            elif '"' not in text:
                cells = body.split(delimiter)
            elif body[0] == body[-1] == '"' and body.count('"') == 2 * width:
                cells = body[1:-1].split(between)  # if this gives a whole row, all its cells are quoted
            else:
                cells = []
            if len(cells) == width and is_filled and not is_shifted(cells):
                yield TableRow(number, number, cells)
            elif problem or (body and not body.isspace()):
                yield from self._read_row(line)

    def _next_line(self) -> Line | None:
        """The next line: a line that was read before and put back, or a new line of the file."""
        return self._ahead.popleft() if self._ahead else next(self._source, None)

    def _check_row(self, first: int, last: int, cells: list[str]) -> TableRow:
        problem = self._shape.problem_of(cells)
        if problem:
            return TableRow(first, last, cells, problem)
        self.uneven += not self._shape.is_whole(cells)
        return TableRow(first, last, self._shape.fit_to_header(cells))

    def _read_row(self, line: Line) -> Iterator[TableRow]:
        """The row that begins with a line, or the lines that cannot be read up to the next row."""
        row = self._row_at(line)
        if not row.problem.startswith(_UNREADABLE):
            yield row
            return
        following = None
        last, cells = row.last_line, self._shape.count_cells(line.text)
        while (after := self._next_line()) is not None:
            if after.text.isspace():
                continue
            following = self._row_at(after)
            # If a short line opens a quotation mark, the line that completes the row is its second half.
            is_rest = cells < self._shape.named and row.problem.endswith(_NOT_CLOSED)
            cells += self._shape.count_cells(after.text) - 1
            if not following.problem and not (is_rest and cells == self._shape.named):
                break
            last, following = following.last_line, None
        yield row._replace(last_line=last)
        if following:
            yield following

    def _row_at(self, line: Line) -> TableRow:
        """The row that begins with a line. If it cannot be read, the lines after it are put back."""
        number, text, problem = line
        if problem:
            return TableRow(number, number, [], problem)
        if "\0" in text:
            return TableRow(number, number, [], "has a zero byte, which is not text")
        if '\\"' in text:
            return TableRow(number, number, [], _UNREADABLE + _BACKSLASH)
        found = QuotedCells(self._shape.delimiter)
        state = found.read_line(text)
        if state is State.WHOLE:
            return self._check_row(number, number, found.cells)
        if state is State.BROKEN:
            return TableRow(number, number, [], _UNREADABLE + found.fault)
        return self._row_of_lines(line, found)

    def _row_of_lines(self, first: Line, found: QuotedCells) -> TableRow:
        """The row of several lines that begins with ``first``, or the reason why it is not a row."""
        shape, number = self._shape, first.number
        could_be_a_row = shape.may_be_row(first.text)
        is_last_cell = len(found.cells) == shape.named - 1
        # If a quoted cell has several lines, each line before the one with its closing quotation mark has
        # fewer cells than a row, unless the quoted cell is the last cell of the row.
        separators = shape.count_separators(first.text)
        holds_a_row = could_be_a_row and not is_last_cell
        taken: list[Line] = []
        characters = len(first.text)
        state = State.OPEN
        while state is State.OPEN and len(taken) < _MOST_LINES and characters < _MOST_CHARACTERS:
            line = self._next_line()
            if line is None:
                break
            taken.append(line)
            if line.problem or "\0" in line.text or '\\"' in line.text:
                break
            state = found.read_line(line.text)
            characters += len(line.text)
            if state is State.OPEN:
                separators += shape.count_separators(line.text)
                holds_a_row |= separators >= shape.named - 1 and not is_last_cell
            # The line that closes the cell counts as a row only if the first line could be a row too.
            holds_a_row |= shape.may_be_row(line.text) and (state is State.OPEN or could_be_a_row)
        if state is State.WHOLE and shape.is_whole(found.cells):
            last = taken[-1].number
            if holds_a_row:
                return TableRow(number, last, [], _UNREADABLE + _ONE_OR_SEVERAL)
            if not self._is_before_stray_mark():
                return TableRow(number, last, shape.fit_to_header(found.cells))
        self._ahead.extendleft(reversed(taken))
        return TableRow(number, number, [], _UNREADABLE + _NOT_CLOSED)

    def _is_before_stray_mark(self) -> bool:
        """Whether a stray quotation mark comes before the next row: then the closing mark opened a cell."""
        taken: list[Line] = []
        is_broken = False
        while len(taken) < _LINES_CHECKED and (line := self._next_line()) is not None:
            taken.append(line)
            found = QuotedCells(self._shape.delimiter)
            state = found.read_line(line.text)
            is_broken = state is State.BROKEN
            if is_broken or state is State.OPEN or not self._shape.problem_of(found.cells):
                break
        self._ahead.extendleft(reversed(taken))
        return is_broken
