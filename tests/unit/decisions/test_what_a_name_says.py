"""Whether a name is a library's, is the listed name, or is only the name of a place."""

from __future__ import annotations

import pytest

from library_validator.decisions.explained_name import ExplainedName
from library_validator.releases.records import Outlet, System
from tests.builders.varied_registry import (
    HASTWELL,
    HAVENPORT,
    JUNIPER_CREEK,
    LARCHMERE,
    MARLOCK,
    MUSEUM,
    PELLWOOD,
    QUILLET,
    ROWANFIELD,
    SABLE_COUNTY,
    SPINDRIFT,
    address_fields_of,
    evidence_of,
    town_fields_of,
)


def name_in_town(listed: System | Outlet, name: str) -> ExplainedName:
    return evidence_of(listed, name, **town_fields_of(listed)).name


def name_at_address(listed: System | Outlet, name: str) -> ExplainedName:
    return evidence_of(listed, name, **address_fields_of(listed)).name


@pytest.mark.parametrize(
    "name",
    [
        "Larchmere Library",
        "Larchmere Lib.",
        "Larchmere P.L.",
        "Larchmere Libary",
        "Larchmere Libarries",
        "Biblioteca Larchmere",
        "Biblioth\u00e8que Larchmere",
        "Larchmere Bookmobile",
    ],
)
def test_a_name_says_library_in_english_spanish_or_french_shortened_or_mistyped(name: str) -> None:
    assert name_in_town(LARCHMERE, name).says_library


@pytest.mark.parametrize(
    "name",
    [
        "Larchmere",
        "Larchmere Public",
        "Larchmere Books",
        "Larchmere Reading Room",
        "Larchmere Bookshop",
        "Larchmere Publishing",
        "Larchmere Lab",
        "Larchmere Liberty",
    ],
)
def test_other_words_for_books_and_places_do_not_say_library(name: str) -> None:
    assert not name_in_town(LARCHMERE, name).says_library


def test_the_word_branch_says_library_only_at_the_street_or_phone_of_an_outlet() -> None:
    assert name_at_address(JUNIPER_CREEK, "Juniper Creek Branch").says_library
    assert not name_in_town(JUNIPER_CREEK, "Juniper Creek Branch").says_library
    assert not name_at_address(LARCHMERE, "Larchmere Branch").says_library


@pytest.mark.parametrize(
    ("listed", "name"),
    [
        (QUILLET, "Quillet Free"),
        (QUILLET, "The Quillet Free"),
        (QUILLET, "Quillet Free, Inc."),
        (QUILLET, "Quilet Free"),
        (QUILLET, "Quillet Free of Vermont"),
        (QUILLET, "Town of Quillet Free"),
        (MARLOCK, "Marlock"),
        (MARLOCK, "Marlock, VT"),
        (ROWANFIELD, "City of Rowanfield"),
        (ROWANFIELD, "City of Rowanfield, Inc."),
        (JUNIPER_CREEK, "Juniper Creek Branch"),
        (MUSEUM, "Tollgate Museum and Library"),
        (SABLE_COUNTY, "Sable County Library"),
    ],
)
def test_a_name_with_every_word_of_a_listed_name_is_that_name(listed: System | Outlet, name: str) -> None:
    assert name_in_town(listed, name).is_listed_name


@pytest.mark.parametrize(
    ("listed", "name"),
    [
        (QUILLET, "Town of Quillet"),
        (QUILLET, "City of Quillet, VT"),
        (QUILLET, "Quillet"),
        (QUILLET, "Quillet Free Clinic"),
        (MARLOCK, "Town of Marlock"),
        (MARLOCK, "City of Marlock, VT"),
        (MARLOCK, "Marlock LLC"),
        (MARLOCK, "Marlock Library"),
        (ROWANFIELD, "Town of Rowanfield"),
        (ROWANFIELD, "Rowanfield"),
        (ROWANFIELD, "City of Rowanfield Fire Department"),
        (MUSEUM, "Tollgate Museum"),
        (HASTWELL, "Hastwell Memorial"),
    ],
)
def test_a_name_that_lacks_a_word_or_has_a_word_of_another_kind_is_not_that_name(
    listed: System | Outlet, name: str
) -> None:
    assert not name_in_town(listed, name).is_listed_name


