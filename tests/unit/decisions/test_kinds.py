"""The kind of body that a name says: a government, a host, a school, a library."""

from __future__ import annotations

import pytest

from library_validator.decisions.answer import Answer
from library_validator.decisions.kinds import (
    affiliate_word,
    body_of_library,
    has_host_word,
    has_library_part,
    is_association_of_government_library,
    is_government,
    is_library_by_name,
    other_kind_word,
    other_kind_words,
)
from library_validator.decisions.policy_file import load_policy
from library_validator.releases.records import System
from tests.builders.varied_registry import (
    HASTWELL,
    LARCHMERE,
    MUSEUM,
    SPINDRIFT,
    address_and_phone_fields_of,
    address_fields_of,
    decision_on_applicant,
    evidence_of,
    key_of,
    query_of,
    town_fields_of,
)

POLICY = load_policy()
KANKERTON = {"city": "Kankerton", "state": "IA"}


@pytest.mark.parametrize(
    "name",
    [
        "City of Kankerton",
        "Town of Kankerton",
        "Village of Kankerton",
        "Township of Kankerton",
        "Borough of Kankerton",
        "Municipality of Kankerton",
        "The City of Kankerton",
        "Kankerton Township",
        "City of Kankerton IA",
        "City of Kankerton, Iowa",
        "City of Kankerton Government",
        "Kankerton City Council",
        "Kankerton Charter Township",
        "City of Kankerton, Inc.",
        "City of Kankerton Corporation",
        "Village of Kankerton, Iowa, Incorporated",
        "City of Kankerton, West Virginia",  # a state that is not the applicant's
        "County of Ostler",  # counties are not named after the town
        "Ostler County",
        "County of Ostler, Ia",
        "Ostler County Government, Iowa",
        "Ostler Parish",
        "CITY OF KANKERTON",
    ],
)
def test_a_place_with_a_word_for_its_government_is_a_government(name: str) -> None:
    assert is_government(query_of(name, **KANKERTON))


@pytest.mark.parametrize(
    "name",
    [
        "Kankerton",
        "City of Kankerton Public Library",
        "City of Kankerton Library Department",
        "City of Kankerton Fire Department",
        "Kankerton City Hall",
        "Kankerton Town Tavern",
        "City of Zebraville",  # not the applicant's town
        "Friends of the City of Kankerton",
        "Ostler County Fair Grounds",
        "",
    ],
)
def test_a_name_with_another_word_or_another_town_is_not_a_government(name: str) -> None:
    assert not is_government(query_of(name, **KANKERTON))


def test_a_town_with_a_word_for_a_government_in_its_name_is_not_a_government() -> None:
    garden_city = {"city": "Garden City", "state": "IA"}
    assert not is_government(query_of("Garden City", **garden_city))
    assert is_government(query_of("City of Garden City", **garden_city))


@pytest.mark.parametrize(
    ("name", "words", "expected"),
    [
        ("Kankerton Town Hall", ("TOWN", "HALL"), True),
        ("Kankerton Community Center", ("CENTER",), True),
        ("Kankerton Sch", ("SCH",), True),  # school, shortened
        ("Kankerton College", ("COLLEGE",), True),
        ("Kankerton Apartments", ("APARTMENTS",), False),
        ("Kankerton", (), False),
    ],
)
def test_a_government_a_building_or_a_school_may_house_a_library(
    name: str, words: tuple[str, ...], *, expected: bool
) -> None:
    assert has_host_word(query_of(name, **KANKERTON), words) is expected


def test_a_word_of_its_town_does_not_name_a_host() -> None:
    assert not has_host_word(
        query_of("College Hill Library", city="College Hill", state="IA"), ("COLLEGE", "HILL")
    )


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("Larchmere Museum of Art", {"MUSEUM"}),
        ("Larchmere Elementary School Library", {"ELEMENTARY", "SCHOOL"}),
        ("Larchmere Law Library", {"LAW"}),
        ("Larchmere Observatory and Library", {"OBSERVATORY"}),
        ("Larchmere Public Library", set()),
        ("Larchmere Tool Library", set()),
    ],
)
def test_words_for_other_kinds_are_found(name: str, words: set[str]) -> None:
    assert other_kind_words(query_of(name, **town_fields_of(LARCHMERE))) == words


def test_a_word_for_another_kind_does_not_count_if_the_town_has_it() -> None:
    assert (
        other_kind_words(query_of("Church Hollow Library", city="Church Hollow", state="TN")) == frozenset()
    )


@pytest.mark.parametrize(
    ("name", "word"),
    [
        ("Larchmere Museum", "MUSEUM"),
        ("Larchmere High School", "SCHOOL"),
        ("Larchmere College", "COLLEGE"),
        ("Larchmere Law Library", "LAW"),
        ("Larchmere Hospital Library", "HOSPITAL"),
        ("Larchmere Bookstore", "BOOKSTORE"),
        ("Larchmere Baptist Church Library", "CHURCH"),
        ("Larchmere Public Library", ""),
    ],
)
def test_the_word_for_another_kind_is_returned(name: str, word: str) -> None:
    evidence = evidence_of(LARCHMERE, name, **town_fields_of(LARCHMERE))
    assert other_kind_word(evidence) == word


