"""Answers of a busy DynamoDB are tested with a stub, because moto never gives them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, Final

import boto3
import pytest
from botocore.stub import ANY, Stubber

from library_validator.adapters.aws.casework_access import ATTEMPTS, CaseworkAccess
from library_validator.adapters.aws.decision_table import DecisionTable
from library_validator.adapters.aws.revalidation_table import RevalidationTable
from library_validator.decisions.answer import Answer
from library_validator.decisions.store import CurrentDecisionChanged, Recorded
from library_validator.errors import CaseworkUnavailable
from tests.builders.decisions import NOON, decision_of, minutes_after_noon, submission_of

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

NONE: Final = {"Code": "None"}
CONFLICT: Final = {"Code": "TransactionConflict", "Message": "ongoing"}
FAILED: Final = {"Code": "ConditionalCheckFailed", "Message": "did not hold"}


@pytest.fixture
def dynamodb() -> DynamoDBClient:
    return boto3.client("dynamodb")


@pytest.fixture
def stub(dynamodb: DynamoDBClient) -> Iterator[Stubber]:
    with Stubber(dynamodb) as stubber:
        yield stubber
        stubber.assert_no_pending_responses()


@pytest.fixture
def pauses() -> list[float]:
    return []


@pytest.fixture
def table(dynamodb: DynamoDBClient, stub: Stubber, pauses: list[float]) -> DecisionTable:
    return DecisionTable(CaseworkAccess(dynamodb, "casework", sleep=pauses.append), clock=lambda: NOON)


def cancel_next_transaction(stub: Stubber, *reasons: dict[str, Any]) -> None:
    stub.add_client_error(
        "transact_write_items",
        "TransactionCanceledException",
        "cancelled",
        modeled_fields={"CancellationReasons": list(reasons)},
    )


DECISION: Final = decision_of(submission_of(), Answer.NOT_VALIDATED)


def test_a_transaction_that_conflicts_with_another_is_sent_again(
    table: DecisionTable, stub: Stubber, pauses: list[float]
) -> None:
    cancel_next_transaction(stub, NONE, CONFLICT)
    cancel_next_transaction(stub, {"Code": "ThrottlingError"}, NONE)
    stub.add_response("transact_write_items", {})

    assert table.record(DECISION, replacing=None) == Recorded()
    assert len(pauses) == 2


def test_a_transaction_that_conflicts_every_time_is_an_error(table: DecisionTable, stub: Stubber) -> None:
    for _ in range(ATTEMPTS):
        cancel_next_transaction(stub, NONE, CONFLICT)

    with pytest.raises(CaseworkUnavailable, match="store a decision"):
        table.record(DECISION, replacing=None)


def test_a_failed_condition_is_reported_even_if_there_is_a_conflict_too(
    table: DecisionTable, stub: Stubber
) -> None:
    current = decision_of(submission_of(name="Current"), Answer.NOT_VALIDATED)
    pk = {"S": "APP#AROAPARTNERONE#A-1"}
    event_id = {"S": str(current.event_id)}
    cancel_next_transaction(
        stub, CONFLICT, FAILED | {"Item": {"pk": pk, "sk": {"S": "CURRENT"}, "event_id": event_id}}
    )
    stub.add_response(
        "get_item",
        {"Item": {"body": {"S": current.model_dump_json()}}},
        {
            "TableName": "casework",
            "Key": {"pk": pk, "sk": {"S": f"DECISION#{current.event_id}"}},
            "ConsistentRead": True,
        },
    )

    assert table.record(DECISION, replacing=None) == CurrentDecisionChanged(current)


def test_a_decision_is_recorded_even_if_the_claim_to_give_back_was_lost_meanwhile(
    table: DecisionTable, stub: Stubber
) -> None:
    holder = decision_of(submission_of(name="Holder"), Answer.VALIDATED)
    cancel_next_transaction(stub, NONE, NONE, FAILED)
    stub.add_response("transact_write_items", {}, {"TransactItems": [ANY, ANY]})

    assert table.record(DECISION, replacing=holder) == Recorded()


def test_a_missing_current_decision_is_an_error_and_is_not_replaced(
    table: DecisionTable, stub: Stubber
) -> None:
    cancel_next_transaction(stub, NONE, FAILED)

    with pytest.raises(CaseworkUnavailable, match="no current decision any more"):
        table.record(DECISION, replacing=decision_of(submission_of(name="Vanished"), Answer.NOT_VALIDATED))


@pytest.mark.parametrize(
    "code", ["AccessDeniedException", "ResourceNotFoundException", "ValidationException"]
)
def test_every_refusal_of_the_table_raises_casework_unavailable(
    table: DecisionTable, stub: Stubber, code: str
) -> None:
    calls: dict[str, Callable[[], object]] = {
        "transact_write_items": lambda: table.record(DECISION, None),
        "get_item": lambda: table.get("a", "b"),
        "query": lambda: table.history("a", "b"),
        "update_item": lambda: table.clear_mark([DECISION]),
    }
    for operation, call in calls.items():
        stub.add_client_error(operation, code, "no")
        with pytest.raises(CaseworkUnavailable, match=code):
            call()


def test_an_item_that_is_too_large_is_an_error_at_once(table: DecisionTable, stub: Stubber) -> None:
    cancel_next_transaction(stub, {"Code": "ItemSizeLimitExceeded", "Message": "over 400 KB"}, NONE)

    with pytest.raises(CaseworkUnavailable, match="over 400 KB"):
        table.record(DECISION, replacing=None)


class TestUnprocessedKeys:
    """``BatchGetItem`` answers with ``UnprocessedKeys`` and a 200."""

    @pytest.fixture
    def items(self, stub: Stubber) -> list[dict[str, Any]]:
        decisions = [
            decision_of(submission_of(f"A-{n}"), Answer.NOT_VALIDATED, decided_at=minutes_after_noon(-10 + n))
            for n in range(3)
        ]
        items = [
            {
                "pk": {"S": f"APP#{decision.source}#{decision.application_id}"},
                "sk": {"S": f"DECISION#{decision.event_id}"},
                "body": {"S": decision.model_dump_json()},
                "unpublished": {"S": "yes"},
            }
            for decision in decisions
        ]
        stub.add_response("query", {"Items": [key_of(item) for item in items]})
        return items

    def test_unprocessed_keys_are_requested_again_and_the_order_is_kept(
        self, table: DecisionTable, stub: Stubber, items: list[dict[str, Any]]
    ) -> None:
        held_back = {"casework": {"Keys": [key_of(items[0])]}}
        stub.add_response(
            "batch_get_item", {"Responses": {"casework": items[:0:-1]}, "UnprocessedKeys": held_back}
        )
        stub.add_response("batch_get_item", {"Responses": {"casework": items[:1]}, "UnprocessedKeys": {}})

        found = list(table.unpublished_decisions(NOON))

        assert [decision.application_id for decision in found] == ["A-0", "A-1", "A-2"]

    def test_keys_that_stay_unprocessed_are_an_error(
        self, table: DecisionTable, stub: Stubber, items: list[dict[str, Any]]
    ) -> None:
        held_back = {"casework": {"Keys": [key_of(items[0])]}}
        for _ in range(ATTEMPTS):
            stub.add_response("batch_get_item", {"Responses": {}, "UnprocessedKeys": held_back})

        with pytest.raises(CaseworkUnavailable, match="left unprocessed"):
            list(table.unpublished_decisions(NOON))

    def test_a_cleared_decision_that_the_index_still_shows_is_left_out(
        self, table: DecisionTable, stub: Stubber, items: list[dict[str, Any]]
    ) -> None:
        del items[1]["unpublished"]
        stub.add_response("batch_get_item", {"Responses": {"casework": items}, "UnprocessedKeys": {}})

        found = list(table.unpublished_decisions(NOON))

        assert [decision.application_id for decision in found] == ["A-0", "A-2"]


def key_of(item: dict[str, Any]) -> dict[str, Any]:
    return {"pk": item["pk"], "sk": item["sk"]}


def test_progress_that_an_older_deployment_stored_is_read(dynamodb: DynamoDBClient, stub: Stubber) -> None:
    """The item was stored by commit f11e59c, before a person could ask for a revalidation."""
    body = (
        b'{"activation":"2022.2.f3ef3472337a@2026-11-23T12:00:00+00:00","shard":5,'
        b'"policy_version":"2026-11.2/2017-2015.1","cursor":null,"done":true,"unchanged":3,"failed":1,'
        b'"updated_at":"2026-11-23T12:00:09+00:00","changed":0,"announced":true,'
        b'"begun_at":"2026-11-23T12:00:05+00:00"}'
    )
    pk = {"S": "REVALIDATION#2022.2.f3ef3472337a@2026-11-23T12:00:00+00:00"}
    changed = {"pk": pk, "sk": {"S": "CHANGED#05#2026-11.2/2017-2015.1"}, "changed": {"N": "4"}}
    stub.add_response("query", {"Items": [changed]})
    stub.add_response("query", {"Items": [{"pk": pk, "sk": {"S": "SHARD#05"}, "body": {"B": body}}]})

    table = RevalidationTable(CaseworkAccess(dynamodb, "casework"))
    (progress,) = table.progress("2022.2.f3ef3472337a@2026-11-23T12:00:00+00:00")

    assert (progress.checked, progress.failed, progress.asked_at) == (7, 1, "")
    assert progress.has_gone_through
