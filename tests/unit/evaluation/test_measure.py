from __future__ import annotations

import math
import threading
from dataclasses import replace
from typing import Any

import pytest

from library_validator.adapters.memory.registry import MemoryRegistry
from library_validator.decisions.answer import Answer
from library_validator.decisions.application import application_from_fields
from library_validator.decisions.policy_file import load_policy
from library_validator.matching.index import build_index
from library_validator.registry.store import AcceptedRelease
from library_validator_cli.evaluation.labelled import LabelledRow
from library_validator_cli.evaluation.measure import (
    THRESHOLDS,
    MeasuredRow,
    Measurer,
    RowResult,
    measure_rows,
)
from tests.builders.applicants import ALDER_FIELDS
from tests.builders.measured_rows import N, R, measured_row
from tests.builders.small_registry import NEWEST, NOW, SYSTEMS, registry_of, release


def labelled(label: str = "ME0001", **fields: Any) -> LabelledRow:
    read = application_from_fields({"application_id": "a-1", **fields})
    return LabelledRow("typed", "", label, read.application, read.problems)


def measure(row: LabelledRow) -> MeasuredRow:
    return Measurer(registry_of(NEWEST)).measure(row)


def test_a_well_written_application_is_answered_right_with_at_most_ten_keys() -> None:
    measured_row = measure(labelled(**ALDER_FIELDS))
    assert (measured_row.result, measured_row.key, measured_row.right_rank) == (RowResult.RIGHT, "ME0001", 1)
    assert 1 <= measured_row.keys <= 10
    assert measured_row.candidates >= 1
    assert measured_row.same_place


@pytest.mark.parametrize(
    ("label", "result"),
    [
        ("ME0002", RowResult.WRONG_KEY),
        ("NONE", RowResult.NON_LIBRARY_VALIDATED),
        ("GONE", RowResult.GONE_VALIDATED),
    ],
)
def test_the_same_answer_is_an_error_under_another_label(label: str, result: RowResult) -> None:
    assert measure(labelled(label, **ALDER_FIELDS)).result is result


def test_the_result_of_a_row_that_is_not_validated_is_its_answer() -> None:
    affiliate = {**ALDER_FIELDS, "name": "Friends of the Alder Point Public Library"}
    assert measure(labelled("NONE", **affiliate)).result is RowResult.NOT_VALIDATED
    assert measured_row(R).result is RowResult.REVIEW
    assert measured_row(N).result is RowResult.NOT_VALIDATED


def test_without_candidates_there_is_no_key_and_no_confidence() -> None:
    measured_row = measure(labelled(name="Zymurgy Institute", city="Nowhere", state="TX", zip="79999"))
    assert (measured_row.candidates, measured_row.best_key, measured_row.right_rank) == (0, "", 0)
    assert (measured_row.bits, measured_row.confidence) == (-math.inf, 0.0)


def test_the_result_at_another_threshold_equals_that_of_a_policy_with_this_threshold() -> None:
    """Only its score validates this applicant: it has no street, and its town has two systems."""
    measurer = Measurer(registry_of(NEWEST))
    row = labelled("ME0002", name="Briar County Library", city="Briarton", state="ME", fscs_id="ME0002")
    measured_row = measurer.measure(row)
    policy = load_policy()
    assert THRESHOLDS[0] < measured_row.validated_up_to < THRESHOLDS[-1]
    for threshold in THRESHOLDS:
        measurer._policy = replace(policy, validate=threshold)
        answer = measurer.measure(row).answer
        assert (answer is Answer.VALIDATED) == (measured_row.result_at(threshold) is RowResult.RIGHT)


def test_the_threshold_for_name_and_place_alone_moves_with_the_validate_threshold() -> None:
    """Only its name and its town identify this applicant, and its town has two systems."""
    measured_row = measure(labelled("ME0002", name="Briar County Library", city="Briarton", state="ME"))
    assert THRESHOLDS[0] < measured_row.validated_up_to < THRESHOLDS[-1]


def test_the_score_without_rules_would_validate_the_friends_of_a_library() -> None:
    measured_row = measure(
        labelled("NONE", **{**ALDER_FIELDS, "name": "Friends of the Alder Point Public Library"})
    )
    assert measured_row.result_at(0.0) is None
    assert measured_row.result_by_score(0.0) is RowResult.NON_LIBRARY_VALIDATED


def test_a_library_that_vanished_is_not_among_the_listed_systems() -> None:
    older = release(SYSTEMS, fiscal_year=2021)
    newer = release(SYSTEMS[1:], fiscal_year=2022)
    measured_row = Measurer(registry_of(newer, older)).measure(labelled("GONE", **ALDER_FIELDS))
    assert (measured_row.result, measured_row.key, measured_row.right_rank) == (RowResult.REVIEW, "ME0001", 0)


@pytest.mark.parametrize("threads", [0, 1])
def test_several_processes_give_the_rows_of_one_process_in_the_same_order(threads: int) -> None:
    """Processes are forked if no other thread runs, and started anew otherwise."""
    registry = registry_of(NEWEST)
    three = [labelled(**ALDER_FIELDS), labelled(name="Briar Library", state="ME"), labelled(name="Zymurgy")]
    rows = [replace(three[number % 3], kind=str(number)) for number in range(1_050)]
    over = threading.Event()
    for _ in range(threads):
        threading.Thread(target=over.wait).start()
    with (
        measure_rows(rows, registry, processes=2) as several,
        measure_rows(rows, registry, processes=1) as single,
    ):
        assert list(several) == list(single)
    over.set()


def test_an_exception_names_the_row_that_caused_it() -> None:
    class BrokenRegistry(MemoryRegistry):
        def postings(self, *_: object, **__: object) -> dict[str, bytes]:
            raise ZeroDivisionError

    registry = BrokenRegistry.of_index(build_index([NEWEST]), [AcceptedRelease(2022, "0", "a.zip", "1")], NOW)
    with (
        measure_rows([labelled(**ALDER_FIELDS)], registry, processes=1) as measured_rows,
        pytest.raises(ZeroDivisionError) as raised,
    ):
        list(measured_rows)
    assert raised.value.__notes__ == ["while measuring the application a-1 of the set typed"]
