"""Files of applications: CSV or JSON Lines, as partners and portals export them.

Columns: ``application_id, name, street, city, state, zip, phone, website, fscs_id, revision``, any
subset with a name. Every line of the file comes out, in order: as a row, or as a bad line with its
number. Nothing about a person gets past this door.
"""

from __future__ import annotations

import codecs
import csv
import io
import json
import re
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, Final, NamedTuple

from library_validator.decisions.application import FIELDS, MAX_MESSAGE_BYTES
from library_validator_cli.failures import CommandFailed, WrongUsage

COLUMNS: Final = ("application_id", *FIELDS, "revision")
_PERSONAL: Final = frozenset(
    "contact person email mail first last firstname lastname surname director librarian signatory "
    "applicant submitter officer title".split()
)
_SPOOL_BYTES: Final = 16 * 1024 * 1024
_CHUNK: Final = 1024 * 1024


class Row(NamedTuple):
    """One application: the known columns that are not empty, values as given."""

    line: int  # 1 is the first line of the file
    application_id: str
    fields: dict[str, Any]

    def body(self) -> str:
        """The message that is sent for it, in ASCII: the same text for the same row."""
        return json.dumps(self.fields, separators=(",", ":"))


@dataclass(frozen=True, slots=True)
class BadLine:
    """A line that no application could be read from."""

    line: int
    error: str
    application_id: str | None = None


@dataclass(slots=True)
class Notices:
    """What was left out or made up while reading; whole only when every line was read."""

    ignored: set[str] = field(default_factory=set)
    personal: set[str] = field(default_factory=set)
    generated_ids: int = 0

    def sentences(self) -> list[str]:
        said = []
        if self.ignored:
            said.append(f"ignored columns: {', '.join(sorted(self.ignored))}")
        if self.personal:
            said.append(
                f"dropped columns about persons, which no decision needs: {', '.join(sorted(self.personal))}"
            )
        if self.generated_ids:
            said.append(
                f"{self.generated_ids:,} rows have no application_id: "
                "they are named after the file and the row"
            )
        return said


class ApplicationsFile:
    """Iterate once; ``notices`` tells afterwards what was left out. ``lines``: about how many there are."""

    def __init__(self, source: BinaryIO, name: str) -> None:
        """Raises ``CommandFailed`` where ``source`` holds no applications at all.

        ``source`` is seekable; ``name`` (``partners.csv``) names rows that have no id.
        """
        self.notices = Notices()
        self._stem = Path(name).stem or "applications"
        head = source.read(4096)
        _refuse_other_formats(head, name)
        encoding, self.lines = _encoding_and_lines(source)
        source.seek(0)
        self._text = io.TextIOWrapper(source, encoding, errors="replace", newline="")
        self.is_json = head.removeprefix(codecs.BOM_UTF8).lstrip()[:1] == b"{"
        if not self.is_json:
            self._reader = csv.reader(self._text)
            self._header = self._read_header(name)

    def __iter__(self) -> Iterator[Row | BadLine]:
        return self._json_rows() if self.is_json else self._csv_rows()

    def _read_header(self, name: str) -> list[str]:
        try:
            header = next(self._reader, [])
        except csv.Error as error:
            raise CommandFailed(f"{name} is neither CSV nor JSON Lines ({error})") from error
        columns = [_column(cell) for cell in header]
        if "name" not in columns:
            found = ", ".join(cell[:40] for cell in header[:12] if cell) or "an empty line"
            raise CommandFailed(
                f"{name} has no column called name (found: {found}); its first line must hold "
                f"column names out of {', '.join(COLUMNS)}"
            )
        doubled = sorted({column for column in COLUMNS if columns.count(column) > 1})
        if doubled:
            raise CommandFailed(f"{name} has the column {doubled[0]} more than once; keep one of them")
        for cell, column in zip(header, columns, strict=True):
            self._leave_out(column, cell.strip())
        return columns

    def _leave_out(self, column: str, as_written: str) -> None:
        if column in COLUMNS or not column:
            return
        # "mailing_street" is no person's; "e-mail" and "contact_name" are.
        words = set(re.split(r"[^a-z]+", column))
        (self.notices.personal if words & _PERSONAL else self.notices.ignored).add(as_written[:80])

    def _csv_rows(self) -> Iterator[Row | BadLine]:
        number = 0
        while True:
            line = self._reader.line_num + 1
            try:
                cells = next(self._reader)
            except StopIteration:
                return
            except csv.Error as error:
                number += 1
                yield BadLine(line, f"cannot be read as CSV ({error})")
                continue
            if not any(cell.strip() for cell in cells):
                continue
            number += 1
            problem = self._problem_of(cells, line)
            if problem:
                yield BadLine(line, problem)
                continue
            values = zip(self._header, cells, strict=False)
            yield self._row(line, number, {c: v.strip() for c, v in values if c in COLUMNS and v.strip()})

    def _problem_of(self, cells: list[str], line: int) -> str:
        if any(cell.strip() for cell in cells[len(self._header) :]):
            return (
                f"has {len(cells)} cells where the first line names {len(self._header)} columns: "
                "a cell with a comma needs quotation marks"
            )
        if self._reader.line_num > line and len(cells) < len(self._header):
            return f"runs on to line {self._reader.line_num}: a quotation mark is opened and not closed"
        return ""

    def _json_rows(self) -> Iterator[Row | BadLine]:
        number = 0
        for line, text in enumerate(self._text, start=1):
            if not text.strip():
                continue
            number += 1
            read = _json_object(text)
            if isinstance(read, str):
                yield BadLine(line, read)
                continue
            fields = {}
            for name, value in read.items():
                column = _column(name)
                if column not in COLUMNS:
                    self._leave_out(column, name)
                elif value is not None and value != "":
                    fields[column] = value
            yield self._row(line, number, fields)

    def _row(self, line: int, number: int, fields: dict[str, Any]) -> Row | BadLine:
        given = fields.pop("application_id", None)
        if given is None:
            self.notices.generated_ids += 1
            given = f"{self._stem}-{number}"
        row = Row(line, str(given), {"application_id": given, **fields})
        if _is_short(row.fields):
            return row
        size = len(row.body())
        if size > MAX_MESSAGE_BYTES:
            return BadLine(line, f"has {size:,} bytes; an application has at most {MAX_MESSAGE_BYTES:,}")
        return row


