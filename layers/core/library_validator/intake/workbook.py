"""The rows of an .xlsx workbook, as the text that its sender sees.

openpyxl reads the rows one by one (docs/adr/0023); it is imported only when a workbook is read. Sizes are
checked before anything is parsed, and XML entities are refused, because anybody may send a workbook.
"""

from __future__ import annotations

import re
import warnings
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice, repeat
from typing import Any, BinaryIO, Final, NamedTuple

from library_validator.errors import FileUnreadable, NotInFile
from library_validator.intake.cell_text import cell_text, column_letters, has_no_result, is_error
from library_validator.intake.column_mapping import count_named_fields
from library_validator.intake.table_rows import TableRow

MAX_MEMBERS: Final = 2_000
MAX_PART_BYTES: Final = 128 * 1024 * 1024  # unpacked size of a sheet, or of the texts of all sheets
MAX_STYLES_BYTES: Final = 16 * 1024 * 1024
MAX_TOTAL_BYTES: Final = 512 * 1024 * 1024
MAX_ROWS: Final = 1_048_576  # most rows of a sheet in any spreadsheet
MAX_CELLS: Final = 50_000_000
_ROWS_SEARCHED: Final = 20  # the header is looked for in so many rows that are not blank
_MOST_ROWS_SEARCHED: Final = 200
_CHUNK: Final = 1024 * 1024
_FORMULA: Final = re.compile(rb"<(?:\w+:)?f[\s/>]")
_NO_READER: Final = (
    "cannot be read, because openpyxl or defusedxml is not installed here; save the sheet as CSV"
)


class SheetHeader(NamedTuple):
    """The header of a sheet, and the rows above it that are not blank."""

    row: int
    cells: list[str]
    above: list[TableRow]
    fields: int  # number of fields of an application that the header names; 0 if no header was found


class Workbook:
    """The rows below the header of the sheet that holds applications, in order, to be iterated once.

    ``sheet`` is the title of that sheet, ``not_read`` has the titles of the other sheets, and ``errors``
    counts cells that show an error (#N/A).
    """

    def __init__(
        self, source: BinaryIO, file: str, chosen: Mapping[str, Sequence[str]], sheet: str | None = None
    ) -> None:
        """Raises ``FileUnreadable`` if there is no table of applications, or more than one.

        Raises ``NotInFile`` if no sheet has the name ``sheet``.
        """
        self._file = file
        self._has_formulas = _check_sizes(source, file)
        self._values = self._open_book(source, results=True)
        self._formulas = self._open_book(source, results=False) if self._has_formulas else None
        self.errors = 0
        sheets = self._values.worksheets
        rows = {each.title: each.max_row for each in sheets}
        self.sheet, self.header = self._chosen_sheet(sheets, chosen, sheet)
        self.not_read = tuple(
            each.title if each.sheet_state == "visible" else f"{each.title} (hidden)"
            for each in sheets
            if each.title != self.sheet
        )
        self.approximate_count = min(rows[self.sheet] or 0, MAX_ROWS)

    def __iter__(self) -> Iterator[TableRow]:
        for row in islice(self._rows(self.sheet), self.header.row, None):
            if row.problem or any(map(str.strip, row.cells)):
                yield row

    def _open_book(self, source: BinaryIO, *, results: bool) -> Any:
        try:
            import openpyxl  # noqa: PLC0415 - it is slow, and only workbooks need it
        except ImportError as error:
            raise FileUnreadable(self._file, _NO_READER) from error
        if not openpyxl.DEFUSEDXML:
            raise FileUnreadable(self._file, _NO_READER)
        # openpyxl warns of parts that it leaves out: validations, pictures, extensions.
        warnings.filterwarnings("ignore", category=UserWarning, module=r"openpyxl\.")
        source.seek(0)
        try:
            return openpyxl.load_workbook(source, read_only=True, data_only=results, keep_links=False)
        except Exception as error:
            raise self._error_of_damage(error) from error

    def _error_of_damage(self, error: BaseException) -> FileUnreadable:
        while (
            error.__context__ is not None
        ):  # the cause: openpyxl itself only says that a part could not be read
            error = error.__context__
        said = " ".join(str(error).split())[:120]
        return FileUnreadable(
            self._file, f"is a damaged workbook ({type(error).__name__}: {said}); open it and save it again"
        )

    def _chosen_sheet(
        self, sheets: Sequence[Any], chosen: Mapping[str, Sequence[str]], named: str | None
    ) -> tuple[str, SheetHeader]:
        if named is not None:
            wanted = named.strip().casefold()
            title = next((each.title for each in sheets if each.title.strip().casefold() == wanted), None)
            if title is None:
                raise NotInFile(
                    f"{self._file} has no sheet {named!r}; its sheets are {_quote_titles(sheets)}"
                )
            return title, self._find_header(title, chosen)
        found = [
            (each.title, self._find_header(each.title, chosen))
            for each in sheets
            if each.sheet_state == "visible"
        ]
        if not found:
            raise FileUnreadable(self._file, "has no visible sheet", option="sheet" if sheets else "")
        best = max(header.fields for _, header in found)
        tables = [table for table in found if table[1].fields >= min(best, 2)]
        if len(tables) > 1 and best:
            titles = " and ".join([f'"{title}"' for title, _ in tables])
            raise FileUnreadable(
                self._file, f"has tables of applications on the sheets {titles}", option="sheet"
            )
        return next((table for table in tables if table[1].cells), tables[0])

    def _find_header(self, title: str, chosen: Mapping[str, Sequence[str]]) -> SheetHeader:
        """The first row with headers for the name and another field, or else with a header for the name."""
        seen: list[TableRow] = []
        best: SheetHeader | None = None
        for row in islice(self._rows(title), _MOST_ROWS_SEARCHED):
            if not any(map(str.strip, row.cells)):
                continue
            found = SheetHeader(row.line, row.cells, list(seen), count_named_fields(row.cells, chosen))
            if found.fields > 1:
                return found
            if best is None or found.fields > best.fields:
                best = found
            seen.append(row)
            if len(seen) == _ROWS_SEARCHED:
                break
        return best or SheetHeader(0, [], [], 0)

    def _rows(self, title: str) -> Iterator[TableRow]:
        """Every row of the sheet, also blank rows: the first row is line 1."""
        try:
            yield from self._rows_within_limits(title)
        except FileUnreadable:
            raise
        except Exception as error:
            raise self._error_of_damage(error) from error

    def _rows_within_limits(self, title: str) -> Iterator[TableRow]:
        values = _all_rows(self._values[title])
        formulas = _all_rows(self._formulas[title]) if self._formulas else repeat(())
        cells = 0
        for number, (row, asked) in enumerate(zip(values, formulas, strict=False), start=1):
            cells += len(row)
            if number > MAX_ROWS or cells > MAX_CELLS:
                said = (
                    f"and later rows are not read: at most {MAX_ROWS:,} rows and {MAX_CELLS:,} cells are read"
                )
                yield TableRow(number, number, [], said)
                return
            yield self._row(number, row, asked)

    def _row(self, number: int, row: Sequence[Any], formulas: Sequence[Any]) -> TableRow:
        texts = []
        for at, cell in enumerate(row):
            if cell.value is None and at < len(formulas) and has_no_result(cell, formulas[at]):
                where = f"{column_letters(at)}{number}"
                said = (
                    f"has a formula without its result in cell {where}: open the workbook and save it again"
                )
                return TableRow(number, number, [], said)
            if is_error(cell):
                self.errors += 1
                texts.append("")
            else:
                texts.append(cell_text(cell))
        return TableRow(number, number, texts)


