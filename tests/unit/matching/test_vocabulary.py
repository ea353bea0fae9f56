"""Which words an entry explains: those of its names as published and as compared, and of its place."""

from __future__ import annotations

import pytest

from library_validator.matching.names import read_name
from library_validator.matching.vocabulary import STATE_NAMES, Vocabulary, vocabulary_of


def vocabulary(*published: str, places: str = "LARCHMERE SABLE", city: str = "LARCHMERE") -> Vocabulary:
    names = [read_name(name) for name in published]
    return vocabulary_of(names, published, places.split(), city, "ME")


def test_names_are_kept_as_they_are_compared_and_as_they_are_published() -> None:
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
def test_an_abbreviation_is_known_only_by_its_long_form(published: str, word: str, long: str) -> None:
    found = vocabulary(published)
    assert long in found.counts
    assert word not in found.counts


def test_a_lone_letter_of_a_published_name_is_known() -> None:
    assert "T" in vocabulary("OLIVER T HASTWELL LIBRARY").counts


def test_a_word_counts_as_often_as_one_name_has_it() -> None:
    found = vocabulary("LARCHMERE LIBRARY", "LIBRARY SYSTEM LIBRARY OF LARCHMERE")
    assert (found.counts["LIBRARY"], found.counts["LARCHMERE"], found.counts["SYSTEM"]) == (2, 1, 1)


def test_a_name_that_is_published_twice_is_kept_once() -> None:
    assert vocabulary("LARCHMERE LIBRARY", "LARCHMERE LIBRARY").names == (("LARCHMERE", "LIBRARY"),)


def test_an_entry_without_a_name_has_no_words_but_its_places() -> None:
    found = vocabulary("")
    assert (found.names, found.counts) == ((), {})
    assert {"LARCHMERE", "SABLE"} <= found.places


def test_the_places_are_town_county_and_state_by_name_and_code() -> None:
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
def test_a_state_is_said_by_its_name_and_by_its_code(code: str, names: set[tuple[str, ...]]) -> None:
    assert names <= set(STATE_NAMES[code])


def test_names_of_places_are_kept_whole_too() -> None:
    assert {("LARCHMERE",), ("MAINE",)} <= set(vocabulary("HASTWELL LIBRARY").place_names)


def test_a_state_that_is_unknown_adds_no_words() -> None:
    assert vocabulary_of([], [], [], "", "").places == frozenset()
