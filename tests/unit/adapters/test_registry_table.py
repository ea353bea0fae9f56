"""Keys that DynamoDB leaves unprocessed are requested again: a part is never taken for the whole."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError, ConnectTimeoutError, ReadTimeoutError
from moto import mock_aws

from library_validator.adapters.aws.registry_table import RegistryTable
from library_validator.errors import RegistryError, RegistryUnavailable
from tests.builders.aws_resources import REGISTRY_TABLE, create_registry_table

VERSION = "2022.1.abc"
POSTINGS = {f"key {number}": b"%d" % number for number in range(120)}


class ThrottledDynamoDB:
    """A throttled DynamoDB: it does at most ``share`` of each batch."""

    def __init__(self, dynamodb: Any, share: int) -> None:
        self._dynamodb = dynamodb
        self._share = share

    def __getattr__(self, name: str) -> Any:
        return getattr(self._dynamodb, name)

    def batch_get_item(self, RequestItems: dict[str, Any]) -> dict[str, Any]:  # noqa: N803
        request = RequestItems[REGISTRY_TABLE]
        now, later = request["Keys"][: self._share], request["Keys"][self._share :]
        if not now:
            return {"Responses": {}, "UnprocessedKeys": RequestItems}
        answer = self._dynamodb.batch_get_item(RequestItems={REGISTRY_TABLE: {**request, "Keys": now}})
        unprocessed = {REGISTRY_TABLE: {**request, "Keys": later}} if later else {}
        return {**answer, "UnprocessedKeys": unprocessed}

    def batch_write_item(self, RequestItems: dict[str, Any]) -> dict[str, Any]:  # noqa: N803
        requests = RequestItems[REGISTRY_TABLE]
        now, later = requests[: self._share], requests[self._share :]
        if now:
            self._dynamodb.batch_write_item(RequestItems={REGISTRY_TABLE: now})
        return {"UnprocessedItems": {REGISTRY_TABLE: later} if later else {}}


def throttled_table(dynamodb: Any, share: int, pauses: list[float]) -> RegistryTable:
    return RegistryTable(ThrottledDynamoDB(dynamodb, share), REGISTRY_TABLE, pauses.append)  # type: ignore[arg-type]


@pytest.fixture
def dynamodb() -> Iterator[Any]:
    with mock_aws():
        client = boto3.client("dynamodb")
        create_registry_table(client)
        yield client


@pytest.fixture
def pauses() -> list[float]:
    return []


def test_unprocessed_keys_are_requested_until_all_have_come(dynamodb: Any, pauses: list[float]) -> None:
    RegistryTable(dynamodb, REGISTRY_TABLE).put_postings(VERSION, POSTINGS)
    table = throttled_table(dynamodb, 40, pauses)

    assert table.postings(VERSION, POSTINGS) == POSTINGS
    assert table.requests == {"BatchGetItem": 4}
    assert len(pauses) == 2


def test_unprocessed_items_are_sent_until_all_are_written(dynamodb: Any, pauses: list[float]) -> None:
    table = throttled_table(dynamodb, 10, pauses)
    table.put_postings(VERSION, POSTINGS)

    unhindered = RegistryTable(dynamodb, REGISTRY_TABLE)
    assert unhindered.postings(VERSION, POSTINGS) == POSTINGS
    table.delete_postings(VERSION, POSTINGS)
    assert unhindered.postings(VERSION, POSTINGS) == {}
    assert pauses


def test_a_table_that_stays_throttled_is_an_error_after_growing_pauses(
    dynamodb: Any, pauses: list[float]
) -> None:
    RegistryTable(dynamodb, REGISTRY_TABLE).put_postings(VERSION, POSTINGS)
    table = throttled_table(dynamodb, 0, pauses)

    with pytest.raises(RegistryError, match="did not return 100 postings within 8 tries"):
        table.postings(VERSION, POSTINGS)
    with pytest.raises(RegistryError, match="did not take 25 writes within 8 tries"):
        table.put_postings(VERSION, POSTINGS)
    assert pauses[:7] == sorted(pauses[:7])
    assert 6 < sum(pauses[:7]) < 13, "seconds"


def test_a_posting_is_read_by_version_and_blocking_key_alone(dynamodb: Any) -> None:
    """Other tools may rely on this layout of the table."""
    RegistryTable(dynamodb, REGISTRY_TABLE).put_postings(VERSION, {"zip:99503": b"posting"})
    item = dynamodb.get_item(
        TableName=REGISTRY_TABLE, Key={"pk": {"S": "2022.1.abc#zip:99503"}, "sk": {"S": "-"}}
    )["Item"]
    assert item["b"]["B"] == b"posting"


class FailingDynamoDB:
    """Fails in each request with the same error."""

    def __init__(self, dynamodb: Any, error: Exception) -> None:
        self.exceptions = dynamodb.exceptions
        self._error = error

    def __getattr__(self, name: str) -> Any:
        def fail(*_: object, **__: object) -> None:
            raise self._error

        return fail


def client_error(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": "no"}}, "GetItem")


@pytest.mark.parametrize(
    "error",
    [
        *map(client_error, ["ThrottlingException", "InternalServerError", "AccessDeniedException"]),
        ReadTimeoutError(endpoint_url="https://dynamodb"),
        ConnectTimeoutError(endpoint_url="https://dynamodb"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_a_table_that_refuses_or_is_silent_is_an_unavailable_registry(
    dynamodb: Any, error: Exception
) -> None:
    table = RegistryTable(FailingDynamoDB(dynamodb, error), REGISTRY_TABLE)  # type: ignore[arg-type]
    for request in (table.pointer, table.runs, lambda: table.postings(VERSION, ["a key"])):
        with pytest.raises(RegistryUnavailable, match=f"registry table {REGISTRY_TABLE} did not answer"):
            request()


def test_an_error_that_one_request_causes_does_not_make_the_registry_unavailable(dynamodb: Any) -> None:
    """A key of more than 2,048 bytes, for example: the other applications of the batch have an answer."""
    too_long = "k" * 2_100
    refusing = FailingDynamoDB(dynamodb, client_error("ValidationException"))

    with pytest.raises(ClientError):
        RegistryTable(refusing, REGISTRY_TABLE).postings(VERSION, [too_long])  # type: ignore[arg-type]
