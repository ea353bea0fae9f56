"""Makes names, addresses and ids comparable, as the registry and applicants write them.

Every function takes any text; an unreadable text gives an empty value. Output is upper-case ASCII letters and
digits, in words separated by single blanks.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Final, NamedTuple

from library_validator.matching.values import unwrap_value
from library_validator.matching.words import (
    CITY_WORDS,
    HOMOGLYPHS,
    NAME_PHRASES,
    NAME_WORDS,
    PHRASE_WORDS,
    STATE_CODES,
    STOP_WORDS,
    STREET_WORDS,
)
from library_validator.terms import FscsId

_APOSTROPHES: Final = re.compile(r"[\u2018\u2019\u02bb\u02bc\u00b4`']")
_DASHES: Final = re.compile("[\u2010-\u2015\u2212]")
# For ASCII text in words: apostrophes are dropped without a gap, and other signs become blanks.
_IN_WORDS: Final = bytes(
    ord(chr(code).upper()) if chr(code).isalnum() else ord(" ") for code in range(128)
) + bytes(128)
_CLOSED_UP: Final = b"'`"
_INITIALS: Final = re.compile(r"\b[A-Z](?: [A-Z]\b)+")
_ORDINAL: Final = re.compile(r"^(\d+)(ST|ND|RD|TH)$")
_FSCS_ID: Final = re.compile(r"(?:^|[^A-Z0-9])([A-Z]{2})[\s.\-_]?(\d{4})(?:[\s.\-_/]+(\d{1,3}))?(?![0-9])")
_BOX: Final = re.compile(r"\b(?:P\s?O\s?)?(?:BOX|DRAWER|BX)\s?#?\s?([A-Z]?\d+[A-Z]?|[A-Z])\b")
_ROUTE_BOX: Final = re.compile(r"\b(?:RR|HC|HCR|STAR ROUTE|ROUTE)\s?#?\s?(\d+)\s(?:BOX|BX)\s?(\d+)\b")
# The first house number of an address line, with a fraction or a second number: 116 1/2, 100-102.
_HALF: Final = re.compile(r"^\s*((?:No\.? ?)?\d+)[\s-]+[1-3]/[2-4](?=\s)", re.IGNORECASE)
_FRACTIONS: Final = str.maketrans({"\u00bd": " 1/2", "\u00bc": " 1/4", "\u00be": " 3/4", "\u2153": " 1/3"})
_RANGE: Final = re.compile(r"^\s*(\d{3,6})\s?-\s?(\d{3,6})(?=\s)")
_MOST_APART: Final = 200  # greatest difference of two house numbers of one building
_SPANISH_BOX: Final = re.compile(
    r"\b(?:APARTADO|APDO|APTDO|CASILLA)(?: (?:POSTAL|DE CORREOS?))?(?: (?:NO|NUM|NUMERO))? (?=[A-Z]?\d)"
)
# The pattern begins with a blank, which makes the search fast.
_UNIT: Final = re.compile(r" (?:SUITE|STE|UNIT|APT|ROOM|RM|FLOOR|FL|BLDG|BUILDING|NO|LOT) ?[A-Z]?\d*[A-Z]?\b")
_NUMBER: Final = re.compile(r"^(?:NO )?(\d+)[A-Z]?(?= |$)")
_HUMP: Final = re.compile(r"([a-z])([A-Z])")
_HUMP_OF_LIBRARY: Final = re.compile(r"[a-z](?:Library|Branch)")
_LEGAL_STATUS: Final = re.compile(r"\b501 ?\(? ?C ?\)? ?\(? ?3 ?\)?")
_NONPROFIT: Final = re.compile(r"\b(?:NOT[ -]?FOR[ -]?PROFIT|NON[ -]PROFIT)\b")
_GLUED: Final = re.compile(r"\b([A-Z]{4,})(\d+)\b")
# ``de`` after the word for library in Spanish or French; within the name of a place, it stays.
_ROMANCE_OF: Final = re.compile(
    r"\b(BIBLIOT[A-Z]+|PUBLI[CQ][A-Z]+|MUNICIPAL[A-Z]*|COMUNITARIA) (?:DE|DEL|DU|DES|D)\b"
)
_NUMBERED: Final = re.compile(r"\b(?:NO|NUMBER|NR) (?=\d)")
_HEAD: Final = re.compile(r"^(?:THE )?([A-Z0-9 ]+?) (?:OF|FOR|DE) ")
_PARENTHESIS: Final = re.compile(r"\(.*?\)")


def fold(text: str) -> str:
    """The text in upper-case ASCII, without accents and with look-alike letters of other scripts replaced."""
    return (text if text.isascii() else _in_ascii(text)).upper()


def _in_ascii(text: str) -> str:
    text = _DASHES.sub("-", text)
    text = "".join(HOMOGLYPHS.get(letter, letter) for letter in unicodedata.normalize("NFKC", text))
    text = _APOSTROPHES.sub("'", text)
    return unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()


def split_joined_words(text: str) -> str:
    """Put blanks into ``CobbledaleFreeLibrary`` and ``CobbledaleLibrary``."""
    if " " in text.strip() or not (_HUMP_OF_LIBRARY.search(text) or len(_HUMP.findall(text)) >= 2):
        return text
    return _HUMP.sub(r"\1 \2", text)


def words(text: str) -> str:
    """The words of a text after ``fold``: no apostrophes, AND for an ampersand, initials joined."""
    if not text.isascii():
        text = _in_ascii(text)
    if "&" in text:
        text = text.replace("&", " AND ")
    found = text.encode().translate(_IN_WORDS, _CLOSED_UP).split()
    plain = b" ".join(found).decode()
    if list(map(len, found)).count(1) < 2:  # no initials
        return plain
    return _INITIALS.sub(lambda initials: initials[0].replace(" ", ""), plain)


@lru_cache(maxsize=65_536)
def name_tokens(name: str) -> tuple[str, ...]:
    """The words of an organization's name, with abbreviations written out and without stop words."""
    return tokens_of(words_of_name(name))


