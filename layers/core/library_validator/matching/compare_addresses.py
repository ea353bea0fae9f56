"""Compares an applicant's street, town and ZIP with the addresses of an entry."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Final, NamedTuple

from rapidfuzz.distance import OSA, JaroWinkler
from rapidfuzz.fuzz import token_set_ratio

from library_validator.matching.entries import Address
from library_validator.matching.normalize import Street, words
from library_validator.terms import PlaceLevel, StreetLevel


def compare_addresses(
    street: Street, line: str, city: str, zip_code: str, listed: Iterable[Address]
) -> tuple[StreetLevel, PlaceLevel, Address | None]:
    """The levels of street and place, each at its best listed address, and the best address for the street.

    Street and place may agree best at different addresses: a library may get its mail in the next town.
    """
    best: StreetLevel = "missing"
    place: PlaceLevel = "missing"
    shown: Address | None = None
    for address in listed:
        listed_street, listed_city, listed_zip, listed_line = address
        found = compare_streets(street, listed_street)
        if found == "same_number" and _is_same_line(line, listed_line):
            parts = _street_name_of(street.name), _street_name_of(listed_street.name)
            found = "same_number" if _is_other_street(*parts) else "near"
        where = compare_places(city, zip_code, listed_city, listed_zip)
        if shown is None or _STREET_RANK[found] < _STREET_RANK[best]:
            best, shown = found, address
        if place == "missing" or _PLACE_RANK[where] < _PLACE_RANK[place]:
            place = where
        if best == "exact" and place == "zip_and_city":
            break  # no other address can agree better
    return best, place, shown


def may_match_address(applied: Street, listed_addresses: Iterable[Address]) -> bool:
    """A quick check: whether an address of the entry has the applicant's PO box, or a near house number."""
    for address in listed_addresses:
        listed = address.street
        if applied.box and applied.box == listed.box:
            return True
        if applied.name and listed.name and _is_near_number(applied.number, listed.number):
            return True
    return False


def _is_near_number(applied: str, listed: str) -> bool:
    """Whether two house numbers are equal or differ by one slip, or a number is missing."""
    if not applied or not listed or applied == listed:
        return True
    return len(listed) > 2 and OSA.distance(applied, listed, score_cutoff=1) <= 1


_STREET_TYPES: Final = frozenset(("ST", "AVE", "RD", "DR", "LN", "BLVD", "CT", "PL", "CIR", "TER", "WAY"))
_DIRECTIONS: Final = frozenset("NSEW")
_OPPOSITES: Final = (("N", "S"), ("S", "N"), ("E", "W"), ("W", "E"))
_STREET_RANK: Final[Mapping[StreetLevel, int]] = {
    "exact": 0,
    "same_box": 0,
    "near": 1,
    "same_number": 4,
    "same_street": 5,
    "missing": 6,
    "not_comparable": 6,
    "different": 7,
}
SAME_PLACE: Final[frozenset[PlaceLevel]] = frozenset(("zip_and_city", "zip", "city", "city_near"))
_PLACE_RANK: Final[Mapping[PlaceLevel, int]] = {
    "zip_and_city": 0,
    "zip": 1,
    "city": 1,
    "city_near": 2,
    "zip_area": 4,
    "missing": 5,
    "different": 8,
}


def _is_same_line(applied: str, listed: str) -> bool:
    """Whether two address lines differ only by typing slips, such as a blank in the wrong place."""
    letters, listed_letters = words(applied).replace(" ", ""), words(listed).replace(" ", "")
    return OSA.normalized_similarity(letters, listed_letters) >= 0.85


def compare_streets(applied: Street, listed: Street) -> StreetLevel:
    """The level of two streets."""
    number, name, box = applied
    listed_number, listed_name, listed_box = listed
    if not (name or number or box) or not (listed_name or listed_number or listed_box):
        return "missing"
    if box and listed_box:
        if box == listed_box:
            return "same_box"
        if not (number and listed_number):
            return "different"
    if not (name and listed_name) or (box and not number):
        return "not_comparable"
    if number == listed_number:
        if name == listed_name:
            return "exact" if number or len(name) >= 8 else "near"
        if _is_similar_street(name, listed_name):
            return "near"
        return "same_number" if number else "different"
    if name == listed_name or _is_similar_street(name, listed_name):
        if not number or not listed_number:
            return "near" if len(listed_name) >= 6 else "same_street"
        return "near" if _is_near_number(number, listed_number) else "same_street"
    return "different"


