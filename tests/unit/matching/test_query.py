"""An applicant after reading: the parts of its name, its address, its phones, and its unread values."""

from __future__ import annotations

import pytest

from library_validator.matching.applicant import Applicant
from library_validator.matching.query import Query, read_applicant
from library_validator.matching.statistics import Statistics
from library_validator.matching.unread import NAME_LOST, NAME_MISSING
from tests.builders.varied_registry import query_of

NO_WORDS = Statistics(0, {}, frozenset())


def parts_of(query: Query) -> list[str]:
    return [part.name.text for part in query.parts]


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        (
            "Sable County Library System - Juniper Creek Branch",
            ["SABLE COUNTY LIBRARY SYSTEM", "JUNIPER CREEK BRANCH"],
        ),
        (
            "Town of Larchmere, Library Department",
            ["TOWN LARCHMERE"],
        ),  # the second part has no distinguishing word
        ("Larchmere Library/Alder School", ["LARCHMERE LIBRARY", "ALDER SCHOOL"]),
        ("Waring Library DBA Larchmere Public Library", ["WARING LIBRARY", "LARCHMERE PUBLIC LIBRARY"]),
        (
            "Larchmere Public Library (formerly Waring Library)",
            ["LARCHMERE PUBLIC LIBRARY", "WARING LIBRARY"],
        ),
        ("Larchmere Public Library", []),
        ("Larchmere Public Library -", []),
        ("Larchmere, Sable", []),  # no part has a word for library
    ],
)
def test_each_name_within_a_name_that_says_library_is_read(name: str, parts: list[str]) -> None:
    assert parts_of(query_of(name)) == parts


def test_a_part_is_the_same_applicant_with_one_of_its_names() -> None:
    whole = query_of(
        "Sable County Library - Juniper Creek School", city="Juniper Creek", state="ME", zip="04112"
    )
    library, school = whole.parts
    assert (library.place, library.city, library.zip) == (whole.place, whole.city, whole.zip)
    assert (library.says_library, school.says_library) == (True, False)
    assert (whole.is_part, library.is_part, school.is_part) == (False, True, True)
    assert school.unknown_words == {"SCHOOL"}


def test_a_part_has_no_parts_and_the_parts_of_a_query_are_made_once() -> None:
    whole = query_of("Sable County Library - Juniper Creek, Pellwood Branch")
    assert whole.parts is whole.parts
    assert [part.parts for part in whole.parts] == [(), (), ()]


@pytest.mark.parametrize(
    ("fields", "alone"),
    [
        ({}, True),
        ({"state": "ME"}, True),
        ({"fscs_id": "ME0101"}, True),
        ({"street": "N/A", "phone": "unknown", "zip": "00000"}, True),
        ({"city": "Larchmere"}, False),
        ({"zip": "04101"}, False),
        ({"phone": "207-555-0121"}, False),
        ({"street": "14 Belfry St"}, False),
    ],
)
def test_a_name_is_alone_if_nothing_but_a_state_or_an_id_was_given_with_it(
    fields: dict[str, str], *, alone: bool
) -> None:
    assert query_of("Larchmere Public Library", **fields).is_name_alone is alone


@pytest.mark.parametrize(
    ("fields", "state", "is_of_zip"),
    [
        ({"state": "ME"}, "ME", False),
        ({"zip": "04101"}, "ME", True),
        ({"fscs_id": "ME0101"}, "ME", False),
        ({"fscs_id": "VT0101", "zip": "04101"}, "VT", False),
        ({"state": "NH", "zip": "04101"}, "NH", False),
        ({}, "", True),
    ],
)
def test_the_state_is_the_given_state_or_else_the_state_of_the_id_or_the_zip(
    fields: dict[str, str], state: str, *, is_of_zip: bool
) -> None:
    query = query_of("Larchmere Public Library", **fields)
    assert (query.state, query.state_is_of_zip) == (state, is_of_zip)


@pytest.mark.parametrize(
    ("name", "head"),
    [
        ("Friends of the Larchmere Library", ("FRIENDS",)),
        ("Board of Trustees of the Larchmere Library", ("BOARD",)),
        ("The Trust for Larchmere Library", ("TRUST",)),
        ("Larchmere Library", ()),
    ],
)
def test_the_head_of_a_name_is_the_part_before_of_or_for(name: str, head: tuple[str, ...]) -> None:
    assert query_of(name).head.tokens == head


def test_unknown_words_are_words_that_no_listed_name_has() -> None:
    assert query_of("Larchmere Zebra Library").unknown_words == {"ZEBRA"}


@pytest.mark.parametrize(
    ("name", "says_library"),
    [
        ("Larchmere Library", True),
        ("Larchmere Libary", True),
        ("Biblioteca Municipal de Larchmere", True),
        ("Larchmere P.L.", True),
        ("Larchmere Athenaeum", True),
        ("Larchmere Reading Room", True),
        ("City of Larchmere", False),
        ("Larchmere Museum", False),
    ],
)
def test_a_name_says_library_with_any_word_for_library(name: str, *, says_library: bool) -> None:
    assert query_of(name).says_library is says_library


def test_place_words_are_the_words_of_town_and_state() -> None:
    query = query_of("Larchmere Library", city="St. Larchmere", state="Maine")
    assert query.place_words == {"SAINT", "LARCHMERE", "MAINE", "ME"}


def test_the_written_name_is_kept_without_its_wrapping() -> None:
    query = read_applicant(Applicant('="Larchmere &amp; Alder Library"'), NO_WORDS)
    assert query.written == "Larchmere & Alder Library"
    assert query.unread == ()


@pytest.mark.parametrize("name", ["Larchmere Library\u4e4b\u53cb", f"Larchmere Library {'of ' * 40}Friends"])
def test_a_name_that_is_not_read_in_full_is_reported(name: str) -> None:
    assert read_applicant(Applicant(name), NO_WORDS).unread == (NAME_LOST,)


def test_a_name_that_means_a_blank_is_missing() -> None:
    query = read_applicant(Applicant("N/A"), NO_WORDS)
    assert query.unread == (NAME_MISSING,)
    assert query.name.tokens == ()


def test_two_phones_are_read_and_the_first_comes_first() -> None:
    query = query_of("Larchmere Library", phone="207-555-0121 or 207-555-0122")
    assert (query.phone, query.second_phone) == ("2075550121", "2075550122")
