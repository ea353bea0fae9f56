"""Given values that could not be read: every answer names them, and some of them prevent validation."""

from __future__ import annotations

from dataclasses import replace

import pytest

from library_validator.decisions.answer import Answer
from library_validator.decisions.application import FieldProblem, application_from_fields
from library_validator.decisions.deciding import Decider
from library_validator.decisions.decision import Decision, Submission
from library_validator.decisions.reasons import next_steps, reason_codes
from tests.builders.applicants import ALDER_FIELDS
from tests.builders.small_registry import ALDER, ATHENAEUM, NEWEST, NOW, decide, registry_of, release

PLACED = {"name": "Grayling Athenaeum", "city": "Grayling"}  # no other library has this name


def problems_of(decision: Decision) -> dict[str, str]:
    return {problem.field: problem.kind for problem in decision.problems}


@pytest.mark.parametrize(
    "fields",
    [
        {"state": "Ontario"},
        {"state": "ON", "zip": "M4W 2G8"},
        {"state": "CA-ON"},
        {"zip": "M4W 2G8"},
        {"zip": "SW1A 2AA"},
        {"country": "Canada"},
        {"country": "CA"},
        {"state": "England"},
        {"city": "Grayling, Ontario"},
        {"street": "789 Yonge St, Grayling, ON"},
    ],
)
def test_an_address_that_is_plainly_abroad_is_not_validated(fields: dict[str, str]) -> None:
    decision = decide(**{**PLACED, **fields})
    assert (decision.decision, decision.reason_codes) == (
        Answer.NOT_VALIDATED,
        ["OUTSIDE_UNITED_STATES", "INVALID_FIELD"],
    )
    assert decision.match is None
    assert set(problems_of(decision).values()) == {"foreign"}
    assert decision.next_step.code == "CHECK_COUNTRY"


@pytest.mark.parametrize(
    "fields",
    [
        {"state": "ME", "zip": "04907", "country": "Afghanistan"},  # the first country of a form's list
        {"state": "ON", "zip": "04907"},
        {"state": "ME", "zip": "M4W 2G8"},
        {"state": "ON", "phone": "2075550109"},
        {"state": "ON", "street": "5 State St"},
        {"state": "ME", "zip": "04907", "city": "Grayling, Ontario"},
        {"state": "ME", "zip": "04907", "city": "Grayling, Germany"},
        {"state": "ME", "zip": "04907", "street": "5 State St, Toronto, Ontario"},
        {"state": "ME", "zip": "04907", "street": "5 State St, Toronto, ON M4W 2G8"},
        {"state": "ME", "zip": "04907", "country": "\U0001f1e8\U0001f1e6"},
    ],
)
def test_an_address_that_is_abroad_in_part_goes_to_a_person(fields: dict[str, str]) -> None:
    decision = decide(**{**PLACED, **fields})
    assert (decision.decision, decision.reason_codes[:2]) == (
        Answer.NEEDS_REVIEW,
        ["OUTSIDE_UNITED_STATES", "INVALID_FIELD"],
    )
    assert decision.match is not None
    assert decision.match.fscs_key == "ME0009"


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"city": "Grayling, MO"}, "city names another state than the given state"),
        ({"city": "Grayling, XX"}, "city ends in two letters that are not a state"),
        ({"street": "5 State St, Grayling, MO 64111"}, "street ends in another state than"),
        ({"country": "Guam"}, "country is another state or territory than the given state"),
    ],
)
def test_another_state_beside_the_given_state_goes_to_a_person(fields: dict[str, str], said: str) -> None:
    decision = decide(**{**PLACED, "street": "5 State St", "state": "ME", "zip": "04907", **fields})
    assert (decision.decision, decision.reason_codes[0]) == (Answer.NEEDS_REVIEW, "INVALID_FIELD")
    assert said in decision.reasons[0].staff


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"phone": "207-555-0101 FAKE"}, "phone has more than telephone numbers"),
        ({"phone": "FAKE2075550101"}, "phone has more than telephone numbers"),
        ({"zip": "04901-ABCD"}, "zip has more than a ZIP Code"),
        ({"zip": "04901 35218"}, "zip has more than a ZIP Code"),
        (
            {"street": "12 North Fork Rd \u5317\u4eac\u8def"},
            "street has letters or signs that",
        ),
        ({"street": "12 North Fork Rd, 33592"}, "street ends in another ZIP Code"),
        ({"city": "12345"}, "city has no letters"),
    ],
)
def test_a_field_with_text_beside_its_value_is_named_and_the_answer_stays(
    fields: dict[str, str], said: str
) -> None:
    decision = decide(**{**ALDER_FIELDS, **fields})
    assert decision.decision is Answer.VALIDATED
    assert "INVALID_FIELD" in decision.reason_codes
    assert said in next(reason.staff for reason in decision.reasons if reason.code == "INVALID_FIELD")


