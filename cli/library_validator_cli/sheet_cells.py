"""Cells of CSV that no spreadsheet takes for a formula.

Source: OWASP, "CSV Injection". A text that a spreadsheet could execute gets an apostrophe before it. A text
that begins with an apostrophe gets another one, so removing one leading apostrophe restores every text.
"""

from __future__ import annotations

import unicodedata
from typing import Final, TypeVar

_STARTS_FORMULA: Final = frozenset("=+-@\u2212")
_SPECIAL: Final = frozenset("\t\r\n'")
_T = TypeVar("_T")


def sheet_cell(value: _T) -> _T | str:
    """The value as it is written to a sheet. Numbers stay numbers; dangerous texts get an apostrophe."""
    return f"'{value}" if isinstance(value, str) and _is_dangerous(value) else value


def _is_dangerous(text: str) -> bool:
    if not text or (text[0].isalnum() and text[0].isascii()):
        return False
    if text[0] in _SPECIAL:
        return True
    # Before it looks for a formula, a spreadsheet may skip blanks, control and invisible characters.
    first = next((sign for sign in text if unicodedata.category(sign)[0] not in "ZC"), "")
    return not _STARTS_FORMULA.isdisjoint(unicodedata.normalize("NFKC", first))
