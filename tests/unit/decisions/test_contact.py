"""Which of street, phone and ZIP are the entry's, and when they contradict it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from library_validator.decisions.answer import Answer
from library_validator.decisions.contact import Contact
from tests.builders.small_registry import decide, outlet, release
from tests.builders.varied_registry import (
    LARCHMERE,
    SABLE_COUNTY,
    address_and_phone_fields_of,
    address_fields_of,
    decision_on_applicant,
    evidence_of,
    key_of,
)

NAME = "Larchmere Public Library"
WHOLE = address_and_phone_fields_of(LARCHMERE)
OTHER_STREET = "900 Elsewhere Avenue"
OTHER_PHONE = "207-867-5309"
OTHER_NUMBER_OF_ITS_EXCHANGE = "207-555-9876"
OTHER_ZIP_OF_ITS_STATE = "04401"


def contact(**fields: str) -> Contact:
    return evidence_of(LARCHMERE, NAME, **{**WHOLE, **fields}).contact


@pytest.mark.parametrize(
    ("fields", "agreeing", "differing"),
    [
        ({}, {"street", "phone", "ZIP"}, set()),
        ({"street": ""}, {"phone", "ZIP"}, set()),
        ({"phone": "", "zip": ""}, {"street"}, set()),
        ({"street": OTHER_STREET}, {"phone", "ZIP"}, {"street"}),
        ({"street": "900 Belfry Street"}, {"phone", "ZIP"}, {"street"}),
        ({"street": "14 Chandlery Row"}, {"phone", "ZIP"}, {"street"}),
        ({"street": "14 Belfrey St."}, {"street", "phone", "ZIP"}, set()),
        ({"phone": OTHER_PHONE}, {"street", "ZIP"}, {"phone"}),
        ({"phone": OTHER_NUMBER_OF_ITS_EXCHANGE}, {"street", "ZIP"}, {"phone"}),
        ({"phone": "603-555-0121"}, {"street", "ZIP"}, {"phone"}),
        ({"phone": "207-555-0122"}, {"street", "ZIP"}, {"phone"}),
        ({"street": "15 Belfry Street"}, {"phone", "ZIP"}, {"street"}),
        ({"street": "Belfry Street"}, {"street", "phone", "ZIP"}, set()),
        ({"street": "Larchmere School"}, {"phone", "ZIP"}, set()),
        ({"street": "Elsewhere Avenue"}, {"phone", "ZIP"}, {"street"}),
        ({"phone": f"{OTHER_PHONE} or 207-555-0121"}, {"street", "phone", "ZIP"}, set()),
        ({"zip": OTHER_ZIP_OF_ITS_STATE, "phone": ""}, {"street"}, {"ZIP"}),
        ({"zip": "04199", "phone": ""}, {"street", "ZIP"}, set()),
        ({"street": OTHER_STREET, "phone": OTHER_PHONE}, {"ZIP"}, {"street", "phone"}),
    ],
)
def test_only_given_fields_agree_or_differ(
    fields: dict[str, str], agreeing: set[str], differing: set[str]
) -> None:
    found = contact(**fields)
    assert (set(found.agreeing), set(found.differing)) == (agreeing, differing)


def test_without_given_fields_nothing_agrees_or_differs() -> None:
    assert contact(street="", zip="", phone="") == Contact()


@pytest.mark.parametrize("street", ["PO Box 12", "P.O. Box 12"])
def test_a_post_office_box_is_not_compared_with_a_street(street: str) -> None:
    found = contact(street=street)
    assert "street" not in {*found.agreeing, *found.differing}


@pytest.mark.parametrize(
    ("fields", "located", "contradicts"),
    [
        ({}, True, False),
        ({"street": OTHER_STREET}, True, False),
        ({"phone": OTHER_PHONE}, True, False),
        ({"street": OTHER_STREET, "zip": OTHER_ZIP_OF_ITS_STATE}, True, False),
        ({"street": OTHER_STREET, "phone": ""}, False, False),
        ({"street": "", "phone": OTHER_PHONE}, False, False),
        ({"street": OTHER_STREET, "phone": OTHER_PHONE}, False, True),
        ({"street": OTHER_STREET, "phone": OTHER_NUMBER_OF_ITS_EXCHANGE}, False, True),
        ({"street": "900 Belfry Street", "phone": OTHER_PHONE}, False, True),
        ({"street": OTHER_STREET, "phone": "", "zip": OTHER_ZIP_OF_ITS_STATE}, False, True),
        ({"street": "", "phone": OTHER_PHONE, "zip": OTHER_ZIP_OF_ITS_STATE}, False, True),
    ],
)
def test_two_differences_contradict_the_entry_if_neither_street_nor_phone_agrees(
    fields: dict[str, str], *, located: bool, contradicts: bool
) -> None:
    found = contact(**fields)
    assert (found.is_located, found.contradicts) == (located, contradicts)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"street": OTHER_STREET}, "street"),
        ({"phone": OTHER_PHONE}, "phone"),
        ({"zip": OTHER_ZIP_OF_ITS_STATE}, "ZIP"),
        ({"street": OTHER_STREET, "phone": ""}, "street"),
        ({"street": "", "phone": OTHER_PHONE}, "phone"),
        ({"street": OTHER_STREET, "zip": OTHER_ZIP_OF_ITS_STATE}, "street and ZIP"),
    ],
)
def test_an_applicant_with_one_difference_is_validated_and_the_answer_names_the_difference(
    fields: dict[str, str], said: str
) -> None:
    decision = decision_on_applicant(NAME, **{**WHOLE, **fields})
    assert (decision.decision, key_of(decision)) == (Answer.VALIDATED, "ME0101")
    assert decision.reason_codes == ["MATCH", "CONTACT_DIFFERS"]
    assert f"does not list this {said} for it" in decision.reasons[1].staff
    assert f"the {said} that you gave" in decision.reasons[1].applicant
    assert decision.next_step.code == "CONFIRM_CONTACT"


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"street": OTHER_STREET, "phone": OTHER_PHONE}, "street and phone"),
        ({"street": OTHER_STREET, "phone": OTHER_NUMBER_OF_ITS_EXCHANGE}, "street and phone"),
        ({"street": "900 Belfry Street", "phone": OTHER_PHONE}, "street and phone"),
        ({"street": "24 Belfry Street", "phone": OTHER_PHONE}, "street and phone"),
        ({"street": OTHER_STREET, "phone": "416-555-0121"}, "street and phone"),
        ({"street": OTHER_STREET, "phone": "", "zip": OTHER_ZIP_OF_ITS_STATE}, "street and ZIP"),
        ({"street": "", "phone": OTHER_PHONE, "zip": OTHER_ZIP_OF_ITS_STATE}, "phone and ZIP"),
    ],
)
def test_an_applicant_with_two_differences_goes_to_a_person(fields: dict[str, str], said: str) -> None:
    decision = decision_on_applicant(NAME, **{**WHOLE, **fields})
    assert (decision.decision, decision.reason_codes) == (Answer.NEEDS_REVIEW, ["CONTACT_DIFFERS"])
    assert key_of(decision) == "ME0101"
    assert said in decision.reasons[0].staff
    assert decision.next_step.code == "CONFIRM_CONTACT"


def test_an_applicant_without_differences_has_only_the_match_as_reason() -> None:
    assert decision_on_applicant(NAME, **WHOLE).reason_codes == ["MATCH"]
    assert decision_on_applicant(NAME, **address_fields_of(LARCHMERE)).reason_codes == ["MATCH"]


WITH_BOX = release((replace(LARCHMERE, mailing_street="P.O. BOX 12"),))


def test_the_post_office_box_of_an_entry_counts_like_its_street() -> None:
    decision = decide(WITH_BOX, name=NAME, **{**WHOLE, "street": "PO Box 12", "phone": OTHER_PHONE})
    assert (decision.decision, decision.reason_codes) == (Answer.VALIDATED, ["MATCH", "CONTACT_DIFFERS"])
    assert "this phone" in decision.reasons[1].staff


def test_a_different_street_counts_even_if_the_entry_also_has_a_post_office_box() -> None:
    decision = decide(WITH_BOX, name=NAME, **{**WHOLE, "street": OTHER_STREET, "phone": OTHER_PHONE})
    assert (decision.decision, decision.reason_codes) == (Answer.NEEDS_REVIEW, ["CONTACT_DIFFERS"])


BRANCHES = release(
    (SABLE_COUNTY,),
    (outlet("ME0102", "003", "PELLWOOD", "21 SCHOOL STREET", "PELLWOOD", "04113", "2075550133"),),
)


@pytest.mark.parametrize(
    ("street", "expected"), [(SABLE_COUNTY.street, Answer.VALIDATED), (OTHER_STREET, Answer.NEEDS_REVIEW)]
)
def test_the_main_street_of_a_system_agrees_in_the_town_of_a_branch(street: str, expected: Answer) -> None:
    place = {"city": "Pellwood", "state": "ME", "zip": "04113", "phone": OTHER_PHONE}
    decision = decide(BRANCHES, name=SABLE_COUNTY.name, street=street, **place)
    assert decision.decision is expected
    assert "CONTACT_DIFFERS" in decision.reason_codes
