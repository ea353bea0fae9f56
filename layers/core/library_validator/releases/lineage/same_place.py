"""Decides whether two records of two releases are the same library at the same place.

The published values are compared after usual spellings of streets and names are unified. The comparison is
meant to be certain and not complete: two records of one library may not be recognised.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Final, Generic, TypeVar

from rapidfuzz import fuzz

from library_validator.releases.records import Outlet, System

_R = TypeVar("_R", System, Outlet)
_NOT_WORDS: Final = re.compile(r"[^A-Z0-9 ]")
# Words besides a library's own name. Without them "DIXON PL" equals "DIXON PUBLIC LIBRARY DISTRICT".
_GENERIC: Final = frozenset(
    "A AND AT BR BRANCH CENTRAL CITY COMMUNITY COUNTY CTY DISTRICT FOR FREE IN INC JOINT LAW LIB LIBR "
    "LIBRARIES LIBRARY LIBRARYS LIBS LOCAL MAIN MEM MEMORIAL MUNICIPAL OF PL PUB PUBLIC REGIONAL SCHOOL "
    "SCHOOLS SYS SYSTEM THE TOWN TOWNSHIP TWP UNIT VILLAGE".split()
)
# Source: USPS Publication 28, appendices B and C1; only words that the survey spells in both ways.
_STREET_WORDS: Final = {
    "AVENUE": "AVE", "AV": "AVE", "BOULEVARD": "BLVD", "CIRCLE": "CIR", "COURT": "CT", "DRIVE": "DR",
    "EAST": "E", "FIRST": "1ST", "SECOND": "2ND", "THIRD": "3RD", "FOURTH": "4TH", "FIFTH": "5TH",
    "SIXTH": "6TH", "SEVENTH": "7TH", "EIGHTH": "8TH", "NINTH": "9TH", "TENTH": "10TH", "HIGHWAY": "HWY",
    "LANE": "LN", "NORTH": "N", "NORTHEAST": "NE", "NORTHWEST": "NW", "PARKWAY": "PKWY", "PLACE": "PL",
    "ROAD": "RD", "ROUTE": "RT", "SAINT": "ST", "SOUTH": "S", "SOUTHEAST": "SE", "SOUTHWEST": "SW",
    "SQUARE": "SQ", "STREET": "ST", "STR": "ST", "SUITE": "STE", "TERRACE": "TER", "WEST": "W",
}  # fmt: skip
_WITHIN_A_BUILDING: Final = re.compile(r" (?:STE|UNIT|BLDG|BUILDING|ROOM|RM|APT|FLOOR|FL) .*$")
_NEARLY: Final = (
    90  # rapidfuzz ratio in per cent: LONDONDERRY and LONDONBERRY reach it, FRANKLIN and FRANKFORT do not
)


@lru_cache(maxsize=1 << 17)
def fold_text(text: str) -> str:
    """The text in capitals without punctuation, with one blank between words; apostrophes leave no gap."""
    plain = text.upper().replace("'", "").replace("`", "").replace("&", " AND ")
    return " ".join(_NOT_WORDS.sub(" ", plain).split())


@lru_cache(maxsize=1 << 16)
def fold_street(text: str) -> str:
    """House number and street in unified spelling, without suite or unit; empty without a number."""
    words = [_STREET_WORDS.get(word, word) for word in fold_text(text).split()]
    if not any(word[0].isdigit() for word in words):
        return ""
    return _WITHIN_A_BUILDING.sub("", " ".join(words))


@lru_cache(maxsize=1 << 16)
def distinguishing_words(name: str) -> frozenset[str]:
    """The words of a name that distinguish it from other libraries' names."""
    return frozenset(fold_text(name).split()) - _GENERIC


def is_same_name(name: str, other: str) -> bool:
    """Whether two names are equal except for punctuation."""
    return fold_text(name) == fold_text(other)


def is_similar_name(name: str, other: str) -> bool:
    """Whether the distinguishing words of two names are equal, except for a letter or two."""
    first, second = distinguishing_words(name), distinguishing_words(other)
    if not first or not second:
        return False
    if first == second:
        return True
    return fuzz.ratio(" ".join(sorted(first)), " ".join(sorted(second))) >= _NEARLY


def is_part_of_name(name: str, other: str) -> bool:
    """Whether two names are similar, or one has all distinguishing words of the other."""
    first, second = distinguishing_words(name), distinguishing_words(other)
    return is_similar_name(name, other) or (bool(first and second) and (first <= second or second <= first))


def has_phone(record: System | Outlet) -> bool:
    return len(record.phone) == 10


def evidence_of_same_place(record: System | Outlet, other: System | Outlet) -> tuple[str, ...]:
    """The fields which show that two records are one library at one place; empty if that is not certain.

    The fields are: name or similar name, street or house number, phone. Two records are certainly one library
    if street and phone are the same; if the street or the phone is the same and the name similar; or if name
    and house number are the same. State and ZIP code must always be the same.
    """
    if record.state != other.state or record.zip != other.zip or record.zip == "M":
        return ()
    street = fold_street(record.street)
    at_street = bool(street) and street == fold_street(other.street)
    at_number = not at_street and bool(street) and _house_number(record.street) == _house_number(other.street)
    at_phone = has_phone(record) and record.phone == other.phone
    name = ""
    if is_same_name(record.name, other.name):
        name = "name"
    elif is_similar_name(record.name, other.name) or (at_street and is_part_of_name(record.name, other.name)):
        name = "similar name"
    certain = (at_street and at_phone) or (name and (at_street or at_phone)) or (name == "name" and at_number)
    if not certain:
        return ()
    found = (
        name,
        "street" if at_street else "",
        "house number" if at_number else "",
        "phone" if at_phone else "",
    )
    return tuple(filter(None, found))


def has_same_address_number(record: System | Outlet, other: System | Outlet) -> bool:
    """Whether house number and ZIP code are the same: probably two spellings of one street."""
    return record.zip == other.zip and _house_number(record.street) == _house_number(other.street)


def _house_number(street: str) -> str:
    first = fold_text(street).partition(" ")[0]
    return first if first.isdigit() else f"none in {street}"


class RecordFinder(Generic[_R]):
    """Finds records of a release by the phone, street or name of a record of another release."""

    def __init__(self, records: Iterable[_R]) -> None:
        self._at: defaultdict[tuple[str, str, str], list[_R]] = defaultdict(list)
        for record in records:
            for key in _keys(record):
                self._at[key].append(record)

    def find_near(self, record: System | Outlet) -> list[_R]:
        """Every record with the phone, street or name of ``record`` and the same ZIP code, each once."""
        found: dict[int, _R] = {}
        at: Mapping[tuple[str, str, str], list[_R]] = self._at
        for key in _keys(record):
            for other in at.get(key, ()):
                found[id(other)] = other
        return list(found.values())


def _keys(record: System | Outlet) -> Iterable[tuple[str, str, str]]:
    if has_phone(record):
        yield ("phone", record.zip, record.phone)
    if street := fold_street(record.street):
        yield ("street", record.zip, street)
    yield ("name", record.zip, fold_text(record.name))
