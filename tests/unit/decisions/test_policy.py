"""The rules of the decision, each with examples that are validated, go to a person, or are not validated."""

from __future__ import annotations

from dataclasses import replace

import pytest

from library_validator.decisions.answer import Answer
from library_validator.decisions.decision import Decision
from library_validator.matching.stored_entries import INDEX_FORMAT
from tests.builders.applicants import ALDER_FIELDS
from tests.builders.small_registry import ALDER, NEWEST, SYSTEMS, decide, release


def test_an_applicant_that_agrees_in_every_field_is_validated_with_its_evidence() -> None:
    decision = decide(**ALDER_FIELDS)
    assert decision.decision is Answer.VALIDATED
    assert decision.reason_codes == ["MATCH"]
    assert decision.match is not None
    assert (decision.match.fscs_key, decision.match.fscs_id) == ("ME0001", "ME0001-002")
    assert decision.match.phone == "2075550101"
    assert decision.authority == "unproven"
    assert decision.next_step.code == "CONFIRM_AUTHORITY"
    assert decision.confidence > 0.999


def test_bits_of_the_evidence_sum_to_the_score() -> None:
    decision = decide(**ALDER_FIELDS)
    assert sum(row.bits for row in decision.evidence) == pytest.approx(decision.candidates[0].bits, abs=0.05)


@pytest.mark.parametrize(
    "name",
    [
        "Aldr Point Pulbic Libary",
        "ALDER POINT P.L.",
        "The Alder Point Public Library, Inc.",
        "Town of Alder Point Public Library",
        "Alder Piont Library",
    ],
)
def test_a_misspelt_name_is_validated(name: str) -> None:
    decision = decide(**{**ALDER_FIELDS, "name": name})
    assert (decision.decision, _key(decision)) == (Answer.VALIDATED, "ME0001")


def test_name_city_and_state_suffice_if_no_other_system_fits() -> None:
    decision = decide(name="Alder Point Public Library", city="Alder Point", state="Maine")
    assert (decision.decision, _key(decision)) == (Answer.VALIDATED, "ME0001")


def test_name_and_state_alone_go_to_a_person() -> None:
    decision = decide(name="Alder Point Public Library", state="ME")
    assert (decision.decision, decision.reason_codes[0]) == (Answer.NEEDS_REVIEW, "TOO_LITTLE_GIVEN")
    assert decision.next_step.code == "SEND_ADDRESS"


def test_the_answer_to_a_branch_names_its_outlet_and_its_system() -> None:
    decision = decide(
        name="Hollow Run Branch",
        street="8 Creek Rd",
        city="Hollow Run",
        state="ME",
        zip="04910",
        phone="2075550110",
    )
    assert decision.decision is Answer.VALIDATED
    assert decision.match is not None
    assert decision.match.fscs_id == "ME0002-003"
    assert decision.match.system_name == "BRIAR COUNTY LIBRARY"
    assert decision.match.outlet_type == "BR"


@pytest.mark.parametrize(
    "name",
    [
        "Friends of the Alder Point Public Library",
        "Alder Point Library Foundation, Inc.",
        "Alder Point Public Library Endowment Fund",
        "Alder Point Library Guild",
        "FRIENDS OF ALDER POINT LIB",
    ],
)
def test_a_body_that_supports_a_library_is_not_the_library_even_with_its_address_and_phone(name: str) -> None:
    decision = decide(**{**ALDER_FIELDS, "name": name})
    assert (decision.decision, decision.reason_codes) == (Answer.NOT_VALIDATED, ["AFFILIATE"])
    assert decision.match is None


@pytest.mark.parametrize(
    ("name", "unexplained"),
    [
        ("Freinds of the Alder Point Public Library", "FREINDS"),
        ("Alder Point Public Library Fundation", "FUNDATION"),
        ("Alder Point Library Gild", "GILD"),
    ],
)
def test_spelling_is_never_corrected_towards_a_body_that_supports_a_library(
    name: str, unexplained: str
) -> None:
    decision = decide(**{**ALDER_FIELDS, "name": name})
    assert (decision.decision, decision.reason_codes) == (Answer.NEEDS_REVIEW, ["BODY_OF_LIBRARY"])
    assert unexplained in decision.reasons[0].staff


