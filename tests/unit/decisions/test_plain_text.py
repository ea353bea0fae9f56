"""Text without characters that are not shown, and without e-mail addresses."""

from __future__ import annotations

import sys
import unicodedata
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from library_validator.decisions.plain_text import (
    has_refused_character,
    may_have_email,
    plain_text,
    without_emails,
)
from library_validator.unseen import UNSEEN_MARKS

# Signs that are shown although Unicode calls them format characters: marks around numbers in four scripts.
SHOWN: Final = {*range(0x600, 0x606), 0x6DD, 0x70F, 0x890, 0x891, 0x8E2, 0x110BD, 0x110CD}


@pytest.mark.parametrize("category", ["Cc", "Cf", "Cs", "Zl", "Zp"])
def test_no_control_format_character_or_surrogate_is_left_between_latin_letters(category: str) -> None:
    for code in range(sys.maxunicode + 1):
        letter = chr(code)
        if unicodedata.category(letter) == category and code not in SHOWN:
            assert letter not in plain_text(f"a{letter}b"), hex(code)


@pytest.mark.parametrize(
    ("given_text", "shown"),
    [
        ("Any\x00town\x1b[2J\nPL", "Any town [2J PL"),
        ("Any\x85town\u2028PL", "Any town PL"),
        ("St. Mary\x92s", "St. Mary\u2019s"),  # a byte of Windows-1252
        ("St. Mary\u00e2\x80\x99s", "St. Mary\u2019s"),  # UTF-8 that was read as bytes
        ("Pub\u200blic Li\u00adbrary\ufeff", "Public Library"),
        ("\u202eyrarbiL\u202c", "yrarbiL"),
        ("Li\U000e0041brary", "Library"),
        ("Li\u034fbra\ufe0fry\u3164\U000e0100", "Library"),
        ("\ud800x", "?x"),
        (
            "\u06a9\u062a\u0627\u0628\u200c\u062e\u0627\u0646\u0647",
            "\u06a9\u062a\u0627\u0628\u200c\u062e\u0627\u0646\u0647",
        ),
    ],
)
def test_characters_that_are_not_shown_are_removed_and_controls_become_blanks(
    given_text: str, shown: str
) -> None:
    assert plain_text(given_text) == shown


@given(st.text(st.characters(exclude_categories=["C", "Zl", "Zp"])))
def test_ordinary_text_is_only_trimmed(text: str) -> None:
    assert plain_text(text) == UNSEEN_MARKS.sub("", text).strip()


@given(st.text())
def test_plain_text_is_plain(text: str) -> None:
    assert plain_text(plain_text(text)) == plain_text(text)


@pytest.mark.parametrize(
    "letter",
    [*"\u034f\u115f\u3164\ufe0f\U000e0100\x00\x01\t\x7f\x85\u200d\u202e\u2028\ud800"],
)
def test_an_id_may_not_have_a_character_that_is_not_shown(letter: str) -> None:
    assert has_refused_character(f"P{letter}1")


@pytest.mark.parametrize("text", ["P 1", "P-1", "\u00e9t\u00e9", "P\u00a01", "\u56fe\u4e66\u9986"])
def test_an_id_may_have_any_other_character(text: str) -> None:
    assert not has_refused_character(text)


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("ada@example.org", ""),
        ("Anytown Library (ada.l+x@mail.example.org)", "Anytown Library"),
        ("Anytown Library, mailto:ada@example.org", "Anytown Library"),
        ("Ada <ada@example.org>; Bo <bo@example.org> Anytown", "Ada < >; Bo < > Anytown"),
        ("12 Main Street ada\uff20example.org", "12 Main Street"),
        ("12 Main Street ada%40example.org", "12 Main Street"),
        ("12 Main Street ada&#64;example&#46;org", "12 Main Street"),
        ("12 Main Street ada @ example.org", "12 Main Street"),
        ("12 Main Street ada(at)example.org", "12 Main Street"),
        ("12 Main Street ada@@example.org", "12 Main Street"),
        ("12 Main Street ada  @  example.org", "12 Main Street"),
        ("12 Main Street ada ( at ) example.org", "12 Main Street"),
        ("12 Main Street ada{at}example{dot}org", "12 Main Street"),
        ("12 Main Street ada [at] example [dot] org", "12 Main Street"),
        ("12 Main Street ada@example\uff61org", "12 Main Street"),
        ("12 Main Street ada@example%2eorg", "12 Main Street"),
        ("12 Main Street ada@[192.0.2.1]", "12 Main Street"),
        ("https://example.org/?mail=ada@example.org", "https://example.org/?mail="),
        ("\u00e9lan@biblioth\u00e8que.example", ""),
    ],
)
def test_an_email_address_is_removed(text: str, rest: str) -> None:
    assert may_have_email(text)
    assert without_emails(text) == rest


@pytest.mark.parametrize(
    "text",
    [
        "Books @ Home",
        "Library@Mesa",
        "Reading @ St. Paul (at the park)",
        "Main & 5th",
        "100% Library",
        "@anytownlibrary",
        "Reading Room (at) Main Street",
        "Library (Main) <Anytown>",
    ],
)
def test_a_text_without_an_email_address_is_not_changed(text: str) -> None:
    assert without_emails(text) == text


@pytest.mark.parametrize("unseen", ["\u034f", "\u3164", "\ufe0f", "\U000e0101", "\u200b"])
def test_an_unseen_letter_does_not_hide_an_email_address(unseen: str) -> None:
    for place in range(len("ada@example.org")):
        hidden = "ada@example.org"[:place] + unseen + "ada@example.org"[place:]
        assert without_emails(plain_text(hidden)) == ""


@given(st.text("ab@.<> &#64;%0:-", max_size=40))
def test_removing_email_addresses_leaves_none(text: str) -> None:
    rest = without_emails(text)
    assert without_emails(rest) == rest