def _is_short(fields: dict[str, Any]) -> bool:
    """Whether the message is within its bounds at a glance; in ASCII a character takes 12 bytes at most."""
    try:
        return 12 * len("".join(fields.values())) < MAX_MESSAGE_BYTES - 1024
    except TypeError:  # not all of it is text
        return False


@contextmanager
def open_applications(path: Path) -> Iterator[ApplicationsFile]:
    """The applications in ``path``, or on standard input where it is ``-``.

    Raises ``WrongUsage`` where there is no such file, ``CommandFailed`` where it holds no applications.
    """
    if str(path) == "-":
        with tempfile.SpooledTemporaryFile(_SPOOL_BYTES) as spool:
            shutil.copyfileobj(sys.stdin.buffer, spool)
            spool.seek(0)
            yield ApplicationsFile(spool, "stdin")  # type: ignore[arg-type]  # a BinaryIO but by name
        return
    try:
        source = path.open("rb")
    except OSError as error:
        raise WrongUsage(f"{path} cannot be read: {error.strerror}") from error
    with source:
        yield ApplicationsFile(source, path.name)


def _column(name: str) -> str:
    """A header cell as a column name: ``ZIP `` is ``zip``, ``FSCS ID`` is ``fscs_id``."""
    return re.sub(r"[\s\-]+", "_", name.strip().lstrip("\ufeff").lower())


def _refuse_other_formats(head: bytes, name: str) -> None:
    if not head.strip():
        raise CommandFailed(f"{name} is empty")
    if head.startswith(b"PK\x03\x04"):
        raise CommandFailed(f"{name} is a spreadsheet or a zip; save the sheet as CSV (UTF-8) first")
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise CommandFailed(f"{name} is UTF-16 text; save it as CSV (UTF-8)")


def _encoding_and_lines(source: BinaryIO) -> tuple[str, int]:
    """UTF-8 where every byte allows it, else what spreadsheets on Windows write; and the line ends."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    is_utf8, lines = True, 0
    source.seek(0)
    while chunk := source.read(_CHUNK):
        lines += chunk.count(b"\n")
        if is_utf8:
            try:
                decoder.decode(chunk)
            except UnicodeDecodeError:
                is_utf8 = False
    try:
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        is_utf8 = False
    return "utf-8-sig" if is_utf8 else "cp1252", lines


def _json_object(text: str) -> dict[str, Any] | str:
    """The object on a line of JSON Lines, or what is wrong with the line."""
    try:
        read = json.loads(text)
    except (ValueError, RecursionError) as error:
        return f"is not JSON ({error})"
    if not isinstance(read, dict):
        return f"is a JSON {type(read).__name__}; one object a line is expected"
    return read
