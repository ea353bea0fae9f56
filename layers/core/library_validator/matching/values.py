"""Removes the wrapping from values that other systems export, and empties values that mean a blank.

Wrapping is what a spreadsheet, a web page or a wrong encoding puts around a value. Every function
accepts any text.
"""

from __future__ import annotations

import html
import re
import unicodedata
from typing import Final

from library_validator.mojibake import repair_text

_FIRST_OF_WRAPPING: Final = frozenset("=\"'`")
_FORMULA: Final = re.compile(r'=\s*(?:[A-Z]+\()?"(.*)"\)?')  # ="02138" keeps the zero in a spreadsheet
_QUOTED: Final = re.compile(r"""(["'])(.*)\1""")
_GUARDED: Final = re.compile(r"['`](?=[\d=+@-])")  # '02138 also keeps the zero
_ENTITY: Final = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_TAG: Final = re.compile(r"</?[A-Za-z][A-Za-z0-9]*(?:\s[^<>]*)?/?>")
_TIMES: Final = 3  # a value may have been escaped several times: O&amp;#39;Neill
_SOFT_HYPHEN: Final = "\u00ad"
_FRACTION_SLASH: Final = "\u2044"

# Whole values that mean a blank. Capital letters, without blanks, dots, dashes and slashes.
_PLACEHOLDERS: Final = frozenset(
    """
    NA NULL NIL NONE NAN NAT UNDEFINED UNKNOWN UNKOWN UNK UNSPECIFIED TBD TBA TBC BLANK EMPTY MISSING NOTHING
    NOTAPPLICABLE NOTAVAILABLE NOTPROVIDED NOTGIVEN NOTKNOWN NOTSPECIFIED NOTLISTED NOTSET NOTENTERED NOTSURE
    NODATA NOVALUE NOANSWER NORESPONSE NOINFO NOINFORMATION NOENTRY NONEGIVEN NONEPROVIDED NONELISTED
    NOPHONE NOADDRESS NOZIP NONUMBER NOSTREET NOTHAVE DONOTHAVE DONTHAVE DONTKNOW IDK
    TOBEDETERMINED TOBEANNOUNCED TOBEADDED TOBECONFIRMED SEEABOVE ASABOVE SAMEASABOVE
    PLEASESELECT SELECT SELECTONE SELECTSTATE SELECTASTATE CHOOSEONE CHOOSEASTATE PLEASECHOOSE
    NINGUNO NINGUNA DESCONOCIDO DESCONOCIDA NOAPLICA NODISPONIBLE SINDATOS NOTIENE
    XXX
    """.split()
)
_LONGEST: Final = 28  # most characters of a placeholder, with the signs around it
_PUNCTUATION: Final = " .,;:-_*/\\|()[]{}<>?!#'\"~=+"
# The first three characters of placeholders, in capitals: a quick check, which rules out most values.
BEGINNINGS: Final = frozenset(
    beginning
    for word in _PLACEHOLDERS
    for beginning in (
        word[:3],
        *[word[:2] + sign for sign in _PUNCTUATION],
        *[word[0] + sign + other for sign in " .-_/" for other in (word[1], *" .-_/")],
    )
)
_INNER: Final = str.maketrans("", "", " .-_/'")
_ERROR: Final = re.compile(r"#(?:REF|VALUE|NAME|DIV/0|NUM|N/A|NULL|SPILL|CALC|ERROR|FIELD)[!?]?")
_MYSQL_NULL: Final = "\\N"


def unwrap_value(text: str) -> str:
    """The text of a field without its wrapping; empty if it means a blank."""
    if not text:
        return ""
    if (
        not text.isascii()
        or ("&" in text and ";" in text)  # perhaps an HTML entity
        or "<" in text
        or text[0] in _FIRST_OF_WRAPPING
    ):
        text = unwrap_text(text)
    elif text[:3].upper() not in BEGINNINGS and text[0].isalnum():
        return text
    return "" if len(text) <= _LONGEST and is_placeholder(text) else text


def is_placeholder(text: str) -> bool:
    """Whether a whole value means a blank: ``N/A``, ``NULL``, ``unknown``, ``-``, ``#REF!``."""
    bare = text.upper().strip(_PUNCTUATION)
    if all(map(_is_punctuation, bare)) or (len(bare) >= 3 and not bare.strip("X")):
        return True
    return bare.translate(_INNER) in _PLACEHOLDERS or text == _MYSQL_NULL or bool(_ERROR.fullmatch(text))


def unwrap_text(text: str) -> str:
    """The text without spreadsheet formula, HTML and invisible characters.

    A wrong encoding is repaired if the repair is certain. Digits of other scripts and fractions become ASCII.
    """
    text = repair_text(text)
    for _ in range(_TIMES):
        if "&" not in text:
            break
        text = _ENTITY.sub(_character_of, text)
    if "<" in text:
        text = _TAG.sub(" ", text)
    if not text.isascii():
        text = "".join(map(_visible_letter, repair_text(text)))
    text = text.strip()
    formula = _FORMULA.fullmatch(text)
    if formula:
        text = formula[1].replace('""', '"').strip()
    quoted = _QUOTED.fullmatch(text)
    if quoted:
        text = quoted[2].strip()
    return text[1:] if _GUARDED.match(text) else text


def has_flag(text: str) -> bool:
    """Whether a text has the flag of a country."""
    return not text.isascii() and any(map(_is_of_flag, text))


def _is_of_flag(letter: str) -> bool:
    return "\U0001f1e6" <= letter <= "\U0001f1ff"


def _is_punctuation(letter: str) -> bool:
    return unicodedata.category(letter)[0] in "PZ"


def _character_of(entity: re.Match[str]) -> str:
    return html.unescape(entity[0])


def _visible_letter(letter: str) -> str:
    """The letter, a blank for any blank, or a figure for a digit of any script; empty if invisible."""
    if letter.isascii():
        return letter
    category = unicodedata.category(letter)
    if category == "Cf" or letter == _SOFT_HYPHEN:
        return ""
    if category in ("Zs", "Zl", "Zp", "Cc"):
        return " "
    if _is_of_flag(letter):  # two such letters are a flag, and spell the code of a country
        return chr(ord("A") + ord(letter) - 0x1F1E6)
    if category == "Nd":
        return str(unicodedata.decimal(letter))
    if category == "No" and _FRACTION_SLASH in (fraction := unicodedata.normalize("NFKC", letter)):
        return f" {fraction.replace(_FRACTION_SLASH, '/')}"
    return "/" if letter == _FRACTION_SLASH else letter
