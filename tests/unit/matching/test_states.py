"""States as portals write them, and texts that are not states: provinces, countries, anything else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from library_validator.matching.countries import read_country
from library_validator.matching.normalize import STATES
from library_validator.matching.states import read_state

MILITARY = {"AA", "AE", "AP"}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("US-ME", "ME"), ("us_me", "ME"), ("Maine (ME)", "ME"), ("ME - Maine", "ME"), ("ME/Maine", "ME"),
        ("MAINE, USA", "ME"), ("ME, United States", "ME"), ("USA - Maine", "ME"), ("New York State", "NY"),
        ("State of Washington", "WA"), ("Washington State", "WA"), ("Wash.", "WA"), ("N. Carolina", "NC"),
        ("23", "ME"), ("6", "CA"), ("06", "CA"), ("6.0", "CA"), ("US23", "ME"),
        ("PR", "PR"), ("72", "PR"), ("RQ", "PR"), ("US-PR", "PR"), ("PRI", "PR"), ("Puerto Rico (PR)", "PR"),
        ("GQ", "GU"), ("VQ", "VI"), ("Virgin Islands, U.S.", "VI"), ("CQ", "MP"), ("AQ", "AS"), ("11", "DC"),
        ("CA", "CA"), ("CA - California", "CA"), ("DE", "DE"), ("IN", "IN"), ("Georgia", "GA"), ("LA", "LA"),
        ("Conneticut", "CT"), ("Massachusets", "MA"), ("Oregan", "OR"), ("Nueva York", "NY"),
        ("ME 04901", "ME"), ("AE", "AE"), ("Armed Forces Pacific", "AP"), ("\u200bME", "ME"),
    ],
)  # fmt: skip
def test_a_state_is_read_in_the_spellings_of_portals(text: str, code: str) -> None:
    assert read_state(text).code == code


@pytest.mark.parametrize(
    "text",
    [
        "ON", "Ontario", "CA-ON", "ON - Ontario", "Ontario (ON)", "Ontario, Canada", "B.C.", "Qu\u00e9bec",
        "England", "UK", "MX-JAL", "Jalisco", "GB-LND", "Canada", "Germany", "International",
        "Outside the US", "NSW",
    ],
)  # fmt: skip
def test_provinces_and_countries_are_foreign(text: str) -> None:
    found = read_state(text)
    assert found.is_foreign
    assert not found.code


@pytest.mark.parametrize(
    "text",
    [
        "XX",
        "ZZ",
        "Metro Manila",
        "Other",
        "3",
        "99",
        "WA-OR",
        "MD-VA",
        "CO-DC",
        "04901",
        "Kanagawa",
        "Baja",
        "?a",
    ],
)
def test_anything_else_is_unreadable_and_not_a_state(text: str) -> None:
    found = read_state(text)
    assert found.is_unreadable
    assert not found.code


@pytest.mark.parametrize("text", ["", "N/A", "-", "--Select--", "USA", "United States"])
def test_a_blank_or_only_the_country_is_not_a_state(text: str) -> None:
    found = read_state(text)
    assert (found.code, found.is_foreign, found.is_unreadable) == ("", False, False)


@pytest.mark.parametrize(
    ("text", "state"),
    [
        ("US", ""), ("USA", ""), ("U.S.A.", ""), ("United States", ""), ("UNITED STATES (US)", ""),
        ("840", ""), ("United States of America (the)", ""), ("US - United States", ""),
        ("Estados Unidos", ""),
        ("EE.UU.", ""), ("United Staes", ""), ("PR", "PR"), ("Puerto Rico", "PR"), ("GUM", "GU"),
        ("U.S. Virgin Islands", "VI"),
    ],
)  # fmt: skip
def test_the_united_states_are_read_in_many_spellings(text: str, state: str) -> None:
    found = read_country(text)
    assert (found.is_american, found.state, found.foreign) == (True, state, "")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Canada", "CA"), ("CA", "CA"), ("CAN", "CA"), ("Canada (CA)", "CA"), ("England", "GB"), ("UK", "GB"),
        ("M\u00e9xico", "MX"), ("Georgia", "GE"), ("C\u00f4te d'Ivoire", "CI"), ("the Philippines", "PH"),
        ("DE", "DE"),
    ],
)  # fmt: skip
def test_other_countries_are_read(text: str, code: str) -> None:
    found = read_country(text)
    assert (found.is_american, found.foreign) == (False, code)


@pytest.mark.parametrize("text", ["Atlantis", "XX", "1", "United"])
def test_a_text_that_is_not_a_country_is_not_read(text: str) -> None:
    found = read_country(text)
    assert (found.is_american, found.foreign) == (False, "")


@given(st.text(max_size=120))
def test_any_text_gives_a_state_or_nothing(text: str) -> None:
    found = read_state(text)
    assert found.code in {"", *STATES, *MILITARY}
    assert (bool(found.code), found.is_foreign, found.is_unreadable).count(True) <= 1
    assert len(read_country(text).foreign) in (0, 2)
