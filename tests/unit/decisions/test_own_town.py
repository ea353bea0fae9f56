"""A similar name in the applicant's own town is preferred to the same name elsewhere."""

from __future__ import annotations

from dataclasses import replace

import pytest

from library_validator.decisions.answer import Answer
from tests.builders.small_registry import decide, release, system
from tests.builders.varied_registry import (
    GLENWARDEN_COMMUNITY,
    GLENWARDEN_PUBLIC,
    JUNIPER_CREEK,
    LARCHMERE,
    MUSEUM,
    OAKHOLLOW,
    OUTLETS,
    SYSTEMS,
    address_fields_of,
    decision_on_applicant,
    key_of,
    town_fields_of,
)

OTHER_STREET = {"street": "900 Elsewhere Ave"}
OTHER_PHONE = {"phone": "207-867-5309"}
OTHER_ZIP = {"zip": "04901"}


@pytest.mark.parametrize(
    "name",
    [
        "Oakhollow Library",
        "Oakhollow Public Library",
        "Brandreth Library",
        "Oakhollow Free Library",
        "Oakhollow P.L.",
    ],
)
def test_a_part_of_the_name_of_the_only_library_in_town_is_validated(name: str) -> None:
    decision = decision_on_applicant(name, **town_fields_of(OAKHOLLOW))
    assert (decision.decision, key_of(decision)) == (Answer.VALIDATED, "ME0108")
    assert decision.reason_codes == ["MATCH", "ONLY_LIBRARY_OF_TOWN"]


@pytest.mark.parametrize(
    "name",
    [
        "Larchmere Library Department",
        "Town of Larchmere Library",
        "Larchmere Library System",
        "Library of Larchmere",
    ],
)
def test_another_spelling_of_the_name_of_the_only_library_in_town_is_validated(name: str) -> None:
    decision = decision_on_applicant(name, **town_fields_of(LARCHMERE))
    assert (decision.decision, key_of(decision)) == (Answer.VALIDATED, "ME0101")
    assert decision.reason_codes == ["MATCH", "ONLY_LIBRARY_OF_TOWN"]


@pytest.mark.parametrize("other", [OTHER_STREET, OTHER_PHONE, OTHER_ZIP], ids=["street", "phone", "zip"])
def test_a_person_decides_if_street_phone_or_zip_differ(other: dict[str, str]) -> None:
    decision = decision_on_applicant("Oakhollow Library", **town_fields_of(OAKHOLLOW), **other)
    assert decision.decision is Answer.NEEDS_REVIEW
    assert key_of(decision) == "ME0108"


@pytest.mark.parametrize(
    "name",
    [
        "Zebra Library",
        "Zebra Public Library",
        "Zebra Memorial Library District",
        "The Library",
        "Public Library",
    ],
)
def test_a_library_of_another_name_in_a_town_with_one_library_goes_to_a_person(name: str) -> None:
    decision = decision_on_applicant(name, **town_fields_of(OAKHOLLOW))
    assert (decision.decision, decision.reason_codes) == (Answer.NEEDS_REVIEW, ["NAME_DIFFERS"])
    assert key_of(decision) == "ME0108"


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("Zebra Library", OTHER_STREET),
        ("Zebra Library", OTHER_PHONE),
        ("Zebra Law Library", {}),
        ("Zebra Library Apartments", {}),
        ("Zebra Library LLC", {}),
        ("Zebra Books", {}),
        ("Zebra Reading Room", {}),
        ("Maine Library Association", {}),
    ],
)
def test_an_applicant_elsewhere_or_of_another_kind_is_not_validated(name: str, other: dict[str, str]) -> None:
    decision = decision_on_applicant(name, **town_fields_of(OAKHOLLOW), **other)
    assert decision.decision is Answer.NOT_VALIDATED
    assert decision.match is None


@pytest.mark.parametrize(
    "name",
    ["Oakhollow Library Association", "Oakhollow Library Board", "Maine Oakhollow Library", "The Library"],
)
def test_a_short_name_that_other_bodies_use_is_not_validated_by_the_town(name: str) -> None:
    assert decision_on_applicant(name, **town_fields_of(OAKHOLLOW)).decision is not Answer.VALIDATED


@pytest.mark.parametrize("name", ["Havenport Free Library", "Havenport Library", "Ordway Library"])
def test_in_a_town_of_two_libraries_the_town_does_not_identify_either(name: str) -> None:
    decision = decision_on_applicant(name, city="Havenport", state="ME")
    assert "ONLY_LIBRARY_OF_TOWN" not in decision.reason_codes
    assert (
        decision_on_applicant("Zebra Library", city="Havenport", state="ME").decision is Answer.NOT_VALIDATED
    )


def test_two_outlets_of_one_system_are_one_library_of_the_town() -> None:
    second = replace(JUNIPER_CREEK, sequence="009", name="NORTH JUNIPER CREEK BRANCH", street="90 MILL ROAD")
    registry = release(SYSTEMS, (*OUTLETS, second))
    decision = decide(registry, name="Zebra Library", **town_fields_of(JUNIPER_CREEK))
    assert (decision.decision, key_of(decision)) == (Answer.NEEDS_REVIEW, "ME0102")


