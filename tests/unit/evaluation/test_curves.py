from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from library_validator_cli.evaluation.curves import (
    choose_thresholds,
    curve_by_score,
    curve_of,
    half_of,
    reliabilities,
)
from library_validator_cli.evaluation.intervals import Share
from library_validator_cli.evaluation.measure import THRESHOLDS
from tests.builders.measured_rows import N, R, measured_row


def test_a_row_is_in_the_same_half_in_every_run() -> None:
    assert [half_of(f"typed-{number:05d}") for number in range(6)] == [
        "report",
        "choose",
        "choose",
        "report",
        "choose",
        "report",
    ]


@given(st.integers(0, 10**9))
def test_the_split_puts_about_half_of_the_rows_in_each_part(start: int) -> None:
    chosen = sum(half_of(f"drift-{start + number}") == "choose" for number in range(1_000))
    assert 400 < chosen < 600


def test_the_curve_counts_the_rows_that_each_threshold_would_validate() -> None:
    points = {
        point.threshold: point
        for point in curve_of(
            [
                measured_row(bits=4.0),
                measured_row(bits=8.0),
                measured_row(key="ME0002", bits=6.0),
                measured_row(label="NONE", bits=2.0),
                measured_row(label="GONE", bits=30.0),
                measured_row(N, ""),
            ]
        )
    }
    assert list(points) == list(THRESHOLDS)
    assert points[0.0].right == Share(count=2, of=4)
    assert points[0.0].errors == Share(count=2, of=5)
    assert points[4.0].right.count == 2
    assert points[4.5].right.count == 1
    assert points[4.5].errors.count == 1
    assert points[6.5].errors.count == 0


def test_a_row_that_a_rule_refuses_counts_in_the_curve_of_the_score_alone() -> None:
    refused = measured_row(N, "", label="NONE", best_key="ME0001", bits=9.0)
    in_order = [refused, measured_row(bits=12.0)]
    assert {point.non_libraries.count for point in curve_of(in_order)} == {0}
    assert [point.threshold for point in curve_by_score(in_order) if point.non_libraries.count][-1] == 9.0


def rows_of(half: str, count: int) -> list[str]:
    ids = (f"row-{number}" for number in range(10_000))
    return [application_id for application_id in ids if half_of(application_id) == half][:count]


def test_a_threshold_is_chosen_on_one_half_and_reported_on_the_other() -> None:
    first = [
        measured_row(application_id=application_id, bits=20.0) for application_id in rows_of("choose", 5)
    ]
    first.append(measured_row(application_id=rows_of("choose", 6)[5], label="NONE", bits=3.0))
    second = [
        measured_row(application_id=application_id, bits=10.0) for application_id in rows_of("report", 4)
    ]
    second.append(measured_row(application_id=rows_of("report", 5)[4], label="NONE", bits=7.0))
    none_allowed = [choice for choice in choose_thresholds([*first, *second]) if choice.bound == 0]
    here, there = none_allowed
    assert (here.chosen_on, here.threshold) == ("choose", 3.5)
    assert here.there is not None
    assert here.elsewhere is not None
    assert (here.there.errors, here.there.right) == (Share(count=0, of=6), Share(count=5, of=5))
    assert (here.elsewhere.errors, here.elsewhere.right) == (Share(count=1, of=5), Share(count=4, of=4))
    assert (there.chosen_on, there.threshold) == ("report", 7.5)
    assert there.elsewhere is not None
    assert there.elsewhere.errors.count == 0


def test_no_threshold_is_chosen_if_none_keeps_the_error_bound() -> None:
    always = [
        measured_row(application_id=application_id, label="NONE", validated_up_to=THRESHOLDS[-1])
        for half in ("choose", "report")
        for application_id in rows_of(half, 3)
    ]
    assert {(choice.threshold, choice.there, choice.elsewhere) for choice in choose_thresholds(always)} == {
        (None, None, None)
    }


def test_brier_score_and_log_loss_follow_their_definitions() -> None:
    measured_rows = [
        measured_row(confidence=0.8),
        measured_row(R, "ME0002", confidence=0.3),
        measured_row(N, "ME0001", label="NONE", confidence=0.1),
        measured_row(label="GONE", confidence=0.9),
        measured_row(N, ""),
    ]
    every, libraries, validated = reliabilities(measured_rows)
    assert (every.rows, libraries.rows, validated.rows) == (3, 2, 1)
    assert every.brier == pytest.approx((0.2**2 + 0.3**2 + 0.1**2) / 3)
    assert every.log_loss == pytest.approx(-(math.log(0.8) + math.log(0.7) + math.log(0.9)) / 3)
    bins = {(a_bin.low, a_bin.high): a_bin for a_bin in every.bins}
    assert bins[0.8, 0.9].right == Share(count=1, of=1)
    assert bins[0.1, 0.2].right == Share(count=0, of=1)
    assert sum(a_bin.right.of for a_bin in every.bins) == 3


def test_a_certain_but_wrong_answer_has_a_large_and_finite_log_loss() -> None:
    every, *_ = reliabilities([measured_row(key="ME0002", confidence=1.0), measured_row(confidence=1.0)])
    assert every.log_loss == pytest.approx(-math.log(1e-12) / 2)
    assert every.bins[-1].right == Share(count=1, of=2)


def test_without_rows_there_is_no_brier_score_and_no_log_loss() -> None:
    scores = [(population.rows, population.brier, population.log_loss) for population in reliabilities([])]
    assert scores == [(0, None, None)] * 3
