"""The last checks of name and contact before an applicant is validated."""

from __future__ import annotations

import pytest

from library_validator.decisions.answer import Answer
from library_validator.decisions.confirmation import confirm, host_verdict
from library_validator.decisions.verdict import Verdict
from library_validator.releases.records import Outlet, System
from tests.builders.varied_registry import (
    HASTWELL,
    HAVENPORT,
    JUNIPER_CREEK,
    LARCHMERE,
    MARLOCK,
    MUSEUM,
    ORDWAY,
    QUILLET,
    address_and_phone_fields_of,
    address_fields_of,
    decision_on_applicant,
    evidence_of,
    town_fields_of,
)


def confirmed_verdict(listed: System | Outlet, name: str, **fields: str) -> Verdict:
    """The verdict after the last checks, for an applicant that the rules validate as ``listed``."""
    evidence = evidence_of(listed, name, **fields)
    return confirm(Verdict(Answer.VALIDATED, ("MATCH",), evidence.best), evidence, evidence.best)


@pytest.mark.parametrize(
    ("listed", "name"),
    [
        (LARCHMERE, "Larchmere Public Library"),
        (LARCHMERE, "Larchmere Public Library, Inc."),
        (LARCHMERE, "Larchmere Library Department"),
        (HASTWELL, "Hastwell Memorial Library"),
        (JUNIPER_CREEK, "Juniper Creek Branch"),
        (QUILLET, "Quillet Free"),
        (MARLOCK, "Marlock"),
        (MUSEUM, "Tollgate Museum and Library"),
    ],
)
def test_a_name_is_confirmed_if_every_word_is_explained(listed: System | Outlet, name: str) -> None:
    found = confirmed_verdict(listed, name, **address_and_phone_fields_of(listed))
    assert (found.answer, found.codes) == (Answer.VALIDATED, ("MATCH",))


def test_a_name_with_unexplained_words_goes_to_a_person_who_sees_the_words() -> None:
    found = confirmed_verdict(
        LARCHMERE, "Larchmere Public Library Apartments & Realtors", **address_and_phone_fields_of(LARCHMERE)
    )
    assert (found.answer, found.codes) == (Answer.NEEDS_REVIEW, ("BODY_OF_LIBRARY",))
    assert found.about == {"BODY_OF_LIBRARY": "APARTMENTS, REALTORS"}


def test_at_most_five_unexplained_words_are_named() -> None:
    name = "Larchmere Public Library Ant Bee Cow Dog Elk Fox Gnu"
    found = confirmed_verdict(LARCHMERE, name, **address_and_phone_fields_of(LARCHMERE))
    assert found.about == {"BODY_OF_LIBRARY": "ANT, BEE, COW, DOG, ELK"}


def test_the_reason_is_name_differs_if_no_word_is_from_the_entry() -> None:
    found = confirmed_verdict(HASTWELL, "Zebra Library", **address_and_phone_fields_of(HASTWELL))
    assert (found.answer, found.codes) == (Answer.NEEDS_REVIEW, ("NAME_DIFFERS",))


@pytest.mark.parametrize("name", ["Hastwell Memorial", "Oliver T Hastwell"])
def test_a_name_without_library_that_is_not_the_listed_name_goes_to_a_person(name: str) -> None:
    found = confirmed_verdict(HASTWELL, name, **address_and_phone_fields_of(HASTWELL))
    assert (found.answer, found.codes) == (Answer.NEEDS_REVIEW, ("NAME_DIFFERS",))


@pytest.mark.parametrize("name", ["Hastwell Hall", "Oliver T Hastwell College", "Hastwell Memorial Building"])
def test_a_building_or_school_without_a_word_for_library_is_a_host(name: str) -> None:
    found = confirmed_verdict(HASTWELL, name, **address_and_phone_fields_of(HASTWELL))
    assert (found.answer, found.codes) == (Answer.NEEDS_REVIEW, ("HOST_OF_LIBRARY",))


@pytest.mark.parametrize(
    ("name", "codes"), [("The Library", ("WEAK_EVIDENCE",)), ("Public Library", ("MATCH",))]
)
def test_a_generic_name_needs_the_word_public_at_a_librarys_phone(name: str, codes: tuple[str, ...]) -> None:
    assert confirmed_verdict(LARCHMERE, name, **address_and_phone_fields_of(LARCHMERE)).codes == codes