@pytest.mark.parametrize(
    ("name", "expected"),
    [("Juniper Creek Library", Answer.VALIDATED), ("Briar Library", Answer.NEEDS_REVIEW)],
)
def test_a_branch_is_known_by_its_town_and_not_by_a_part_of_another_name(name: str, expected: Answer) -> None:
    assert decision_on_applicant(name, **town_fields_of(JUNIPER_CREEK)).decision is expected


def test_a_permanently_closed_library_is_not_the_library_of_the_town() -> None:
    closed = replace(OAKHOLLOW, structure="03")
    registry = release(tuple(closed if listed is OAKHOLLOW else listed for listed in SYSTEMS), OUTLETS)
    decision = decide(registry, name="Oakhollow Library", **town_fields_of(OAKHOLLOW))
    assert decision.decision is Answer.NEEDS_REVIEW


def test_a_vanished_library_does_not_count_as_a_second_library_of_the_town() -> None:
    vanished = replace(
        OAKHOLLOW, fscs_key="ME0199", name="ZEBRA LIBRARY", street="8 OTHER ROAD", phone="2075550199"
    )
    older = release((*SYSTEMS, vanished), OUTLETS, fiscal_year=2021)
    decision = decide(release(SYSTEMS, OUTLETS), older, name="Oakhollow Library", **town_fields_of(OAKHOLLOW))
    assert decision.reason_codes == ["MATCH", "ONLY_LIBRARY_OF_TOWN"]


def test_a_museum_that_is_the_only_library_needs_the_word_library() -> None:
    assert decision_on_applicant("Tollgate Library", **town_fields_of(MUSEUM)).decision is Answer.VALIDATED
    assert decision_on_applicant("Tollgate Museum", **town_fields_of(MUSEUM)).decision is not Answer.VALIDATED


@pytest.mark.parametrize(
    "fields",
    [town_fields_of(GLENWARDEN_COMMUNITY), address_fields_of(GLENWARDEN_COMMUNITY)],
    ids=["in the town", "at the address"],
)
def test_a_similar_name_in_the_own_town_comes_before_the_exact_name_in_another_state(
    fields: dict[str, str],
) -> None:
    decision = decision_on_applicant("Glenwarden Public Library", **fields)
    assert (decision.decision, key_of(decision)) == (Answer.VALIDATED, "VT0104")


def test_a_similar_name_in_the_own_town_comes_first_even_if_it_is_mistyped() -> None:
    decision = decision_on_applicant("Glenwardn Public Libary", **address_fields_of(GLENWARDEN_COMMUNITY))
    assert (decision.decision, key_of(decision)) == (Answer.VALIDATED, "VT0104")


@pytest.mark.parametrize(
    "listed",
    ["WEXHAM LIBRARY", "WEXHAM COMMUNITY LIBRARY", "GRISELDA WEXHAM LIBRARY", "WEXHAM TOWNSHIP LIBRARY"],
)
@pytest.mark.parametrize("zip_code", ["", "05190"])
def test_a_less_similar_name_in_the_own_town_goes_to_a_person(listed: str, zip_code: str) -> None:
    at_home = system("VT0301", listed, "9 ORCHARD STREET", "WEXHAM", "05190", "8025550190")
    elsewhere = system(
        "NH0301", "CORDELIA WEXHAM LIBRARY", "40 DEPOT STREET", "WEXHAM", "03190", "6035550190"
    )
    registry = release((*SYSTEMS, at_home, elsewhere), OUTLETS)
    decision = decide(registry, name="Cordelia Wexham Library", city="Wexham", state="VT", zip=zip_code)
    assert (decision.decision, key_of(decision)) == (Answer.NEEDS_REVIEW, "VT0301")


def test_a_library_with_exactly_the_given_name_is_still_validated() -> None:
    decision = decision_on_applicant("Glenwarden Public Library", **town_fields_of(GLENWARDEN_PUBLIC))
    assert (decision.decision, key_of(decision)) == (Answer.VALIDATED, "NH0101")


def test_a_namesake_elsewhere_is_reported_if_the_own_state_has_no_similar_name() -> None:
    decision = decision_on_applicant("Glenwarden Public Library", city="Glenwarden", state="ME")
    assert (decision.decision, decision.reason_codes) == (Answer.NOT_VALIDATED, ["NAMESAKE_ELSEWHERE"])


def test_a_similar_name_in_the_own_town_with_contact_elsewhere_goes_to_a_person() -> None:
    decision = decision_on_applicant(
        "Glenwarden Public Library",
        **town_fields_of(GLENWARDEN_COMMUNITY),
        **OTHER_STREET,
        phone="802-867-5309",
    )
    assert (decision.decision, key_of(decision)) == (Answer.NEEDS_REVIEW, "VT0104")
