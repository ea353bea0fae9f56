"""Reads ZIPs as people and programs write them, and knows the state of each ZIP.

The Postal Service gives every state its own ranges of three-digit prefixes (labeling list L002, "3-Digit ZIP
Code Prefix Matrix"); the few ZIPs that belong to another state than their prefix are listed. The table was
made from the 42,711 ZIPs of the package ``zipcodes`` 3.0.0 (PyPI, MIT).
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final, NamedTuple

from library_validator.matching.values import unwrap_value

_PREFIXES: Final = """
    AA 340 / AE 090-099 / AK 995-999 / AL 350-352 354-369 / AP 962-966 / AR 716-729 / AZ 850-853 855-857
    859-860 863-865 / CA 900-908 910-928 930-961 / CO 800-816 / CT 060-069 / DC 200 202-205 569 888 / DE
    197-199 / FL 320-339 341-342 344 346-347 349 / GA 300-319 398-399 / GU 969 / HI 967-968 / IA 500-516
    520-528 / ID 832-838 / IL 600-620 622-629 / IN 460-479 / KS 660-662 664-679 / KY 400-418 420-427 / LA
    700-701 703-708 710-714 / MA 010-027 055 / MD 206-212 214-219 / ME 039-049 / MI 480-499 / MN 550-551
    553-567 / MO 630-631 633-641 644-658 / MS 386-397 / MT 590-599 / NC 270-289 / ND 580-588 / NE 680-681
    683-693 / NH 030-038 / NJ 070-089 / NM 870-871 873-884 / NV 889-891 893-895 897-898 / NY 005 100-149 /
    OH 430-459 / OK 730-731 734-741 743-749 / OR 970-979 / PA 150-196 / PR 006-007 009 / RI 028-029 / SC
    290-299 / SD 570-577 / TN 370-385 / TX 733 750-770 772-799 885 / UT 840-847 / VA 201 220-246 / VI 008 /
    VT 050-054 056-059 / WA 980-986 988-994 / WI 530-532 534-535 537-549 / WV 247-268 / WY 820-831
"""
_EXCEPTIONS: Final = """
    NY 06390 / NJ 09905 09980 09981 09982 09983 09984 / MD 20588 / VA 20598 / MO 72643 / TX 73960 / WY 83414 /
    AS 96799 / PW 96939 96940 / FM 96941 96942 96943 96944 / MP 96950 96951 96952 / MH 96960 96970
