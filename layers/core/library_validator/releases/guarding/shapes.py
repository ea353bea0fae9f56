"""The shape of the values in a column: how many are missing, and how many do not suit the column.

The shape shows, without another release, that a column was cut off, emptied or put under another header.
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


def _has_library_name(record: System | Outlet) -> bool:
    return _A_LIBRARY.search(record.name) is not None


def _has_figure_in_street(record: System | Outlet) -> bool:
    return any(character.isdigit() for character in record.street)


def _has_name_of_city(record: System | Outlet) -> bool:
    return _OF_LETTERS.fullmatch(record.city) is not None and "LIBRAR" not in record.city.upper()


def _has_name_of_county(record: System | Outlet) -> bool:
    return _OF_LETTERS.fullmatch(record.county) is not None and "LIBRAR" not in record.county.upper()


def _has_state_of_key(record: System | Outlet) -> bool:
    return record.state == record.fscs_key[:2]


def _has_structure_code(record: System | Outlet) -> bool:
    return record.structure in _STRUCTURES


def _has_outlet_type(record: System | Outlet) -> bool:
    return isinstance(record, System) or record.type in _TYPES


# Column -> (check of a record's value, the same check in words). Phones and ZIP codes of another
# shape are read as missing.
SHAPES: Final[Mapping[str, tuple[Callable[[System | Outlet], bool], str]]] = {
    "name": (_has_library_name, "name a library"),
    "street": (_has_figure_in_street, "have a figure"),
    "city": (_has_name_of_city, "are names of places"),
    "county": (_has_name_of_county, "are names of places"),
    "state": (_has_state_of_key, "are the state of the FSCS key"),
    "structure": (_has_structure_code, "are structure change codes"),
    "type": (_has_outlet_type, "are outlet types"),
}


@dataclass(frozen=True, slots=True)
class Shape:
    """Counts of values in the columns of one kind of records."""

    rows: int
    missing: Mapping[str, int]
    misshapen: Mapping[str, int]  # among the values that are not missing


def shapes_of(release: Release) -> dict[str, Shape]:
    """The shape of "systems" and of "outlets"."""
    return {"systems": _shape_of_records(release.systems), "outlets": _shape_of_records(release.outlets)}


def _shape_of_records(records: tuple[System, ...] | tuple[Outlet, ...]) -> Shape:
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