class _StreetName(NamedTuple):
    words: frozenset[str]
    figures: frozenset[str]
    directions: frozenset[str]
    without_type: str
    letters: str  # without blanks
    alphabet: int  # a bit for each letter and figure that the name has


_BIT_OF: Final = {letter: 1 << place for place, letter in enumerate("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ")}


@lru_cache(maxsize=65_536)
def _street_name_of(street: str) -> _StreetName:
    words = street.split()
    figures = frozenset(word for word in words if word[0].isdigit())
    letters = "".join(words)
    alphabet = 0
    for letter in set(letters):
        alphabet |= _BIT_OF[letter]
    return _StreetName(
        frozenset(words), figures, _DIRECTIONS.intersection(words), _without_type(street), letters, alphabet
    )


def _is_other_street(applied: _StreetName, listed: _StreetName) -> bool:
    """Whether two streets differ in a figure or a point of the compass: 5TH and 6TH, N FORK and S FORK."""
    if applied.figures and listed.figures and applied.figures.isdisjoint(listed.figures):
        return True
    if applied.directions and listed.directions:
        for direction, opposite in _OPPOSITES:
            if (
                direction in applied.directions
                and opposite in listed.directions
                and direction not in listed.directions
            ):
                return True
    return False


def _is_similar_street(applied: str, listed: str) -> bool:
    ours, theirs = _street_name_of(applied), _street_name_of(listed)
    if (ours.figures or ours.directions) and _is_other_street(ours, theirs):
        return False
    if ours.without_type == theirs.without_type:
        return True
    # A shortcut: if over a quarter of the letters are in one name only, both similarities below are too
    # small, unless the names share longer words.
    foreign = (ours.alphabet ^ theirs.alphabet).bit_count()
    if foreign * 4 > len(ours.letters) + len(theirs.letters):
        if ours.words.isdisjoint(theirs.words):
            return False
        shared = ours.words & theirs.words
        if len(" ".join(shared)) < 6:
            return shared in (ours.words, theirs.words)
    return bool(
        JaroWinkler.similarity(ours.letters, theirs.letters, score_cutoff=0.91) >= 0.92
        or token_set_ratio(applied, listed, score_cutoff=85) >= 86
    )


def _without_type(street: str) -> str:
    """The street without its type (avenue, road …), which people mix up; numbered streets keep it."""
    name, _, kind = street.rpartition(" ")
    return name if kind in _STREET_TYPES and len(name) >= 5 and not name[-1].isdigit() else street


def compare_places(city: str, zip_code: str, listed_city: str, listed_zip: str) -> PlaceLevel:
    """The level of two places, by city and ZIP."""
    same_zip = bool(zip_code) and zip_code == listed_zip
    if city and listed_city:
        if city == listed_city or (
            len(city) != len(listed_city) and city.replace(" ", "") == listed_city.replace(" ", "")
        ):
            return "zip_and_city" if same_zip else "city"
        if is_same_city(city, listed_city):
            return "zip_and_city" if same_zip else "city_near"
    if same_zip:
        return "zip"
    if zip_code and listed_zip:
        return "zip_area" if zip_code[:3] == listed_zip[:3] else "different"
    if city and listed_city:
        return "different"
    return "missing"


def is_same_city(city: str, listed: str) -> bool:
    """Whether the name is the listed city, mistyped, or cut at 20 characters as in a release."""
    if JaroWinkler.similarity(city, listed, score_cutoff=0.92) >= 0.93:
        return True
    if len(listed) >= 18 and (city.startswith(listed) or listed.startswith(city)):
        return True
    return min(len(city), len(listed)) >= 5 and OSA.distance(city, listed, score_cutoff=1) <= 1
