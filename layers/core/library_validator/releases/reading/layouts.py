"""Header lines: each shows the kind of its file and the positions of its columns.

Source: PLS data documentation, FY2009 to FY2024, record layouts (appendices A and B). Columns come and go
over the years. The columns that a record needs have kept their names, except those in ``_ALIASES``.
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from typing import Final

from library_validator.errors import ReleaseRefused

SYSTEMS: Final = "systems"
OUTLETS: Final = "outlets"
STATE_SUMMARY: Final = "state summary"

# In the order of the fields of records.System and records.Outlet.
# fmt: off
SYSTEM_COLUMNS: Final = (
    "FSCSKEY", "STABR", "LIBID", "LIBNAME", "ADDRESS", "CITY", "ZIP", "ADDRES_M", "CITY_M", "ZIP_M", "CNTY",
    "PHONE", "STATSTRU", "STATNAME", "STATADDR", "C_FSCS", "C_LEGBAS", "C_ADMIN", "C_RELATN", "RSTATUS",
    "LOCALE", "POPU_LSA", "TOTOPEXP", "ENDDATE",
)
OUTLET_COLUMNS: Final = (
    "FSCSKEY", "FSCS_SEQ", "STABR", "LIBID", "LIBNAME", "ADDRESS", "CITY", "ZIP", "CNTY", "PHONE", "C_OUT_TY",
    "STATSTRU", "STATNAME", "STATADDR", "C_FSCS", "LOCALE",
)
# fmt: on

_COLUMNS: Final = {SYSTEMS: SYSTEM_COLUMNS, OUTLETS: OUTLET_COLUMNS}
_NOT_IN_EVERY_YEAR: Final = frozenset(
    ("ADDRES_M", "CITY_M", "ZIP_M", "C_FSCS", "LOCALE", "STATNAME", "STATADDR")
)
# LOCALE_ADD is the official name since FY2017 (AE file); the other is a third party's misspelling.
_ALIASES: Final = {"LOCALE_ADD": "LOCALE", "STATUSRU": "STATSTRU"}
_OFFICIAL_ALIASES: Final = frozenset({"LOCALE_ADD"})
# The mark itself, or the mark in a wrong encoding (``ï»¿``): no column begins with such a character.
_BYTE_ORDER_MARK: Final = re.compile(r"^[^\x00-\x7f]+")
# The newest column in a file shows its layout. Each year is the first in which we have seen that column.
_LAYOUT_MARKS: Final = (
    ("LSAGEOID", "FY2022"),
    ("TOTPRES", "FY2021"),
    ("GEOSTATUS", "FY2020"),
    ("GEOMATCH", "FY2017"),
    ("MSTATUS", "FY2015"),
)


@dataclass(frozen=True, slots=True)
class Layout:
    """The positions of the columns in a file; indexes count from 0.

    ``picks`` has an index for each field of the record. For a column that the year lacks, the index is one
    past the end, where the reader puts an empty value.
    """

    kind: str  # SYSTEMS or OUTLETS
    name: str  # "FY2022": the layout since that year; "FY2009": every layout before FY2015
    columns: int
    picks: tuple[int, ...]
    submission_year: int  # YR_SUB
    flag: int  # the first imputation flag: R_22 and the like
    renamed: tuple[str, ...]  # the corrections of the header line

    @property
    def fields(self) -> tuple[str, ...]:
        """The column names in the order of ``picks``."""
        return _COLUMNS[self.kind]


def split_header(line: str, separator: str = ",") -> list[str]:
    """The column names of a header line, in capitals, without blanks, quotes or a byte order mark."""
    try:
        cells = next(csv.reader((_BYTE_ORDER_MARK.sub("", line),), delimiter=separator), [])
    except csv.Error:
        return []
    return [cell.strip().upper() for cell in cells]


def recognise_kind(header: list[str]) -> str | None:
    """The kind of file that ``header`` opens: systems, outlets, state summary; None: not of the survey."""
    names = set(header)
    if {"FSCSKEY", "FSCS_SEQ", "LIBNAME"} <= names:
        return OUTLETS
    if {"FSCSKEY", "LIBNAME", "C_ADMIN"} <= names:
        return SYSTEMS
    if {"STABR", "POPU_LSA", "YR_SUB"} <= names and "FSCSKEY" not in names:
        return STATE_SUMMARY
    return None


def locate_columns(header: list[str], kind: str, member: str, as_found: str = "") -> Layout:
    """Find the columns of a systems or outlets file.

    ``as_found`` is the raw header line; its lower-case letters count as a correction. Raises
    ``ReleaseRefused`` if a column that every year has is missing or repeated.
    """
    places: dict[str, int] = {}
    renamed: list[str] = []
    for index, found in enumerate(header):
        name = _ALIASES.get(found, found)
        if name in places and name in _COLUMNS[kind]:
            raise ReleaseRefused(
                f"the {kind} file {member!r} has the column {name} twice", "each column once, as published"
            )
        places[name] = index
        if found in _ALIASES and found not in _OFFICIAL_ALIASES:
            renamed.append(f"header {found}")
    missing = [name for name in _COLUMNS[kind] if name not in places and name not in _NOT_IN_EVERY_YEAR]
    if missing:
        raise ReleaseRefused(
            f"the {kind} file {member!r} has no column {', '.join(missing)}",
            "the official layout of FY2009 or later",
        )
    as_found = _BYTE_ORDER_MARK.sub("", as_found)
    if as_found != as_found.upper():
        renamed.append("headers in lower case")
    end = len(header)
    return Layout(
        kind=kind,
        name=_layout_name(places),
        columns=end,
        picks=tuple(places.get(name, end) for name in _COLUMNS[kind]),
        submission_year=places.get("YR_SUB", end),
        flag=next((index for index, name in enumerate(header) if name.startswith("F_")), end),
        renamed=tuple(renamed),
    )


def _layout_name(places: dict[str, int]) -> str:
    if "GEOSTATUS" in places and "INCITSST" not in places:  # the outlet file has no LSAGEOID
        return "FY2022"
    return next((name for mark, name in _LAYOUT_MARKS if mark in places), "FY2009")
