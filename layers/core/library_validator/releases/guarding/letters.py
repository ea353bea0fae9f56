"""Letters of names and addresses that a program spoiled, and accents that it lost.

A file that was read in a wrong encoding and saved again has signs in place of letters (``MuÃ±oz``,
``Mu├▒oz``), or U+FFFD or a question mark. This module finds spoiled letters that ``mojibake`` cannot repair.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from itertools import groupby
from typing import Final

from library_validator.releases.records import Outlet, System

_OUTLET_COLUMNS: Final = ("name", "street", "city", "county")
_SYSTEM_COLUMNS: Final = (*_OUTLET_COLUMNS, "mailing_street", "mailing_city")
# Letters of American names, including Hawaiian and Spanish ones, and signs that people write in names and
# addresses. The letter Ã is left out, because most double-encoded letters begin with it. A name that really
# has it waits for a person once, and not again while it stays the same.
_LETTERS: Final = "A-Za-zÀ-ÂÄ-ÖØ-öø-ÿŒœŠšŽžŸĀāĒēĪīŌōŪū\u02bb\u02bc\u0300-\u036f"
_SIGNS: Final = " -@\\[-`{-~\u00a0°ªº·¼½¾\u2013\u2014\u2018\u2019\u201c\u201d\u2022"
_SPOILED: Final = re.compile(rf"[^{_LETTERS}{_SIGNS}]|\?|Â(?![{_LETTERS}])")
_REPLACED_BY_AT_MOST: Final = 8  # characters in place of a letter: "&Ntilde;"


def is_spoiled(text: str) -> bool:
    """Whether ``text`` has a sign or letter that does not occur in names and addresses."""
    if text.isascii() and "?" not in text and text.isprintable():
        return False
    return _SPOILED.search(text) is not None


def texts_of(record: System | Outlet) -> Iterator[tuple[str, str]]:
    """The names and addresses of a record, by column."""
    for column in _SYSTEM_COLUMNS if isinstance(record, System) else _OUTLET_COLUMNS:
        yield column, getattr(record, column)


def has_accents(text: str) -> bool:
    """Whether ``text`` has a letter with an accent."""
    return not text.isascii() and any(map(_is_accented, text))


def has_lost_accents(before: str, now: str) -> bool:
    """Whether ``now`` is ``before`` with something else in place of an accented letter.

    ``N`` for ``Ñ`` is another spelling and not a loss; ``-``, ``?``, ``Ã±`` or a missing letter is a loss.
    """
    if before == now or not has_accents(before):
        return False
    now = unicodedata.normalize("NFC", now)
    replaced = _replacements_of_accents(before, now)
    return replaced is not None and not all(_may_be_written_as(*pair) for pair in replaced)


def _replacements_of_accents(before: str, now: str) -> list[tuple[str, str]] | None:
    """Each run of accented letters in ``before`` and its replacement; None if the other letters differ."""
    runs = ["".join(run) for accented, run in groupby(before, _is_accented) if accented]
    between = ["".join(run) for accented, run in groupby(f"\n{before}\n", _is_accented) if not accented]
    now = f"\n{now}\n"
    if not now.startswith(between[0]):
        return None
    replaced, place = [], len(between[0])
    for run, after in zip(runs, between[1:], strict=True):
        found = place + len(run)  # usually a letter is replaced by one character
        if not now.startswith(after, found):
            found = now.find(after, place, place + _REPLACED_BY_AT_MOST * len(run) + len(after))
        if found < 0:
            return None
        replaced.append((run, now[place:found]))
        place = found + len(after)
    return replaced if place == len(now) else None


def _is_accented(letter: str) -> bool:
    return letter > "\x7f" and unicodedata.category(letter) in ("Lu", "Ll")


def _may_be_written_as(letters: str, written: str) -> bool:
    """Whether ``written`` is a spelling of ``letters``: other accents or none, or ``OE`` for ``Ö``."""
    if not written.isalpha():
        return False
    plain, plainly_written = _without_accents(letters), _without_accents(written)
    if not plain.isascii():
        return True
    return plain == plainly_written or (len(plain) == 1 and plainly_written in {"ae", "oe", "ue"})


def _without_accents(letters: str) -> str:
    """``letters`` without accents, in lower case; ``œ`` has no accent and stays."""
    return "".join(
        letter for letter in unicodedata.normalize("NFD", letters) if not unicodedata.combining(letter)
    ).casefold()