@pytest.mark.parametrize(
    "fields",
    [
        {"phone": "Tel. (207) 555-0101 ext. 12"},
        {"phone": "Main desk 207-555-0101 or cell 207-555-0102"},
        {"zip": "04901-1234"},
        {"street": "12 North Fork Rd, Suite 4"},
        {"street": "12 North Fork Rd, Alder Point"},
        {"city": "Alder Point, ME"},
        {"city": "Alder Point, Maine"},
        {"country": "Maine"},
    ],
)
def test_a_complete_value_is_read_without_a_problem(fields: dict[str, str]) -> None:
    decision = decide(**{**ALDER_FIELDS, **fields})
    assert (decision.decision, decision.reason_codes) == (Answer.VALIDATED, ["MATCH"])


@pytest.mark.parametrize(
    "fields", [{"state": "XX"}, {"state": "Metro Manila"}, {"country": "Atlantis"}, {"zip": "110006"}]
)
def test_a_person_decides_if_the_country_is_unsure(fields: dict[str, str]) -> None:
    decision = decide(**{**PLACED, **fields})
    assert (decision.decision, decision.reason_codes[0]) == (Answer.NEEDS_REVIEW, "INVALID_FIELD")
    assert problems_of(decision) == dict.fromkeys(fields, "unreadable")
    assert all(field in decision.reasons[0].applicant for field in fields)


def test_an_applicant_with_an_unreadable_state_is_never_validated_though_everything_else_agrees() -> None:
    decision = decide(**{**ALDER_FIELDS, "state": "M3"})
    assert (decision.decision, decision.reason_codes) == (Answer.NEEDS_REVIEW, ["INVALID_FIELD"])


@pytest.mark.parametrize(
    "fields",
    [
        {"phone": "555-0101"},
        {"zip": "near 4"},
        {"zip": "049012"},
        {"fscs_id": "alder"},
        {"street": "?!?\u56fe"},
    ],
)
def test_any_other_value_that_could_not_be_read_is_named_and_the_answer_stays(fields: dict[str, str]) -> None:
    decision = decide(**{**ALDER_FIELDS, **fields})
    assert (decision.decision, decision.reason_codes) == (Answer.VALIDATED, ["MATCH", "INVALID_FIELD"])
    assert problems_of(decision) == dict.fromkeys(fields, "unreadable")
    assert next(iter(fields)) in decision.reasons[1].applicant
    assert decision.next_step.code == "CONFIRM_AUTHORITY"


def test_values_that_could_not_be_read_are_named_also_if_the_answer_is_not_validated() -> None:
    decision = decide(name="Zebulon Widgets", city="Elsewhere", state="TX", phone="none of yours")
    assert (decision.decision, decision.reason_codes) == (
        Answer.NOT_VALIDATED,
        ["NO_ENTRY", "INVALID_FIELD"],
    )


def test_a_placeholder_is_read_as_an_empty_field() -> None:
    blanks = {"street": "N/A", "zip": "00000", "phone": "000-000-0000", "fscs_id": "none", "country": "-"}
    with_blanks = decide(**{**PLACED, "state": "NULL", **blanks})
    without = decide(**PLACED)
    assert with_blanks.problems == ()
    assert (with_blanks.decision, with_blanks.reason_codes) == (without.decision, without.reason_codes)


@pytest.mark.parametrize("name", ["N/A", "none", "-", "#REF!", "Unknown"])
def test_a_placeholder_is_read_as_a_missing_name(name: str) -> None:
    decision = decide(**{**ALDER_FIELDS, "name": name})
    assert (decision.decision, decision.reason_codes[0]) == (Answer.NEEDS_REVIEW, "INVALID_FIELD")
    assert decision.problems == (FieldProblem("name", "is missing"),)


@pytest.mark.parametrize("country", ["", "USA", "U.S.A.", "United States (US)", "Estados Unidos", "N/A"])
def test_every_spelling_of_the_united_states_is_read_without_a_problem(country: str) -> None:
    decision = decide(**{**ALDER_FIELDS, "country": country})
    assert (decision.decision, decision.problems) == (Answer.VALIDATED, ())


def test_problems_of_reading_and_of_matching_are_named_together() -> None:
    decision = decide(**{**ALDER_FIELDS, "phone": ["207"], "zip": "near 4"})
    assert decision.decision is Answer.NEEDS_REVIEW
    assert list(problems_of(decision)) == ["phone", "zip"]
    assert "phone is neither text nor a number; zip is not a ZIP" in decision.reasons[0].staff


def test_a_new_decision_names_each_present_problem_once() -> None:
    first = decide(**{**ALDER_FIELDS, "phone": ["207"], "zip": "near 4"})
    stale = FieldProblem("city", "was not read by an older version")
    stored = (*first.problems, stale)
    (again,) = Decider(registry_of(NEWEST)).decide(
        [first.submission.model_copy(update={"problems": stored})], NOW
    )
    assert again == first


@pytest.mark.parametrize("kind", ["foreign", "unreadable"])
def test_a_problem_is_read_as_it_was_stored(kind: str) -> None:
    decision = decide(**{**PLACED, "state": "Ontario" if kind == "foreign" else "XX"})
    assert [problem.kind for problem in decision.problems] == [kind]
    assert Decision.model_validate_json(decision.model_dump_json()) == decision


