"""The rows of a file become records; a row that cannot be read becomes a problem."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from operator import itemgetter
from typing import Final, Generic, TypeVar

from library_validator.errors import ReleaseRefused
from library_validator.releases.reading.archive import EXPECTED_ZIP
from library_validator.releases.reading.fiscal_year import YearMarks
from library_validator.releases.reading.layouts import Layout
from library_validator.releases.reading.repairs import Repairs, is_digits
from library_validator.releases.records import FileReport, Outlet, RowProblem, System

# Highest share of a file's rows that cannot be read. Official files have no such rows.
_REJECTED_AT_MOST: Final = 0.005
_OTHER_LINES_AT_MOST: Final = 100_000  # lines that are not records: five times the lines of an official file
_ROW_PROBLEMS_KEPT: Final = 1000  # most rejected rows that are kept for a file, and most other problems
_LONGEST_VALUE: Final = 100  # characters that are kept of a value
_KEY: Final = re.compile(r"[A-Z]{2}[0-9]{4}")
_SEQUENCE: Final = re.compile(r"[0-9]{3}")


_Record = TypeVar("_Record", System, Outlet)
_Values = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MemberText:
    """The content of a member after the first pass."""

    member: str  # its path inside the zip
    layout: Layout
    encoding: str
    content: io.BytesIO


@dataclass(frozen=True, slots=True)
class FileRecords(Generic[_Record]):
    """The result of the second pass over a file: its records, and how its rows were read."""

    records: list[_Record]
    rejected: int
    repaired: int
    problems: list[RowProblem]
    year_marks: YearMarks

    def report(self, text: MemberText, layout_name: str) -> FileReport:
        layout = text.layout
        rows = len(self.records) + self.rejected
        return FileReport(
            layout.kind,
            text.member,
            layout_name,
            text.encoding,
            rows,
            layout.columns,
            self.rejected,
            self.repaired,
        )


class _RowProblems:
    """Problems of the rows of a file: all are counted; the first rejected rows and others are kept."""

    def __init__(self, member: str) -> None:
        self.kept: list[RowProblem] = []
        self._member = member
        self._counts = Counter[bool]()

    @property
    def rejected(self) -> int:
        return self._counts[True]

    def reject_row(self, line: int, problem: str, values: dict[str, str]) -> None:
        self._keep_problem(line, problem, values, rejected=True)

    def report_unreadable_values(self, line: int, key: str, values: Iterable[tuple[str, str]]) -> None:
        for what, value in values:
            self._keep_problem(line, f"{what} cannot be read", {"FSCSKEY": key, what: value}, rejected=False)

    def _keep_problem(self, line: int, problem: str, values: dict[str, str], *, rejected: bool) -> None:
        self._counts[rejected] += 1
        if self._counts[rejected] <= _ROW_PROBLEMS_KEPT:
            cut = {column: value[:_LONGEST_VALUE] for column, value in values.items()}
            self.kept.append(RowProblem(self._member, line, problem, cut, rejected))


def read_rows(
    text: MemberText,
    to_record: Callable[[_Values, Repairs], _Record | None],
    repairs: Repairs,
) -> FileRecords[_Record]:
    """The second pass. Raises ``ReleaseRefused`` if there are no rows, or too many that cannot be read."""
    layout = text.layout
    pick: Callable[[list[str]], _Values] = itemgetter(*layout.picks)
    records: list[_Record] = []
    submission_years: list[str] = []
    flags: list[str] = []
    repaired = 0
    problems = _RowProblems(text.member)
    not_ascii: set[int] = set()
    lines = _decode_lines(text, not_ascii)
    next(lines)
    for line, row in enumerate(_split_rows(lines), start=2):
        if len(row) != layout.columns:
            if any(row):
                wrong = f"{len(row)} columns, {layout.columns} expected"
                problems.reject_row(line, wrong, {"row": ",".join(row)})
            if line - len(records) > _OTHER_LINES_AT_MOST:
                raise ReleaseRefused(
                    f"over {_OTHER_LINES_AT_MOST} lines in {text.member!r} that are not rows",
                    f"{layout.columns} columns in every row and a valid FSCSKEY",
                    tuple(problem.as_json() for problem in problems.kept),
                )
            continue
        row.append("")  # the value of every column that this year lacks
        picked = pick(row)
        if line in not_ascii:
            # Text is repaired first: the second half of a double-encoded letter can look like a blank.
            picked = tuple(map(repairs.repair_text, picked))
        values = tuple(map(str.strip, picked))
        if values != picked:
            repairs.count_repair("blanks around values removed")
        record = to_record(values, repairs)
        repaired += bool(repairs.row_done)
        repairs.row_done = 0
        if record is None:
            if any(row):
                problems.reject_row(line, "no valid key", dict(zip(layout.fields[:4], values, strict=False)))
            continue
        if repairs.row_unreadable:
            problems.report_unreadable_values(line, record.fscs_key, repairs.row_unreadable)
            repairs.row_unreadable.clear()
        records.append(record)
        submission_years.append(row[layout.submission_year])
        flags.append(row[layout.flag])
    rejected = problems.rejected
    if rejected > _REJECTED_AT_MOST * (len(records) + rejected):
        first = next(problem for problem in problems.kept if problem.rejected)
        raise ReleaseRefused(
            f"{rejected} rows of {text.member!r} that cannot be read, of {len(records) + rejected} "
            f"(the first in line {first.line}: {first.problem})",
            f"{layout.columns} columns in every row and a valid FSCSKEY",
            tuple(problem.as_json() for problem in problems.kept),
        )
    if not records:
        raise ReleaseRefused(f"a {layout.kind} file without rows ({text.member!r})", EXPECTED_ZIP)
    year_marks = YearMarks(Counter(submission_years), Counter(flags))
    return FileRecords(records, rejected, repaired, problems.kept, year_marks)


def _decode_lines(text: MemberText, not_ascii: set[int]) -> Iterator[str]:
    """The lines of the text; the numbers of lines that are not ASCII are added to ``not_ascii``.

    Nearly every line is ASCII, and latin-1 decodes ASCII as fast as a copy.
    """
    encoding = text.encoding.removesuffix("-sig")  # the byte order mark is in the header line
    text.content.seek(0)
    for number, line in enumerate(io.TextIOWrapper(text.content, "latin-1"), start=1):
        if line.isascii():
            yield line
        else:
            not_ascii.add(number)
            yield line.encode("latin-1").decode(encoding)


def _split_rows(lines: Iterable[str]) -> Iterator[list[str]]:
    """Each line is a row: a quote that is not closed spoils only its own row."""
    for line in lines:
        if '"' not in line:
            yield line.rstrip("\n").split(",")
            continue
        try:
            yield next(csv.reader((line,), strict=True))
        except csv.Error:
            yield [line]


def system_of(values: _Values, repairs: Repairs) -> System | None:
    """A System from its columns in the order of its fields; None without a valid key."""
    # fmt: off
    (key, state, libid, name, street, city, zip_code, mailing_street, mailing_city, mailing_zip, county,
     phone, structure, name_change, address_change, meets, legal, administrative, relationship, reporting,
     locale, population, expenditure, period_end) = values
    # fmt: on
    if not _KEY.fullmatch(key):
        return None
    zip_code, mailing_zip, phone, structure, name_change, address_change = _repair_values(
        repairs, state, zip_code, mailing_zip, phone, structure, name_change, address_change
    )
    return System(
        key,
        state,
        libid,
        name,
        street,
        city,
        zip_code,
        mailing_street,
        mailing_city,
        mailing_zip,
        county,
        phone,
        structure,
        name_change,
        address_change,
        meets,
        legal,
        administrative,
        relationship,
        reporting,
        locale,
        int(population) if population.isdecimal() else repairs.repair_number(population, "POPU_LSA"),
        int(expenditure) if expenditure.isdecimal() else repairs.repair_number(expenditure, "TOTOPEXP"),
        period_end,
    )


def _repair_values(
    repairs: Repairs,
    state: str,
    zip_code: str,
    mailing_zip: str,
    phone: str,
    structure: str,
    name_change: str,
    address_change: str,
) -> tuple[str, str, str, str, str, str]:
    """ZIP code, mailing ZIP code (empty: none), phone and the three codes, repaired if needed."""
    if len(zip_code) != 5 or not is_digits(zip_code):
        zip_code = repairs.repair_zip(zip_code, state)
    if mailing_zip and (len(mailing_zip) != 5 or not is_digits(mailing_zip)):
        mailing_zip = repairs.repair_zip(mailing_zip, state)
    if len(phone) != 10 or not is_digits(phone):
        phone = repairs.repair_phone(phone)
    if len(structure) != 2 or len(name_change) != 2 or len(address_change) != 2:
        structure = repairs.repair_code(structure, 2, "STATSTRU")
        name_change = repairs.repair_code(name_change, 2, "STATNAME")
        address_change = repairs.repair_code(address_change, 2, "STATADDR")
    return zip_code, mailing_zip, phone, structure, name_change, address_change


def outlet_of(values: _Values, repairs: Repairs) -> Outlet | None:
    """An Outlet from its columns in the order of its fields; None without a valid key or sequence."""
    # fmt: off
    (key, sequence, state, libid, name, street, city, zip_code, county, phone, outlet_type, structure,
     name_change, address_change, meets, locale) = values
    # fmt: on
    if len(sequence) != 3:
        sequence = repairs.repair_code(sequence, 3, "FSCS_SEQ")
    if not _KEY.fullmatch(key) or not _SEQUENCE.fullmatch(sequence):
        return None
    zip_code, _, phone, structure, name_change, address_change = _repair_values(
        repairs, state, zip_code, "", phone, structure, name_change, address_change
    )
    return Outlet(
        key,
        sequence,
        state,
        libid,
        name,
        street,
        city,
        zip_code,
        county,
        phone,
        outlet_type,
        structure,
        name_change,
        address_change,
        meets,
        locale,
    )
