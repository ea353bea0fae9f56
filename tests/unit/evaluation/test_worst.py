from __future__ import annotations

from library_validator.decisions.application import application_from_fields
from library_validator_cli.evaluation.labelled import LabelledRow
from library_validator_cli.evaluation.measure import Measurer, RowResult
from library_validator_cli.evaluation.worst import explain_rows, validated_vanished_rows, worst_errors
from tests.builders.measured_rows import N, R, measured_row
from tests.builders.small_registry import NEWEST, registry_of


def test_the_gravest_errors_come_first_and_equally_grave_errors_are_ordered_by_bits() -> None:
    measured_rows = [
        measured_row(R, application_id="review"),
        measured_row(application_id="right"),
        measured_row(N, "", application_id="no"),
        measured_row(key="ME0002", application_id="wrong", bits=5.0),
        measured_row(label="NONE", application_id="friends", bits=1.0),
        measured_row(label="NONE", application_id="college", bits=8.0),
        measured_row(N, "", label="NONE", application_id="rightly not validated"),
        measured_row(R, label="NONE", application_id="sent to a person"),
    ]
    chosen = [row.row.application.application_id for row in worst_errors(measured_rows)]
    assert chosen == ["college", "friends", "wrong", "no", "review"]


def test_libraries_not_validated_and_libraries_in_review_share_the_rest_of_the_list() -> None:
    noes = [measured_row(N, "", application_id=f"no-{number}") for number in range(30)]
    reviews = [measured_row(R, application_id=f"review-{number}") for number in range(30)]
    results = [row.result for row in worst_errors([*noes, *reviews], most=11)]
    assert results == [RowResult.NOT_VALIDATED] * 6 + [RowResult.REVIEW] * 5
    few = [row.result for row in worst_errors([*noes[:2], *reviews], most=11)]
    assert few == [RowResult.NOT_VALIDATED] * 2 + [RowResult.REVIEW] * 9
    assert len(worst_errors([*noes, *reviews[:3]], most=11)) == 11


def test_a_hundred_errors_of_one_kind_do_not_hide_the_errors_of_other_kinds() -> None:
    many = [measured_row(R, application_id=f"id-{number}", code="TIE", bits=20.0) for number in range(100)]
    other = measured_row(R, application_id="other", code="NAME_DIFFERS", bits=1.0)
    chosen = [row.row.application.application_id for row in worst_errors([*many, other], most=4)]
    assert "other" in chosen[:2]


def test_every_library_that_vanished_and_was_validated_is_listed() -> None:
    listed = validated_vanished_rows(
        [
            measured_row(label="GONE", application_id="a"),
            measured_row(R, label="GONE"),
            measured_row(label="NONE"),
        ]
    )
    assert [row.row.application.application_id for row in listed] == ["a"]


def test_an_explanation_is_the_decision_of_the_service_with_its_evidence() -> None:
    registry = registry_of(NEWEST)
    read = application_from_fields(
        {"application_id": "a-1", "name": "Briar County Library", "city": "Briarton", "state": "ME"}
    )
    row = LabelledRow("typed", "short", "ME0003", read.application, read.problems)
    (explained,) = explain_rows([Measurer(registry).measure(row)], registry)
    assert (explained.result, explained.label, explained.kind) == (RowResult.WRONG_KEY, "ME0003", "short")
    assert explained.match is not None
    assert explained.match.fscs_key == "ME0002"
    assert explained.right_rank == 2
    assert explained.bits is not None
    assert round(sum(comparison.bits for comparison in explained.evidence) - explained.bits, 1) == 0
    assert [reason.code for reason in explained.reasons] == ["MATCH"]


def test_without_rows_there_is_no_explanation() -> None:
    assert explain_rows([], registry_of(NEWEST)) == []
