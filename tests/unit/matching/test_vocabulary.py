"""The words that an entry explains: words of its published and compared names, and of its place."""

from __future__ import annotations

import pytest

from library_validator.matching.names import read_name
from library_validator.matching.vocabulary import STATE_NAMES, Vocabulary, vocabulary_of


def vocabulary(*published: str, places: str = "LARCHMERE SABLE", city: str = "LARCHMERE") -> Vocabulary:
    names = [read_name(name) for name in published]
    return vocabulary_of(names, published, places.split(), city, "ME")


def test_names_are_kept_as_compared_and_as_published() -> None:
    found = vocabulary("THE LIBRARY OF LARCHMERE")
    assert found.names == (("LIBRARY", "LARCHMERE"), ("THE", "LIBRARY", "OF", "LARCHMERE"))


@pytest.mark.parametrize(
    ("published", "word", "long"),
    [
        ("LARCHMERE LIB", "LIB", "LIBRARY"),
        ("LARCHMERE TWP LIBRARY", "TWP", "TOWNSHIP"),
        ("MT LARCH LIBRARY", "MT", "MOUNT"),
    ],
)
def test_an_abbreviation_is_replaced_by_its_long_form(published: str, word: str, long: str) -> None:
    found = vocabulary(published)
    assert long in found.counts
    assert word not in found.counts


def test_a_single_letter_of_a_published_name_is_kept() -> None:
    assert "T" in vocabulary("OLIVER T HASTWELL LIBRARY").counts


def test_the_count_of_a_word_is_the_highest_count_in_one_name() -> None:
    found = vocabulary("LARCHMERE LIBRARY", "LIBRARY SYSTEM LIBRARY OF LARCHMERE")
    assert (found.counts["LIBRARY"], found.counts["LARCHMERE"], found.counts["SYSTEM"]) == (2, 1, 1)


def test_a_name_that_is_published_twice_is_kept_once() -> None:
    assert vocabulary("LARCHMERE LIBRARY", "LARCHMERE LIBRARY").names == (("LARCHMERE", "LIBRARY"),)


def test_an_entry_without_a_name_has_only_words_of_its_places() -> None:
    found = vocabulary("")
    assert (found.names, found.counts) == ((), {})
    assert {"LARCHMERE", "SABLE"} <= found.places


def test_the_places_are_town_county_and_the_name_and_code_of_the_state() -> None:
    found = vocabulary("HASTWELL LIBRARY", places="THORNBY SABLE", city="ST THORNBY")
    assert {"THORNBY", "SABLE", "ST", "MAINE", "ME"} <= found.places


@pytest.mark.parametrize(
    ("code", "names"),
    [
        ("WV", {("WV",), ("WEST", "VIRGINIA")}),
        ("PR", {("PR",), ("PUERTO", "RICO")}),
        ("IA", {("IA",), ("IOWA",)}),
    ],
)
def test_a_state_is_known_by_its_name_and_its_code(code: str, names: set[tuple[str, ...]]) -> None:
    assert names <= set(STATE_NAMES[code])


def test_names_of_places_are_also_kept_whole() -> None:
    assert {("LARCHMERE",), ("MAINE",)} <= set(vocabulary("HASTWELL LIBRARY").place_names)


def test_an_unknown_state_adds_no_words() -> None:
    assert vocabulary_of([], [], [], "", "").places == frozenset()
