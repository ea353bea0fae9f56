"""Whether two published records, of two releases, are of one library at one place.

Plain comparison of what the survey published, folded for how streets and names are spelt: meant to be
certain, not to find everything. What it does not see as one stays two.
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
# What a library is called besides its own name; without it "DIXON PL" is "DIXON PUBLIC LIBRARY DISTRICT".
_GENERIC: Final = frozenset(
    "A AND AT BR BRANCH CENTRAL CITY COMMUNITY COUNTY CTY DISTRICT FOR FREE IN INC JOINT LAW LIB LIBR "
    "LIBRARIES LIBRARY LIBRARYS LIBS LOCAL MAIN MEM MEMORIAL MUNICIPAL OF PL PUB PUBLIC REGIONAL SCHOOL "
    "SCHOOLS SYS SYSTEM THE TOWN TOWNSHIP TWP UNIT VILLAGE".split()
)
# Source: USPS Publication 28, appendices B and C1, as far as the survey uses both spellings.
_STREET_WORDS: Final = {
    "AVENUE": "AVE", "AV": "AVE", "BOULEVARD": "BLVD", "CIRCLE": "CIR", "COURT": "CT", "DRIVE": "DR",
    "EAST": "E", "FIRST": "1ST", "SECOND": "2ND", "THIRD": "3RD", "FOURTH": "4TH", "FIFTH": "5TH",
    "SIXTH": "6TH", "SEVENTH": "7TH", "EIGHTH": "8TH", "NINTH": "9TH", "TENTH": "10TH", "HIGHWAY": "HWY",
    "LANE": "LN", "NORTH": "N", "NORTHEAST": "NE", "NORTHWEST": "NW", "PARKWAY": "PKWY", "PLACE": "PL",
    "ROAD": "RD", "ROUTE": "RT", "SAINT": "ST", "SOUTH": "S", "SOUTHEAST": "SE", "SOUTHWEST": "SW",
    "SQUARE": "SQ", "STREET": "ST", "STR": "ST", "SUITE": "STE", "TERRACE": "TER", "WEST": "W",
}  # fmt: skip
_WITHIN_A_BUILDING: Final = re.compile(r" (?:STE|UNIT|BLDG|BUILDING|ROOM|RM|APT|FLOOR|FL) .*$")
_NEARLY: Final = 90  # rapidfuzz ratio, per cent: LONDONDERRY and LONDONBERRY, not FRANKLIN and FRANKFORT


@lru_cache(maxsize=1 << 17)
def folded(text: str) -> str:
    """Capitals without punctuation, one blank between words; apostrophes leave no gap."""
    plain = text.upper().replace("'", "").replace("`", "").replace("&", " AND ")
    return " ".join(_NOT_WORDS.sub(" ", plain).split())


@lru_cache(maxsize=1 << 16)
def folded_street(text: str) -> str:
    """House number and street with one spelling of usual words, without suite or unit; else empty."""
    words = [_STREET_WORDS.get(word, word) for word in folded(text).split()]
    if not any(word[0].isdigit() for word in words):
        return ""
    return _WITHIN_A_BUILDING.sub("", " ".join(words))


@lru_cache(maxsize=1 << 16)
def own_words(name: str) -> frozenset[str]:
    """The words of a name that tell it from other libraries' names."""
    return frozenset(folded(name).split()) - _GENERIC


def same_name(one: str, other: str) -> bool:
    """Equal but for punctuation."""
    return folded(one) == folded(other)


def similar_name(one: str, other: str) -> bool:
    """Equal in the words that are its own, but for a letter or two."""
    first, second = own_words(one), own_words(other)
    if not first or not second:
        return False
    if first == second:
        return True
    return fuzz.ratio(" ".join(sorted(first)), " ".join(sorted(second))) >= _NEARLY


def part_of_name(one: str, other: str) -> bool:
    """Similar, or the own words of one are among the other's."""
    first, second = own_words(one), own_words(other)
    return similar_name(one, other) or (bool(first and second) and (first <= second or second <= first))


def has_phone(record: System | Outlet) -> bool:
    return len(record.phone) == 10


def evidence_of_one_place(one: System | Outlet, other: System | Outlet) -> tuple[str, ...]:
    """What shows that ``one`` and ``other`` are one library at one place; empty if that is not certain.

    Some of: name, similar name, street, house number, phone. Certain are: one street and one phone; one
    street, or one phone, and a name of the same own words; one name and one house number. All within
    one state and ZIP.
    """
    if one.state != other.state or one.zip != other.zip or one.zip == "M":
        return ()
    street = folded_street(one.street)
    at_street = bool(street) and street == folded_street(other.street)
    at_number = not at_street and bool(street) and _house_number(one.street) == _house_number(other.street)
    at_phone = has_phone(one) and one.phone == other.phone
    name = ""
    if same_name(one.name, other.name):
        name = "name"
    elif similar_name(one.name, other.name) or (at_street and part_of_name(one.name, other.name)):
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


def same_address_number(one: System | Outlet, other: System | Outlet) -> bool:
    """One house number within one ZIP: two spellings of a street more likely than two streets."""
    return one.zip == other.zip and _house_number(one.street) == _house_number(other.street)


def _house_number(street: str) -> str:
    first = folded(street).partition(" ")[0]
    return first if first.isdigit() else f"none in {street}"


class Places(Generic[_R]):
    """Records of one release, found by what they may share with a record of another one."""

    def __init__(self, records: Iterable[_R]) -> None:
        self._at: defaultdict[tuple[str, str, str], list[_R]] = defaultdict(list)
        for record in records:
            for key in _keys(record):
                self._at[key].append(record)

    def near(self, record: System | Outlet) -> list[_R]:
        """Every record of one phone, street or name with ``record`` within its ZIP, each once."""
        found: dict[int, _R] = {}
        at: Mapping[tuple[str, str, str], list[_R]] = self._at
        for key in _keys(record):
            for other in at.get(key, ()):
                found[id(other)] = other
        return list(found.values())


def _keys(record: System | Outlet) -> Iterable[tuple[str, str, str]]:
    if has_phone(record):
        yield ("phone", record.zip, record.phone)
    if street := folded_street(record.street):
        yield ("street", record.zip, street)
    yield ("name", record.zip, folded(record.name))
