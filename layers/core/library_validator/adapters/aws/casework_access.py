"""The casework table: its items, the forms of their keys and values, and the requests to it.

Each kind of item, by ``pk`` and ``sk``, with its other attributes:

- ``APP#<source>#<application id>``, ``DECISION#<event id>``: a decision.
  ``body``: the whole decision, packed (older deployments stored JSON as text). ``decision``: its answer.
  ``unpublished`` and ``stored_at``: the keys of the sparse index ``unpublished``, while the bus has not
  confirmed its event. ``day`` and ``decided_at``: the keys of the index ``by_day``; the ``day`` of a late
  decision begins with ``late#`` (older deployments stored none). An erased decision has another ``body``.
  ``order_time``: the time of its newest unchanged resend, if there is one.
- ``APP#<source>#<application id>``, ``CURRENT``: the application's current decision.
  ``event_id``: its id. ``shard`` and ``valid_until``: the keys of the index ``current``.
  ``notified``: how many days before its end the last notice was published. ``erased``: the texts of the
  applicant are erased; the item then has no ``shard``. ``resent_at``: as ``order_time``, see ``resends.py``.
- ``APP#<source>#<application id>``, ``OVERRIDE#<at>#<override id>``: a person's answer.
  ``body``: the whole override, as JSON.
- ``APP#<source>#<application id>``, ``ERASURE#<at>``: who had the texts of the applicant erased, and why.
  ``body``: the whole record, as JSON.
- ``RETENTION``, ``-``: how far the retention task is. ``through``: the last day that it looked at.
- ``CLAIM#<FSCS key>``, ``HOLDER``: the application that was validated as that system. ``CLAIM#<FSCS id>``:
  the same for an outlet, if an application for another outlet has the claim on the system.
  ``holder_source``, ``holder_application``, ``held_since``.
- ``REVALIDATION#<activation>``, ``SHARD#<nn>``: how far a worker is.
  ``body``: the whole progress, as JSON. ``policy_version``, ``unchanged``, ``finished``, and ``asked_at`` if
  a person asked for it: for the condition that keeps progress from going back.
- ``REVALIDATION#<activation>``, ``CHANGED#<nn>#<policy version>``, and ``#<asked at>`` if a person asked for
  it.
  ``changed``: how many decisions of the shard have changed.
- ``PARTNERS``, ``PARTNER#<key>``, ``PRINCIPAL#<id>``: partners, the record of their changes, and the owner of
  each principal: see ``partner_table.py``.
- ``COUNT#<key>``, ``CLAIMS`` and ``HOUR``: the counts of a sender: see ``source_counts.py``.
- ``DISCARDED``, ``<at>#<message id>``: the record of a dead letter that a person discarded.
  ``body``: the whole record, as JSON.

The index ``unpublished`` has one partition, ``by_day`` has one for each day, and ``current`` has one for each
shard. A partition takes 1,000 writes a second if the items are small: the indexes therefore project keys and
little more, whatever the size of a decision. The decisions themselves are then read by ``BatchGetItem``.

A packed decision is JSON, deflated against a dictionary of texts that decisions have. DynamoDB bills a
transaction two write units for each begun kilobyte of an item. Most of a decision's JSON is field names and
sentences that every decision has; with these texts in a dictionary, nearly every item of a decision fits in
one kilobyte. The first byte names the dictionary. Each dictionary is kept for ever under its number: a
decision is read with the dictionary that it was stored with. A text that is not in the dictionary takes more
bytes. ``python -m lab.weights.decision_dictionary`` makes a new dictionary. The code uses it from the next
deployment on: if a person goes back one deployment, every decision can still be read.
"""

from __future__ import annotations

import json
import random
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import BotoCoreError, ClientError

from library_validator.adapters.aws.clients import pause
from library_validator.decisions.decision import Decision
from library_validator.errors import CaseworkUnavailable

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import TransactWriteItemTypeDef

Item = dict[str, Any]  # attributes in DynamoDB's typed JSON