"""


def _states_in(table: str) -> dict[str, str]:
    """The states in a table of ranges, by prefix or by ZIP."""
    found: dict[str, str] = {}
    for line in " ".join(table.split()).split(" / "):
        state, *ranges = line.split()
        for numbers in ranges:
            first, _, last = numbers.partition("-")
            for number in range(int(first), int(last or first) + 1):
                found[str(number).zfill(len(first))] = state
    return found


_STATE_OF_PREFIX: Final = _states_in(_PREFIXES)
_NO_ZIPS: Final = frozenset(("00000", "99999"))  # people write these into a required field
_STATE_OF_EXCEPTION: Final = _states_in(_EXCEPTIONS) | dict.fromkeys(_NO_ZIPS, "")
_FILLS_FIELD: Final = re.compile(r"(?:-\d|0+(?:-0+)?|9{5}(?:-?9{4})?)(?:\.0+)?")
_AROUND: Final = " .,;:'\"_()[]#/\\-"
_DASHES: Final = str.maketrans(dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212", "-"))
_FIGURES: Final = re.compile(r"(\d{1,9})(?:\.0+)?")
_PLUS_4: Final = re.compile(r"(\d{3,5})[\s.]?-[\s.]?\d{4}|(\d{5})[\s.]+\d{4}")
_THOUSANDS: Final = re.compile(r"(\d{1,2}),(\d{3})")
_LETTER_O: Final = re.compile(r"[0-9O]{5}")
_LETTERS_BEFORE: Final = re.compile(r"([A-Z][A-Z .,:'()-]*?)[\s.,:#-]*(\d[\d-]*)")
_LETTERS_BEHIND: Final = re.compile(r"(\d[\d-]*)[\s.,:-]*([A-Z][A-Z .,'()-]*)")
_BEGINS: Final = re.compile(r"(\d{5})(?!\d)")
_FOREIGN: Final = tuple(
    re.compile(pattern)
    for pattern in (
        r"[ABCEGHJ-NPRSTVXY]\d[A-Z](?:[\s-]?\d[A-Z]\d)?",  # Canada: the whole code, or its first half
        r"[A-Z]{1,2}\d[A-Z\d]?\s?\d[A-Z]{2}",  # United Kingdom
        r"[A-Z]\d[\dW]\s?[A-Z\d]{4}",  # Ireland
        r"[A-Z]\d{4}[A-Z]{3}",  # Argentina
    )
)
_CANADIAN_WITHIN: Final = re.compile(r"\b[ABCEGHJ-NPRSTVXY]\d[A-Z][\s-]?\d[A-Z]\d\b")
_BRITISH_AT_END: Final = re.compile(
    r"\b[A-Z]{1,2}\d[A-Z\d]?\s(?!1ST|2ND|3RD|\dTH)\d[ABD-HJLNP-UW-Z]{2}$"  # E5 4TH is a street corner
)


class Zip(NamedTuple):
    """A ZIP as it was read. ``digits`` has five digits or none; ``letters`` is the text beside them."""

    digits: str
    letters: str = ""
    is_foreign: bool = False  # a postal code of another country
    is_unreadable: bool = False  # the given value is not a ZIP
    has_more: bool = False  # text after the ZIP is not read


NO_ZIP: Final = Zip("")
_UNREADABLE: Final = Zip("", is_unreadable=True)
_ABROAD: Final = Zip("", is_foreign=True)


def state_of_zip(zip_code: str) -> str:
    """Two-letter code of the state of a ZIP; empty if no state has such ZIPs."""
    state = _STATE_OF_EXCEPTION.get(zip_code)
    return _STATE_OF_PREFIX.get(zip_code[:3], "") if state is None else state


def five_digit_zip(text: str) -> str:
    """The five digits of a ZIP, or empty. ZIP+4 is cut; lost zeros are restored (``1238`` is ``01238``)."""
    if len(text) == 5 and text.isascii() and text.isdigit():
        return text if text not in _NO_ZIPS else ""
    return read_zip(text).digits if text else ""


@lru_cache(maxsize=4096)
def read_zip(text: str) -> Zip:
    """Read a ZIP in any spelling: ``MA 02138``, ``2138``, ``02138-1234``, ``021381234``, ``02138, USA``."""
    text = unwrap_value(text)[:60].translate(_DASHES).upper()
    plain = text.strip(_AROUND)
    if not plain or _FILLS_FIELD.fullmatch(text.strip()):
        return NO_ZIP
    if not any(letter.isdigit() for letter in plain):
        return _UNREADABLE
    digits = _digits_of_zip(plain)
    if digits:
        return Zip(digits)
    if any(pattern.fullmatch(plain) for pattern in _FOREIGN) or is_foreign_within(plain):
        return _ABROAD
    return _zip_beside_letters(plain) or _first_of_several(plain) or _UNREADABLE


def is_foreign_within(text: str) -> bool:
    """Whether a line of capitals has a Canadian postal code, or ends in a British postal code."""
    return bool(_CANADIAN_WITHIN.search(text) or _BRITISH_AT_END.search(text))


def _digits_of_zip(text: str) -> str:
    """The five digits of a ZIP or ZIP+4; empty if the text is something else."""
    figures = _FIGURES.fullmatch(text)
    if figures:
        return _five_digits(figures[1])
    plus_4 = _PLUS_4.fullmatch(text)
    if plus_4:
        return _five_digits(plus_4[1] or plus_4[2])
    thousands = _THOUSANDS.fullmatch(text)
    if thousands:  # a spreadsheet's 2,138
        return _five_digits(thousands[1] + thousands[2])
    if _LETTER_O.fullmatch(text) and text.count("O") == 1:
        return _five_digits(text.replace("O", "0"))
    return ""


def _five_digits(figures: str) -> str:
    """Five digits from three to five figures, or from eight or nine; lost leading zeros are restored."""
    length = len(figures)
    if length == 5:
        return "" if figures in _NO_ZIPS else figures
    if length == 9:
        return figures[:5]
    if length == 8:
        figures = f"0{figures[:4]}"
    elif length in (3, 4) and figures[0] != "0":
        figures = figures.zfill(5)
    else:
        return ""
    return figures if state_of_zip(figures) else ""


def _zip_beside_letters(text: str) -> Zip | None:
    """A ZIP after or before the letters of a state, a town or a country."""
    before = _LETTERS_BEFORE.fullmatch(text)
    behind = None if before else _LETTERS_BEHIND.fullmatch(text)
    if before:
        letters, figures = before[1], before[2]
    elif behind:
        letters, figures = behind[2], behind[1]
    else:
        return None
    digits = _digits_of_zip(figures.strip("-"))
    return Zip(digits, letters.strip(_AROUND)) if digits else None


def _first_of_several(text: str) -> Zip | None:
    """The first of two ZIPs, or a ZIP with text after it."""
    found = _BEGINS.match(text)
    digits = _five_digits(found[1]) if found else ""
    return Zip(digits, has_more=True) if digits else None
