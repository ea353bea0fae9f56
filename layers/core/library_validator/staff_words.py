"""Words that staff write for the record: an override's words, the reason of a release's acceptance.

The record is kept for years and is read by many, so it takes no e-mail addresses and no telephone numbers.
The number that the survey lists for the library is public, and is allowed.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from library_validator.errors import WordsRefused

_EMAIL: Final = re.compile(r"[^\s@<>()\[\]]+\s?(?:@|\(at\)|\[at\])\s?[^\s@]+\.[a-z]{2,}", re.IGNORECASE)
_SEPARATOR: Final = r"[\s./\u2010-\u2015-]"
# Ten digits as in the United States, seven with a separator, or an international number. Dates, ZIP Codes
# and FSCS ids have other groups of digits.
_TELEPHONE: Final = re.compile(
    rf"(?<![\w-])(?:\+?1{_SEPARATOR}{{0,3}})?\(?[0-9]{{3}}\)?{_SEPARATOR}{{0,3}}[0-9]{{3}}{_SEPARATOR}{{0,3}}[0-9]{{4}}(?![\w-])"
    rf"|(?<![\w-])[0-9]{{3}}[.\u2010-\u2015-][0-9]{{4}}(?![\w-])"
    rf"|(?<!\w)\+[0-9](?:{_SEPARATOR}{{0,3}}[()]?[0-9]){{7,14}}(?!\w)"
)


def checked_words(words: str, listed_phones: frozenset[str] = frozenset()) -> str:
    """``words`` as they are. Raises ``WordsRefused`` if they have an e-mail address or a telephone number.

    ``listed_phones``: the numbers of the survey that the words may have, for instance 9075550100.
    """
    plain = unicodedata.normalize("NFKC", words)
    if found := _EMAIL.search(plain):
        raise WordsRefused(f"an e-mail address ({_hidden(found[0])})")
    for match in _TELEPHONE.finditer(plain):
        digits = "".join(filter(str.isdecimal, match[0]))
        if not any(_is_same_number(digits, listed) for listed in listed_phones):
            raise WordsRefused(f"a telephone number ({_hidden(match[0])})")
    return words


def _is_same_number(digits: str, listed: str) -> bool:
    return digits.removeprefix("1") == listed or (len(digits) == 7 and listed.endswith(digits))


def _hidden(text: str) -> str:
    """The beginning of ``text``: enough to find it, too little to keep it in a terminal's log."""
    return f"{text.strip()[:3]}…"