DECISION: Final = "DECISION#"
CHANGED: Final = "CHANGED#"
DICTIONARY: Final = 1  # the dictionary that decisions are stored with now
_RAW: Final = -15  # deflate without header and checksum: DynamoDB has its own

ATTEMPTS: Final = 6
BATCH: Final = 100  # keys that one BatchGetItem takes
# With these reasons, a cancelled transaction may succeed if it is sent again.
_TRANSIENT: Final = frozenset({"TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"})


class CaseworkAccess:
    """Requests to one table. Every method raises ``CaseworkUnavailable``, which names the action that
    failed."""

    def __init__(self, client: DynamoDBClient, table: str, sleep: Callable[[float], None] = pause) -> None:
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
        """Write an item. Returns False if the given condition does not hold: the item is then not written."""
        try:
            self._client.put_item(TableName=self.table, Item=item, **condition)
        except self._client.exceptions.ConditionalCheckFailedException:
            return False
        except (ClientError, BotoCoreError) as error:
            raise CaseworkUnavailable(doing, str(error)) from error
        return True

    def update(self, pk: str, sk: str, doing: str, **update: Any) -> bool:
        """Update an item. Returns False if the condition does not hold: the item is then not updated."""
        try:
            self._client.update_item(TableName=self.table, Key=item_key(pk, sk), **update)
        except self._client.exceptions.ConditionalCheckFailedException:
            return False
        except (ClientError, BotoCoreError) as error:
            raise CaseworkUnavailable(doing, str(error)) from error
        return True

    def delete(self, key: Item, doing: str, **condition: Any) -> bool:
        """Delete an item. Returns False if the condition does not hold: the item is then not deleted."""
        try:
            self._client.delete_item(TableName=self.table, Key=key, **condition)
        except self._client.exceptions.ConditionalCheckFailedException:
            return False
        except (ClientError, BotoCoreError) as error:
            raise CaseworkUnavailable(doing, str(error)) from error
        return True

    def query(self, **query: Any) -> Iterator[list[Item]]:
        """The pages of a query, each a list of items."""
        try:
            for page in self._client.get_paginator("query").paginate(TableName=self.table, **query):
                yield [dict(item) for item in page["Items"]]
        except (ClientError, BotoCoreError) as error:
            raise CaseworkUnavailable("list decisions", str(error)) from error

    def items_in_partition(self, pk: str, prefix: str) -> list[Item]:
        """The items of one partition whose sort keys begin with ``prefix``, in their order."""
        pages = self.query(
            KeyConditionExpression="pk = :pk AND begins_with(sk, :prefix)",
            ExpressionAttributeValues={":pk": {"S": pk}, ":prefix": {"S": prefix}},
            ConsistentRead=True,
        )
        return [item for page in pages for item in page]

    def query_page(self, **query: Any) -> tuple[list[Item], Item | None]:
        """One page of a query, and the key of its last item if there may be more pages."""
        try:
            answer = self._client.query(TableName=self.table, **query)
        except (ClientError, BotoCoreError) as error:
            raise CaseworkUnavailable("list decisions", str(error)) from error
        return [dict(item) for item in answer["Items"]], answer.get("LastEvaluatedKey")

    def items_of_keys(self, found: Iterable[Item]) -> list[Item]:
        """The items of at most ``BATCH`` keys, read consistently, in the order of the keys."""
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
            raise CaseworkUnavailable(
                "read decisions", f"{len(keys)} keys were left unprocessed {ATTEMPTS} times"
            )
        return sorted(items, key=lambda item: order[item["pk"]["S"], item["sk"]["S"]])

    def transact(self, writes: dict[str, TransactWriteItemTypeDef]) -> dict[str, Item]:
        """Write all, or nothing. Returns the items whose conditions did not hold; empty: all is written."""
        for attempt in range(ATTEMPTS):
            self._back_off(attempt)
            try:
                self._client.transact_write_items(TransactItems=list(writes.values()))
            except self._client.exceptions.TransactionCanceledException as error:
                refused = _failed_conditions(writes, error.response["CancellationReasons"])
                if refused:
                    return refused
            except (ClientError, BotoCoreError) as error:
                raise CaseworkUnavailable("store a decision", str(error)) from error
            else:
                return {}
        raise CaseworkUnavailable("store a decision", f"it conflicted with other writes {ATTEMPTS} times")

    def _back_off(self, attempt: int) -> None:
        if attempt:
            self._sleep(random.uniform(0, 0.05 * 2**attempt))


