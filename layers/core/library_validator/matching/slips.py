"""Whether a written word is a listed one with a slip of the hand, or cut short."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from rapidfuzz.distance import OSA

VOWELS: Final = frozenset("AEIOUY")


def is_slip(written: str, listed: str) -> bool:
    """One slip in a word of four to seven letters, two in a longer one.

    The written word is at most one letter longer: ``LIBRARYISH`` is no slip of ``LIBRARY``, it is another word.
    """
    longest = max(len(written), len(listed))
    if longest < 4 or len(written) > len(listed) + 1 or not written.isalpha() or not listed.isalpha():
        return False
    allowed = 1 if longest < 8 else 2
    return OSA.distance(written, listed, score_cutoff=allowed) <= allowed


def is_shortened(written: str, listed: str) -> bool:
    """Three letters or more that the listed word begins with, or two or more of its consonants: CUMB, RM, BLDG."""
    if len(written) >= len(listed) or written[0] != listed[0]:
        return False
    if listed.startswith(written):
        return len(written) >= 3
    return len(written) >= 2 and VOWELS.isdisjoint(written[1:]) and _is_within(written, listed)


def _is_within(written: str, listed: str) -> bool:
    """Whether the letters of the one stand in the other in the same order."""
    letters = iter(listed)
    return all(letter in letters for letter in written)


def are_initials(written: str, listed: Iterable[str]) -> bool:
    """Whether a word of one to three letters is the initials of listed words, each used once."""
    unused = list(listed)
    for letter in written:
        word = next((word for word in unused if word.startswith(letter)), None)
        if word is None:
            return False
        unused.remove(word)
    return 0 < len(written) <= 3