@pytest.mark.parametrize(
    ("fields", "codes"),
    [(address_fields_of(MARLOCK), ("MATCH",)), (town_fields_of(MARLOCK), ("NAME_DIFFERS",))],
    ids=["at the address", "in the town"],
)
def test_a_name_that_is_only_the_name_of_the_town_needs_the_librarys_street_or_phone(
    fields: dict[str, str], codes: tuple[str, ...]
) -> None:
    assert confirmed_verdict(MARLOCK, "Marlock", **fields).codes == codes


def test_a_published_name_letter_for_letter_needs_no_explanation() -> None:
    evidence = evidence_of(ORDWAY, "Mabel Ordway Library", **town_fields_of(ORDWAY))
    assert evidence.is_published_name
    assert not evidence_of(MARLOCK, "Marlock", **town_fields_of(MARLOCK)).is_published_name
    assert evidence_of(MARLOCK, "Marlock", **address_fields_of(MARLOCK)).is_published_name
    assert not evidence_of(ORDWAY, "The Mabel Ordway Library", **town_fields_of(ORDWAY)).is_published_name


def test_contact_is_compared_even_if_the_name_is_the_published_name() -> None:
    elsewhere = {**town_fields_of(ORDWAY), "street": "900 Elsewhere Ave", "phone": "207-867-5309"}
    found = confirmed_verdict(ORDWAY, "Mabel Ordway Library", **elsewhere)
    assert (found.answer, found.codes) == (Answer.NEEDS_REVIEW, ("CONTACT_DIFFERS",))


def test_the_name_of_an_absorbed_library_explains_words_too() -> None:
    name = "Mabel Ordway Library"
    fields = address_and_phone_fields_of(HAVENPORT)
    evidence = evidence_of(HAVENPORT, name, **fields)
    verdict = Verdict(Answer.VALIDATED, ("MATCH",), evidence.best)
    known_as = evidence_of(ORDWAY, name, **fields).best
    assert confirm(verdict, evidence, evidence.best).codes == ("NAME_DIFFERS",)
    assert confirm(verdict, evidence, known_as).answer is Answer.VALIDATED


@pytest.mark.parametrize(
    ("listed", "fields", "expected"),
    [
        (LARCHMERE, town_fields_of(LARCHMERE), Answer.NOT_VALIDATED),
        (LARCHMERE, address_fields_of(LARCHMERE), Answer.NOT_VALIDATED),
        (LARCHMERE, address_and_phone_fields_of(LARCHMERE), Answer.NEEDS_REVIEW),
        (QUILLET, town_fields_of(QUILLET), Answer.NOT_VALIDATED),
        (QUILLET, address_fields_of(QUILLET), Answer.NEEDS_REVIEW),  # the listed name does not say library
        (QUILLET, address_and_phone_fields_of(QUILLET), Answer.NEEDS_REVIEW),
    ],
)
def test_a_government_is_not_validated_and_with_the_librarys_phone_goes_to_a_person(
    listed: System, fields: dict[str, str], expected: Answer
) -> None:
    found = host_verdict(evidence_of(listed, f"Town of {listed.city.title()}", **fields))
    assert (found.answer, found.codes) == (expected, ("HOST_OF_LIBRARY",))
    assert found.about == {"HOST_OF_LIBRARY": f"{listed.name} ({listed.fscs_key})"}
    assert (found.match is None) == (expected is Answer.NOT_VALIDATED)


def test_the_answer_to_a_host_names_the_library_of_its_place() -> None:
    decision = decision_on_applicant("Town of Larchmere", **town_fields_of(LARCHMERE))
    assert decision.reason_codes == ["HOST_OF_LIBRARY"]
    assert "LARCHMERE PUBLIC LIBRARY (ME0101)" in decision.next_step.text
    assert decision.match is None


def test_the_answer_to_a_host_names_an_outlet_by_its_own_name() -> None:
    found = host_verdict(evidence_of(JUNIPER_CREEK, "Town of Juniper Creek", **town_fields_of(JUNIPER_CREEK)))
    assert found.about == {"HOST_OF_LIBRARY": "JUNIPER CREEK BRANCH (ME0102-003)"}


def test_a_host_at_a_place_without_a_listed_library_has_no_entry() -> None:
    found = host_verdict(
        evidence_of(LARCHMERE, "Larchmere Town Hall", city="Nowhere", state="ME", phone="2075550199")
    )
    assert (found.answer, found.codes) == (Answer.NOT_VALIDATED, ("NO_ENTRY",))
