"""Cells of CSV that no spreadsheet takes for a formula.

Source: OWASP, "CSV Injection". A text that a spreadsheet could execute gets an apostrophe before it, and so
does a text that begins with an apostrophe: whoever takes one leading apostrophe away has the text again.
"""

from __future__ import annotations

import unicodedata
from typing import Final, TypeVar

_STARTS_FORMULA: Final = frozenset("=+-@\u2212")
_SPECIAL: Final = frozenset("\t\r\n'")
_T = TypeVar("_T")


def sheet_cell(value: _T) -> _T | str:
    """A value as it is written to a sheet. Numbers stay numbers; of texts, all are guarded."""
    return f"'{value}" if isinstance(value, str) and _is_dangerous(value) else value


def _is_dangerous(text: str) -> bool:
    if not text or (text[0].isalnum() and text[0].isascii()):
        return False
    if text[0] in _SPECIAL:
        return True
    # What a spreadsheet may skip before it looks for a formula: blanks, control and invisible characters.
    first = next((sign for sign in text if unicodedata.category(sign)[0] not in "ZC"), "")
    return not _STARTS_FORMULA.isdisjoint(unicodedata.normalize("NFKC", first))
