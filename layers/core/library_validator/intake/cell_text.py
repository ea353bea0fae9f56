"""The cells of a workbook as the text that a spreadsheet shows: ZIPs, phones, ids, dates."""

from __future__ import annotations

import datetime
import re
from functools import lru_cache
from typing import Any, Final

# The parts of a number format that are not digits: colours, locales, escapes and quotation marks.
_DECORATION: Final = re.compile(r"\[[^\]]*\]|[\\\"]|_.")
_ZEROS: Final = re.compile(r"0[0 ()/\-]*0")
_LONGEST_FORMAT: Final = 32
_ESCAPED: Final = re.compile(r"_x([0-9A-Fa-f]{4})_")


def cell_text(cell: Any) -> str:
    """The text of an openpyxl cell: 2138 in the format ``00000`` is ``02138``, and 9.0 is ``9``."""
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, str):
        return _ESCAPED.sub(_unescape_letter, value) if "_x" in value else value
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int | float):
        return _number_text(value, cell.number_format)
    if isinstance(value, datetime.datetime):
        midnight = value.time() == datetime.time()
        return value.date().isoformat() if midnight else value.isoformat(sep=" ", timespec="seconds")
    return str(value)


def is_error(cell: Any) -> bool:
    """Whether the cell shows an error (#N/A, #REF!) instead of a value."""
    return bool(cell.data_type == "e")


def has_no_result(cell: Any, formula: Any) -> bool:
    """Whether a cell without a value has a formula that was never calculated.

    ``formula`` is the same cell with its formula instead of its result. A cell whose formula has an empty
    text as its result has the data type of a text.
    """
    return bool(formula.data_type == "f" and cell.value is None and cell.data_type == "n")


def column_letters(position: int) -> str:
    """The letters that a spreadsheet shows above a column: 0 is ``A``, 26 is ``AA``."""
    letters, rest = "", position + 1
    while rest:
        rest, letter = divmod(rest - 1, 26)
        letters = chr(ord("A") + letter) + letters
    return letters


def _number_text(value: float, number_format: str) -> str:
    if isinstance(value, float):
        if not value.is_integer():
            return repr(value)
        value = int(value)
    pattern = _format_of_zeros(number_format)
    return _pad_number(value, pattern) if pattern and value >= 0 else str(value)


@lru_cache(maxsize=256)
def _format_of_zeros(number_format: str) -> str:
    """The format, if it has only zeros and punctuation, such as ``00000-0000``; else empty."""
    first = _DECORATION.sub("", (number_format or "").split(";")[0]).strip()
    return first if len(first) <= _LONGEST_FORMAT and _ZEROS.fullmatch(first) else ""


def _pad_number(value: int, pattern: str) -> str:
    places = pattern.count("0")
    digits = str(value).zfill(places)
    head, rest = digits[: len(digits) - places], iter(digits[len(digits) - places :])
    return head + "".join(next(rest) if sign == "0" else sign for sign in pattern)


def _unescape_letter(found: re.Match[str]) -> str:
    return chr(int(found[1], 16))
