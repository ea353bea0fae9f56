"""A decision as JSON: one object, whichever way it is written."""

from __future__ import annotations

import json

import pytest

from library_validator.decisions.decision import Answer
from library_validator_cli.decision_json import answer_as_json, decision_as_json
from library_validator_cli.local_matching import FLAT_COLUMNS, flat
from library_validator_cli.terminal import json_line
from tests.decisions import decision_of, submission_of

KEYS = (
    "application_id decision reason_codes reasons next_step confidence match runner_up margin candidates "
    "evidence registry_version policy_version authority"
).split()


@pytest.mark.parametrize("answer", Answer)
def test_a_line_says_the_answer_with_its_keys_in_order(answer: Answer) -> None:
    decision = decision_of(submission_of(name='Élan "Public"\tLibrary\u2028'), answer)
    line = json_line(answer_as_json(decision))
    assert "\n" not in line
    assert list(json.loads(line)) == KEYS
    assert json.dumps(json.loads(line)) == json.dumps(answer_as_json(decision))
    assert list(decision_as_json(decision))[: len(KEYS)] == KEYS


def test_a_line_is_text_as_it_is_and_no_longer_than_needed() -> None:
    assert (
        json_line({"name": "Élan", "bits": -0.5, "none": None}) == '{"name":"Élan","bits":-0.5,"none":null}'
    )


def test_a_row_of_a_sheet_has_the_match_and_what_comes_next() -> None:
    row = flat(answer_as_json(decision_of(submission_of())))
    assert tuple(row) == FLAT_COLUMNS
    assert (row["fscs_key"], row["last_listed"], row["next_step"]) == ("AK0001", 2022, "nothing to do")
    assert flat(answer_as_json(decision_of(submission_of(), Answer.NOT_VALIDATED)))["fscs_key"] is None
