"""Values of other systems lose their wrapping, and are empty if they mean a blank."""

from __future__ import annotations

import pytest
from hypothesis import given as examples
from hypothesis import strategies as st

from library_validator.matching.values import unwrap_text, unwrap_value

NOTHING = (
    "N/A", "n/a", "NA", "N.A.", "#N/A", "NULL", "null", "(null)", "<NULL>", "[None]", "none", "NIL", "NaN",
    "unknown", "Unknown.", "UNK", "TBD", "t.b.d.", "To be determined", "not applicable", "Not Available",
    "not provided", "NOT-PROVIDED", "-", "--", "\u2014", ".", "...", "?", "*", "_", "/", "(blank)", "empty",
    "xxx", "XXXX", "#REF!", "#VALUE!", "#NAME?", "\\N", "#####", '=""', '""', "\u200b", "\u00a0", "&nbsp;",
    "no aplica", "Ninguno", "desconocida", "Please select", "-- Select a state --", "same as above",
)  # fmt: skip
SOMETHING = (
    "Nada", "Nil Creek", "None Such Lane", "Unknown Soldier Library", "NE", "ND", "XX", "N Main St", "Nashua",
    "12 Main St", "0",
    "\U0001f4da", "A", "M", "TX", "Tba Library", "Missing Link Rd", "Selma", "Blanket", "No. 7",
)  # fmt: skip


@pytest.mark.parametrize("text", NOTHING)
def test_a_value_that_means_a_blank_is_empty(text: str) -> None:
    assert unwrap_value(text) == ""


@pytest.mark.parametrize("text", SOMETHING)
def test_a_value_that_only_looks_like_a_blank_is_unchanged(text: str) -> None:
    assert unwrap_value(text) == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('="02138"', "02138"),
        ('= "02138"', "02138"),
        ('=T("02138")', "02138"),
        ("`02138", "02138"),
        ('="say ""hello"""', 'say "hello"'),
        ("'02138", "02138"),
        ('"02138"', "02138"),
        ("'Ohana Library", "'Ohana Library"),
        ("02138\u200b", "02138"),
        ("\ufeffAlder", "Alder"),
        ("Al\u00adder", "Alder"),
        ("\u202aAlder\u202c", "Alder"),
        ("Alder\u00a0Point", "Alder Point"),
        ("O&#39;Dell", "O'Dell"),
        ("O&#x27;Dell", "O'Dell"),
        ("O&amp;#39;Dell", "O'Dell"),
        ("Brown &amp; Sons", "Brown & Sons"),
        ("Brown &amp;amp; Sons", "Brown & Sons"),
        ("Brown & Sons; Books", "Brown & Sons; Books"),
        ("Brown &copy Sons", "Brown &copy Sons"),  # not an entity, because the semicolon is missing
        ("Pe&ntilde;asco", "Pe\u00f1asco"),
        ("12 Elm St<br/>Suite 4", "12 Elm St Suite 4"),
        ("5 < 6", "5 < 6"),
        ("Pe\u00c3\u00b1asco", "Pe\u00f1asco"),
        ("O\u00e2\u20ac\u2122Dell", "O\u2019Dell"),
        ("Pe&Atilde;&plusmn;asco", "Pe\u00f1asco"),
        ("CAF\u00c9\u2019S", "CAF\u00c9\u2019S"),  # perhaps correct, so unchanged
        ("\uff10\uff12\uff11\uff13\uff18", "02138"),
        ("\u0660\u0662\u0661\u0663\u0668", "02138"),
        ("116\u00bd Elm", "116 1/2 Elm"),
        ("1\u20442 Elm", "1/2 Elm"),
        ("\U0001f1e8\U0001f1e6", "CA"),  # a flag
    ],
)
def test_the_wrapping_of_other_systems_is_removed(text: str, expected: str) -> None:
    assert unwrap_value(text) == expected


@examples(st.text(max_size=80) | st.text("a&#39;<>=\"'\u00c3\u00b1\u200b \\", max_size=40))
def test_any_text_has_a_value_and_plain_text_is_unchanged_or_a_blank(text: str) -> None:
    value = unwrap_value(text)
    assert value == "" or value.strip() == value or value == text
    if text.isascii() and not set(text) & set("&<=\"'`"):
        assert value in ("", text)


@examples(st.text(st.characters(max_codepoint=127, exclude_characters="&<=\"'`"), max_size=60))
def test_only_outer_blanks_are_removed_from_plain_text(text: str) -> None:
    assert unwrap_text(text) == text.strip()
