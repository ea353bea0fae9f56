"""Telephone numbers as people write them: ten digits of the North American plan, without extensions."""

from __future__ import annotations

import re
from typing import Final

from library_validator.matching.values import unwrap_value

_LONGEST: Final = 120
_DIGITS: Final = re.compile(r"\d+")
_DASHES: Final = str.maketrans(dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u00b7\u2022", "-"))
_ABROAD: Final = re.compile(r"\D*(?:\+|\b0(?=0)|\b0(?=11))(?:0|11)?\D*[2-9]")
_NUMBER: Final = re.compile(
    r"(?<!\d)(?:\+?\D?(?:0?0?1|011\D?1)\D{0,3})?\(?([2-9]\d\d)\)?[\s./\\_-]*(\d{3})[\s./\\_-]*(\d{4})(?!\d)"
)
_PLAIN: Final = re.compile(
    r"\(?([2-9][0-9]{2})\)?[ .-]?([0-9]{3})[ .-]?([0-9]{4})"
)  # most phones are written in this way
_EXTENSION: Final = re.compile(
    r"(?i)\s*[,;/(\[-]?\s*(?:\b(?:ext(?:ension|n)?|extensi[oó]n|xt|option|opt|press|menu|dial|prompt|then|"
    r"mailbox|box|pin|isub|choose|select|anexo)\b|(?<![a-z])x(?![a-z])|#)"
)
_DECIMALS: Final = re.compile(r"(?<=\d{10})\.0+$")  # a spreadsheet adds decimals to a number
_VANITY: Final = re.compile(r"\D{0,3}(?:1\W{1,2})?\(?([2-9]\d\d)\W{1,2}([A-Z0-9][A-Z0-9-]{6,12})")
_KEYS: Final = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "22233344455566677778889999")
_BESIDE: Final = re.compile(r"[^\W_]+")
# Labels that people give to telephones and to the lines of their libraries.
_NAMES_OF_PHONES: Final = frozenset(
    """
    1 A ADMIN AM AND AT BUSINESS C CALL CELL CELLPHONE CIRC CIRCULATION D DAY DESK DIR DIRECT DIRECTOR E EVE
    EVENING EVENINGS F FAX FREE FRONT H HOME HOURS INFO INFORMATION L LIB LIBRARIAN LIBRARY LINE LOCAL M MAIN
    MOBILE N NO NUM NUMBER O OF OFC OFF OFFICE ON ONLY OR P PH PHONE PM REF REFERENCE T TDD TEL TELEFONO
    TELEPHONE TEXT THE TO TOLL TTY U US USA V VOICE VRS W WK WORK
    """.split()
)
_TOLL_FREE: Final = frozenset("800 888 877 866 855 844 833 822".split())


def read_phones(text: str) -> tuple[str, ...]:
    """The telephone numbers of a text in order, at most two, each of ten digits without the country code.

    Digits after a number are an extension or a menu. If digits come directly before the first number or after
    it, no number is read: it is not certain which ten digits are meant.
    """
    if not text:
        return ()
    plain = _PLAIN.fullmatch(text)
    if plain:
        digits = plain[1] + plain[2] + plain[3]
        return (digits,) if _is_number(digits) else ()
    text = unwrap_value(text)
    text = _DECIMALS.sub("", text[:_LONGEST].translate(_DASHES).strip())
    if _ABROAD.match(text):
        return ()
    found = [match for match in _NUMBER.finditer(text) if _is_number("".join(match.groups()))]
    if found and not _DIGITS.search(text, 0, found[0].start()):
        return tuple(dict.fromkeys("".join(match.groups()) for match in found))[:2]
    head = _EXTENSION.split(text, maxsplit=1)[0]
    digits = "".join(_DIGITS.findall(head)) or ""
    if len(digits) == 11 and digits[0] == "1":
        digits = digits[1:]
    if len(digits) == 10:
        return (digits,) if _is_number(digits) else ()
    return _number_in_letters(text)


def has_more_than_numbers(text: str) -> bool:
    """Whether a text has more than telephone numbers, extensions and labels for them."""
    if _PLAIN.fullmatch(text):
        return False
    text = _DECIMALS.sub("", unwrap_value(text)[:_LONGEST].translate(_DASHES))
    if _number_in_letters(text):
        return False
    head = _EXTENSION.split(_NUMBER.sub(" , ", text), maxsplit=1)[0]
    return any(word.upper() not in _NAMES_OF_PHONES for word in _BESIDE.findall(head))


def read_phone(text: str) -> str:
    """The ten digits of the first telephone number of a text, or empty; ``-3`` and ``-4`` are not phones."""
    found = read_phones(text)
    return found[0] if found else ""


def is_blank_phone(text: str) -> bool:
    """Whether a text is empty, or was written to fill a required field: ``0``, ``000-000-0000``, ``-3``."""
    digits = "".join(_DIGITS.findall(text))
    if not text or text.strip() in ("-1", "-2", "-3", "-4", "-9"):
        return True
    return bool(digits) and (len(set(digits)) == 1 or digits[-7:] == "5555555") and not _has_letters(text)


def _is_number(digits: str) -> bool:
    return digits[0] not in "01" and digits[3:] != "5555555" and digits != digits[0] * 10


def _has_letters(text: str) -> bool:
    return any(letter.isalpha() for letter in text)


def _number_in_letters(text: str) -> tuple[str, ...]:
    """The number of ``1-800-LIBRARY`` by the letters on telephone keys; the first seven letters count."""
    found = _VANITY.fullmatch(text.upper())
    if found is None or not _has_letters(found[2]):
        return ()
    if text != text.upper() and found[1] not in _TOLL_FREE:
        return ()
    digits = found[2].replace("-", "").translate(_KEYS)[:7]
    return (found[1] + digits,) if len(digits) == 7 else ()
