"""Words that look like an entry's words and are not: everyday words, directions, business forms."""

from __future__ import annotations

from dataclasses import replace

import pytest

from library_validator.decisions.answer import Answer
from library_validator.releases.records import Outlet, Structure, System
from tests.builders.small_registry import decide, outlet, release, system
from tests.builders.varied_registry import (
    HASTWELL,
    JUNIPER_CREEK,
    LARCHMERE,
    SABLE_COUNTY,
    address_and_phone_fields_of,
    address_fields_of,
    decision_on_applicant,
    town_fields_of,
)


@pytest.mark.parametrize(
    ("listed", "name"),
    [
        (JUNIPER_CREEK, "Juniper Creek Ranch"),
        (JUNIPER_CREEK, "Juniper Creek Brunch"),
        (JUNIPER_CREEK, "Juniper Creek Bench"),
        (LARCHMERE, "Larchmere Public Librarian"),
        (LARCHMERE, "Larchmere Librairie"),
        (LARCHMERE, "Larchmere Libra"),
        (LARCHMERE, "Larchmere Library Publican"),
        (LARCHMERE, "Larchmere Public Library PC"),
        (LARCHMERE, "Larchmere Public Library, P.C."),
        (LARCHMERE, "Pub Larchmere Library"),
        (LARCHMERE, "The Pub Larchmere Public Library"),
        (LARCHMERE, "Larchmere Junior Library"),
        (HASTWELL, "Oliver Tavern Hastwell Memorial Library"),
    ],
)
def test_an_everyday_word_is_not_a_slip_of_a_listed_word(listed: System | Outlet, name: str) -> None:
    assert decision_on_applicant(name, **address_and_phone_fields_of(listed)).decision is not Answer.VALIDATED
    assert decision_on_applicant(name, **town_fields_of(listed)).decision is not Answer.VALIDATED


@pytest.mark.parametrize(
    "name", ["Larchmere Pubilc Library", "Larchmere Public Libary", "Larchmere Pub Lib", "Lib Pub Larchmere"]
)
def test_a_slip_that_is_not_an_everyday_word_is_explained(name: str) -> None:
    assert decision_on_applicant(name, **address_and_phone_fields_of(LARCHMERE)).decision is Answer.VALIDATED


NORTH_HAVEN = system(
    "CT0901", "NORTH QUARRY MEMORIAL LIBRARY", "17 ELM STREET", "NORTH QUARRY", "06473", "2035550117",
    county="NEW QUARRY",
)  # fmt: skip


@pytest.mark.parametrize(
    "name",
    [
        "No North Quarry Memorial Library",
        "No New North Quarry Memorial Library",
        "New North Quarry Memorial Library",
        "South North Quarry Memorial Library",
    ],
)
def test_a_direction_belongs_to_the_name_of_its_place(name: str) -> None:
    decision = decide(release((NORTH_HAVEN,)), name=name, **address_and_phone_fields_of(NORTH_HAVEN))
    assert decision.decision is Answer.NEEDS_REVIEW
    assert decision.reasons[0].code == "BODY_OF_LIBRARY"


@pytest.mark.parametrize(
    "name",
    [
        "N. Quarry Memorial Library",
        "North Quarry Memorial Library of North Quarry",
        "North Quarry Memorial Library, New Quarry County",
        "Memorial Library North Quarry",
    ],
)
def test_the_name_of_a_place_is_explained_however_often_it_is_repeated(name: str) -> None:
    decision = decide(release((NORTH_HAVEN,)), name=name, **address_and_phone_fields_of(NORTH_HAVEN))
    assert decision.decision is Answer.VALIDATED


@pytest.mark.parametrize(
    "name",
    ["North Qurry Memorial Library of North Quarry", "North Quarry Memorial Library of North Quarrry"],
)
def test_the_name_of_a_place_may_have_a_slip(name: str) -> None:
    decision = decide(release((NORTH_HAVEN,)), name=name, **address_and_phone_fields_of(NORTH_HAVEN))
    assert decision.decision is Answer.VALIDATED


@pytest.mark.parametrize("listed", ["C. E. WARDLEY LIBRARY", "C.E. WARDLEY LIBRARY", "CARL WARDLEY LIBRARY"])
@pytest.mark.parametrize("name", ["C. E. Wardley Library", "C.E. Wardley Library", "C E Wardley Library"])
def test_an_initial_is_not_a_direction(listed: str, name: str) -> None:
    former = system("ME0901", listed, "4 LOCK STREET", "ORRINGHAM", "04901", "2075550171")
    renamed = replace(former, name="ORRINGHAM PUBLIC LIBRARY", name_change="24")
    years = (release((former,), fiscal_year=2021), release((renamed,)))
    decision = decide(*years, name=name, **address_and_phone_fields_of(renamed))
    assert decision.decision is (Answer.NEEDS_REVIEW if listed.startswith("CARL") else Answer.VALIDATED)