@lru_cache(maxsize=65_536)
def tokens_of(text: str) -> tuple[str, ...]:
    """The tokens of a name, from the text that ``words_of_name`` returns for it."""
    if not text.replace(" ", "").isalpha():  # before a figure, NO means number
        text = _NUMBERED.sub("", text)
    raw = text.split()
    if not PHRASE_WORDS.isdisjoint(raw):
        text = f" {text} "
        for phrase, replacement in NAME_PHRASES:
            text = text.replace(phrase, replacement)
        raw = text.split()
    raw = [word for word in raw[:40] if word not in STOP_WORDS]
    tokens: list[str] = []
    for position, word in enumerate(raw):
        if word in _NAME_MEANINGS:
            tokens += _NAME_MEANINGS[word]
        elif word == "ST":
            following = raw[position + 1 : position + 2]
            street = position and (
                not _AFTER_STREET.isdisjoint(following) or not following or raw[position - 1][0].isdigit()
            )
            tokens.append("STREET" if street else "SAINT")
        elif len(word) == 1:
            direction = _DIRECTIONS.get(word)
            if word.isdigit():
                tokens.append(word)
            elif direction and position == 0:
                tokens.append(direction)
            elif len(raw) == 1:
                tokens.append(word)
        else:
            tokens.append(word if word.isalpha() else _cardinal(word))
    return tuple(tokens)


# ``Walnut St West Branch`` is called after a street, ``St Mary`` is not.
_AFTER_STREET: Final = frozenset(
    ("BRANCH", "BR", "LIBRARY", "LIB", "N", "S", "E", "W", "NORTH", "SOUTH", "EAST", "WEST")
)

# Short forms with the same meaning anywhere in a name; the meaning of ST and of single letters depends on the
# position.
_NAME_MEANINGS: Final = {
    short: (long,) for short, long in CITY_WORDS.items() if short != "ST" and len(short) > 1
} | NAME_WORDS


def _cardinal(word: str) -> str:
    """The number of an ordinal, ``5`` for ``5TH``; any other word with a figure is unchanged."""
    ordinal = _ORDINAL.match(word)
    return ordinal[1] if ordinal else word


def words_of_name(name: str) -> str:
    """The words of an organization's name as they were written, except for legal forms and missing blanks."""
    text = split_figure(words(join_legal_form(split_joined_words(name[:400]))))
    return _ROMANCE_OF.sub(r"\1", text) if "BIBLIOT" in text else text


def split_figure(text: str) -> str:
    """Split ``Library47`` into a word and a figure."""
    return text if text.replace(" ", "").isalpha() else _GLUED.sub(r"\1 \2", text)


def join_legal_form(text: str) -> str:
    """Make one word of ``501(c)(3)``, and one word of ``not for profit``, in any text."""
    if "501" not in text and "rofit" not in text and "ROFIT" not in text:
        return text
    text = text.upper()
    return _NONPROFIT.sub("NONPROFIT", _LEGAL_STATUS.sub(" 501C3 ", text))


def head_of(text: str) -> str:
    """The words before the first OF, FOR or DE of a name: ``FRIENDS`` in ``FRIENDS OF THE LIBRARY``."""
    if not ("OF " in text or "FOR " in text or "DE " in text):
        return ""
    head = _HEAD.match(f"{text} ")
    return head[1] if head else ""


_DIRECTIONS: Final = {"N": "NORTH", "S": "SOUTH", "E": "EAST", "W": "WEST"}


