"""The confidence of an answer: the share of right answers among similar labelled applicants."""

from __future__ import annotations

import json
from importlib import resources
from itertools import pairwise
from typing import Any

import pytest

from library_validator.decisions import confidence
from library_validator.decisions.answer import Answer
from library_validator.decisions.confidence import STEPS, WeightStep, confidence_of

BITS = [-2000.0, -1000.0, -12.5, -4.0, -0.1, 0.0, 1.5, 6.0, 12.0, 15.9, 16.0, 40.0]
LISTED: dict[str, Any] = json.loads(
    resources.files(confidence.__package__).joinpath("confidence.json").read_text("utf-8")
)["steps"]


@pytest.mark.parametrize(
    ("right", "of", "expected"),
    [(0, 0, 0.5), (0, 98, 0.01), (98, 98, 0.99), (1, 1, 2 / 3), (49, 98, 0.5)],
)
def test_a_confidence_from_a_few_applicants_is_never_certain(right: int, of: int, expected: float) -> None:
    assert WeightStep(0.0, right, of).confidence == pytest.approx(expected)


@pytest.mark.parametrize("answer", list(Answer))
@pytest.mark.parametrize("bits", BITS)
def test_every_confidence_is_between_zero_and_one(answer: Answer, bits: float) -> None:
    assert 0.0 < confidence_of(answer, bits) < 1.0


@pytest.mark.parametrize("answer", list(Answer))
def test_a_weight_step_begins_at_its_weight_and_ends_before_the_next_step(answer: Answer) -> None:
    for step, following in pairwise(WeightStep(*row) for row in LISTED[answer.value]):
        assert confidence_of(answer, step.bits) == pytest.approx(step.confidence, abs=1e-6)
        assert confidence_of(answer, following.bits - 0.01) == pytest.approx(step.confidence, abs=1e-6)


@pytest.mark.parametrize("answer", list(Answer))
def test_confidence_never_falls_with_a_higher_weight(answer: Answer) -> None:
    found = [confidence_of(answer, bits) for bits in BITS]
    assert found == sorted(found)


@pytest.mark.parametrize("bits", BITS)
def test_at_the_same_weight_validated_has_the_highest_confidence_and_not_validated_the_lowest(
    bits: float,
) -> None:
    refused, reviewed, validated = (
        confidence_of(answer, bits)
        for answer in (Answer.NOT_VALIDATED, Answer.NEEDS_REVIEW, Answer.VALIDATED)
    )
    assert refused < reviewed < validated


@pytest.mark.parametrize("answer", list(Answer))
def test_the_table_has_only_known_steps_and_no_share_above_one(answer: Answer) -> None:
    steps = [WeightStep(*row) for row in LISTED[answer.value]]
    assert {step.bits for step in steps[1:]} <= set(STEPS)
    assert [step for step in steps if not 0 <= step.right <= step.of] == []
    assert sum(step.of for step in steps) > 100
