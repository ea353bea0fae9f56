"""Reads states and territories as portals, spreadsheets and people write them."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final, NamedTuple

from rapidfuzz.distance import OSA
from rapidfuzz.process import extract

from library_validator.matching.countries import code_of_foreign_name, is_foreign_code, is_united_states
from library_validator.matching.normalize import state, words
from library_validator.matching.state_names import ABROAD, OTHER_NAMES, PROVINCES, STATE_BY_NUMBER
from library_validator.matching.values import unwrap_value
from library_validator.matching.words import STATE_CODES


class State(NamedTuple):
    """A state as it was read. ``code`` is empty if the text has no state."""

    code: str
    zip: str = ""  # a ZIP after the state
    is_american: bool = False  # whether the text names the United States
    is_foreign: bool = False  # whether the text is a province or another country
    is_unreadable: bool = False  # whether the text is neither a state nor foreign


_NONE: Final = State("")
_FOREIGN: Final = State("", is_foreign=True)
_UNREADABLE: Final = State("", is_unreadable=True)
_FIGURES: Final = re.compile(r"(?:US ?)?0?(\d{1,2})(?: 0)?")
_WITH_ZIP: Final = re.compile(r"(\D+) (\d{5})(?: \d{4})?")
_PREFIXES: Final = ("THE ", "STATE OF ", "COMMONWEALTH OF ", "TERRITORY OF ", "THE ", "ESTADO DE ")
_SUFFIXES: Final = (" STATE", " COMMONWEALTH", " TERRITORY", " ST")
_ISO: Final = re.compile(r"\s*([A-Za-z]{2})\s?[-_]\s?([A-Za-z0-9]{1,3})\s*")  # ISO 3166-2: country and part
_LONG_NAMES: Final = tuple(sorted(name for name in STATE_CODES if len(name) >= 6))


@lru_cache(maxsize=4096)
def read_state(text: str) -> State:
    """Read a state by code, name, both, ISO 3166-2 or FIPS number: ``US-WA``, ``Washington (WA)``, ``53``."""
    text = unwrap_value(text)[:100]
    if not text:
        return _NONE
    code = state(text)
    if code:
        return State(code)
    found = words(text)
    if not found:
        return _UNREADABLE
    figures = _FIGURES.fullmatch(found)
    if figures:
        code = STATE_BY_NUMBER.get(figures[1].zfill(2), "")
        return State(code) if code else _UNREADABLE
    return _state_of_words(found, text)


def _state_of_words(found: str, text: str) -> State:
    zip_code = ""
    with_zip = _WITH_ZIP.fullmatch(found)
    if with_zip:
        found, zip_code = with_zip[1], with_zip[2]
    if found in ABROAD:
        return _FOREIGN
    alone, is_american = _without_country(found)
    if not alone:
        return State("", zip_code, is_american=True)
    code = code_of(alone) or _code_of_halves(alone)
    if code:
        return State(code, zip_code, is_american)
    if is_province(alone) or is_province(found) or _is_part_abroad(text):
        return _FOREIGN
    code = _code_of_misspelt(alone)
    return State(code, zip_code, is_american) if code else _UNREADABLE


def code_of(found: str) -> str:
    """The code of a state that is given in words, by code or name; empty if the words are not a state."""
    for prefix in _PREFIXES:
        found = found.removeprefix(prefix)
    code = OTHER_NAMES.get(found) or state(found)
    if code:
        return code
    for suffix in _SUFFIXES:
        if found.endswith(suffix):
            return state(found.removesuffix(suffix))
    return ""


def is_province(found: str) -> bool:
    """Whether a text is the name of a province of Canada, of a part of another country, or of a country."""
    if found in PROVINCES or code_of_foreign_name(found):
        return True
    parts = found.split()
    # two names of places abroad: ON ONTARIO, ONTARIO CANADA
    return any(
        _is_abroad(" ".join(parts[:middle])) and _is_abroad(" ".join(parts[middle:]))
        for middle in range(1, len(parts))
    )


def _is_abroad(found: str) -> bool:
    return found in PROVINCES or bool(code_of_foreign_name(found))


def _without_country(found: str) -> tuple[str, bool]:
    """The text without the name of the United States, and whether it has that name."""
    parts = found.split()
    for size in range(min(4, len(parts)), 0, -1):
        if is_united_states(" ".join(parts[-size:])):
            return " ".join(parts[:-size]), True
        if is_united_states(" ".join(parts[:size])):
            return " ".join(parts[size:]), True
    return found, False


def _code_of_halves(found: str) -> str:
    """The code that two halves agree on: OR OREGON, OREGON OR, OR OR."""
    parts = found.split()
    for middle in range(1, len(parts)):
        code = code_of(" ".join(parts[:middle]))
        if code and code == code_of(" ".join(parts[middle:])):
            return code
    return ""


def _is_part_abroad(text: str) -> bool:
    """Whether text is a code of ISO 3166-2 of another country: CA-ON, MX-JAL, but not WA-OR."""
    iso = _ISO.fullmatch(text)
    if iso is None or not is_foreign_code(iso[1].upper()):
        return False
    return not (code_of(iso[1].upper()) and code_of(iso[2].upper()))


def _code_of_misspelt(found: str) -> str:
    """The code of the only state whose long name differs by one slip, or two in a longer text; else empty."""
    if len(found) < 6:
        return ""
    most = 1 if len(found) < 9 else 2
    near = extract(found, _LONG_NAMES, scorer=OSA.distance, score_cutoff=most, limit=None)
    if not near:
        return ""
    codes = {STATE_CODES[name] for name, distance, _ in near if distance == near[0][1]}
    return codes.pop() if len(codes) == 1 else ""
