"""The registry on a DynamoDB table."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import islice
from typing import TYPE_CHECKING, Final, TypeVar

from botocore.exceptions import BotoCoreError, ClientError

from library_validator.adapters.aws.clients import is_unavailable, pause
from library_validator.adapters.aws.registry_items import (
    POINTER_KEY,
    pointer_attributes,
    pointer_of_item,
    posting_key,
    run_item,
    run_key,
    run_of_item,
    version_item,
    version_key,
    version_of_item,
)
from library_validator.errors import (
    NoActiveRegistry,
    RegistryError,
    RegistryUnavailable,
    RunChanged,
    VersionSuperseded,
)
from library_validator.registry.store import Pointer, Run, VersionRecord, VersionState
from library_validator.terms import RunStatus

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import (
        KeysAndAttributesUnionTypeDef,
        UniversalAttributeValueTypeDef,
        WriteRequestUnionTypeDef,
    )

# DynamoDB quotas.
_BATCH_GET_KEYS: Final = 100
_BATCH_WRITE_ITEMS: Final = 25

# The pauses are up to 0.1 s, 0.2 s … 6.4 s: that is long enough for DynamoDB to double the table's
# throughput.
_ATTEMPTS: Final = 8
_FIRST_PAUSE_SECONDS: Final = 0.1

_T = TypeVar("_T")


class RegistryTable:
    """``RegistryStore``. ``requests`` counts the requests to DynamoDB by operation.

    Every method raises ``RegistryUnavailable`` if DynamoDB is throttled, refuses access or does not answer.
    Errors that only this request can cause, such as a key that is too long, stay errors of the SDK.
    """

    def __init__(self, client: DynamoDBClient, table: str, sleep: Callable[[float], None] = pause) -> None:
        self.requests: Counter[str] = Counter()
        self._client = client
        self._table = table
        self._sleep = sleep

    def pointer(self) -> Pointer:
        with self._request("GetItem"):
            answer = self._client.get_item(TableName=self._table, Key=POINTER_KEY, ConsistentRead=True)
        if "Item" not in answer:
            raise NoActiveRegistry
        return pointer_of_item(answer["Item"])

    def version(self, version: str) -> VersionRecord:
        record = self.find_version(version)
        if record is None:
            raise RegistryError(f"registry version {version} has no record")
        return record

    def find_version(self, version: str) -> VersionRecord | None:
        with self._request("GetItem"):
            answer = self._client.get_item(
                TableName=self._table, Key=version_key(version), ConsistentRead=True
            )
        return version_of_item(answer["Item"]) if "Item" in answer else None

    def put_version(self, record: VersionRecord) -> None:
        with self._request("PutItem"):
            self._client.put_item(TableName=self._table, Item=version_item(record))

    def set_state(self, version: str, state: VersionState) -> None:
        try:
            with self._request("UpdateItem"):
                self._client.update_item(
                    TableName=self._table,
                    Key=version_key(version),
                    UpdateExpression="SET #state = :state",
                    ConditionExpression="attribute_exists(pk)",
                    ExpressionAttributeNames={"#state": "state"},
                    ExpressionAttributeValues={":state": {"S": state.value}},
                )
        except self._client.exceptions.ConditionalCheckFailedException as error:
            raise RegistryError(f"registry version {version} has no record") from error

    def delete_version(self, version: str) -> None:
        with self._request("DeleteItem"):
            self._client.delete_item(TableName=self._table, Key=version_key(version))

    def postings(self, version: str, keys: Iterable[str], *, consistent: bool = False) -> dict[str, bytes]:
        """A ``BatchGetItem`` for each hundred different keys; unprocessed keys are requested again."""
        found: dict[str, bytes] = {}
        prefix = len(version) + 1
        for chunk in _chunks_of(sorted(set(keys)), _BATCH_GET_KEYS):
            waiting: KeysAndAttributesUnionTypeDef = {
                "Keys": [posting_key(version, key) for key in chunk],
                "ConsistentRead": consistent,
                "ProjectionExpression": "pk, b",
            }
            for _ in self._attempts_with_pauses(f"return {len(chunk)} postings"):
                with self._request("BatchGetItem"):
                    answer = self._client.batch_get_item(RequestItems={self._table: waiting})
                for item in answer["Responses"].get(self._table, []):
                    found[item["pk"]["S"][prefix:]] = bytes(item["b"]["B"])
                unprocessed = answer["UnprocessedKeys"].get(self._table)
                if not unprocessed:
                    break
                waiting = unprocessed
        return found

    def put_postings(self, version: str, postings: Mapping[str, bytes]) -> None:
        for chunk in _chunks_of(postings.items(), _BATCH_WRITE_ITEMS):
            self._write_items(
                [{"PutRequest": {"Item": _posting_item(version, key, value)}} for key, value in chunk]
            )

    def delete_postings(self, version: str, keys: Iterable[str]) -> None:
        for chunk in _chunks_of(dict.fromkeys(keys), _BATCH_WRITE_ITEMS):
            self._write_items([{"DeleteRequest": {"Key": posting_key(version, key)}} for key in chunk])

    def flip(self, pointer: Pointer, expected_active: str | None, *, back: bool = False) -> None:
        """A conditional ``UpdateItem``: DynamoDB itself refuses a wrong flip."""
        conditions = ["attribute_not_exists(active)"] if expected_active is None else ["active = :expected"]
        attributes = pointer_attributes(pointer)
        values = {f":{name}": attribute for name, attribute in attributes.items()}
        if expected_active is not None:
            values[":expected"] = {"S": expected_active}
            conditions.append("previous = :active" if back else "fiscal_year <= :fiscal_year")
        try:
            with self._request("UpdateItem"):
                self._client.update_item(
                    TableName=self._table,
                    Key=POINTER_KEY,
                    UpdateExpression="SET " + ", ".join(f"{name} = :{name}" for name in attributes),
                    ConditionExpression=" AND ".join(conditions),
                    ExpressionAttributeValues=values,
                )
        except self._client.exceptions.ConditionalCheckFailedException as error:
            self._explain_refusal(pointer, expected_active, error)

    def _explain_refusal(self, pointer: Pointer, expected_active: str | None, refusal: ClientError) -> None:
        """Raise ``VersionSuperseded``, unless this flip succeeded before and its response was lost."""
        try:
            live = self.pointer()
        except NoActiveRegistry:
            raise VersionSuperseded(
                pointer.active, f"nothing is live, but {expected_active} was expected"
            ) from refusal
        if (live.active, live.activated_at) == (pointer.active, pointer.activated_at):
            return
        raise VersionSuperseded(
            pointer.active,
            f"{live.active} (fiscal year {live.fiscal_year}, after {live.previous}) has been live since "
            f"{live.activated_at}, but {expected_active} was expected",
        ) from refusal

    def run(self, run_id: str) -> Run | None:
        with self._request("GetItem"):
            answer = self._client.get_item(TableName=self._table, Key=run_key(run_id), ConsistentRead=True)
        return run_of_item(answer["Item"]) if "Item" in answer else None

    def put_run(self, run: Run, *, expected: RunStatus | None = None) -> None:
        if expected is None:
            with self._request("PutItem"):
                self._client.put_item(TableName=self._table, Item=run_item(run))
            return
        try:
            with self._request("PutItem"):
                self._client.put_item(
                    TableName=self._table,
                    Item=run_item(run),
                    ConditionExpression="#status = :expected",
                    ExpressionAttributeNames={"#status": "status"},
                    ExpressionAttributeValues={":expected": {"S": expected}},
                )
        except self._client.exceptions.ConditionalCheckFailedException as error:
            raise RunChanged(run.run_id, expected) from error

    def runs(self) -> list[Run]:
        with self._request("Query"):
            pages = self._client.get_paginator("query").paginate(
                TableName=self._table,
                KeyConditionExpression="pk = :run",
                ExpressionAttributeValues={":run": {"S": "RUN"}},
                ConsistentRead=True,
            )
            runs = [run_of_item(item) for page in pages for item in page["Items"]]
        return sorted(runs, key=lambda run: (run.started_at, run.run_id), reverse=True)

    @contextmanager
    def _request(self, operation: str) -> Iterator[None]:
        """Count a request. The error of a failed condition is left to the caller."""
        self.requests[operation] += 1
        try:
            yield
        except self._client.exceptions.ConditionalCheckFailedException:
            raise
        except (ClientError, BotoCoreError) as error:
            if not is_unavailable(error):
                raise
            raise RegistryUnavailable(self._table, operation, str(error)) from error

    def _write_items(self, requests: Sequence[WriteRequestUnionTypeDef]) -> None:
        waiting: Sequence[WriteRequestUnionTypeDef] = requests
        for _ in self._attempts_with_pauses(f"take {len(requests)} writes"):
            with self._request("BatchWriteItem"):
                answer = self._client.batch_write_item(RequestItems={self._table: waiting})
            unprocessed = answer["UnprocessedItems"].get(self._table)
            if not unprocessed:
                return
            waiting = unprocessed

    def _attempts_with_pauses(self, operation: str) -> Iterator[int]:
        """The number of each try, after a growing pause. Raises ``RegistryError`` after the last try."""
        for attempt in range(_ATTEMPTS):
            if attempt:
                self._sleep(random.uniform(0.5, 1) * _FIRST_PAUSE_SECONDS * 2 ** (attempt - 1))
            yield attempt
        raise RegistryError(
            f"table {self._table} did not {operation} within {_ATTEMPTS} tries: it is throttled, try again"
        )


def _posting_item(version: str, key: str, value: bytes) -> dict[str, UniversalAttributeValueTypeDef]:
    return {**posting_key(version, key), "b": {"B": value}}


def _chunks_of(values: Iterable[_T], size: int) -> Iterator[list[_T]]:
    remaining = iter(values)
    while chunk := list(islice(remaining, size)):
        yield chunk
