"""Telephone numbers: ten digits, or empty if the digits are not certain."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from library_validator.matching.phones import is_blank_phone, read_phone, read_phones


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("(207) 555-0101", "2075550101"),
        ("1-207-555-0101", "2075550101"),
        ("207.555.0101 ext. 12", "2075550101"),
        ("2075550101.0", "2075550101"),
        ("207-555-0101, option 1", "2075550101"),
        ("207-555-0101;ext=12", "2075550101"),
        ("207.555.0101 press 1", "2075550101"),
        ("001 207 555 0101", "2075550101"),
        ("Main desk: 207-555-0101", "2075550101"),
        ("207-555-0101 (ask for Ada)", "2075550101"),
        ("2-0-7-5-5-5-0-1-0-1", "2075550101"),
        ("2,075,550,101", "2075550101"),
        ("1-800-LIBRARY", "8005427279"),
        ("800-CALL-NOW", "8002255669"),
        ('="2075550101"', "2075550101"),
        ("2075550101\u200b", "2075550101"),
        ("207\u2013555\u20130101", "2075550101"),
    ],
)
def test_a_phone_is_read_in_any_spelling(text: str, expected: str) -> None:
    assert read_phone(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "", "-3", "-4", "555-0101", "207 555 01011", "20755501011", "+44 20 7946 0958", "0044 207 946 0958",
        "44 207 946 0958", "207 not given", "call us", "207-555-5555", "000-000-0000", "9999999999",
        "Line 2: 207 555 0101 7", "207 the desk",
    ],
)  # fmt: skip
def test_a_text_that_is_not_certainly_a_phone_is_not_read(text: str) -> None:
    assert read_phone(text) == ""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("207-555-0101 or 207-555-0199", ("2075550101", "2075550199")),
        ("(207) 555-0101 / (207) 555-0199 / (207) 555-0155", ("2075550101", "2075550199")),
        ("207-555-0101 ext 3, 207-555-0199 ext 4", ("2075550101", "2075550199")),
        ("207-555-0101/0199", ("2075550101",)),
        ("207-555-0101, 2075550101", ("2075550101",)),
    ],
)
def test_the_first_two_of_several_phones_are_read(text: str, expected: tuple[str, ...]) -> None:
    assert read_phones(text) == expected


@pytest.mark.parametrize("text", ["", "0", "000-000-0000", "(999) 999-9999", "-3", "555-5555", "1111111111"])
def test_a_number_that_only_fills_the_field_is_a_blank_phone(text: str) -> None:
    assert is_blank_phone(text)


@pytest.mark.parametrize("text", ["555-0101", "207", "call us", "+44 20 7946 0958"])
def test_an_incomplete_number_is_not_a_blank_phone(text: str) -> None:
    assert not is_blank_phone(text)


@given(st.text(max_size=200) | st.text("0123456789 -+().x#,;/", max_size=60))
def test_any_text_has_at_most_two_phones_of_ten_digits(text: str) -> None:
    found = read_phones(text)
    assert len(found) <= 2
    assert all(len(phone) == 10 and phone.isdecimal() and phone[0] not in "01" for phone in found)