@pytest.mark.parametrize(
    "name",
    ["Sable County Library System, ME", "Sable County Library System (ME)", "Sable County Library Maine"],
)
def test_a_name_with_its_state_is_validated(name: str) -> None:
    assert decision_on_applicant(name, **town_fields_of(SABLE_COUNTY)).decision is Answer.VALIDATED


@pytest.mark.parametrize("name", ["Larchmere Library Museum", "Larchmere Library Observatory"])
def test_a_name_that_says_library_at_the_librarys_street_goes_to_a_person(name: str) -> None:
    assert decision_on_applicant(name, **address_fields_of(LARCHMERE)).decision is Answer.NEEDS_REVIEW


def test_a_school_library_at_the_librarys_street_goes_to_a_person() -> None:
    decision = decision_on_applicant("Larchmere Elementary School Library", **address_fields_of(LARCHMERE))
    assert decision.decision is Answer.NEEDS_REVIEW
    assert decision.reasons[0].code == "OUT_OF_SCOPE_KIND"


PIERMONT = system("VA0901", "PIERMONT PUBLIC LIBRARY", "201 WHARF STREET", "PIERMONT", "23801", "8045550191")
PIERMONT_CENTRAL = outlet(
    "VA0901", "002", "PIERMONT PUBLIC LIBRARY", "201 WHARF STREET", "PIERMONT", "23801", "8045550191"
)
PIERMONT_BOOKMOBILE = replace(
    outlet("VA0901", "006", "PIERMONT PUBLIC LIBRARY", "201 WHARF STREET", "PIERMONT", "23801", "-3"),
    structure=Structure.TEMPORARILY_CLOSED,
)
PIERMONT_RELEASE = release((PIERMONT,), (PIERMONT_CENTRAL, PIERMONT_BOOKMOBILE))


def test_an_outlet_without_a_phone_does_not_hide_a_different_phone() -> None:
    decision = decide(
        PIERMONT_RELEASE, name="Piermont Public Library",
        street="7996 Tannery Row", city="Piermont", state="VA", zip="23801", phone="804-444-3094",
    )  # fmt: skip
    assert decision.decision is Answer.NEEDS_REVIEW
    assert decision.reasons[0].code == "CONTACT_DIFFERS"


def test_an_open_library_is_not_answered_as_its_closed_bookmobile() -> None:
    decision = decide(
        PIERMONT_RELEASE, name="Piermont Public Library",
        city="Piermont", state="VA", zip="23801", phone="804-444-3094",
    )  # fmt: skip
    assert decision.decision is Answer.VALIDATED
    assert "LISTED_TEMPORARILY_CLOSED" not in [reason.code for reason in decision.reasons]


def test_a_number_and_a_county_after_library_are_explained() -> None:
    assert (
        decision_on_applicant(
            "Larchmere Public Library No. 3", **address_and_phone_fields_of(LARCHMERE)
        ).decision
        is not Answer.NOT_VALIDATED
    )
    with_county = decision_on_applicant(
        "Juniper Creek Branch Library, Sable County", **address_and_phone_fields_of(JUNIPER_CREEK)
    )
    assert with_county.decision is Answer.VALIDATED


@pytest.mark.parametrize("known_as", ["doing business as", "also known as", "d/b/a"])
def test_a_second_name_after_doing_business_as_is_read(known_as: str) -> None:
    decision = decision_on_applicant(
        f"Larchmere Library {known_as} Larchmere Public Library", **town_fields_of(LARCHMERE)
    )
    assert decision.decision is Answer.VALIDATED


# A system with a branch of two words, in a county of another name.
QUARRY = system(
    "NV0901",
    "MARLIN COUNTY LIBRARY DISTRICT",
    "9 CIVIC ROW",
    "FAIRFORD",
    "89001",
    "7025550101",
    county="MARLIN",
)
PARK = outlet("NV0901", "003", "UNIVERSITY PARK BRANCH", "40 ELM WALK", "FAIRFORD", "89001", "7025550103")
VILLAGE = outlet("NV0901", "004", "LITTLE VILLAGE LIBRARY", "6 MILL LANE", "FAIRFORD", "89001", "7025550104")
OF_FAIRFORD = release((QUARRY,), (PARK, VILLAGE))


