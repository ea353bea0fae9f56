"""Makes the typing mistakes and shortcuts of people: one function each, all with a seed."""

from __future__ import annotations

import re
from random import Random
from typing import Final

# Word -> its abbreviations.
_ABBREVIATIONS: Final = {
    "LIBRARY": ("Lib", "Lib.", "Libr."),
    "PUBLIC": ("Pub", "Pub."),
    "MEMORIAL": ("Mem'l", "Mem.", "Meml"),
    "COUNTY": ("Co.", "Cnty"),
    "TOWNSHIP": ("Twp", "Twp."),
    "DISTRICT": ("Dist.", "Dist"),
    "COMMUNITY": ("Comm.",),
    "REGIONAL": ("Reg.",),
    "SAINT": ("St.",),
    "MOUNT": ("Mt.",),
    "FORT": ("Ft.",),
    "STREET": ("St", "St.", "Str."),
    "AVENUE": ("Ave", "Ave.", "Av"),
    "ROAD": ("Rd", "Rd."),
    "DRIVE": ("Dr", "Dr."),
    "LANE": ("Ln",),
    "BOULEVARD": ("Blvd", "Blvd."),
    "HIGHWAY": ("Hwy", "Hwy."),
    "NORTH": ("N", "N."),
    "SOUTH": ("S", "S."),
    "EAST": ("E", "E."),
    "WEST": ("W", "W."),
    "BRANCH": ("Br.",),
}
_WRITTEN_OUT: Final = {
    short.upper().rstrip("."): word
    for word in (
        "STREET", "AVENUE", "ROAD", "DRIVE", "LANE", "BOULEVARD", "HIGHWAY",
        "NORTH", "SOUTH", "EAST", "WEST", "LIBRARY", "BRANCH",
    )
    for short in _ABBREVIATIONS[word]
}  # fmt: skip
_NEIGHBOURS: Final = {
    "a": "sq", "b": "vn", "c": "xv", "d": "sf", "e": "wr", "f": "dg", "g": "fh", "h": "gj", "i": "uo",
    "j": "hk", "k": "jl", "l": "k", "m": "n", "n": "bm", "o": "ip", "p": "o", "q": "w", "r": "et",
    "s": "ad", "t": "ry", "u": "yi", "v": "cb", "w": "qe", "x": "zc", "y": "tu", "z": "x",
}  # fmt: skip
_SMALL_WORDS: Final = frozenset({"OF", "THE", "AND", "AT", "FOR", "IN"})
_LONG_WORD: Final = re.compile(r"[A-Za-z]{4,}")


def title_case(text: str) -> str:
    """``TOWN OF ACME PUBLIC LIBRARY`` as ``Town of Acme Public Library``."""
    words = text.split()
    return " ".join(
        word.lower() if number and word in _SMALL_WORDS else _capitalize(word)
        for number, word in enumerate(words)
    )


def change_case(text: str, rng: Random) -> str:
    """Mostly title case, sometimes all capitals or no capitals."""
    return rng.choices((title_case(text), text.upper(), text.lower()), (8, 1, 1))[0]


def abbreviate(text: str, rng: Random) -> str:
    """Abbreviates words or writes abbreviations out, four times in five."""
    words = text.split()
    for at, word in enumerate(words):
        known = word.upper().rstrip(".,")
        # "ST" is a street at the end and a saint elsewhere. "N" is a direction anywhere.
        unambiguous = at == len(words) - 1 or known in {"N", "S", "E", "W"}
        if rng.random() >= 0.8:
            continue
        if known in _ABBREVIATIONS:
            words[at] = rng.choice(_ABBREVIATIONS[known])
        elif known in _WRITTEN_OUT and unambiguous:
            words[at] = title_case(_WRITTEN_OUT[known])
    return " ".join(words)


def mistype(text: str, rng: Random) -> str:
    """A mistake in a word of four letters or more: a wrong, swapped, lost or doubled letter."""
    found = list(_LONG_WORD.finditer(text))
    if not found:
        return text
    word = rng.choice(found)
    at = rng.randrange(word.start() + 1, word.end() - 1)
    letter = text[at].lower()
    mistakes = [
        text[:at] + text[at + 1] + text[at] + text[at + 2 :],
        text[:at] + text[at + 1 :],
        text[:at] + text[at] + text[at:],
        text[:at] + rng.choice(_NEIGHBOURS.get(letter, letter)) + text[at + 1 :],
    ]
    return rng.choice(mistakes)


def swap_words(text: str, rng: Random) -> str:
    """Swaps two neighbouring words, or moves the first word behind a comma at the end."""
    words = text.split()
    if len(words) < 3:
        return text
    if rng.random() < 0.3:
        return f"{' '.join(words[1:])}, {words[0]}"
    at = rng.randrange(len(words) - 1)
    words[at], words[at + 1] = words[at + 1], words[at]
    return " ".join(words)


def write_phone(digits: str, rng: Random) -> str:
    """Ten digits in one of their usual forms. A code for a missing phone becomes empty."""
    if len(digits) != 10:
        return ""
    area, office, line = digits[:3], digits[3:6], digits[6:]
    return rng.choice(
        (
            digits,
            f"({area}) {office}-{line}",
            f"{area}-{office}-{line}",
            f"{area}.{office}.{line}",
            f"+1 {area} {office} {line}",
        )
    )


def write_fscs_id(key: str, rng: Random) -> str:
    """An FSCS id as forms have it: lower case, blanks, without zeros, with or without an outlet."""
    letters, number = key[:2], key[2:]
    system = rng.choice(
        (
            key,
            key.lower(),
            f"{letters}-{number}",
            f"{letters} {number}",
            f"{letters}{int(number)}",
            f" {key} ",
        )
    )
    return rng.choice((system, system, f"{key}-001", f"{key.lower()}-1", f"{letters} {number} 001"))


def _capitalize(word: str) -> str:
    """``O'BRIEN-SMITH`` becomes ``O'Brien-Smith``, ``2ND`` becomes ``2nd``, ``N.W.`` does not change."""
    if re.fullmatch(r"(?:[A-Z]\.)+", word) or re.match(r"\d", word):
        return word if "." in word else word.lower()
    return re.sub(
        r"[^\W\d_]+", lambda part: part.group()[0].upper() + part.group()[1:].lower(), word
    ).replace("'S", "'s")
