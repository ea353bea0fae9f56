"""Recognizes a written word as a listed word that is mistyped, cut short or abbreviated."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from rapidfuzz.distance import OSA

from library_validator.matching.words import (
    NAME_WORDS,
    OF_LIBRARIES,
    OWN_WORDS,
)

_VOWELS: Final = frozenset("AEIOUY")
_SHORT_WORDS: Final = frozenset({"AREA", "FREE", "TOWN"})
# How people write a word: LIBRARY is LIB, LIBR, LIBRARIES, BIBLIOTECA …
_FORMS: Final[dict[str, frozenset[str]]] = {
    meaning[0]: frozenset(form for form, other in NAME_WORDS.items() if other == meaning)
    for meaning in set(NAME_WORDS.values())
    if len(meaning) == 1
}


def forms_of(listed: str) -> frozenset[str]:
    """The abbreviations and known misprints of a word that libraries share."""
    return _FORMS.get(listed, frozenset())


def is_written_for(written: str, listed: str) -> bool:
    """Whether a word is the listed word, mistyped or cut short.

    If libraries share the listed word, a word of everyday language is not a slip of it: a ranch is not a
    branch.
    """
    if listed in OF_LIBRARIES and (written in OWN_WORDS or _is_prefixed(written, listed)):
        return False
    return is_similar_word(written, listed)


def _is_prefixed(written: str, listed: str) -> bool:
    """Whether the word is the listed word after a prefix: ``Unlibrary``, ``elibrary``."""
    endings = ("LIBRARY", "LIBRARIES") if listed == "LIBRARY" else (listed,)
    return written.endswith(endings) and written[:1] != listed[0]


def is_similar_word(written: str, listed: str) -> bool:
    """Whether a word looks like the listed word; at least one end of it is correct."""
    first, last = written[:1], written[-1:]
    if (first == listed[0] or last == listed[-1]) and (
        is_slip(written, listed) or _is_shortened(written, listed) or _is_slip_of_short(written, listed)
    ):
        return True
    for form in _FORMS.get(listed, ()):
        if (first == form[0] or last == form[-1]) and (
            is_slip(written, form) or _is_slip_of_few_letters(written, form)
        ):
            return True
    return listed == "LIBRARY" and _is_library_mistyped(written)


def is_slip(written: str, listed: str) -> bool:
    """Whether there is one slip in a word of five to seven letters, or at most two in a longer word.

    The written word is at most one letter longer: ``LIBRARYISH`` is not a slip of ``LIBRARY``, it is another
    word. In a word of four letters, a slip is a swap or a doubled letter: another letter makes another word.
    """
    longest, shortest = len(written), len(listed)
    if longest < shortest:
        longest, shortest = shortest, longest
    if (
        longest - shortest > 2
        or len(written) > len(listed) + 1
        or not (written.isalpha() and listed.isalpha())
    ):
        return False
    if longest < 5:
        same_letters = shortest > 2 and set(written) == set(listed)
        return same_letters and OSA.distance(written, listed, score_cutoff=1) <= 1
    allowed = 1 if longest < 8 else 2
    return shortest > 3 and OSA.distance(written, listed, score_cutoff=allowed) <= allowed


def _is_slip_of_short(written: str, listed: str) -> bool:
    """Whether one letter of a short word is wrong: ``Toww``. The caller excludes real words."""
    return (
        listed in _SHORT_WORDS
        and len(written) == len(listed)
        and written.isalpha()
        and OSA.distance(written, listed, score_cutoff=1) == 1
    )


def _is_shortened(written: str, listed: str) -> bool:
    """Whether these are the first three or more letters (CUMB), or the word without some vowels (RM, LKE)."""
    if len(written) >= len(listed) or written[:1] != listed[0]:
        return False
    if listed.startswith(written):
        return len(written) > 2
    shortest = 3 if listed in OF_LIBRARIES else 2  # their short forms are known
    if len(written) < shortest or not _is_within(written, listed):
        return False
    lost_vowels = written[-1] == listed[-1] and _consonants(written) == _consonants(listed)
    return lost_vowels or _VOWELS.isdisjoint(written[1:])


def _consonants(word: str) -> str:
    return "".join([letter for letter in word if letter not in _VOWELS])


def _is_within(written: str, listed: str) -> bool:
    """Whether a word has the letters of the other, in the same order."""
    letters = iter(listed)
    return all(letter in letters for letter in written)


def _is_slip_of_few_letters(written: str, form: str) -> bool:
    """Whether letters of ``LIB``, ``PUB`` or ``MEM`` are swapped, doubled or missing.

    A different letter is not a slip, because ``LAB`` is not a library, unless it leaves no vowel. I and L
    look alike.
    """
    if len(form) > 4 or abs(len(written) - len(form)) > 1:
        return False
    if len(written) == len(form) and written.replace("I", "L") == form.replace("I", "L"):
        return True
    if OSA.distance(written, form, score_cutoff=1) != 1:
        return False
    if len(written) == len(form):
        return set(written) == set(form) or (len(written) > 2 and _VOWELS.isdisjoint(written))
    return set(written) == set(form) or 1 < len(written) < len(form)


def _is_library_mistyped(written: str) -> bool:
    """Whether LIBRARY, the word that is mistyped most often, has two slips and one correct end."""
    return (
        len(written) > 4
        and (written[0] == "L" or written[-1] == "Y")
        and OSA.distance(written, "LIBRARY", score_cutoff=2) <= 2
    )


def is_library(written: str) -> bool:
    """Whether a word is library, in any of its forms, perhaps mistyped."""
    return NAME_WORDS.get(written, ())[:1] == ("LIBRARY",) or is_written_for(written, "LIBRARY")


def is_particle_mistyped(written: str) -> bool:
    """Whether a particle has two letters swapped or one doubled: ``fo``, ``aand``."""
    return any(
        set(written) == set(particle) and OSA.distance(written, particle) == 1
        for particle in ("OF", "AND", "THE")
    )


def is_acronym(written: str, listed: Sequence[str]) -> bool:
    """Whether two to five letters are the initials of the first or the last words of a name."""
    letters = "".join([word[0] for word in listed])
    return 1 < len(written) < 6 and (letters.startswith(written) or letters.endswith(written))