@lru_cache(maxsize=65_536)
def city(text: str) -> str:
    """A city as one comparable string: ``N. Clarendon`` and ``NORTH CLARENDON`` are equal."""
    text = text[:100]
    if "(" in text:
        text = _PARENTHESIS.sub(" ", text)
    return " ".join([CITY_WORDS.get(word, word) for word in words(text).split()])


# Short first words of towns that are written with a blank and without: O FALLON, DE KALB, LA MOILLE.
_PARTICLES: Final = frozenset("O D DE DU LA LE MC MAC EL VAN DES LAS LOS".split())


def join_particle(city: str) -> str:
    """A normalized city without the blank after a short first word: ``OFALLON``."""
    first, blank, rest = city.partition(" ")
    return first + rest if blank and first in _PARTICLES else city


def words_of_city(city: str) -> list[str]:
    """The words of a normalized city, and a short first word joined with the second: ``OFALLON``."""
    parts = city.split()
    if len(parts) > 1 and parts[0] in _PARTICLES:
        parts.append(parts[0] + parts[1])
    return parts


@lru_cache(maxsize=1024)
def state(text: str) -> str:
    """Two-letter postal code of a state or outlying area, by code or name; empty if it is not a state."""
    found = words(text).removeprefix("STATE OF ").removeprefix("COMMONWEALTH OF ")
    compact = found.replace(" ", "")
    if compact in STATES:
        return compact
    return STATE_CODES.get(found, STATE_CODES.get(compact, ""))


STATES: Final = frozenset(STATE_CODES.values())  # the codes of all states


def fscs_id(text: str) -> FscsId | None:
    """Read ``AK0001``, ``ak 0001-2``, ``FSCS AK0001/002`` …; None if the text has no id."""
    if not text:
        return None
    folded = fold(unwrap_value(text)[:60])
    found = _FSCS_ID.search(folded)
    if found is None or found[1] not in STATES:
        return None
    return FscsId(f"{found[1]}{found[2]}", found[3].zfill(3) if found[3] else "")


class Street(NamedTuple):
    """A street address in parts; all parts are empty if nothing was given."""

    number: str  # house number, digits
    name: str  # street name and type, abbreviations unified
    box: str  # PO box number, or route and box

    @property
    def is_empty(self) -> bool:
        return not (self.number or self.name or self.box)


NO_STREET: Final = Street("", "", "")
MISSING: Final = "M"  # the survey's sign for a missing text


@lru_cache(maxsize=65_536)
def street(text: str) -> Street:
    """House number, street name and box of an address line, as USPS Publication 28 abbreviates them."""
    found = words(_with_first_house_number(text[:200]))
    if not found or found == MISSING:
        return NO_STREET
    found, box = _split_box(found)
    numbered = _NUMBER.match(found)
    number = ""
    if numbered:
        number = numbered[1]
        found = found[numbered.end() :].strip()
    unit = _UNIT.search(f" {found}")
    if unit and unit.start() > 0:
        found = found[: unit.start() - 1]
    name = " ".join(
        [
            STREET_WORDS.get(word) or (word if word.isalpha() else _cardinal(word))
            for word in found.split()[:10]
        ]
    )
    return Street(number.lstrip("0"), name, box)


def _with_first_house_number(line: str) -> str:
    """The line with the first of several house numbers, and without a fraction: the building is the same.

    In Queens, 103-34 is one house number: its second part is shorter.
    """
    if not line.isascii():
        line = _DASHES.sub("-", line.translate(_FRACTIONS))
    if "/" in line:
        line = _HALF.sub(r"\1", line)
    if "-" in line[:9]:
        numbers = _RANGE.match(line)
        if numbers and 0 < int(numbers[2]) - int(numbers[1]) <= _MOST_APART:
            return numbers[1] + line[numbers.end() :]
    return line


def _split_box(line: str) -> tuple[str, str]:
    """The line before a PO box, and the box. Before a box on a route, the line is empty."""
    if "APARTADO" in line or "APDO" in line or "APTDO" in line or "CASILLA" in line:
        line = _SPANISH_BOX.sub("PO BOX ", line)
    if not ("BOX" in line or "BX" in line or "POB " in line or "DRAWER" in line):
        return line, ""
    line = line.replace("POBOX", "PO BOX").replace("POB ", "PO BOX ").replace("PO BX", "PO BOX")
    route = _ROUTE_BOX.search(line)
    if route:
        return "", f"R{route[1]}B{route[2]}"
    box = _BOX.search(line)
    if not box:
        return line, ""
    before = line[: box.start()].removesuffix("PO ").strip()
    return "" if before in ("PO", "P O", "POST OFFICE") else before, box[1]