def test_a_word_for_another_kind_does_not_count_if_the_entry_has_it() -> None:
    evidence = evidence_of(MUSEUM, "Tollgate Museum Library", **town_fields_of(MUSEUM))
    assert other_kind_word(evidence) == ""


@pytest.mark.parametrize(
    ("name", "word"),
    [
        ("Friends of the Larchmere Public Library", "FRIENDS"),
        ("Larchmere Library Foundation", "FOUNDATION"),
        ("Amigos de la Biblioteca de Larchmere", "AMIGOS"),
        ("Les Amis de la Biblioth\u00e8que de Larchmere", "AMIS"),
        ("Fundaci\u00f3n Biblioteca Larchmere", "FOUNDATION"),
        ("Larchmere Public Library", ""),
        ("Larchmere Library Foundation Hall", ""),  # the name of a building
        ("Larchmere Library Trust House", ""),
    ],
)
def test_the_word_for_a_supporting_body_is_found_but_not_in_the_name_of_a_building(
    name: str, word: str
) -> None:
    evidence = evidence_of(LARCHMERE, name, **town_fields_of(LARCHMERE))
    assert affiliate_word(evidence.query, evidence.best, POLICY) == word


@pytest.mark.parametrize(
    "name", ["Larchmere Library Foundation Hall", "Larchmere Public Library, Foundation Hall"]
)
def test_a_library_in_a_hall_called_after_a_foundation_goes_to_a_person(name: str) -> None:
    decision = decision_on_applicant(name, **address_and_phone_fields_of(LARCHMERE))
    assert (decision.decision, key_of(decision)) == (Answer.NEEDS_REVIEW, "ME0101")


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("Quilters of the Larchmere Public Library", "QUILTERS"),
        ("Vendors for the Larchmere Public Library", "VENDORS"),
        ("Library of the Town of Larchmere", ""),
        ("City of Larchmere Public Library", ""),
        ("Larchmere Public Library", ""),
        ("Quilters of Larchmere", ""),  # it does not say library
    ],
)
def test_the_words_before_the_word_of_can_name_a_body_of_the_library(name: str, body: str) -> None:
    evidence = evidence_of(LARCHMERE, name, **town_fields_of(LARCHMERE))
    assert body_of_library(evidence.query, evidence.best, POLICY) == body


@pytest.mark.parametrize(
    ("listed", "name", "expected"),
    [
        (LARCHMERE, "Larchmere Library Association", True),
        (LARCHMERE, "Larchmere Library Assn.", True),
        (LARCHMERE, "Larchmere Library", False),
        (HASTWELL, "Hastwell Memorial Library Association", False),  # no government runs it
        (SPINDRIFT, "Spindrift Island Library Association", False),
    ],
)
def test_an_association_is_another_body_if_a_government_runs_the_library(
    listed: System, name: str, *, expected: bool
) -> None:
    evidence = evidence_of(listed, name, **town_fields_of(listed))
    assert is_association_of_government_library(evidence.query, evidence.best, POLICY) is expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Larchmere Library and Observatory", True),
        ("Larchmere Library & Museum", True),
        ("Larchmere Public Library / Larchmere School", True),
        ("Museum and Larchmere Library", True),
        ("Larchmere Museum Library", False),
        ("Larchmere Museum & Zebra Library", False),
        ("School and The Library", False),
    ],
)
def test_a_part_of_a_name_is_the_librarys_if_every_word_of_it_is_explained(
    name: str, *, expected: bool
) -> None:
    assert has_library_part(evidence_of(LARCHMERE, name, **town_fields_of(LARCHMERE))) is expected


@pytest.mark.parametrize(
    "name",
    [
        "Larchmere Library and Observatory",
        "Larchmere Library & Museum",
        "Larchmere Public Library and Institute",
        "Larchmere Library / Larchmere School",
        "Larchmere Library, Art & Historical Society",
    ],
)
def test_a_library_and_a_body_of_another_kind_go_to_a_person_at_the_listed_place(name: str) -> None:
    decision = decision_on_applicant(name, **address_fields_of(LARCHMERE))
    assert (decision.decision, key_of(decision)) == (Answer.NEEDS_REVIEW, "ME0101")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Zebra Library", True),
        ("Zebra Bookmobile", True),
        ("Zebra Lib.", True),
        ("Zebra Law Library", False),
        ("Zebra Museum", False),
        ("Zebra Reading Room", False),
    ],
)
def test_a_library_by_name_says_library_and_no_other_kind(name: str, *, expected: bool) -> None:
    assert is_library_by_name(query_of(name, **town_fields_of(LARCHMERE))) is expected
