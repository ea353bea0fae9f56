"""Whole addresses in one cell: town, state, ZIP and country after a street, or after a town.

A line is read from its end: a country, a ZIP, a state, a town. Text that is not clearly one of these parts
stays in the line.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from library_validator.matching.countries import (
    ALSO_TOWNS,
    NO_COUNTRY,
    code_of_foreign_name,
    is_united_states,
    read_country,
)
from library_validator.matching.normalize import words
from library_validator.matching.state_names import PROVINCES
from library_validator.matching.states import code_of
from library_validator.matching.values import BEGINNINGS, unwrap_value
from library_validator.matching.zips import is_foreign_within, state_of_zip

_LONGEST: Final = 200
_PARTS: Final = re.compile(r"\s*[,;|()\n]\s*|\s+-\s+")
_ZIP: Final = re.compile(r"(?:^|(?<=[\s.,]))(\d{5})(?:-\d{4})?$")
# Five figures at the end of a line are not a ZIP if one of these words, such as HWY, is before them.
_NUMBERED: Final = re.compile(
    r"(?i)(?:\b(?:box|bx|drawer|hwy|highway|route|rte|rt|rd|road|cr|fm|sr|us|no|num|suite|ste|unit|apt|lot|apartado|apdo|"
    r"casilla|bag|room|rm|bldg|building|mile|km|pmb|rr|hc)|#)[\s.#:]*$"
)
_UNITED_STATES: Final = re.compile(
    r"(?i)[\s.]+(?:U\.?\s?S\.?\s?A\.?|U\.?S\.?|United States(?: of America)?|EE\.?\s?UU\.?|Estados Unidos)$"
)
_AFTER_CITY: Final = re.compile(r"[\d,;|()\n]|\s-\s|\.$")
_AFTER_STREET: Final = re.compile(
    r"[;|()\n]|\s-\s|\d{4}\W*$|\d\D{2}\W*$|(?i:states|usa|u\.s\.a?|canada|unidos)\W*$"
)
_CODE: Final = re.compile(r"(?:^|\s)([A-Z]{2}|[A-Z]\.\s?[A-Z]\.)$")
_UNIT: Final = re.compile(
    r"(?i)^(?:suite|ste|unit|apt|room|rm|floor|fl|bldg|building|lot|po\b|p\.?\s?o\.?\s|box|#)"
)
_MOST_NAMES: Final = 3  # the longest name of a state has so many words
_LONGEST_TOWN: Final = 40


class Tail(NamedTuple):
    """The parts that were read from the end of a line. ``line`` is the text before them."""

    line: str
    city: str = ""
    state: str = ""
    zip: str = ""
    is_american: bool = False  # whether the text names the United States
    is_foreign: bool = False  # whether it names a place abroad or has a foreign postal code


def is_plain_city(text: str) -> bool:
    """A quick check: whether a cell is the name of a town, without wrapping or other text."""
    if text[-3:-2] == " ":  # two letters at the end, perhaps of a state
        return False
    if text[:3].upper() not in BEGINNINGS and text.isascii() and text.replace(" ", "").isalpha():
        return True
    return unwrap_value(text) == text and not _AFTER_CITY.search(text)


def is_plain_street(text: str) -> bool:
    """A quick check: whether a street line cannot have a town, state or ZIP after it."""
    return "," not in text and not _AFTER_STREET.search(text)


def read_street_line(text: str) -> Tail:
    """Read the end of a street line: ``1441 Post Rd, Darien, CT 06820, USA``."""
    return _read_tail(text, street=True)


def read_city_line(text: str) -> Tail:
    """Read the end of a cell with a town: ``Darien, CT 06820``, ``Darien (CT)``, ``Toronto, Ontario``."""
    return _read_tail(text, street=False)


def _read_tail(text: str, *, street: bool) -> Tail:
    parts = [part for part in _PARTS.split(text[:_LONGEST].strip(" .,;-")) if part]
    if not parts:
        return Tail(text)
    if is_foreign_within(parts[-1].upper()) or _has_foreign_end(parts, street=street):
        return Tail(text, is_foreign=True)
    is_american = len(parts) > 1 and is_united_states(words(parts[-1]))
    if is_american:
        parts.pop()
    else:
        is_american = _cut_country(parts)
    if is_foreign_within(parts[-1].upper()):
        return Tail(text, is_foreign=True)
    zip_code = _cut_zip(parts, street=street)
    if not parts:
        return Tail(text)
    if _has_other_state_than_zip(parts[-1], zip_code):
        return Tail(text)
    state = _cut_state(parts, zip_code, street=street)
    if not (state or zip_code):
        return Tail(text, is_american=is_american)
    if not parts:
        return Tail(text, "", state, zip_code, is_american)
    if not street:
        return Tail(parts[0], parts[0], state, zip_code, is_american)
    city = _cut_city(parts)
    return Tail(", ".join(parts), city, state, zip_code, is_american)


def _has_foreign_end(parts: list[str], *, street: bool) -> bool:
    """Whether the last part is another country or, after a town, a province of another country."""
    last = words(parts[-1])
    if not street and last[-3:-2] == " " and last[-2:] in PROVINCES and parts[-1].endswith(last[-2:]):
        return True  # Toronto ON
    if len(parts) < 2:
        return False
    behind_town = len(parts) > 2 or not street
    if code_of_foreign_name(last):
        return behind_town and not (street and last in ALSO_TOWNS)
    if read_country(parts[-1]) is not NO_COUNTRY:
        return False
    return behind_town and last in PROVINCES


def _cut_country(parts: list[str]) -> bool:
    """Cut the United States from the last part, if a ZIP or a state is before them."""
    found = _UNITED_STATES.search(parts[-1])
    if found is None:
        return False
    before = parts[-1][: found.start()].rstrip(" .,")
    if not (_ZIP.search(before) or code_of(words(before)) or _CODE.search(before)):
        return False
    parts[-1] = before
    return True


def _cut_zip(parts: list[str], *, street: bool) -> str:
    """Cut the ZIP that ends the last part."""
    found = _ZIP.search(parts[-1])
    if found is None or not state_of_zip(found[1]):
        return ""
    before = parts[-1][: found.start()]
    if (not before and len(parts) == 1) or (street and _NUMBERED.search(before)):
        return ""
    before = before.rstrip(" .,-")
    if before:
        parts[-1] = before
    else:
        parts.pop()
    return found[1]


def _cut_state(parts: list[str], zip_code: str, *, street: bool) -> str:
    """Cut the state that is the last part, or ends the last part."""
    expected = state_of_zip(zip_code)
    last = parts[-1]
    if street and not zip_code and not (len(parts) > 2 and _is_town(parts[-2])):
        return ""  # NE and CT are not states in 100 LIBRARY ST, NE and 5 OCEAN, WILLOW CT
    whole = code_of(words(last))
    if whole and len(parts) > 1:
        parts.pop()
        return whole
    code = _CODE.search(last)
    state = code_of(words(code[1])) if code and code.start() > 0 else ""
    if code and state:
        parts[-1] = last[: code.start()].rstrip(" .,")
        return state
    if not zip_code:
        return ""
    names = last.split()
    for size in range(min(_MOST_NAMES, len(names) - 1), 0, -1):
        if code_of(words(" ".join(names[-size:]))) == expected:
            parts[-1] = " ".join(names[:-size])
            return expected
    return ""


def _cut_city(parts: list[str]) -> str:
    """Cut the town that is the last of several parts."""
    return parts.pop() if len(parts) > 1 and _is_town(parts[-1]) else ""


def _is_town(part: str) -> bool:
    return len(part) <= _LONGEST_TOWN and not any(map(str.isdigit, part)) and not _UNIT.match(part)


def _has_other_state_than_zip(part: str, zip_code: str) -> bool:
    """Whether the part before a ZIP is or ends with a state to which the ZIP does not belong."""
    code = _CODE.search(part)
    state = code_of(words(part)) or (code_of(words(code[1])) if code else "")
    return bool(zip_code and state and state != state_of_zip(zip_code))
