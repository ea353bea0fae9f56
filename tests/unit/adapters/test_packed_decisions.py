"""Packed decisions are small, and can be read back with every earlier dictionary."""

from __future__ import annotations

import hashlib
import json
from datetime import timedelta
from pathlib import Path
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.speed.read_units import NOW, SAMPLE_RELEASE, draw_sample, item_bytes
from lab.weights.decision_dictionary import WINDOW, dictionary_of
from library_validator.adapters.aws import casework_access
from library_validator.adapters.aws.casework_access import pack_decision, read_decision, unpack_decision
from library_validator.adapters.aws.decision_table import decision_item
from library_validator.decisions.answer import Answer
from library_validator.decisions.deciding import Decider
from library_validator.decisions.decision import Cause, Decision
from library_validator_cli.local_matching import registry_of
from tests.builders.decisions import decision_of, submission_of

STORED: Final = Path(__file__).parent / "stored"
# SHA-256 of each dictionary. If one changes, the decisions that were stored with it are lost.
DICTIONARIES: Final = {1: "b6933748586547f83d34b094cd376ee9cc3ee76b5cd486a11cd49de35324e672"}


@pytest.fixture(scope="module")
def decisions() -> list[Decision]:
    """Decisions on the sample release, as the function makes them; the source is as long as a role's id."""
    decider = Decider(registry_of([SAMPLE_RELEASE], lambda _: None), timedelta(days=365))
    drawn = [
        submission.model_copy(update={"source": "AROA" + "X" * 17, "correlation_id": str(position)})
        for position, submission in enumerate(draw_sample(SAMPLE_RELEASE, 300))
    ]
    return decider.decide(drawn, NOW)


def test_a_packed_decision_is_unpacked_unchanged(decisions: list[Decision]) -> None:
    assert [unpack_decision(pack_decision(decision)) for decision in decisions] == decisions


@given(
    st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=300),
    st.sampled_from(Answer),
    st.floats(allow_nan=False, allow_infinity=False),
)
def test_a_decision_with_any_name_and_number_is_unpacked_unchanged(
    name: str, answer: Answer, margin: float
) -> None:
    decision = decision_of(submission_of(name=name), answer).model_copy(update={"margin": margin})

    assert unpack_decision(pack_decision(decision)) == decision


@pytest.mark.parametrize("number", DICTIONARIES)
def test_decisions_that_older_deployments_packed_are_still_read(number: int) -> None:
    stored = (STORED / f"decision_{number}.bin").read_bytes()

    assert stored[0] == number
    assert unpack_decision(stored) == Decision.model_validate_json(
        (STORED / f"decision_{number}.json").read_text()
    )


def test_a_decision_that_was_stored_as_text_is_still_read() -> None:
    decision = decision_of(submission_of())

    assert read_decision({"body": {"S": decision.model_dump_json()}}) == decision


def test_no_dictionary_ever_changes() -> None:
    folder = Path(casework_access.__file__).parent
    found = {
        int(path.stem.rpartition("_")[2]): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.glob("decision_dictionary_*.txt")
    }

    assert found == DICTIONARIES
    assert casework_access.DICTIONARY in found


def test_an_item_of_a_decision_takes_one_kilobyte(decisions: list[Decision]) -> None:
    sizes = [item_bytes(decision_item(decision, unpublished=True)) for decision in decisions]

    assert max(sizes) <= 1024


def test_a_decision_that_replaces_another_takes_one_kilobyte_too(decisions: list[Decision]) -> None:
    cause = Cause(kind="registry", detail=f"{decisions[0].registry_version}@{NOW.isoformat()}")
    again = [
        decision.model_copy(update={"cause": cause, "before": decision.as_before}) for decision in decisions
    ]

    assert max(item_bytes(decision_item(decision, unpublished=True)) for decision in again) <= 1024


def test_a_new_dictionary_has_the_texts_of_every_decision_and_fits_the_deflate_window(
    decisions: list[Decision],
) -> None:
    made = dictionary_of(decisions)

    assert len(made) <= WINDOW
    assert all(f'"{name}":'.encode() in made for name in json.loads(decisions[0].model_dump_json()))