def _failed_conditions(roles: Iterable[str], reasons: Sequence[Mapping[str, Any]]) -> dict[str, Item]:
    """The items whose conditions did not hold; empty if the same transaction may succeed later."""
    refused: dict[str, Item] = {}
    for role, reason in zip(roles, reasons, strict=True):
        code = reason.get("Code", "None")
        if code == "ConditionalCheckFailed":
            refused[role] = dict(reason.get("Item", {}))
        elif code != "None" and code not in _TRANSIENT:
            raise CaseworkUnavailable("store a decision", f"{code}: {reason.get('Message', '')}")
    return refused


def application_pk(source: str, application_id: str) -> str:
    """The partition key of an application. A ``#`` in its parts is escaped, so no two applications share
    it."""
    return f"APP#{_escape_part(source)}#{_escape_part(application_id)}"


def _escape_part(part: str) -> str:
    return part.replace("%", "%25").replace("#", "%23")


def source_of_pk(pk: str) -> str:
    """The source in the partition key of an application."""
    return pk.split("#")[1].replace("%23", "#").replace("%25", "%")


def revalidation_pk(activation: str) -> str:
    return f"REVALIDATION#{activation}"


def changed_sk(shard: int, policy_version: str, asked_at: str) -> str:
    asked = f"#{asked_at}" if asked_at else ""
    return f"{CHANGED}{shard_text(shard)}#{policy_version}{asked}"


def item_key(pk: str, sk: str) -> Item:
    return {"pk": {"S": pk}, "sk": {"S": sk}}


def shard_text(shard: int) -> str:
    return f"{shard:02}"


def moment_text(moment: datetime) -> str:
    """The moment in UTC, with microseconds: the texts sort as the moments do."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f+00:00")


def cursor_text(last: Item) -> str:
    """DynamoDB's key of the last item read, as the text that a message can carry."""
    return json.dumps({name: value["S"] for name, value in last.items()}, separators=(",", ":"))


def cursor_key(cursor: str) -> Item:
    return {name: {"S": value} for name, value in json.loads(cursor).items()}


def read_decision(item: Item) -> Decision:
    body = item["body"]
    decision = unpack_decision(body["B"]) if "B" in body else Decision.model_validate_json(body["S"])
    if "order_time" not in item:
        return decision
    resent_at = datetime.fromisoformat(item["order_time"]["S"])
    return decision.model_copy(update={"order_time": max(resent_at, decision.effective_time)})


def pack_decision(decision: Decision) -> bytes:
    """The stored form of ``decision``."""
    deflating = _compressor_of(DICTIONARY).copy()
    text = decision.model_dump_json().encode()
    return bytes([DICTIONARY]) + deflating.compress(text) + deflating.flush()


def unpack_decision(body: bytes) -> Decision:
    """The decision that ``pack_decision`` stored, with the present dictionary or an earlier one."""
    inflating = zlib.decompressobj(_RAW, zdict=_dictionary(body[0]))
    return Decision.model_validate_json(inflating.decompress(body[1:]) + inflating.flush())


@cache
def _compressor_of(number: int) -> zlib._Compress:
    """A compressor that has read the dictionary. A copy of it is much cheaper than a new compressor."""
    return zlib.compressobj(zlib.Z_BEST_COMPRESSION, wbits=_RAW, zdict=_dictionary(number))


@cache
def _dictionary(number: int) -> bytes:
    return resources.files(__package__).joinpath(f"decision_dictionary_{number}.txt").read_bytes()
