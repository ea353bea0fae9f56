"""Whether a written word is a listed one with a slip of the hand, or cut short."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from rapidfuzz.distance import OSA

VOWELS: Final = frozenset("AEIOUY")


def is_slip(written: str, listed: str) -> bool:
    """One slip in a word of five to seven letters, two in a longer one.

    The written word is at most one letter longer: ``LIBRARYISH`` is no slip of ``LIBRARY``, it is another word. In
    four letters another letter makes another word: there two changed places, or one was doubled.
    """
    longest, shortest = max(len(written), len(listed)), min(len(written), len(listed))
    if len(written) > len(listed) + 1 or not (written + listed).isalpha():
        return False
    if longest < 5:
        same_letters = set(written) == set(listed) and shortest > 2
        return same_letters and OSA.distance(written, listed, score_cutoff=1) <= 1
    allowed = 1 if longest < 8 else 2
    return shortest > 3 and OSA.distance(written, listed, score_cutoff=allowed) <= allowed


def is_shortened(written: str, listed: str) -> bool:
    """Three letters or more that the listed word begins with (CUMB), or a word that lost vowels (RM, LKE)."""
    if len(written) >= len(listed) or written[0] != listed[0]:
        return False
    if listed.startswith(written):
        return len(written) >= 3
    if len(written) < 2 or not _is_within(written, listed):
        return False
    lost_vowels = written[-1] == listed[-1] and _consonants(written) == _consonants(listed)
    return VOWELS.isdisjoint(written[1:]) or lost_vowels


def _consonants(word: str) -> str:
    return "".join(letter for letter in word if letter not in VOWELS)


def _is_within(written: str, listed: str) -> bool:
    """Whether the letters of the one stand in the other in the same order."""
    letters = iter(listed)
    return all(letter in letters for letter in written)


def is_initial(written: str, listed: Iterable[str]) -> bool:
    """Whether a word is one letter, the first of a listed word."""
    return len(written) == 1 and any(word.startswith(written) for word in listed)


def is_acronym(written: str, listed: Sequence[str]) -> bool:
    """Whether a word of two to five letters is the first letters of as many listed words, one after the other."""
    size = len(written)
    return 1 < size < 6 and any(
        written == "".join(word[0] for word in listed[start : start + size])
        for start in range(len(listed) - size + 1)
    )
