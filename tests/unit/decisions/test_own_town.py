"""The own town comes first: its only library, and a near name there before the very one elsewhere."""

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
    answer,
    at_its_door,
    in_its_town,
    key_of,
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
def test_who_has_a_part_of_the_name_of_the_only_library_in_town_is_it(name: str) -> None:
    decision = answer(name, **in_its_town(OAKHOLLOW))
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
def test_who_writes_the_name_of_the_only_library_in_another_way_is_it(name: str) -> None:
    decision = answer(name, **in_its_town(LARCHMERE))
    assert (decision.decision, key_of(decision)) == (Answer.VALIDATED, "ME0101")
    assert decision.reason_codes == ["MATCH", "ONLY_LIBRARY_OF_TOWN"]


@pytest.mark.parametrize("other", [OTHER_STREET, OTHER_PHONE, OTHER_ZIP], ids=["street", "phone", "zip"])
def test_where_something_leads_away_a_person_decides(other: dict[str, str]) -> None:
    decision = answer("Oakhollow Library", **in_its_town(OAKHOLLOW), **other)
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
def test_a_library_of_another_name_in_such_a_town_goes_to_a_person(name: str) -> None:
    decision = answer(name, **in_its_town(OAKHOLLOW))
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
def test_who_is_elsewhere_or_does_not_say_library_alone_is_told_no(name: str, other: dict[str, str]) -> None:
    decision = answer(name, **in_its_town(OAKHOLLOW), **other)
    assert decision.decision is Answer.NOT_VALIDATED
    assert decision.match is None


@pytest.mark.parametrize(
    "name",
    ["Oakhollow Library Association", "Oakhollow Library Board", "Maine Oakhollow Library", "The Library"],
)
def test_a_short_name_that_other_bodies_use_is_not_validated_by_the_town(name: str) -> None:
    assert answer(name, **in_its_town(OAKHOLLOW)).decision is not Answer.VALIDATED


@pytest.mark.parametrize("name", ["Havenport Free Library", "Havenport Library", "Ordway Library"])
def test_in_a_town_of_two_libraries_the_town_says_nothing(name: str) -> None:
    decision = answer(name, city="Havenport", state="ME")
    assert "ONLY_LIBRARY_OF_TOWN" not in decision.reason_codes
    assert answer("Zebra Library", city="Havenport", state="ME").decision is Answer.NOT_VALIDATED


def test_two_outlets_of_one_system_are_one_library_of_the_town() -> None:
    second = replace(JUNIPER_CREEK, sequence="009", name="NORTH JUNIPER CREEK BRANCH", street="90 MILL ROAD")
    registry = release(SYSTEMS, (*OUTLETS, second))
    decision = decide(registry, name="Zebra Library", **in_its_town(JUNIPER_CREEK))
    assert (decision.decision, key_of(decision)) == (Answer.NEEDS_REVIEW, "ME0102")


@pytest.mark.parametrize(
    ("name", "expected"),
    [("Juniper Creek Library", Answer.VALIDATED), ("Briar Library", Answer.NEEDS_REVIEW)],
)
def test_a_branch_is_known_by_its_town_and_not_by_a_part_of_another_name(name: str, expected: Answer) -> None:
    assert answer(name, **in_its_town(JUNIPER_CREEK)).decision is expected


def test_a_library_that_is_closed_for_good_is_no_library_of_the_town() -> None:
    closed = replace(OAKHOLLOW, structure="03")
    registry = release(tuple(closed if one is OAKHOLLOW else one for one in SYSTEMS), OUTLETS)
    decision = decide(registry, name="Oakhollow Library", **in_its_town(OAKHOLLOW))
    assert decision.decision is Answer.NEEDS_REVIEW


def test_a_library_that_vanished_does_not_make_it_two() -> None:
    vanished = replace(
        OAKHOLLOW, fscs_key="ME0199", name="ZEBRA LIBRARY", street="8 OTHER ROAD", phone="2075550199"
    )
    older = release((*SYSTEMS, vanished), OUTLETS, fiscal_year=2021)
    decision = decide(release(SYSTEMS, OUTLETS), older, name="Oakhollow Library", **in_its_town(OAKHOLLOW))
    assert decision.reason_codes == ["MATCH", "ONLY_LIBRARY_OF_TOWN"]


def test_a_museum_that_is_the_only_library_is_known_by_the_word_library() -> None:
    assert answer("Tollgate Library", **in_its_town(MUSEUM)).decision is Answer.VALIDATED
    assert answer("Tollgate Museum", **in_its_town(MUSEUM)).decision is not Answer.VALIDATED


@pytest.mark.parametrize(
    "fields",
    [in_its_town(GLENWARDEN_COMMUNITY), at_its_door(GLENWARDEN_COMMUNITY)],
    ids=["in the town", "at the door"],
)
def test_a_near_name_in_the_own_town_beats_the_exact_name_in_another_state(fields: dict[str, str]) -> None:
    decision = answer("Glenwarden Public Library", **fields)
    assert (decision.decision, key_of(decision)) == (Answer.VALIDATED, "VT0104")


def test_a_near_name_that_is_mistyped_as_well_beats_it_too() -> None:
    decision = answer("Glenwardn Public Libary", **at_its_door(GLENWARDEN_COMMUNITY))
    assert (decision.decision, key_of(decision)) == (Answer.VALIDATED, "VT0104")


@pytest.mark.parametrize(
    "listed",
    ["WEXHAM LIBRARY", "WEXHAM COMMUNITY LIBRARY", "GRISELDA WEXHAM LIBRARY", "WEXHAM TOWNSHIP LIBRARY"],
)
@pytest.mark.parametrize("zip_code", ["", "05190"])
def test_where_the_near_name_is_too_far_for_that_a_person_is_asked_about_the_own_town(
    listed: str, zip_code: str
) -> None:
    at_home = system("VT0301", listed, "9 ORCHARD STREET", "WEXHAM", "05190", "8025550190")
    elsewhere = system(
        "NH0301", "CORDELIA WEXHAM LIBRARY", "40 DEPOT STREET", "WEXHAM", "03190", "6035550190"
    )
    registry = release((*SYSTEMS, at_home, elsewhere), OUTLETS)
    decision = decide(registry, name="Cordelia Wexham Library", city="Wexham", state="VT", zip=zip_code)
    assert (decision.decision, key_of(decision)) == (Answer.NEEDS_REVIEW, "VT0301")


def test_the_library_of_the_very_name_stays_itself() -> None:
    decision = answer("Glenwarden Public Library", **in_its_town(GLENWARDEN_PUBLIC))
    assert (decision.decision, key_of(decision)) == (Answer.VALIDATED, "NH0101")


def test_where_nothing_like_it_is_listed_in_the_own_state_the_namesake_elsewhere_is_told() -> None:
    decision = answer("Glenwarden Public Library", city="Glenwarden", state="ME")
    assert (decision.decision, decision.reason_codes) == (Answer.NOT_VALIDATED, ["NAMESAKE_ELSEWHERE"])


def test_a_near_name_at_home_whose_contact_is_elsewhere_goes_to_a_person() -> None:
    decision = answer(
        "Glenwarden Public Library", **in_its_town(GLENWARDEN_COMMUNITY), **OTHER_STREET, phone="802-867-5309"
    )
    assert (decision.decision, key_of(decision)) == (Answer.NEEDS_REVIEW, "VT0104")
