"""Names made of two names: a system and its branch, a town and its department, an old and a new name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from library_validator.decisions.answer import Answer
from library_validator.releases.records import Outlet, Release
from tests.builders.small_registry import decide, release
from tests.builders.varied_registry import (
    HASTWELL,
    JUNIPER_CREEK,
    LARCHMERE,
    ORDWAY,
    OUTLETS,
    PELLWOOD,
    SABLE_COUNTY,
    SYSTEMS,
    VARIED,
    address_and_phone_fields_of,
    address_fields_of,
    decision_on_applicant,
    key_of,
    town_fields_of,
)

FORMER = "ELSPETH WARING LIBRARY"
OLDER = release(
    tuple(
        replace(listed, name=FORMER) if listed in (LARCHMERE, SABLE_COUNTY) else listed for listed in SYSTEMS
    ),
    OUTLETS,
    fiscal_year=2021,
)


@pytest.mark.parametrize(
    "name",
    [
        "Sable County Library System - Juniper Creek Branch",
        "Sable County Library System \u2013 Juniper Creek Branch",
        "Sable County Library System: Juniper Creek",
        "Sable County Library System, Juniper Creek Branch",
        "Sable County Library (Juniper Creek Branch)",
        "Sable County Library/Juniper Creek Branch",
        "Juniper Creek Branch, Sable County Library System",
        "Juniper Creek Branch of the Sable County Library System",
        "Sable Cnty Lib Sys - Juniper Crk Br",
    ],
)
@pytest.mark.parametrize("given", [town_fields_of, address_fields_of], ids=["in the town", "at the address"])
def test_a_name_of_a_system_and_its_branch_matches_the_branch(
    name: str, given: Callable[[Outlet], dict[str, str]]
) -> None:
    decision = decision_on_applicant(name, **given(JUNIPER_CREEK))
    assert (decision.decision, key_of(decision)) == (Answer.VALIDATED, "ME0102")
    assert decision.match is not None
    assert decision.match.fscs_id == "ME0102-003"


@pytest.mark.parametrize(
    "name",
    [
        "Sable County Library System - Zebra Branch",
        "Sable County Library System - Juniper Creek Cafe",
        "Sable County Library System - Juniper Creek Apartments",
        "Friends of the Sable County Library System - Juniper Creek Branch",
    ],
)
@pytest.mark.parametrize("listed", [JUNIPER_CREEK, PELLWOOD], ids=["juniper creek", "pellwood"])
def test_a_name_of_a_system_and_something_else_is_not_validated(name: str, listed: Outlet) -> None:
    assert decision_on_applicant(name, **address_and_phone_fields_of(listed)).decision is not Answer.VALIDATED


@pytest.mark.parametrize(
    "name",
    [
        "Town of Larchmere, Library Department",
        "City of Larchmere - Library",
        "Town of Larchmere: Public Library",
        "Town of Larchmere (Library)",
        "Larchmere, Town of, Public Library",
        "Town of Larchmere / Larchmere Public Library",
        "City of Larchmere DBA Larchmere Public Library",
    ],
)
def test_a_name_of_a_municipality_and_its_library_matches_the_library(name: str) -> None:
    decision = decision_on_applicant(name, **address_fields_of(LARCHMERE))
    assert (decision.decision, key_of(decision)) == (Answer.VALIDATED, "ME0101")


@pytest.mark.parametrize(
    "name",
    ["Town of Larchmere, Fire Department", "Town of Larchmere - Town Hall", "City of Larchmere, Finance"],
)
def test_a_name_of_a_municipality_and_another_department_is_not_validated(name: str) -> None:
    assert (
        decision_on_applicant(name, **address_and_phone_fields_of(LARCHMERE)).decision is not Answer.VALIDATED
    )


@pytest.mark.parametrize(
    "name",
    [
        "Elspeth Waring Library",
        "Elspeth Waring Library DBA Larchmere Public Library",
        "Elspeth Waring Library d/b/a Larchmere Public Library",
        "Larchmere Public Library, formerly Elspeth Waring Library",
        "Larchmere Public Library f/k/a Elspeth Waring Library",
        "Larchmere Public Library (Elspeth Waring Library)",
        "Waring, Elspeth, Library",
    ],
)
def test_a_former_name_alone_or_with_the_new_name_matches_the_library(name: str) -> None:
    decision = decide(VARIED, OLDER, name=name, **town_fields_of(LARCHMERE))
    assert (decision.decision, key_of(decision)) == (Answer.VALIDATED, "ME0101")


@pytest.mark.parametrize(
    ("name", "codes"),
    [
        ("Elspeth Waring Library", ["NAME_DIFFERS"]),
        ("Elspeth Waring Library DBA Larchmere Public Library", ["BODY_OF_LIBRARY"]),
        ("Larchmere Public Library, formerly Elspeth Waring Library", ["BODY_OF_LIBRARY"]),
    ],
)
def test_a_former_name_that_no_release_has_goes_to_a_person(name: str, codes: list[str]) -> None:
    decision = decide(VARIED, name=name, **town_fields_of(LARCHMERE))
    assert (decision.decision, decision.reason_codes) == (Answer.NEEDS_REVIEW, codes)


@pytest.mark.parametrize(
    "name",
    [
        "Alderby Motors DBA Larchmere Public Library",
        "Larchmere Public Library DBA Alderby Motors",
        "Larchmere Public Library formerly Alderby Motors",
        "Elspeth Waring Library Apartments",
        "Friends of the Elspeth Waring Library",
    ],
)
@pytest.mark.parametrize("releases", [(VARIED,), (VARIED, OLDER)], ids=["one year", "both years"])
def test_another_bodys_name_beside_the_librarys_is_never_validated(
    name: str, releases: tuple[Release, ...]
) -> None:
    assert (
        decide(*releases, name=name, **address_and_phone_fields_of(LARCHMERE)).decision
        is not Answer.VALIDATED
    )


@pytest.mark.parametrize(
    "name",
    [
        "Elspeth Waring Library - Juniper Creek Branch",
        "Juniper Creek Branch of the Elspeth Waring Library",
        "Elspeth Waring Library, Juniper Creek",
    ],
)
def test_a_name_of_a_branch_and_the_former_name_of_its_system_matches_the_branch(name: str) -> None:
    decision = decide(VARIED, OLDER, name=name, **address_fields_of(JUNIPER_CREEK))
    assert decision.decision is Answer.VALIDATED
    assert decision.match is not None
    assert decision.match.fscs_id == "ME0102-003"
    assert decide(VARIED, name=name, **address_fields_of(JUNIPER_CREEK)).decision is Answer.NEEDS_REVIEW


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("Ordway, Mabel, Library", "ME0107"),
        ("Ordway Mabel Library", "ME0107"),
        ("Ordway (Mabel) Library", "ME0107"),
        ("Ordway Library, Mabel", "ME0107"),
        ("Hastwell, Oliver T., Memorial Library", "ME0103"),
        ("Hastwell (Oliver T.) Memorial Library", "ME0103"),
    ],
)
def test_a_persons_name_with_the_surname_first_is_the_same_name(name: str, key: str) -> None:
    listed = ORDWAY if key == "ME0107" else HASTWELL
    decision = decision_on_applicant(name, **town_fields_of(listed))
    assert (decision.decision, key_of(decision)) == (Answer.VALIDATED, key)
