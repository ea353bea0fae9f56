"""Text that was UTF-8, was read as Windows-1252, and was written again: ``EspaÃ±ola`` for ``Española``.

The repair is certain only if every character can be a byte of Windows-1252, these bytes are UTF-8, and the
repaired text has only Latin letters and typographic signs. Part of an upper-case CAFÉ'S
with a typographic apostrophe passes the first two tests and fails the third: it is not changed.
"""

from __future__ import annotations

import re
from typing import Final

# The first byte of a spoiled character, as Windows-1252 shows it, and a byte that can follow.
_SUSPECT: Final = re.compile(
    "[\u00c2-\u00c5\u00ca\u00e2]"
    "[\u0080-\u00bf\u0152\u0153\u0160\u0161\u0178\u017d\u017e\u0192\u02c6\u02dc\u2013-\u203a\u20ac\u2122]"
)
_RESULT: Final = re.compile(
    "[\x00-\x7f\u00a0-\u017f\u02bb\u02bc\u2010-\u2027\u2030-\u203a\u20ac\u2122\ufeff]*"
)
_TIMES: Final = 3  # times that a text may have been spoiled


def repair_text(text: str) -> str:
    """The original text, if it is certain; else ``text``."""
    certain = before = text
    for _ in range(_TIMES):
        if before.isascii() or not _SUSPECT.search(before):
            break
        try:
            before = b"".join([_byte(letter) for letter in before]).decode()
        except UnicodeError:
            break
        # A text that was spoiled twice may have other characters after its first repair.
        if _RESULT.fullmatch(before):
            certain = before
    return certain


def _byte(letter: str) -> bytes:
    """The byte that ``letter`` is in Windows-1252. Programs keep the five bytes that it does not define."""
    return bytes([ord(letter)]) if "\x80" <= letter <= "\x9f" else letter.encode("cp1252")
