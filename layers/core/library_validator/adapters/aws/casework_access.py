"""Reading and writing the casework table. A request that DynamoDB did in part is sent again for the rest."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import BotoCoreError, ClientError

from library_validator.adapters.aws.casework_items import Item, item_key
from library_validator.errors import CaseworkUnavailable

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import TransactWriteItemTypeDef

ATTEMPTS: Final = 6
BATCH: Final = 100  # keys that one BatchGetItem takes
# Reasons for which a cancelled transaction is worth sending again as it is.
_TRANSIENT: Final = frozenset({"TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"})


class CaseworkAccess:
    """One table. Every method raises ``CaseworkUnavailable``, which names the action that failed."""

    def __init__(
        self, client: DynamoDBClient, table: str, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self.table = table
        self._client = client
        self._sleep = sleep

    def get(self, pk: str, sk: str) -> Item | None:
        try:
            answer = self._client.get_item(TableName=self.table, Key=item_key(pk, sk), ConsistentRead=True)
        except (ClientError, BotoCoreError) as error:
            raise CaseworkUnavailable("read a decision", str(error)) from error
        return dict(answer["Item"]) if "Item" in answer else None

    def put(self, item: Item, doing: str, **condition: Any) -> bool:
        """Whether the item was put: it is not, if a condition is given and does not hold."""
        try:
            self._client.put_item(TableName=self.table, Item=item, **condition)
        except self._client.exceptions.ConditionalCheckFailedException:
            return False
        except (ClientError, BotoCoreError) as error:
            raise CaseworkUnavailable(doing, str(error)) from error
        return True

    def update(self, pk: str, sk: str, doing: str, **update: Any) -> bool:
        """Whether the item was updated: it is not, if the condition does not hold."""
        try:
            self._client.update_item(TableName=self.table, Key=item_key(pk, sk), **update)
        except self._client.exceptions.ConditionalCheckFailedException:
            return False
        except (ClientError, BotoCoreError) as error:
            raise CaseworkUnavailable(doing, str(error)) from error
        return True

    def query(self, **query: Any) -> Iterator[list[Item]]:
        """The pages of a query."""
        try:
            for page in self._client.get_paginator("query").paginate(TableName=self.table, **query):
                yield [dict(item) for item in page["Items"]]
        except (ClientError, BotoCoreError) as error:
            raise CaseworkUnavailable("list decisions", str(error)) from error

    def in_partition(self, pk: str, prefix: str) -> list[Item]:
        """The items of one partition whose sort keys begin with ``prefix``, in their order."""
        pages = self.query(
            KeyConditionExpression="pk = :pk AND begins_with(sk, :prefix)",
            ExpressionAttributeValues={":pk": {"S": pk}, ":prefix": {"S": prefix}},
            ConsistentRead=True,
        )
        return [item for page in pages for item in page]

    def query_page(self, **query: Any) -> tuple[list[Item], Item | None]:
        """One page of a query, and the key of its last item where there may be more."""
        try:
            answer = self._client.query(TableName=self.table, **query)
        except (ClientError, BotoCoreError) as error:
            raise CaseworkUnavailable("list decisions", str(error)) from error
        return [dict(item) for item in answer["Items"]], answer.get("LastEvaluatedKey")

    def batch_get(self, found: Iterable[Item]) -> list[Item]:
        """The items of at most ``BATCH`` keys, in their order, as they are now."""
        keys = [{"pk": item["pk"], "sk": item["sk"]} for item in found]
        order = {(key["pk"]["S"], key["sk"]["S"]): position for position, key in enumerate(keys)}
        items: list[Item] = []
        for attempt in range(ATTEMPTS):
            if not keys:
                break
            self._back_off(attempt)
            try:
                answer = self._client.batch_get_item(
                    RequestItems={self.table: {"Keys": keys, "ConsistentRead": True}}
                )
            except (ClientError, BotoCoreError) as error:
                raise CaseworkUnavailable("read decisions", str(error)) from error
            items += [dict(item) for item in answer["Responses"].get(self.table, [])]
            unprocessed = answer.get("UnprocessedKeys", {}).get(self.table)
            keys = [dict(key) for key in unprocessed["Keys"]] if unprocessed else []
        if keys:
            raise CaseworkUnavailable("read decisions", f"{len(keys)} were kept back {ATTEMPTS} times")
        return sorted(items, key=lambda item: order[item["pk"]["S"], item["sk"]["S"]])

    def transact(self, writes: dict[str, TransactWriteItemTypeDef]) -> dict[str, Item]:
        """Write all (an empty answer), or nothing: then the items whose conditions did not hold."""
        for attempt in range(ATTEMPTS):
            self._back_off(attempt)
            try:
                self._client.transact_write_items(TransactItems=list(writes.values()))
            except self._client.exceptions.TransactionCanceledException as error:
                refused = _refused(writes, error.response["CancellationReasons"])
                if refused:
                    return refused
            except (ClientError, BotoCoreError) as error:
                raise CaseworkUnavailable("store a decision", str(error)) from error
            else:
                return {}
        raise CaseworkUnavailable("store a decision", f"other writes were in the way {ATTEMPTS} times")

    def _back_off(self, attempt: int) -> None:
        if attempt:
            self._sleep(random.uniform(0, 0.05 * 2**attempt))


def _refused(roles: Iterable[str], reasons: Sequence[Mapping[str, Any]]) -> dict[str, Item]:
    """The items whose conditions did not hold; none where sending the same again may succeed."""
    refused: dict[str, Item] = {}
    for role, reason in zip(roles, reasons, strict=True):
        code = reason.get("Code", "None")
        if code == "ConditionalCheckFailed":
            refused[role] = dict(reason.get("Item", {}))
        elif code != "None" and code not in _TRANSIENT:
            raise CaseworkUnavailable("store a decision", f"{code}: {reason.get('Message', '')}")
    return refused
