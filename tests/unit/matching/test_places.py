"""Addresses, whichever cells they are in."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from library_validator.matching import unread
from library_validator.matching.address_lines import read_city_line, read_street_line
from library_validator.matching.places import Place, read_place
from library_validator.matching.unread import Unread


def place_of(line: str = "", city: str = "", state: str = "", zip_code: str = "", country: str = "") -> Place:
    return read_place(line, city, state, zip_code, country)


WHOLE = ("12 N Fork Rd", "Alder Point", "ME", "04901")


@pytest.mark.parametrize(
    "line",
    [
        "12 N Fork Rd, Alder Point, ME 04901",
        "12 N Fork Rd, Alder Point, ME 04901, USA",
        "12 N Fork Rd, Alder Point, ME 04901 USA",
        "12 N Fork Rd, Alder Point, ME 04901-1234, U.S.A.",
        "12 N Fork Rd; Alder Point; Maine; 04901; United States",
        "12 N Fork Rd, Alder Point, Maine 04901, United States of America",
        "12 N Fork Rd, Alder Point (ME) 04901",
        "12 N Fork Rd | Alder Point | ME | 04901",
        "12 N Fork Rd, Alder Point, ME, 04901, Estados Unidos",
    ],
)
def test_town_state_and_zip_in_the_street_cell_are_read(line: str) -> None:
    place = place_of(line)
    assert (place.line, place.city, place.state, place.zip) == WHOLE
    assert place.is_american
    assert place.unread == ()


@pytest.mark.parametrize(
    "line",
    [
        "20514 Hwy. 6, Suite 4",
        "PO Box 12345",
        "755 Loma Blvd., NE",
        "5 Ocean, Willow CT",
        "1422 Eugene Cir Rm 20714",
        "C/O City of Alder Point, PO Box 110",
        "County Road 12345",
        "12 N Fork Rd, Alder Point, NY 04901",  # either the state or the ZIP is wrong
        "Main Street, Lebanon",
        "12 Cottage St, Suite 2, Peru",
    ],
)
def test_a_street_line_without_other_parts_is_unchanged(line: str) -> None:
    place = place_of(line)
    assert (place.line, place.city, place.state, place.zip, place.unread) == (line, "", "", "", ())


@pytest.mark.parametrize(
    ("city", "read", "state", "zip_code"),
    [
        ("Alder Point, ME", "Alder Point", "ME", ""),
        ("Alder Point ME", "Alder Point", "ME", ""),
        ("Alder Point, ME 04901", "Alder Point", "ME", "04901"),
        ("Alder Point 04901", "Alder Point", "", "04901"),
        ("Alder Point (ME)", "Alder Point", "ME", ""),
        ("Alder Point, Quill County, Maine", "Alder Point", "ME", ""),
        ("Washington, D.C.", "Washington", "DC", ""),
        ("Mexico, MO", "Mexico", "MO", ""),
        ("Kansas City", "Kansas City", "", ""),
        ("Alder Point (S)", "Alder Point (S)", "", ""),
    ],
)
def test_a_state_or_zip_after_a_town_is_read(city: str, read: str, state: str, zip_code: str) -> None:
    place = place_of(city=city)
    assert (place.city, place.state, place.zip) == (read, state, zip_code)


def test_another_cell_never_replaces_a_given_value() -> None:
    place = place_of("12 N Fork Rd, Briarton, ME 04902", "Alder Point", "ME", "04901")
    assert (place.city, place.state, place.zip) == ("Alder Point", "ME", "04901")
    assert place_of(city="Bristol, TN", state="VA")[1:3] == ("Bristol", "VA")
    assert place_of("1 Elm St, Alder Point, ME 04901", state="VT")[2:4] == ("VT", "")


def test_the_state_beside_a_zip_is_read_if_no_state_was_given() -> None:
    assert place_of(zip_code="ME 04901").state == "ME"
    assert place_of(state="ME 04901").zip == "04901"
    assert place_of(state="VT", zip_code="ME 04901").state == "VT"


def test_a_zip_that_belongs_to_no_state_is_still_compared() -> None:
    place = place_of(city="Alder Point", state="ME", zip_code="21300")
    assert (place.zip, place.state_of_zip, place.unread) == ("21300", "", ())


def test_the_state_of_a_zip_is_kept_apart_from_the_given_state() -> None:
    place = place_of(zip_code="04901")
    assert (place.state, place.state_of_zip) == ("", "ME")


def test_the_zip_in_the_street_cell_is_read_even_if_its_town_differs() -> None:
    place = place_of("12 N Fork Rd, Quill, ME 04901", city="Alder Point")
    assert place[:4] == ("12 N Fork Rd, Quill, ME 04901", "Alder Point", "ME", "04901")


def test_the_given_state_in_the_country_cell_is_not_a_foreign_country() -> None:
    assert place_of(state="GA", country="Georgia").unread == ()
    assert place_of(country="Georgia").unread == (unread.FOREIGN_COUNTRY,)


def test_a_territory_may_be_given_as_the_country() -> None:
    place = place_of(city="Mayag\u00fcez", country="Puerto Rico")
    assert (place.state, place.unread) == ("PR", ())


@pytest.mark.parametrize(
    ("place", "problem"),
    [
        (place_of(state="Ontario"), unread.FOREIGN_STATE),
        (place_of(state="XX"), unread.STATE),
        (place_of(zip_code="M4W 2G8"), unread.FOREIGN_ZIP),
        (place_of(zip_code="D-10115"), unread.FOREIGN_ZIP),
        (place_of(zip_code="1234 AB"), unread.FOREIGN_ZIP),
        (place_of(zip_code="Berlin, Germany 10115"), unread.FOREIGN_ZIP),
        (place_of(zip_code="110006"), unread.ZIP),
        (place_of(zip_code="21300"), unread.ZIP_OF_NO_STATE),
        (place_of(zip_code="VT 04901"), unread.ZIP_OF_OTHER_STATE),
        (place_of(city="Toronto, Ontario"), unread.FOREIGN_CITY),
        (place_of(city="London, UK"), unread.FOREIGN_CITY),
        (place_of(city="Toronto ON"), unread.FOREIGN_CITY),
        (place_of("789 Yonge St, Toronto, ON"), unread.FOREIGN_STREET),
        (place_of("789 Yonge St, Toronto ON M4W 2G8"), unread.FOREIGN_STREET),
        (place_of("1 Rue Haute, Paris, France"), unread.FOREIGN_STREET),
        (place_of(country="Canada"), unread.FOREIGN_COUNTRY),
        (place_of(country="Atlantis"), unread.COUNTRY),
        (place_of(country="M4W 2G8"), unread.FOREIGN_COUNTRY),
    ],
)
def test_a_value_that_is_not_read_is_reported_with_its_field(place: Place, problem: Unread) -> None:
    assert place.unread == (problem,)


@pytest.mark.parametrize("country", ["", "USA", "N/A", "United States (US)"])
def test_every_value_of_an_american_address_is_read(country: str) -> None:
    place = place_of(*WHOLE, country)
    assert place == Place(*WHOLE, "ME", is_american=True, unread=())


CELLS = st.text(max_size=60) | st.text("aZ ,.;()0123456789-", max_size=40)


@given(CELLS, CELLS, CELLS, CELLS, CELLS)
def test_any_cells_give_a_valid_address(
    line: str, city: str, state: str, zip_code: str, country: str
) -> None:
    place = place_of(line, city, state, zip_code, country)
    assert len(place.state) in (0, 2)
    assert len(place.zip) in (0, 5)
    assert {problem.field for problem in place.unread} <= {"street", "city", "state", "zip", "country"}


@given(CELLS)
def test_the_text_before_town_state_and_zip_is_copied_from_the_line(text: str) -> None:
    for tail in (read_street_line(text), read_city_line(text)):
        assert set(tail.line) <= {*text, ",", " "}
