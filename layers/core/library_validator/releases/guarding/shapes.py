"""The shape of the values in a column: how many are missing, and how many do not suit the column.

It shows without another release that a column was cut off, emptied or put under another header.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from library_validator.releases.lineage.same_place import has_phone
from library_validator.releases.records import Outlet, Release, Structure, System

MISSING_CODES: Final = frozenset({"", "M", "-1", "-3", "-4", "-9"})
COLUMNS: Final = ("name", "street", "city", "zip", "county", "phone")
_A_LIBRARY: Final = re.compile(r"LIB|BOOK|BRANCH|READING|ATHEN|CENTER|\b(?:PL|BM|BR)\b", re.IGNORECASE)
# Names of places can have accents, which copies spoil; they never have figures.
_OF_LETTERS: Final = re.compile(r"[^\d]*[^\W\d][^\d]*")
_STRUCTURES: Final = frozenset(Structure)
_TYPES: Final = frozenset({"CE", "BR", "BS", "BM", "MO"})


def _names_a_library(record: System | Outlet) -> bool:
    return _A_LIBRARY.search(record.name) is not None


def _has_a_figure(record: System | Outlet) -> bool:
    return any(character.isdigit() for character in record.street)


def _is_a_city(record: System | Outlet) -> bool:
    return _OF_LETTERS.fullmatch(record.city) is not None and "LIBRAR" not in record.city.upper()


def _is_a_county(record: System | Outlet) -> bool:
    return _OF_LETTERS.fullmatch(record.county) is not None and "LIBRAR" not in record.county.upper()


def _is_the_keys_state(record: System | Outlet) -> bool:
    return record.state == record.fscs_key[:2]


def _is_a_structure_code(record: System | Outlet) -> bool:
    return record.structure in _STRUCTURES


def _is_an_outlet_type(record: System | Outlet) -> bool:
    return isinstance(record, System) or record.type in _TYPES


# Column -> (whether a record's value suits the column, the same in words). Phones and ZIP codes of another
# shape are read as missing.
SHAPES: Final[Mapping[str, tuple[Callable[[System | Outlet], bool], str]]] = {
    "name": (_names_a_library, "name a library"),
    "street": (_has_a_figure, "have a figure"),
    "city": (_is_a_city, "are names of places"),
    "county": (_is_a_county, "are names of places"),
    "state": (_is_the_keys_state, "are the state of the FSCS key"),
    "structure": (_is_a_structure_code, "are structure change codes"),
    "type": (_is_an_outlet_type, "are outlet types"),
}


@dataclass(frozen=True, slots=True)
class Shape:
    """Counts of one kind of records, by column."""

    rows: int
    missing: Mapping[str, int]
    misshapen: Mapping[str, int]  # among the values that are not missing


def shapes_of(release: Release) -> dict[str, Shape]:
    """The shape of "systems" and of "outlets"."""
    return {"systems": _shape(release.systems), "outlets": _shape(release.outlets)}


def _shape(records: tuple[System, ...] | tuple[Outlet, ...]) -> Shape:
    missing: Counter[str] = Counter()
    misshapen: Counter[str] = Counter()
    for record in records:
        absent = {column for column in COLUMNS if getattr(record, column) in MISSING_CODES}
        if not has_phone(record):
            absent.add("phone")
        missing.update(absent)
        misshapen.update(
            column for column, (fits, _) in SHAPES.items() if column not in absent and not fits(record)
        )
    return Shape(len(records), missing, misshapen)
