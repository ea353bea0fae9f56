"""All words of a name, as they were written: no word is dropped and no abbreviation is written out.

Comparisons leave out the words that many names share. The rules need all words, because every word of an
applicant's name must have an explanation.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Final

from library_validator.matching.normalize import fold, join_legal_form, split_figure, split_joined_words
from library_validator.matching.words import HOMOGLYPHS

MAX_CHARACTERS: Final = 400
MAX_WORDS: Final = 40

_APOSTROPHES: Final = re.compile(r"['`]")
_KNOWN_AS_IN_WORDS: Final = re.compile(r"\b(DOING BUSINESS|(?:FORMERLY|ALSO|NOW) KNOWN) AS\b")
_DOING_BUSINESS: Final = re.compile(r"\b([DAFN])[./] ?([BK])[./] ?A\b\.?")
_CARE_OF: Final = re.compile(r"\bC ?/ ?O\b\.?")
_PUBLIC_LIBRARY: Final = re.compile(r"\bP\.? ?L\b\.?(?: ?(D)\b\.?)?")
_PUBLIC: Final = re.compile(
    r"\bPUB\."
)  # with its point, pub is an abbreviation; without it, a house that serves beer
_WORD: Final = re.compile(r"[A-Z0-9]+")
_SEPARATOR: Final = re.compile(
    r"(?i) - |[/,;:(){}\[\]|\u2013\u2014]|--+|\b(?:d\.?/?b\.?/?a|doing business as|[afn]\.?/?k\.?/?a"
    r"|(?:formerly|also|now) known as|formerly)\b\.?"
)
# A quick check before the search: most names have none of these signs.
_SEPARATING_SIGNS: Final = frozenset("/,;:(){}[]|-\u2013\u2014")
_KNOWN_AS: Final = re.compile(r"[BKbk][./]?[Aa]\b|ormerly|ORMERLY|(?:nown|NOWN|usiness|USINESS) [Aa]")
_AND: Final = re.compile(r"(?i) and | ?& ?")


@lru_cache(maxsize=16_384)
def wording_of(name: str) -> tuple[str, ...]:
    """The first forty words of a name in their order, in upper-case ASCII letters and digits."""
    return tuple(_words(fold(split_joined_words(name[:MAX_CHARACTERS])))[:MAX_WORDS])


def left_out_text(name: str) -> str:
    """The parts of a name that ``wording_of`` leaves out: other scripts, signs, text beyond the limits."""
    if name.isascii() and (
        len(name) <= MAX_WORDS or (len(name) + 1) // 2 + name.count("&") + name.count("+") <= MAX_WORDS
    ):
        return ""  # a name of this length has at most ``MAX_WORDS`` words
    words = _words(fold(split_joined_words(name[:MAX_CHARACTERS])))
    return lost_characters(name) or name[MAX_CHARACTERS:] or " ".join(words[MAX_WORDS:])


def _words(text: str) -> list[str]:
    text = _APOSTROPHES.sub("", text)
    if "&" in text or "+" in text:
        text = text.replace("&", " AND ").replace("+", " AND ")
    text = join_legal_form(text)
    if " AS " in text:
        text = _KNOWN_AS_IN_WORDS.sub(_short_form, text)
    if "/" in text or "." in text:
        text = _DOING_BUSINESS.sub(r"\1\2A", text)
        text = _CARE_OF.sub(" CAREOF ", text)
        text = _PUBLIC.sub("PUBLIC ", text)
    if "P" in text and _PUBLIC_LIBRARY.search(text):
        text = _PUBLIC_LIBRARY.sub(r" PL\1 ", text)
    return _WORD.findall(split_figure(text))


def _short_form(known_as: re.Match[str]) -> str:
    """``DBA``, ``FKA``, ``AKA``, ``NKA``."""
    return f"{known_as[1][0]}{'B' if known_as[1].endswith('BUSINESS') else 'K'}A"


def lost_characters(name: str) -> str:
    """The letters, figures and symbols of a name that cannot be written in ASCII, without repetition."""
    if name.isascii():
        return ""
    lost = [
        letter
        for letter in unicodedata.normalize("NFKC", name)
        if not letter.isascii() and unicodedata.category(letter)[0] in "LNS" and not _has_ascii(letter)
    ]
    return "".join(dict.fromkeys(lost))


def _has_ascii(letter: str) -> bool:
    return letter in HOMOGLYPHS or any(map(str.isalnum, fold(letter)))


def may_have_parts(name: str) -> bool:
    """A quick check: whether a name may consist of several names."""
    return not _SEPARATING_SIGNS.isdisjoint(name) or _KNOWN_AS.search(name) is not None


def parts_of(name: str, *, at_and: bool = False) -> tuple[str, ...]:
    """The names in a name: two in ``Alder County Library - Briar Branch``, one in most names.

    ``at_and``: names are split at ``and`` too.
    """
    parts = _SEPARATOR.split(name)
    if at_and:
        parts = [piece for part in parts for piece in _AND.split(part)]
    return tuple([part.strip() for part in parts if part.strip()])