def _all_rows(sheet: Any) -> Iterator[Sequence[Any]]:
    """All rows of a sheet, even if the sheet states a smaller size."""
    sheet.reset_dimensions()
    rows: Iterator[Sequence[Any]] = sheet.iter_rows()
    return rows


def _quote_titles(sheets: Sequence[Any]) -> str:
    return ", ".join(f'"{sheet.title}"' for sheet in sheets[:20])


def _check_sizes(source: BinaryIO, file: str) -> bool:
    """Refuse a workbook that unpacks to too many bytes. Returns whether any sheet has a formula.

    ``zipfile`` never unpacks more of a part than its stated size, so the stated sizes are checked here.
    """
    source.seek(0)
    with zipfile.ZipFile(source) as archive:
        parts = archive.infolist()
        total = sum(part.file_size for part in parts)
        if len(parts) > MAX_MEMBERS or total > MAX_TOTAL_BYTES:
            raise FileUnreadable(
                file, f"unpacks to {len(parts):,} parts of {total:,} bytes, which is too much for a workbook"
            )
        for part in parts:
            most = MAX_STYLES_BYTES if part.filename == "xl/styles.xml" else MAX_PART_BYTES
            if part.filename.endswith((".xml", ".rels")) and part.file_size > most:
                raise FileUnreadable(
                    file,
                    f"is too large: {part.filename} unpacks to {part.file_size:,} bytes, "
                    f"and at most {most:,} are read; save the sheet as CSV",
                )
        sheets = [part for part in parts if part.filename.startswith("xl/worksheets/")]
        return any(_has_formula(archive, part) for part in sheets)


def _has_formula(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> bool:
    try:
        with archive.open(part) as content:
            before = b""
            while chunk := content.read(_CHUNK):
                if _FORMULA.search(before + chunk):
                    return True
                before = chunk[-40:]
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, ValueError):
        pass  # reading the sheet later reports what is wrong
    return False
