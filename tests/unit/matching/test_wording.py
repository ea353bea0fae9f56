"""The words of a name as they were written, the text that is left out, and the names within a name."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from library_validator.matching.wording import (
    MAX_CHARACTERS,
    MAX_WORDS,
    left_out_text,
    lost_characters,
    may_have_parts,
    parts_of,
    wording_of,
)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("Larchmere Public Library", ("LARCHMERE", "PUBLIC", "LIBRARY")),
        ("The Library of the Town of Larchmere", ("THE", "LIBRARY", "OF", "THE", "TOWN", "OF", "LARCHMERE")),
        ("Larchmere Twp. Lib. Assn.", ("LARCHMERE", "TWP", "LIB", "ASSN")),
        ("St. Alder's Library", ("ST", "ALDERS", "LIBRARY")),
        ("Larchmere Books & Library", ("LARCHMERE", "BOOKS", "AND", "LIBRARY")),
        ("Larchmere Books + Library", ("LARCHMERE", "BOOKS", "AND", "LIBRARY")),
        ("Biblioth\u00e8que de M\u00e9lissac", ("BIBLIOTHEQUE", "DE", "MELISSAC")),
        ("LarchmerePublicLibrary", ("LARCHMERE", "PUBLIC", "LIBRARY")),
        ("Larchmere Library2", ("LARCHMERE", "LIBRARY", "2")),
    ],
)
def test_every_word_is_kept_and_no_abbreviation_is_written_out(name: str, words: tuple[str, ...]) -> None:
    assert wording_of(name) == words


@pytest.mark.parametrize(
    "name",
    ["C/O Larchmere Library", "c/o Larchmere Library", "C / O. Larchmere Library", "c/o. Larchmere Library"],
)
def test_care_of_is_one_word_and_not_read_as_county(name: str) -> None:
    assert wording_of(name) == ("CAREOF", "LARCHMERE", "LIBRARY")


@pytest.mark.parametrize(
    ("written", "word"),
    [
        ("d/b/a", "DBA"), ("D.B.A.", "DBA"), ("dba", "DBA"), ("d.b.a", "DBA"),
        ("f/k/a", "FKA"), ("F.K.A.", "FKA"), ("a/k/a", "AKA"), ("n.k.a.", "NKA"),
    ],
)  # fmt: skip
def test_doing_business_as_and_known_as_are_one_word(written: str, word: str) -> None:
    assert wording_of(f"Alderby Books {written} Larchmere Library") == (
        "ALDERBY", "BOOKS", word, "LARCHMERE", "LIBRARY",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("Larchmere Pub. Library", ("LARCHMERE", "PUBLIC", "LIBRARY")),
        ("Larchmere Pub Library", ("LARCHMERE", "PUB", "LIBRARY")),
        ("Larchmere Library Pub", ("LARCHMERE", "LIBRARY", "PUB")),
    ],
)
def test_pub_means_public_with_its_point_and_not_without_it(name: str, words: tuple[str, ...]) -> None:
    assert wording_of(name) == words


@pytest.mark.parametrize(
    ("name", "last"),
    [
        ("Larchmere P.L.", "PL"), ("Larchmere P. L.", "PL"), ("Larchmere PL", "PL"),
        ("Larchmere P.L.D.", "PLD"), ("Larchmere P. L. D.", "PLD"),
    ],
)  # fmt: skip
def test_the_initials_of_public_library_are_one_word(name: str, last: str) -> None:
    assert wording_of(name) == ("LARCHMERE", last)


@pytest.mark.parametrize(
    ("name", "last"),
    [
        ("Larchmere Library 501(c)(3)", "501C3"),
        ("Larchmere Library, 501 (c) (3)", "501C3"),
        ("Larchmere Library 501c3", "501C3"),
        ("Larchmere Library Not-for-Profit", "NONPROFIT"),
        ("Larchmere Library, non-profit", "NONPROFIT"),
        ("Larchmere Library not for profit", "NONPROFIT"),
    ],
)
def test_the_legal_form_of_a_nonprofit_is_one_word(name: str, last: str) -> None:
    assert wording_of(name) == ("LARCHMERE", "LIBRARY", last)


@pytest.mark.parametrize(
    "name",
    [
        "Larchmere Public Library",
        "Biblioteca P\u00fablica de Pe\u00f1alba",
        "Larchmere \u2013 Public Library\u2019s Branch",
        "L\u0430rchmere Library",  # a Cyrillic letter that looks like a Latin one
        "Stra\u00dfe \u00d8rsted Library",
        " ".join(["of"] * MAX_WORDS),
        "x" * MAX_CHARACTERS,
        "",
    ],
)
def test_every_letter_that_can_be_written_in_ascii_is_read(name: str) -> None:
    assert left_out_text(name) == ""


@pytest.mark.parametrize(
    ("name", "lost"),
    [
        ("Larchmere Library\u4e4b\u53cb", "\u4e4b\u53cb"),
        ("\u0414\u0440\u0443\u0437\u044c\u044f of Larchmere Library", "\u0414\u0437\u044c\u044f"),
        ("\u0280\u026a\u1d07 of Larchmere Library", "\u0280\u026a\u1d07"),
        ("Larchmere Library \u2665", "\u2665"),
        ("\U0001f4da Larchmere \U0001f4da Library", "\U0001f4da"),
        ("Larchmere Library\u00ae", "\u00ae"),
    ],
    ids=["chinese", "cyrillic", "small capitals", "symbol", "emoji", "registered"],
)  # fmt: skip
def test_letters_and_symbols_that_cannot_be_written_in_ascii_are_left_out(name: str, lost: str) -> None:
    assert left_out_text(name) == lost_characters(name) == lost


def test_words_after_the_fortieth_are_left_out() -> None:
    name = f"Larchmere Public Library {'of ' * 40}Friends Group"
    assert len(wording_of(name)) == MAX_WORDS == 40
    assert left_out_text(name) == "OF OF OF FRIENDS GROUP"


def test_text_after_400_characters_is_left_out() -> None:
    assert MAX_CHARACTERS == 400
    assert left_out_text(f"{'x' * 400} Friends") == " Friends"
    assert wording_of(f"{'x' * 399} Friends") == ("X" * 399,)


@settings(max_examples=200, derandomize=True)
@given(st.text(max_size=600))
def test_any_name_has_at_most_forty_words_of_plain_letters(name: str) -> None:
    words = wording_of(name)
    assert len(words) <= MAX_WORDS
    assert all(word.isascii() and word.isalnum() and word == word.upper() for word in words)


@settings(max_examples=200, derandomize=True)
@given(
    st.lists(st.sampled_from(["Larchmere", "Library", "of", "&", "Pub", "\u53cb", "501(c)(3)"]), max_size=60)
)
def test_a_name_is_complete_if_it_is_short_and_in_ascii(pieces: list[str]) -> None:
    name = " ".join(pieces)
    is_whole = left_out_text(name) == ""
    assert is_whole == ("\u53cb" not in pieces and len(pieces) <= MAX_WORDS)


@pytest.mark.parametrize(
    "name",
    [
        "Sable County Library - Juniper Creek Branch",
        "Sable County Library \u2013 Juniper Creek Branch",
        "Sable County Library \u2014 Juniper Creek Branch",
        "Sable County Library -- Juniper Creek Branch",
        "Sable County Library, Juniper Creek Branch",
        "Sable County Library/Juniper Creek Branch",
        "Sable County Library: Juniper Creek Branch",
        "Sable County Library; Juniper Creek Branch",
        "Sable County Library (Juniper Creek Branch)",
        "Sable County Library | Juniper Creek Branch",
        "Sable County Library dba Juniper Creek Branch",
        "Sable County Library D/B/A Juniper Creek Branch",
        "Sable County Library f.k.a. Juniper Creek Branch",
        "Sable County Library formerly Juniper Creek Branch",
    ],
)
def test_two_names_within_a_name_are_split(name: str) -> None:
    assert may_have_parts(name)
    assert parts_of(name) == ("Sable County Library", "Juniper Creek Branch")


@pytest.mark.parametrize(
    "name",
    [
        "Larchmere Public Library",
        "Library of Alder and Briar",
        "The Dban Library",
        "Larchmere Library & Museum",
    ],
)
def test_a_single_name_is_not_split(name: str) -> None:
    assert parts_of(name) == (name,)


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("Larchmere Library and Museum", ("Larchmere Library", "Museum")),
        ("Larchmere Library & Museum", ("Larchmere Library", "Museum")),
        ("Larchmere Library&Museum", ("Larchmere Library", "Museum")),
        ("Larchmere Library, Art and History", ("Larchmere Library", "Art", "History")),
        ("Sandown Library", ("Sandown Library",)),
    ],
)
def test_names_are_split_at_the_word_and_on_request(name: str, parts: tuple[str, ...]) -> None:
    assert parts_of(name, at_and=True) == parts


@settings(max_examples=200, derandomize=True)
@given(st.text(alphabet="Lab -/,(dba)&", max_size=30))
def test_the_quick_check_finds_every_name_with_parts(name: str) -> None:
    assert may_have_parts(name) or len(parts_of(name)) <= 1
