"""Files of applications, as partners and portals export them: CSV, .xlsx or JSON Lines.

Every line of the file is part of a ``Row`` or of a ``BadLine``, in the order of the file. Two rows are never
read as one row, and nothing about a person is kept. ``docs/cli.md`` has the rules.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import PurePath
from typing import Any, BinaryIO, Final, NamedTuple

from library_validator.decisions.application import MAX_MESSAGE_BYTES
from library_validator.errors import FileUnreadable
from library_validator.intake.column_mapping import ColumnMapping, map_columns
from library_validator.intake.encodings import Line, TextLines
from library_validator.intake.file_formats import is_workbook
from library_validator.intake.json_lines import JsonLines
from library_validator.intake.notices import Notices
from library_validator.intake.repeated_headers import HeaderKind, HeaderRows
from library_validator.intake.street_lines import StreetPart, has_addressee, street_of
from library_validator.intake.table_rows import RowShape, TableRow
from library_validator.intake.table_text import TextTable
from library_validator.intake.text_header import TextHeader, find_header
from library_validator.intake.workbook import Workbook
from library_validator.mojibake import repair_text

_NULL: Final = "\\N"  # databases write this into CSV for "no value"
_TITLE_SHOWN: Final = 80


class Row(NamedTuple):
    """One application: the values of its known columns that are not empty, as the file has them."""

    line: int  # 1 is the first line of a text file, or the first row of a sheet
    application_id: str
    fields: dict[str, Any]

    def message(self) -> str:
        """The message that is sent for this row, in ASCII. Equal rows have equal messages."""
        return json.dumps(self.fields, separators=(",", ":"))


@dataclass(frozen=True, slots=True)
class BadLine:
    """A line, or a range of lines, that could not be read as an application."""

    line: int
    error: str  # a phrase that completes "line 3 " or "lines 3 to 4 "
    application_id: str | None = None
    last_line: int | None = None  # None: it is a single line

    @property
    def lines(self) -> str:
        """``line 3``, or ``lines 3 to 4``."""
        return f"lines {self.line} to {self.last_line}" if self.last_line else f"line {self.line}"

    @property
    def as_json(self) -> dict[str, int | str]:
        """The keys ``line`` and ``error``, and ``last_line`` if there are several lines."""
        last = {"last_line": self.last_line} if self.last_line else {}
        return {"line": self.line, **last, "error": self.error}


class ApplicationsFile:
    """The rows and bad lines of a file, to be iterated once.

    Afterwards ``notices`` says what was left out. ``lines`` is the approximate number of lines.
    """

    def __init__(
        self,
        source: BinaryIO,
        name: str,
        *,
        columns: Mapping[str, Sequence[str]] | None = None,
        sheet: str | None = None,
        beside: Sequence[str] = (),
        generate_ids: bool = True,
    ) -> None:
        """``source`` is seekable; ``name`` (``partners.csv``) appears in messages and in generated ids.

        ``columns``: the headers to read for a field, if they would not be recognised. ``sheet``: the sheet to
        read, if a workbook has several tables. ``beside``: columns that are kept in ``Row.fields`` besides
        the columns of an application. Without ``generate_ids``, rows without an id get no id.

        Raises ``FileUnreadable`` if ``source`` has no applications at all, and ``NotInFile`` if a named
        column or sheet does not exist.
        """
        self.notices = Notices()
        self.is_json = False
        self._name = name
        self._stem = PurePath(name).stem or "applications"
        self._chosen = columns or {}
        self._beside = beside
        self._generate_ids = generate_ids
        if is_workbook(source, name):
            self._rows = self._open_workbook(source, sheet)
        else:
            self._rows = self._open_text(source)

    def __iter__(self) -> Iterator[Row | BadLine]:
        return self._rows

    @property
    def fields(self) -> frozenset[str]:
        """The fields of an application for which the file has a column."""
        return frozenset(self.notices.choices)

    def _open_workbook(self, source: BinaryIO, sheet: str | None) -> Iterator[Row | BadLine]:
        workbook = Workbook(source, self._name, self._chosen, sheet)
        self.lines = workbook.approximate_count
        self.notices.sheet, self.notices.other_sheets = workbook.sheet, workbook.not_read
        header = workbook.header
        mapping = self._map_header(header.cells)
        shape = RowShape.of_header(header.cells, ",", mapping)
        above = list(self._lines_above_header(header.above, shape, header.row))
        return chain(above, self._workbook_rows(workbook, mapping, shape))

    def _workbook_rows(
        self, workbook: Workbook, mapping: ColumnMapping, shape: RowShape
    ) -> Iterator[Row | BadLine]:
        def rows_as_wide_as_header() -> Iterator[TableRow]:
            for row in workbook:
                self.notices.unnamed_values += any(map(str.strip, row.cells[shape.named :]))
                yield row if row.problem else row._replace(cells=shape.fit_to_header(row.cells))

        yield from self._table_rows(rows_as_wide_as_header(), workbook.header.cells, mapping)
        self.notices.error_cells = workbook.errors

    def _open_text(self, source: BinaryIO) -> Iterator[Row | BadLine]:
        text = TextLines(source)
        self.lines = text.approximate_count
        self.notices.others = text.others
        lines = iter(text)
        blank: list[Line] = []
        for line in lines:
            blank.append(line)
            if line.problem or line.text.strip():
                break
        lines = chain(blank, lines)
        self.is_json = bool(blank) and blank[-1].text.lstrip().startswith("{")
        if self.is_json:
            return self._json_rows(lines)
        return self._text_rows(lines, text)

    def _text_rows(self, lines: Iterator[Line], text: TextLines) -> Iterator[Row | BadLine]:
        header = find_header(lines, self._chosen)
        if header.broken_line:
            said = f"has no header: line {header.broken_line} has a quotation mark without a second one"
            raise FileUnreadable(self._name, said)
        self.notices.separator = header.delimiter
        mapping = self._map_header(header.cells)
        shape = RowShape.of_header(header.cells, header.delimiter, mapping)
        above = list(self._lines_above_header(_title_rows(header), shape, header.first_line))
        table = TextTable(chain(header.below, lines), shape)

        def rows() -> Iterator[Row | BadLine]:
            yield from above
            yield from self._table_rows(table, header.cells, mapping, text)
            self.notices.uneven_rows = table.uneven

        return rows()

    def _map_header(self, header: Sequence[str]) -> ColumnMapping:
        mapping = map_columns(self._name, header, chosen=self._chosen, beside=self._beside)
        self.notices.add(mapping)
        return mapping

    def _lines_above_header(
        self, above: Iterable[TableRow], shape: RowShape, header_line: int
    ) -> Iterator[BadLine]:
        """Titles above the header go into the notices; a line that could be a row is a bad line."""
        for row in above:
            texts = [cell.strip() for cell in row.cells if cell.strip()]
            if row.problem:
                yield BadLine(row.line, row.problem)
            elif texts and 2 * len(texts) <= shape.named:
                self.notices.titles[row.line] = " ".join(texts)[:_TITLE_SHOWN]
            elif texts:
                yield BadLine(row.line, f"is above the header, which is line {header_line}")

    def _table_rows(
        self,
        table: Iterable[TableRow],
        header: Sequence[str],
        mapping: ColumnMapping,
        text: TextLines | None = None,
    ) -> Iterator[Row | BadLine]:
        single, street, unnamed = mapping.single, mapping.street, mapping.unnamed
        headers = HeaderRows(header, mapping, self._chosen)
        others = text.others if text else None
        rows = iter(table)
        number = 0
        for line, last, cells, problem in rows:
            number += 1
            if kind := headers.kind_of(cells):
                yield from self._report_repeated_header(kind, line, last, rows, headers)
                continue
            if problem:
                yield BadLine(line, problem, last_line=last if last > line else None)
                continue
            fields: dict[str, Any] = {}
            for field, position in single:
                value = cells[position].strip()
                if value and value != _NULL:
                    fields[field] = value
            if street:
                self._add_street(fields, cells, street)
            if not fields and not any(map(str.strip, cells)):
                number -= 1
                continue
            if others and others.last_line >= line:
                fields = {field: repair_text(value) for field, value in fields.items()}
            if unnamed and any(cells[position].strip() for position in unnamed):
                self.notices.unnamed_values += 1
            yield self._row(line, number, fields, last)

    def _add_street(self, fields: dict[str, Any], cells: Sequence[str], parts: Sequence[StreetPart]) -> None:
        if street := street_of(cells, parts):
            fields["street"] = street
        self.notices.lines_of_persons += any(has_addressee(cells[part.position]) for part in parts)

    def _report_repeated_header(
        self, kind: HeaderKind, line: int, last: int, rows: Iterator[TableRow], headers: HeaderRows
    ) -> Iterator[BadLine]:
        """Report a header in the middle of the table. Rows under a header with other columns are not read."""
        if kind is HeaderKind.SAME:
            said = "repeats the header, as if several files were joined; the rows below are read"
            yield BadLine(line, said, last_line=last if last > line else None)
            return
        first, again = line, None
        for row in rows:
            if headers.kind_of(row.cells) is HeaderKind.SAME:
                again = row
                break
            last = row.last_line
        said = "cannot be read: the header above has other columns; put these rows into a file of their own"
        yield BadLine(first, said, last_line=last if last > first else None)
        if again:
            yield from self._report_repeated_header(
                HeaderKind.SAME, again.line, again.last_line, rows, headers
            )

    def _json_rows(self, lines: Iterator[Line]) -> Iterator[Row | BadLine]:
        objects = JsonLines(lines, self._name, self._chosen, self._beside, self.notices)

        def rows() -> Iterator[Row | BadLine]:
            for number, (line, fields, problem) in enumerate(objects, start=1):
                yield BadLine(line, problem) if problem else self._row(line, number, fields)

        return rows()

    def _row(self, line: int, number: int, fields: dict[str, Any], last: int = 0) -> Row | BadLine:
        given = fields.get("application_id")
        if given is None and self._generate_ids:
            self.notices.generated_ids += 1
            given = f"{self._stem}-{number}"
            fields = {"application_id": given, **fields}
        row = Row(line, "" if given is None else str(given), fields)
        if _is_short(row.fields):
            return row
        size = len(row.message())
        if size > MAX_MESSAGE_BYTES:
            said = f"has {size:,} bytes; an application has at most {MAX_MESSAGE_BYTES:,}"
            return BadLine(line, said, last_line=last if last > line else None)
        return row


def _title_rows(header: TextHeader) -> Iterator[TableRow]:
    for number, text, problem in header.above:
        yield TableRow(number, number, text.replace('"', "").split(header.delimiter), problem)


def _is_short(fields: dict[str, Any]) -> bool:
    """Whether the message is certainly short enough: in ASCII, a character takes 12 bytes at most."""
    try:
        return 12 * len("".join(fields.values())) < MAX_MESSAGE_BYTES - 1024
    except TypeError:  # not all values are text
        return False