@pytest.mark.parametrize(
    "name", ["Alder Point College", "Alder Point Museum of Art", "Alder Point Law School Library"]
)
def test_another_kind_of_organization_in_the_town_is_not_validated(name: str) -> None:
    decision = decide(name=name, street="77 Hill St", city="Alder Point", state="ME", zip="04901")
    assert (decision.decision, decision.reason_codes[0]) == (Answer.NOT_VALIDATED, "OUT_OF_SCOPE_KIND")


def test_a_college_that_is_the_public_library_is_validated_because_the_entry_has_the_word() -> None:
    decision = decide(
        name="Fenwick College and Community Library",
        street="300 Campus Way",
        city="Fenwick",
        state="ME",
        zip="04906",
    )
    assert (decision.decision, _key(decision)) == (Answer.VALIDATED, "ME0008")


def test_a_namesake_in_another_state_is_not_validated() -> None:
    decision = decide(name="Ellery Free Library", street="1 Palm Way", city="Ellery", state="FL", zip="33101")
    assert decision.decision is Answer.NOT_VALIDATED
    assert decision.match is None


def test_each_of_two_namesakes_is_matched_with_its_own_entry() -> None:
    decision = decide(name="Alder Point Public Library", city="Alder Point", state="VT")
    assert _key(decision) == "VT0001"


@pytest.mark.parametrize(
    ("name", "street", "key"),
    [
        ("Briar County Library", "400 Main St", "ME0002"),
        ("Briar City Library", "15 Elm St", "ME0003"),
        ("East Coral Library", "1 Harbor St", "ME0004"),
        ("West Coral Library", "90 Mill St", "ME0005"),
    ],
)
def test_neighbouring_libraries_are_not_confused(name: str, street: str, key: str) -> None:
    city, zip_code = ("Briarton", "04902") if "Briar" in name else ("Coral", "04903")
    decision = decide(name=name, street=street, city=city, state="ME", zip=zip_code)
    assert (decision.decision, _key(decision)) == (Answer.VALIDATED, key)


def test_a_name_that_fits_two_neighbours_goes_to_a_person() -> None:
    decision = decide(name="Coral Library", city="Coral", state="ME", zip="04903")
    assert decision.decision is Answer.NEEDS_REVIEW


def test_an_fscs_id_of_another_library_goes_to_a_person() -> None:
    decision = decide(**{**ALDER_FIELDS, "fscs_id": "ME0002"})
    assert (decision.decision, decision.reason_codes[0]) == (Answer.NEEDS_REVIEW, "FSCS_ID_CONTRADICTS")
    assert decision.match is None


def test_an_impostor_with_a_real_fscs_id_is_not_validated() -> None:
    decision = decide(
        name="County Literacy Project", street="5 Elm St", city="Alder Point", state="ME", fscs_id="ME0001"
    )
    assert decision.decision is not Answer.VALIDATED


def test_a_state_id_equal_to_the_fscs_key_of_another_system_does_not_contradict() -> None:
    decision = decide(
        name="Ellery Free Library",
        street="22 Ash St",
        city="Ellery",
        state="ME",
        zip="04905",
        fscs_id="ME0001",
    )
    assert (decision.decision, _key(decision)) == (Answer.VALIDATED, "ME0007")


def test_the_answer_says_that_a_listed_library_is_temporarily_closed() -> None:
    decision = decide(
        name="Dunmore Memorial Library", street="7 Oak Ave", city="Dunmore", state="ME", zip="04904"
    )
    assert decision.decision is Answer.VALIDATED
    assert decision.reason_codes == ["MATCH", "LISTED_TEMPORARILY_CLOSED"]
    assert decision.match is not None
    assert decision.match.status == "temporarily_closed"


