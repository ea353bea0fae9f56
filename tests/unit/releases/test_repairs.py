from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from library_validator.releases.reading.repairs import Repairs

anything = st.text(max_size=20) | st.from_regex(r"-?[0-9]{0,12}(\.0+)?", fullmatch=True)
states = st.sampled_from(["VT", "NJ", "PR", "NY", "OH", "CA"])


@given(anything, states)
def test_a_zip_code_is_five_digits_or_missing(value: str, state: str) -> None:
    assert re.fullmatch(r"[0-9]{5}|M", Repairs().repair_zip(value, state))


@given(st.integers(500, 8999), st.sampled_from(["CT", "MA", "ME", "NH", "NJ", "RI", "VT"]))
def test_the_zero_that_a_spreadsheet_removed_is_added_again(number: int, state: str) -> None:
    for spoiled in (str(number), f"{number}.0"):
        repaired = Repairs().repair_zip(spoiled, state)
        assert int(repaired) == number if number >= 1000 else repaired == "M"


@pytest.mark.parametrize(
    ("value", "state", "zip_code"),
    [
        ("601", "PR", "00601"),
        ("501", "NY", "00501"),
        ("6390", "NY", "06390"),
        ("99556-9150", "AK", "99556"),
        ("995569150", "AK", "99556"),
        ("99556-", "AK", "99556"),
        ("4370", "OH", "M"),
        ("601", "VT", "M"),
        ("12", "MA", "M"),
        ("٠٥٦٠١", "VT", "M"),
        ("-3", "VT", "M"),
        ("", "VT", "M"),
    ],
)
def test_a_zip_code_is_repaired_only_if_one_original_is_possible(
    value: str, state: str, zip_code: str
) -> None:
    assert Repairs().repair_zip(value, state) == zip_code


@given(anything)
def test_a_phone_is_ten_digits_or_a_code(value: str) -> None:
    assert re.fullmatch(r"[0-9]{10}|M|-[1349]", Repairs().repair_phone(value))


@given(st.from_regex(r"[2-9][0-9]{9}", fullmatch=True))
def test_a_phone_is_read_in_every_usual_spelling(digits: str) -> None:
    area, exchange, line = digits[:3], digits[3:6], digits[6:]
    for spelling in (
        digits,
        f"({area}) {exchange}-{line}",
        f"{area}.{exchange}.{line}",
        f"+1 {area} {exchange} {line}",
        f"1-{area}-{exchange}-{line}",
        f"{digits}.0",
        f"{area}-{exchange}-{line} ext. 12",
    ):
        assert Repairs().repair_phone(spelling) == digits


@given(st.integers(0, 999), st.booleans())
def test_a_code_gets_its_leading_zeros_back(number: int, with_decimals: bool) -> None:
    repaired = Repairs().repair_code(f"{number}.0" if with_decimals else str(number), 3, "FSCS_SEQ")
    assert (len(repaired), int(repaired)) == (3, number)


@given(anything)
def test_a_code_that_is_not_a_number_is_unchanged(value: str) -> None:
    if not re.match(r"\d", value):
        assert Repairs().repair_code(value, 2, "STATSTRU") == value


@given(st.integers(-9, 10**9))
def test_a_number_is_read_with_decimals_and_thousands_separators(number: int) -> None:
    assert Repairs().repair_number(str(number), "POPU_LSA") == number
    if number >= 0:
        assert Repairs().repair_number(f"{number}.00", "POPU_LSA") == number
        assert Repairs().repair_number(f"${number:,}", "POPU_LSA") == number


@given(anything)
def test_a_number_is_never_guessed(value: str) -> None:
    repairs = Repairs()
    if repairs.repair_number(value, "POPU_LSA") == -1 and value not in {"", "M", "-1"}:
        assert repairs.unreadable == {"POPU_LSA": 1} or int(value) == -1


def test_an_unchanged_value_is_not_counted() -> None:
    repairs = Repairs()
    repairs.repair_zip("M", "VT")
    repairs.repair_phone("-3")
    repairs.repair_phone("8025550101")
    repairs.repair_code("M", 2, "LOCALE")
    repairs.repair_number("", "POPU_LSA")
    assert (repairs.done, repairs.unreadable) == ({}, {})
