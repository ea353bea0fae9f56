"""The records of a release: library systems and outlets, and the report on the release.

Values are as published, trimmed and repaired (see ``reading``). Codes for missing values stay on the record:
``M`` in a text; in numbers and phones -1 missing, -3 temporarily closed, -4 not applicable,
-9 suppressed. Source: PLS data documentation, FY2022, appendices A and B.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Final

from library_validator.terms import Severity


class Structure(StrEnum):
    """STATSTRU, the structure change code."""

    UNCHANGED = "00"
    ABSORBED_ANOTHER = "01"
    NEW = "02"
    CLOSED = "03"
    MOVED_TO_NEW_SYSTEM = "04"
    MERGED = "05"
    RESTORED = "08"
    RESTORED_WRONGLY_DELETED = "09"
    DELETED_INCORRECT = "10"
    MOVED_TO_OTHER_SYSTEM = "11"
    ADDED_EXISTING = "13"
    FUTURE_ID = "22"
    TEMPORARILY_CLOSED = "23"
    REOPENED = "24"
    NON_RESPONDENT = "25"


@dataclass(slots=True)  # final fields instead of frozen=True, which triples the time to make a record
class System:
    """One administrative entity (library system); unique by ``fscs_key`` within a release."""

    fscs_key: Final[str]  # FSCSKEY, two letters and four digits: AK0001
    state: Final[str]  # STABR
    libid: Final[str]  # LIBID, the state's own id: not unique; it may equal another system's FSCS key
    name: Final[str]  # LIBNAME, cut at 60 characters by the source
    street: Final[str]  # ADDRESS, cut at 35 characters
    city: Final[str]  # CITY, cut at 20 characters
    zip: Final[str]  # five digits or M
    mailing_street: Final[str]  # ADDRES_M; empty in layouts without it
    mailing_city: Final[str]
    mailing_zip: Final[str]
    county: Final[str]
    phone: Final[str]  # ten digits, or -3 / -4 / M
    structure: Final[str]  # STATSTRU, two digits (see Structure)
    name_change: Final[str]  # STATNAME: 00, 06 official, 14 minor
    address_change: Final[str]  # STATADDR: 00, 07 moved, 15 minor
    meets_fscs_definition: Final[str]  # C_FSCS: Y, N, or empty if the layout lacks it
    legal_basis: Final[str]  # C_LEGBAS
    administrative_structure: Final[str]  # C_ADMIN
    relationship: Final[str]  # C_RELATN
    reporting_status: Final[str]  # RSTATUS
    locale: Final[str]  # LOCALE / LOCALE_ADD, or empty
    population: Final[int]  # POPU_LSA, persons; negative: missing code
    operating_expenditure: Final[int]  # TOTOPEXP, US dollars; negative: missing code
    period_end: Final[str]  # ENDDATE as published, or -3


@dataclass(slots=True)  # final fields instead of frozen=True, which triples the time to make a record
class Outlet:
    """One outlet of a system; unique by ``fscs_id`` within a release."""

    fscs_key: Final[str]
    sequence: Final[str]  # FSCS_SEQ, three digits
    state: Final[str]
    libid: Final[str]
    name: Final[str]
    street: Final[str]
    city: Final[str]
    zip: Final[str]
    county: Final[str]
    phone: Final[str]
    type: Final[str]  # C_OUT_TY: CE central, BR branch, BS bookmobile, BM books-by-mail (MO in FY2017-19)
    structure: Final[str]
    name_change: Final[str]
    address_change: Final[str]
    meets_fscs_definition: Final[str]
    locale: Final[str]

    @property
    def fscs_id(self) -> str:
        """The outlet's id: ``AK0001-002``."""
        return f"{self.fscs_key}-{self.sequence}"


@dataclass(frozen=True, slots=True)
class FileReport:
    """Counts of a file that a release was read from."""

    kind: str  # "systems" or "outlets"
    member: str  # its path inside the zip
    layout: str  # the name of its layout, such as FY2022
    encoding: str  # utf-8, utf-8-sig, cp1252 or latin-1
    rows: int
    columns: int
    rejected: int  # rows that could not be read as a record
    repaired: int = 0  # rows with a repaired value


@dataclass(frozen=True, slots=True)
class RowProblem:
    """A row that cannot be read completely, for the person who corrects the file."""

    member: str  # the file's path inside the zip
    line: int  # counted from 1, the header line
    problem: str  # in words
    values: dict[str, str]  # the values concerned, by column; as found, cut at 100 characters
    rejected: bool  # True: the whole row is left out; False: the value counts as missing

    def as_json(self) -> dict[str, object]:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Problem:
    """A fact that a person should know; its severity says what happens to the run that loads the release."""

    code: str
    severity: Severity
    message: str


@dataclass(frozen=True, slots=True)
class ReleaseReport:
    """Counts and problems of a release, for ``inspect``, run records and events. All counts are rows."""

    fiscal_year: int
    files: tuple[FileReport, ...]
    systems: int
    outlets: int
    systems_by_structure: dict[str, int]
    outlets_by_structure: dict[str, int]
    outlets_by_type: dict[str, int]
    repairs: dict[str, int] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    unreadable: dict[str, int] = field(default_factory=dict)  # values that count as missing, by column
    row_problems: tuple[RowProblem, ...] = ()  # the first problems of each file, see ``reading``


@dataclass(frozen=True, slots=True)
class Release:
    """One fiscal year of the survey: every system and outlet, in file order."""

    fiscal_year: int
    content_sha256: str  # of the decompressed systems file followed by the outlets file
    systems: tuple[System, ...]
    outlets: tuple[Outlet, ...]
    report: ReleaseReport
