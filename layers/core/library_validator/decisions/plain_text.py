"""Text that people and logs can show: without characters that are not shown, and without e-mail addresses.

Source: Unicode's general categories, and ``unseen.py``. Cc and the separators Zl and Zp break lines or steer
a terminal, Cf has no width or changes the direction of reading, Cs is not text.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from library_validator.mojibake import repair_text
from library_validator.unseen import UNSEEN_MARKS

_REFUSED_IN_IDS: Final = frozenset(("Cc", "Cf", "Cs", "Zl", "Zp"))
_CONTROLS: Final = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")
# The format characters (Cf). Signs that are shown are not in this list, such as U+0600 ARABIC NUMBER SIGN.
# Two joiners (U+200C, U+200D) stay between letters of scripts that need them, from Hebrew to Mongolian.
_UNSEEN: Final = re.compile(
    "[\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0001\U000e0020-\U000e007f]"
    "|(?<![\u0590-\u1fff])[\u200c\u200d]+|[\u200c\u200d]+(?![\u0590-\u1fff])"
)
# Bytes of Windows-1252 that were read as controls: a name with U+0092 has an apostrophe. U+0085 ends a line.
_WINDOWS: Final = {
    code: bytes([code]).decode("cp1252")
    for code in range(0x80, 0xA0)
    if code not in (0x81, 0x85, 0x8D, 0x8F, 0x90, 0x9D)
}
_AT: Final = r"(?:[@\uff20\ufe6b]+|%40|&#0*64;|&#x0*40;|&commat;|[(\[{<] ?at ?[)\]}>])"
_DOT: Final = r"(?:[.\uff0e\u3002\uff61\u2024]|%2e|&#0*46;|&#x0*2e;|&period;| ?[(\[{<] ?dot ?[)\]}>] ?)"
_HAS_AT: Final = re.compile(_AT, re.IGNORECASE)
_EMAIL: Final = re.compile(
    rf"(?:mailto:)?[^\s@\uff20\ufe6b<>()\[\],;:\"/=?&]{{1,64}} {{0,3}}{_AT} {{0,3}}"
    rf"(?:(?:[\w-]+{_DOT})+\w{{2,}}|\[[0-9a-f.:]+\])",
    re.IGNORECASE,
)
_EDGES: Final = " ,;:<>()[]\"'/|-"


def plain_text(text: str) -> str:
    """``text`` without characters that are not shown, trimmed. Ordinary text is only trimmed.

    Controls become blanks; characters without a width are removed; a lone surrogate becomes a question mark.
    """
    text = UNSEEN_MARKS.sub("", text)
    if text.isprintable():
        return text.strip()
    text = text.encode("utf-8", "replace").decode()
    if any("\x80" <= letter <= "\x9f" for letter in text):
        text = repair_text(text).translate(_WINDOWS)
    return _UNSEEN.sub("", _CONTROLS.sub(" ", text)).strip()


def has_refused_character(text: str) -> bool:
    """Whether ``text`` has a character that an id may not have: two ids would look the same."""
    if not text.isprintable() and any(unicodedata.category(each) in _REFUSED_IN_IDS for each in text):
        return True
    return UNSEEN_MARKS.search(text) is not None


def may_have_email(text: str) -> bool:
    """A quick test: most texts have none of the signs that an e-mail address has."""
    if "@" in text or "%" in text or "&" in text:
        return True
    if ")" in text or "]" in text or "}" in text or ">" in text:
        return True
    return not text.isascii() and ("\uff20" in text or "\ufe6b" in text)


def without_emails(text: str) -> str:
    """``text`` without e-mail addresses, and without the brackets and signs that were around them."""
    if not may_have_email(text) or not _HAS_AT.search(text):
        return text
    rest, found = _EMAIL.subn(" ", text)
    return " ".join(rest.split()).strip(_EDGES) if found else text