def test_a_library_that_vanished_from_the_survey_goes_to_a_person_with_its_last_year() -> None:
    newer = release(tuple(listed for listed in SYSTEMS if listed is not ALDER), fiscal_year=2023)
    decision = decide(newer, NEWEST, **ALDER_FIELDS)
    assert (decision.decision, decision.reason_codes) == (Answer.NEEDS_REVIEW, ["NO_LONGER_LISTED"])
    assert "2022" in decision.reasons[0].staff
    assert decision.match is not None
    assert decision.match.status == "no_longer_listed"


def test_an_association_with_the_name_of_a_government_library_goes_to_a_person() -> None:
    decision = decide(
        name="Alder Point Library Association",
        street="12 North Fork Rd",
        city="Alder Point",
        state="ME",
        zip="04901",
    )
    assert (decision.decision, decision.reason_codes[0]) == (
        Answer.NEEDS_REVIEW,
        "ASSOCIATION_OF_PUBLIC_LIBRARY",
    )


def test_the_name_of_the_town_alone_is_not_evidence() -> None:
    decision = decide(
        name="Alder Point Sports Arena", street="88 Rink Rd", city="Alder Point", state="ME", zip="04901"
    )
    assert decision.decision is Answer.NOT_VALIDATED


def test_an_unreadable_field_is_named_and_a_person_decides() -> None:
    decision = decide(**{**ALDER_FIELDS, "phone": ["207"]})
    assert (decision.decision, decision.reason_codes[0]) == (Answer.NEEDS_REVIEW, "INVALID_FIELD")
    assert "phone" in decision.reasons[0].staff


def test_an_application_without_a_name_is_answered() -> None:
    decision = decide(street="12 North Fork Rd", city="Alder Point", state="ME")
    assert (decision.decision, decision.reason_codes[0]) == (Answer.NEEDS_REVIEW, "INVALID_FIELD")


def test_the_answer_to_an_unknown_applicant_says_what_would_change_it() -> None:
    decision = decide(name="Zebulon Widgets", street="1 Nowhere", city="Elsewhere", state="TX", zip="75001")
    assert (decision.decision, decision.reason_codes) == (Answer.NOT_VALIDATED, ["NO_ENTRY"])
    assert decision.next_step.text


def test_every_decision_names_its_versions() -> None:
    decision = decide(NEWEST, **ALDER_FIELDS)
    assert decision.registry_version.startswith(f"2022.{INDEX_FORMAT}.")
    assert decision.policy_version


def _key(decision: Decision) -> str | None:
    return decision.match.fscs_key if decision.match else None


def test_a_listed_library_that_left_out_its_state_is_found_by_its_name() -> None:
    decision = decide(name="Grayling Athenaeum", city="Grayling")
    assert _key(decision) == "ME0009"


def test_a_name_in_two_states_without_a_state_goes_to_a_person() -> None:
    decision = decide(name="Alder Point Public Library", city="Alder Point")
    assert (decision.decision, decision.reason_codes) == (Answer.NEEDS_REVIEW, ["TIE"])


def test_the_answer_to_a_namesake_says_that_the_listed_library_is_elsewhere() -> None:
    decision = decide(name="Grayling Athenaeum", city="Grayling", state="FL")
    assert (decision.decision, decision.reason_codes) == (Answer.NOT_VALIDATED, ["NAMESAKE_ELSEWHERE"])


def test_an_applicant_with_the_street_of_a_library_elsewhere_is_not_a_namesake() -> None:
    address = {"street": ALDER.street, "city": "Alder Point", "state": "FL", "zip": ALDER.zip}
    decision = decide(name="Joe's Pizza", **address)
    assert (decision.decision, decision.reason_codes) == (Answer.NOT_VALIDATED, ["NO_ENTRY"])


def test_a_library_that_applies_under_its_former_name_is_validated() -> None:
    renamed = replace(ALDER, name="HOPE WHITLOCK MEMORIAL LIBRARY")
    newer = release(tuple(renamed if listed is ALDER else listed for listed in SYSTEMS), fiscal_year=2023)
    decision = decide(newer, NEWEST, **ALDER_FIELDS)
    assert (decision.decision, _key(decision)) == (Answer.VALIDATED, "ME0001")


def test_the_same_application_and_registry_give_the_same_decision() -> None:
    assert decide(**ALDER_FIELDS) == decide(**ALDER_FIELDS)
