"""A mistyped or shortened word is recognized as the listed word, and another word is not."""

from __future__ import annotations

from typing import Final

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from library_validator.matching.slips import (
    forms_of,
    is_acronym,
    is_library,
    is_particle_mistyped,
    is_slip,
    is_written_for,
)

LETTERS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
WORDS: Final = st.text(LETTERS, min_size=1, max_size=12)


@pytest.mark.parametrize(
    ("written", "listed"),
    [
        ("LIBARY", "LIBRARY"),
        ("LIRBARY", "LIBRARY"),
        ("LIBRRAY", "LIBRARY"),
        ("LARCHMEER", "LARCHMERE"),
        ("LARHCMEER", "LARCHMERE"),
        ("TRUSTES", "TRUSTEES"),
        ("FREEE", "FREE"),
        ("AERA", "AREA"),
        ("MEMORAIL", "MEMORIAL"),
    ],
)
def test_one_or_two_slips_in_a_long_word_are_slips(written: str, listed: str) -> None:
    assert is_slip(written, listed)


@pytest.mark.parametrize(
    ("written", "listed"),
    [
        ("LIBRARYISH", "LIBRARY"),
        ("DISTRICTING", "DISTRICT"),
        ("PUBLICITY", "PUBLIC"),
        ("TREE", "FREE"),
        ("FLEE", "FREE"),
        ("RANCH", "BRANCHES"),
        ("LAB", "LIB"),
        ("TOY", "TOW"),
        ("LIBERTY", "LIBRARY"),
        ("LOTTERY", "LIBRARY"),
        ("NOT", "NORTH"),
        ("1234", "1235"),
        ("5TH", "6TH"),
    ],
)
def test_longer_words_and_other_words_are_not_slips(written: str, listed: str) -> None:
    assert not is_slip(written, listed)


@settings(max_examples=300, derandomize=True)
@given(
    listed=WORDS, more=st.text(LETTERS, min_size=2, max_size=4), place=st.integers(min_value=0, max_value=12)
)
def test_a_word_that_is_two_letters_longer_is_another_word(listed: str, more: str, place: int) -> None:
    assert not is_slip(listed[:place] + more + listed[place:], listed)


@settings(max_examples=300, derandomize=True)
@given(
    listed=st.text(LETTERS, min_size=3, max_size=3),
    written=st.text(LETTERS, min_size=3, max_size=3),
)
def test_a_word_of_three_letters_with_another_letter_is_another_word(listed: str, written: str) -> None:
    assert is_slip(written, listed) <= (set(written) == set(listed))


@settings(max_examples=300, derandomize=True)
@given(
    listed=st.text(LETTERS, min_size=5, max_size=12),
    place=st.integers(min_value=0, max_value=10),
)
def test_two_swapped_letters_are_a_slip_at_any_position(listed: str, place: int) -> None:
    assume(place < len(listed) - 1)
    swapped = listed[:place] + listed[place + 1] + listed[place] + listed[place + 2 :]
    assert is_slip(swapped, listed)


@pytest.mark.parametrize(
    ("written", "listed"),
    [
        ("CUMB", "CUMBERLAND"),
        ("LARCH", "LARCHMERE"),
        ("LKE", "LAKE"),
        ("HBR", "HARBOR"),
        ("TWNSHP", "TOWNSHIP"),
        ("LIBR", "LIBRARY"),
        ("LBI", "LIBRARY"),
        ("LIBB", "LIBRARY"),
        ("LLBRARY", "LIBRARY"),
        ("BIBLOTECA", "LIBRARY"),
        ("PULB", "PUBLIC"),
        ("MME", "MEMORIAL"),
        ("LBRAYR", "LIBRARY"),
    ],
)
def test_a_shortened_or_mistyped_word_is_recognised_as_the_listed_word(written: str, listed: str) -> None:
    assert is_written_for(written, listed)


@pytest.mark.parametrize(
    ("written", "listed"),
    [
        ("LAB", "LIBRARY"),
        ("LOB", "LIBRARY"),
        ("TREE", "FREE"),
        ("REPUBLIC", "PUBLIC"),
        ("PUBLISHING", "PUBLIC"),
        ("LIBERTY", "LIBRARY"),
        ("LIVERY", "LIBRARY"),
        ("LU", "LARCHMERE"),
        ("LARK", "LARCHMERE"),
        ("FOUNTAIN", "MOUNT"),
        ("X", "XAVIER"),
        ("", "LIBRARY"),
    ],
)
def test_another_word_is_not_recognised_as_a_listed_word(written: str, listed: str) -> None:
    assert not is_written_for(written, listed)


@pytest.mark.parametrize(
    "written", ["LIBRARY", "LIB", "LIBR", "LIBARY", "LIBRARIES", "BIBLIOTECA", "BIBLIOTHEQUE", "LIRBARY"]
)
def test_library_is_recognised_in_all_forms_and_mistyped(written: str) -> None:
    assert is_library(written)


@pytest.mark.parametrize("written", ["LAB", "LIBERTY", "LIVERY", "BOOK", "PUBLIC", "LARCHMERE"])
def test_other_words_are_not_forms_of_library(written: str) -> None:
    assert not is_library(written)


def test_the_forms_of_a_word_are_its_abbreviations_and_known_misprints() -> None:
    assert {"LIB", "LIBR", "BIBLIOTECA"} <= forms_of("LIBRARY")
    assert "PL" not in forms_of("LIBRARY"), "two words"
    assert forms_of("LARCHMERE") == frozenset()


@pytest.mark.parametrize("written", ["FO", "OFF", "OOF", "ADN", "AAND", "HTE", "TEH"])
def test_a_particle_is_recognised_with_two_letters_swapped_or_one_doubled(written: str) -> None:
    assert is_particle_mistyped(written)


@pytest.mark.parametrize("written", ["OR", "IF", "ON", "END", "ANY", "TOE", "THEY", "OFTEN", "F"])
def test_other_short_words_are_not_mistyped_particles(written: str) -> None:
    assert not is_particle_mistyped(written)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("SCLS", True),
        ("SCL", True),
        ("LS", True),
        ("CL", False),
        ("S", False),
        ("SLS", False),
        ("CS", False),
        ("SCLSX", False),
        ("", False),
    ],
)
def test_an_acronym_has_the_initials_of_the_first_or_the_last_words(written: str, *, expected: bool) -> None:
    assert is_acronym(written, ("SABLE", "COUNTY", "LIBRARY", "SYSTEM")) is expected