def test_a_problem_that_was_stored_without_its_kind_is_read() -> None:
    body = decide(**{**ALDER_FIELDS, "phone": ["207"]}).model_dump(mode="json")
    body["problems"] = [{"field": "phone", "problem": "is neither text nor a number"}]
    del body["application"]["country"]
    read = Decision.model_validate(body)
    assert read.problems == (FieldProblem("phone", "is neither text nor a number"),)
    assert read.application.country == ""


class TestZipOfAnotherState:
    def test_a_zip_of_another_state_contradicts_the_listed_state(self) -> None:
        decision = decide(**{**ALDER_FIELDS, "zip": "68828"})
        assert (decision.decision, decision.reason_codes) == (Answer.NEEDS_REVIEW, ["ZIP_CONTRADICTS"])
        assert "NE" in decision.reasons[0].staff
        assert decision.match is not None

    def test_without_a_state_the_zip_gives_the_state_of_the_applicant(self) -> None:
        decision = decide(name="Alder Point Public Library", city="Alder Point", zip="05701")
        assert decision.decision is Answer.VALIDATED
        assert decision.match is not None
        assert decision.match.fscs_key == "VT0001"

    def test_a_namesake_with_zip_and_phone_of_another_state_is_not_validated(self) -> None:
        fields = {**PLACED, "street": "203 Iva Street", "phone": "308-555-0107"}
        decision = decide(**fields, zip="69046")
        assert (decision.decision, decision.reason_codes) == (Answer.NOT_VALIDATED, ["NAMESAKE_ELSEWHERE"])

    def test_a_zip_that_may_be_mistyped_goes_to_a_person(self) -> None:
        decision = decide(**PLACED, zip="69046")
        assert (decision.decision, decision.reason_codes) == (Answer.NEEDS_REVIEW, ["ZIP_CONTRADICTS"])

    @pytest.mark.parametrize("state", ["ME", ""])
    def test_a_listed_zip_of_another_state_agrees(self, state: str) -> None:
        at_border = release((replace(ATHENAEUM, zip="03801", mailing_zip="03801"), ALDER))
        decision = decide(at_border, **PLACED, state=state, zip="03801")
        assert (decision.decision, decision.reason_codes) == (Answer.VALIDATED, ["MATCH"])


def test_the_country_is_part_of_the_identity_of_a_submission() -> None:
    def submission(**fields: str) -> Submission:
        read = application_from_fields({"application_id": "A-1", **ALDER_FIELDS, **fields})
        return Submission(source="partner", application=read.application, sent_at=NOW)

    assert submission(country="").identity == submission().identity
    assert submission(country="Canada").identity != submission().identity


@pytest.mark.parametrize("code", ["OUTSIDE_UNITED_STATES", "ZIP_CONTRADICTS"])
def test_the_codes_of_field_problems_have_sentences(code: str) -> None:
    assert code in reason_codes()
    assert {"CHECK_ZIP", "CHECK_COUNTRY"} <= set(next_steps())


def test_the_second_of_two_phones_counts_like_the_first() -> None:
    decision = decide(name="Alder Point", state="ME", phone="207-555-0199 or 207-555-0101")
    levels = {row.field: row.level for row in decision.evidence}
    assert levels["phone"] == "exact"
    assert decision.problems == ()


def test_the_evidence_shows_the_state_that_was_compared() -> None:
    decision = decide(name="Alder Point Public Library", city="Alder Point", zip="ME 04901")
    (row,) = [row for row in decision.evidence if row.field == "state"]
    assert (row.applied, row.level) == ("ME", "exact")


class TestEmailAddresses:
    """An e-mail address that was typed into a field is removed, and named; the rest of the field counts."""

    @pytest.mark.parametrize("field", ["name", "street", "website"])
    def test_the_rest_of_a_field_decides_and_the_decision_names_the_address(self, field: str) -> None:
        given = {**ALDER_FIELDS, field: f"{ALDER_FIELDS.get(field, '')} ada@example.org".strip()}

        decision = decide(**given)

        assert (decision.decision, decision.reason_codes) == (Answer.VALIDATED, ["MATCH", "INVALID_FIELD"])
        assert [problem.field for problem in decision.problems] == [field]
        assert "example.org" not in decision.model_dump_json()

    def test_the_decision_names_the_address_also_when_it_is_made_again(self) -> None:
        decision = decide(**{**ALDER_FIELDS, "name": f"{ALDER_FIELDS['name']} ada@example.org"})

        again = Decider(registry_of(NEWEST)).decide([decision.submission], NOW)[0]

        assert (again.problems, again.reason_codes) == (decision.problems, decision.reason_codes)

    @pytest.mark.parametrize("field", ["name", "state", "country"])
    def test_a_person_decides_if_only_an_address_was_given_where_a_value_decides(self, field: str) -> None:
        decision = decide(**{**ALDER_FIELDS, field: "ada@example.org"})

        assert decision.decision is Answer.NEEDS_REVIEW