@pytest.mark.parametrize(
    "name", ["The Library", "Public Library", "Free Public Library", "The Library, Inc."]
)
def test_a_name_of_words_that_all_libraries_share_is_generic(name: str) -> None:
    assert name_in_town(LARCHMERE, name).is_generic


@pytest.mark.parametrize("name", ["Larchmere Library", "Zebra Library"])
def test_a_name_with_a_word_of_its_own_is_not_generic(name: str) -> None:
    assert not name_in_town(LARCHMERE, name).is_generic


def test_the_name_public_library_is_not_generic_at_the_street_or_phone_of_a_library() -> None:
    assert not name_at_address(LARCHMERE, "Public Library").is_generic
    assert name_at_address(LARCHMERE, "The Library").is_generic


@pytest.mark.parametrize(
    "name",
    [
        "Larchmere",
        "Town of Larchmere",
        "City of Larchmere, Maine",
        "Larchmere Township, Inc.",
        "Quill County",
    ],
)
def test_a_place_with_or_without_its_government_is_only_a_place(name: str) -> None:
    assert name_in_town(LARCHMERE, name).is_only_place


@pytest.mark.parametrize("name", ["Larchmere Library", "Larchmere Town Hall", "Elsewhere"])
def test_a_name_with_any_other_word_is_not_only_a_place(name: str) -> None:
    assert not name_in_town(LARCHMERE, name).is_only_place


@pytest.mark.parametrize(
    "name",
    [
        "Zebra Library",
        "Zebra Public Library of Larchmere",
        "Zebra Library District",
        "Zebra Library 2",
        "Zebra Library, Inc.",
    ],
)
def test_a_name_with_unexplained_words_only_before_library_is_a_librarys(name: str) -> None:
    assert name_in_town(LARCHMERE, name).is_explained_after_library


@pytest.mark.parametrize(
    "name",
    ["Larchmere Library Zebra", "Zebra Library Apartments", "Larchmere Library LLC", "Zebra", "Zebra Books"],
)
def test_a_name_with_an_unexplained_word_after_library_is_another_bodys(name: str) -> None:
    assert not name_in_town(LARCHMERE, name).is_explained_after_library


@pytest.mark.parametrize(
    ("listed", "name", "names"),
    [
        (HASTWELL, "Hastwell Library", True),
        (HASTWELL, "Thornby Library", False),  # its town
        (HASTWELL, "Thornby Memorial Library", False),  # a word in many names
        (SPINDRIFT, "Spindrift Library Association", False),
        (PELLWOOD, "Sable County Library", True),  # the name of its system
        (LARCHMERE, "Larchmere Public Library", False),  # named after its town
    ],
)
def test_a_word_of_the_place_does_not_count_as_a_listed_word(
    listed: System | Outlet, name: str, *, names: bool
) -> None:
    assert name_in_town(listed, name).has_listed_word is names


def test_an_acronym_is_a_listed_word_at_the_entrys_street_or_phone() -> None:
    assert name_at_address(SABLE_COUNTY, "SCLS Library").has_listed_word
    assert not name_in_town(SABLE_COUNTY, "SCLS Library").has_listed_word


@pytest.mark.parametrize(
    ("part", "says_library", "unexplained"),
    [
        ("Sable County Library", True, ()),
        ("Juniper Creek School", False, ("SCHOOL",)),
        (None, True, ("SCHOOL",)),
    ],
)
def test_a_part_of_a_name_is_explained_like_a_whole_name(
    part: str | None, unexplained: tuple[str, ...], *, says_library: bool
) -> None:
    evidence = evidence_of(
        JUNIPER_CREEK, "Sable County Library - Juniper Creek School", **town_fields_of(JUNIPER_CREEK)
    )
    found = evidence.explain_name(part)
    assert (found.says_library, found.unexplained) == (says_library, unexplained)


def test_the_applicants_place_explains_words_if_it_is_the_entrys() -> None:
    nearby = {**town_fields_of(HASTWELL), "city": "Havenport", "zip": HASTWELL.zip}
    assert evidence_of(HASTWELL, "Hastwell Memorial Library of Havenport", **nearby).name.unexplained == ()


def test_the_applicants_place_explains_nothing_if_it_is_not_the_entrys() -> None:
    elsewhere = town_fields_of(HAVENPORT)
    found = evidence_of(HASTWELL, "Hastwell Memorial Library of Havenport", **elsewhere).name
    assert found.unexplained == ("HAVENPORT",)
