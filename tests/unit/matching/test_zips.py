"""ZIPs in any spelling, and the state of each ZIP."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from library_validator.matching.normalize import STATES
from library_validator.matching.zips import five_digit_zip, is_foreign_within, read_zip, state_of_zip

MILITARY = {"AA", "AE", "AP"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("04901", "04901"),
        ("4901", "04901"),
        ("04901-1234", "04901"),
        ("4901-1234", "04901"),
        ("04901\u20131234", "04901"),  # an en dash
        ("4901.0", "04901"),  # a spreadsheet adds decimals to a number
        ("4,901", "04901"),
        ("'04901", "04901"),
        ('="04901"', "04901"),
        ("049011234", "04901"),
        ("49011234", "04901"),
        ("ME 04901", "04901"),
        ("04901, USA", "04901"),
        ("Alder Point, ME 04901", "04901"),
        ("ZIP: 04901", "04901"),
        ("04901,", "04901"),
        ("04901\u200b", "04901"),
        ("O4901", "04901"),
        ("04901 / 04902", "04901"),
        ("601", "00601"),  # ZIPs of Puerto Rico begin with two zeros
        ("M", ""),
        ("00000", ""),
        ("99999-9999", ""),
        ("ABCDE", ""),
        ("490", ""),  # 00490 belongs to no state
        ("150-0001", ""),
        ("049012", ""),
    ],
)
def test_a_zip_is_five_digits_or_empty(text: str, expected: str) -> None:
    assert five_digit_zip(text) == expected


@pytest.mark.parametrize("text", ["M4W 2G8", "m4w2g8", "M4W", "SW1A 2AA", "EC1A 1BB", "D02 AF30", "C1425CLA"])
def test_postal_codes_of_other_countries_are_foreign(text: str) -> None:
    assert read_zip(text).is_foreign


@pytest.mark.parametrize("text", ["110006", "150-0001", "02-138", "12", "ask us", "4901 1", "0490"])
def test_a_text_that_is_not_a_zip_is_unreadable(text: str) -> None:
    found = read_zip(text)
    assert found.is_unreadable
    assert not found.digits


@pytest.mark.parametrize("text", ["", "0", "00000", "00000-0000", "99999", "N/A", "-", "-1"])
def test_a_blank_is_neither_unreadable_nor_foreign(text: str) -> None:
    found = read_zip(text)
    assert (found.digits, found.is_unreadable, found.is_foreign) == ("", False, False)


@pytest.mark.parametrize(
    ("zip_code", "state"),
    [
        ("04901", "ME"), ("00501", "NY"), ("00680", "PR"), ("00801", "VI"), ("05501", "MA"), ("06390", "NY"),
        ("06320", "CT"), ("20500", "DC"), ("20588", "MD"), ("56901", "DC"), ("73949", "OK"), ("73960", "TX"),
        ("83414", "WY"), ("88510", "TX"), ("96701", "HI"), ("96799", "AS"), ("96910", "GU"), ("96950", "MP"),
        ("09012", "AE"), ("34002", "AA"), ("96201", "AP"), ("99950", "AK"), ("00012", ""), ("21300", ""),
        ("99999", ""), ("", ""),
    ],
)  # fmt: skip
def test_a_zip_belongs_to_a_state(zip_code: str, state: str) -> None:
    assert state_of_zip(zip_code) == state


def test_the_states_of_zips_are_all_states_and_the_military_codes() -> None:
    found = {state_of_zip(f"{number:05d}") for number in range(100_000)} - {""}
    assert found == STATES | MILITARY


@pytest.mark.parametrize("line", ["HWY N E5 4TH", "CORNER OF A1 2ND", "12 MAIN ST 04901", "SUITE B2B"])
def test_a_street_is_not_a_postal_code(line: str) -> None:
    assert not is_foreign_within(line)


@given(st.text(max_size=80) | st.text("0123456789 -.,OAZ", max_size=12))
def test_any_text_gives_five_digits_or_nothing(text: str) -> None:
    digits = read_zip(text).digits
    assert digits == "" or (len(digits) == 5 and digits.isdecimal())
    assert five_digit_zip(text) == digits