@pytest.mark.parametrize(
    ("listed", "name"),
    [
        (PARK, "Fairford University Library"),  # the rest of the listed name is missing
        (PARK, "University of Fairford Public Library"),
        (PARK, "University Park Branch Marina"),  # Marina is a slip of Marlin, which is not missing
        (PARK, "Marina University Park Branch Library"),
        (QUARRY, "Marlin County Library District Airford"),  # the town is nowhere else in the name
        (QUARRY, "Airford Marlin County Library District"),
        (QUARRY, "Fr. of Marlin County Library District"),
        (QUARRY, "Marlin County Library Co"),
        (QUARRY, "Marlin County Library District & Co"),
        (QUARRY, "Marlin County Library District AB"),
        (QUARRY, "Marlin County Library District B"),
        (QUARRY, "Marlin Board County Library District"),
        (QUARRY, "The Board Inc at Marlin County Library District"),
        (QUARRY, "Marlin County Unlibrary District"),
        (QUARRY, "Marlin County eLibrary District"),
        (QUARRY, "Public Pub Marlin County Library District"),
        (QUARRY, "Marlin County District"),
        (QUARRY, "County of Marlin"),
    ],
)
def test_a_name_that_only_looks_explained_is_not_validated(listed: System | Outlet, name: str) -> None:
    for fields in (address_and_phone_fields_of(listed), address_fields_of(listed), town_fields_of(listed)):
        assert decide(OF_FAIRFORD, name=name, **fields).decision is not Answer.VALIDATED


@pytest.mark.parametrize(
    ("listed", "name"),
    [
        (PARK, "University Park Branch"),
        (PARK, "Univ. Park Branch Library"),
        (PARK, "Universty Park Branch, Fairford"),
        (PARK, "Marlin County Library District - University Park"),
        (QUARRY, "Marlin Co. Library District"),
        (QUARRY, "Board of Trustees of the Marlin County Library District"),
        (QUARRY, "Marlin County Library District, Inc. of Fairford"),
        (QUARRY, "Marlin Conty Libary District of Fairfrod"),
    ],
)
def test_unusual_forms_of_a_librarys_name_are_validated(listed: System | Outlet, name: str) -> None:
    assert decide(OF_FAIRFORD, name=name, **address_and_phone_fields_of(listed)).decision is Answer.VALIDATED


def test_a_part_of_a_name_does_not_choose_among_branches_without_a_street() -> None:
    decision = decide(OF_FAIRFORD, name="Fairford Little Free Library", **town_fields_of(VILLAGE))
    assert decision.decision is Answer.NEEDS_REVIEW


def test_the_word_branch_in_the_name_of_a_town_does_not_say_library() -> None:
    listed = outlet("NJ0901", "003", "ELDERON BRANCH", "8 SHORE ROAD", "LONG BRANCH", "07740", "9085550103")
    its_system = system(
        "NJ0901", "LONG BRANCH PUBLIC LIBRARY", "1 BROADWAY", "LONG BRANCH", "07740", "9085550101"
    )
    decision = decide(
        release((its_system,), (listed,)), name="City of Long Branch", **address_and_phone_fields_of(listed)
    )
    assert decision.decision is Answer.NEEDS_REVIEW


TOWNSHIP = outlet("NV0901", "005", "DELLHAM TOWNSHIP", "6 MILL LANE", "FAIRFORD", "89001", "7025550105")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Dellham Township, Fairford, NV", Answer.NEEDS_REVIEW),
        ("Delhlam Township", Answer.NEEDS_REVIEW),
        ("Township of Dellham", Answer.NOT_VALIDATED),
    ],
)
def test_a_branch_that_has_the_name_of_a_township_is_not_rejected(name: str, expected: Answer) -> None:
    decision = decide(release((QUARRY,), (TOWNSHIP,)), name=name, **town_fields_of(TOWNSHIP))
    assert decision.decision is expected


@pytest.mark.parametrize("name", ["Larchmere Public", "LarchmerePublic"])
def test_a_name_without_the_word_library_is_not_rejected(name: str) -> None:
    assert decision_on_applicant(name, **town_fields_of(LARCHMERE)).decision is not Answer.VALIDATED
    assert (
        decision_on_applicant("Larchmere Public", **town_fields_of(LARCHMERE)).decision is Answer.NEEDS_REVIEW
    )


def test_a_name_joined_with_the_word_library_is_read() -> None:
    assert decision_on_applicant("LarchmereLibrary", **town_fields_of(LARCHMERE)).decision is Answer.VALIDATED


def test_the_library_of_the_town_is_preferred_to_a_namesake_elsewhere() -> None:
    namesake = system("CO0901", "FAIRFORD PUBLIC LIBRARY", "2 PINE ROAD", "FAIRFORD", "80026", "3035550101")
    decision = decide(release((QUARRY, namesake)), name="Fairford Public Library", **town_fields_of(QUARRY))
    assert (decision.decision, decision.reasons[0].code) == (Answer.NEEDS_REVIEW, "NAME_DIFFERS")
    assert decision.match
    assert decision.match.fscs_key == QUARRY.fscs_key
