"""A decision as JSON: the same fields in lines, documents and sheets."""

from __future__ import annotations

import json

import pytest

from library_validator.decisions.answer import Answer, ApplicationAnswer
from library_validator.decisions.application import FieldProblem, ReadApplication, application_from_fields
from library_validator.decisions.deciding import Decider, Judge
from library_validator.decisions.decision import Decision, Submission
from library_validator.releases.records import Release
from library_validator.views.as_json import answer_json, decision_json
from library_validator_cli.local_matching import FLAT_COLUMNS, flat_row
from library_validator_cli.terminal import json_line
from tests.builders.decisions import decision_of, submission_of
from tests.builders.small_registry import (
    ALDER,
    BRIAR_CITY,
    NEWEST,
    NOW,
    OUTLETS,
    SYSTEMS,
    registry_of,
    release,
)

KEYS = list(ApplicationAnswer.model_fields)


@pytest.mark.parametrize("answer", Answer)
def test_a_line_has_the_keys_of_an_answer_in_order(answer: Answer) -> None:
    decision = decision_of(submission_of(name='Élan "Public"\tLibrary\u2028'), answer)
    line = json_line(answer_json(decision))
    assert "\n" not in line
    assert list(json.loads(line)) == KEYS
    assert json.dumps(json.loads(line)) == json.dumps(answer_json(decision))
    assert list(decision_json(decision))[: len(KEYS)] == KEYS


def test_json_documents_take_their_fields_from_the_models() -> None:
    decision = decision_of(submission_of())
    left_out = {"held_by", "valid_until", "before", "override", "erased", "order_time"}
    assert set(decision_json(decision)) == {
        *ApplicationAnswer.model_fields,
        *Decision.model_fields.keys() - left_out,
    }


GONE = release(tuple(system for system in SYSTEMS if system is not BRIAR_CITY), OUTLETS, fiscal_year=2023)
APPLICATIONS: dict[str, dict[str, object]] = {
    "match": {
        "name": ALDER.name,
        "street": ALDER.street,
        "city": ALDER.city,
        "state": "ME",
        "zip": ALDER.zip,
    },
    "outlet": {"name": "Hollow Run Branch", "street": "8 Creek Road", "city": "Hollow Run", "state": "ME"},
    "other key": {"name": ALDER.name, "city": "Alder Point", "state": "ME", "fscs_id": "ME0003-002"},
    "vanished": {"name": BRIAR_CITY.name, "street": BRIAR_CITY.street, "city": "Briarton", "state": "ME"},
    "friends": {"name": f"Friends of the {ALDER.name}", "city": ALDER.city, "state": "ME"},
    "unread phone": {"name": ALDER.name, "city": "Alder Point", "state": "ME", "phone": "call us"},
    "elsewhere": {"name": ALDER.name, "city": "Alder Point", "state": "Ontario"},
    "unreadable field": {"name": ALDER.name, "city": "Alder Point", "state": "ME", "phone": ["207"]},
    "nothing alike": {"name": "Rose Tree Garden Club", "city": "Nowhere", "state": "TX"},
    "nothing given": {},
}


@pytest.mark.parametrize("releases", [(NEWEST,), (GONE, NEWEST)], ids=["listed", "a vanished library"])
def test_answers_that_are_not_stored_equal_the_stored_answers(releases: tuple[Release, ...]) -> None:
    judge, decider = Judge(registry_of(*releases)), Decider(registry_of(*releases))
    read = [
        application_from_fields({"application_id": name, **fields}) for name, fields in APPLICATIONS.items()
    ]
    decisions = [answer_json(decision) for decision in decisions_on(decider, read)]
    assert [json.loads(json_line(answer)) for answer in judge.answers(read)] == decisions
    assert {answer["decision"] for answer in decisions} == set(Answer)
    assert any(answer["match"] and answer["match"]["fate"] for answer in decisions) is (len(releases) > 1)


def decisions_on(decider: Decider, applications: list[ReadApplication]) -> list[Decision]:
    submitted = [
        Submission(source="partner", application=read.application, sent_at=NOW, problems=read.problems)
        for read in applications
    ]
    return decider.decide(submitted, NOW)


def test_a_json_line_keeps_letters_as_they_are_and_has_no_blanks() -> None:
    assert (
        json_line({"name": "Élan", "bits": -0.5, "none": None}) == '{"name":"Élan","bits":-0.5,"none":null}'
    )


def test_a_row_of_a_sheet_has_the_match_and_the_next_step() -> None:
    row = flat_row(answer_json(decision_of(submission_of())))
    assert tuple(row) == FLAT_COLUMNS
    assert (row["fscs_key"], row["last_listed"], row["next_step"]) == ("AK0001", 2022, "nothing to do")
    assert flat_row(answer_json(decision_of(submission_of(), Answer.NOT_VALIDATED)))["fscs_key"] is None


def test_a_row_of_a_sheet_names_the_fields_that_could_not_be_used() -> None:
    problems = (FieldProblem("zip", "is no ZIP"), FieldProblem("state", "is a province", "foreign"))
    decision = decision_of(submission_of()).model_copy(update={"problems": problems})
    assert flat_row(answer_json(decision))["problems"] == "zip is no ZIP; state is a province"
