"""Decisions on DynamoDB.

Items, by ``pk`` and ``sk``:

- ``APP#<source>#<application id>``, ``DECISION#<event id>``: one decision as JSON (``body``). While its
  event is unconfirmed it carries ``unpublished`` and ``stored_at``, the keys of the sparse index
  ``unpublished``; unless it came late, ``day`` and ``decided_at``, the keys of the index ``by_day``.
- ``APP#<source>#<application id>``, ``CURRENT``: which of them is current.
- ``CLAIM#<FSCS key>``, ``HOLDER``: which application was validated as that system.

Both indexes hold one partition of keys at a time (``unpublished`` always, ``by_day`` a day), so they
project keys only: 1,000 writes a second is what a partition takes, whatever a decision's size. The
decisions themselves are then read by ``BatchGetItem``.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import BotoCoreError, ClientError

from library_validator.decisions.decision import Decision
from library_validator.decisions.store import (
    AlreadyDecided,
    ClaimedByAnother,
    CurrentMoved,
    Outcome,
    Recorded,
    claimed_key,
)
from library_validator.errors import CaseworkUnavailable

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import TransactWriteItemTypeDef

Item = dict[str, Any]  # attributes in DynamoDB's typed JSON

ATTEMPTS: Final = 6
BATCH: Final = 100  # keys that one BatchGetItem takes
_UNPUBLISHED: Final = "yes"
_CURRENT: Final = "CURRENT"
_DECISION: Final = "DECISION#"
_CLAIM: Final = "CLAIM#"
_HOLDER: Final = "HOLDER"
_HELD_BY_US: Final = "(holder_source = :source AND holder_application = :application)"
# Reasons for which a cancelled transaction is worth sending again as it is.
_TRANSIENT: Final = frozenset({"TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"})


class CaseworkTable:
    """``DecisionStore`` on one table. ``clock`` bounds the days that ``recent`` looks at."""

    def __init__(
        self,
        client: DynamoDBClient,
        table: str,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._client = client
        self._table = table
        self._clock = clock
        self._sleep = sleep

    def record(self, decision: Decision, replacing: Decision | None) -> Outcome:
        writes = {
            "decision": self._put_decision(decision, unpublished=True),
            "current": self._move_current(decision, replacing),
        }
        claimed = claimed_key(decision)
        held = claimed_key(replacing) if replacing else None
        if claimed:
            writes["claim"] = self._take_claim(claimed, decision)
        if held and held != claimed:
            writes["give_back"] = self._give_back_claim(held, decision)
        refused = self._transact(writes)
        if set(refused) == {"give_back"}:
            # Somebody took the claim away meanwhile: there is nothing left to give back.
            del writes["give_back"]
            refused = self._transact(writes)
        return self._refusal(decision, refused) if refused else Recorded()

    def record_late(self, decision: Decision) -> Recorded | AlreadyDecided:
        refused = self._transact({"decision": self._put_decision(decision, unpublished=False)})
        return _already_decided(refused["decision"]) if refused else Recorded()

    def get(self, source: str, application_id: str) -> Decision | None:
        current = self._get(_application_pk(source, application_id), _CURRENT)
        return self._decision(current) if current else None

    def history(self, source: str, application_id: str) -> list[Decision]:
        pages = self._query(
            KeyConditionExpression="pk = :pk AND begins_with(sk, :decision)",
            ExpressionAttributeValues={
                ":pk": {"S": _application_pk(source, application_id)},
                ":decision": {"S": _DECISION},
            },
            ConsistentRead=True,
        )
        decisions = [_read(item) for page in pages for item in page]
        return sorted(decisions, key=lambda decision: (decision.decided_at, decision.order))

    def unpublished(self, before: datetime, limit: int) -> list[Decision]:
        found: list[Decision] = []
        pages = self._query(
            IndexName="unpublished",
            KeyConditionExpression="unpublished = :yes AND stored_at < :before",
            ExpressionAttributeValues={":yes": {"S": _UNPUBLISHED}, ":before": {"S": _text(before)}},
            Limit=min(limit, BATCH),
        )
        for page in pages:
            # The index lags behind: what was confirmed a moment ago may still be in it.
            found += [_read(item) for item in self._batch_get(page) if "unpublished" in item]
            if len(found) >= limit:
                break
        return found[:limit]

    def clear_mark(self, decisions: Sequence[Decision]) -> None:
        for decision in decisions:
            try:
                self._client.update_item(
                    TableName=self._table,
                    Key=_decision_key(decision),
                    UpdateExpression="REMOVE unpublished, stored_at",
                    ConditionExpression="attribute_exists(unpublished)",
                )
            except self._client.exceptions.ConditionalCheckFailedException:
                continue  # cleared before, by a redelivery or by the sweeper
            except (ClientError, BotoCoreError) as error:
                raise CaseworkUnavailable("clear the mark of a published decision", str(error)) from error

    def recent(self, since: datetime) -> Iterator[Decision]:
        day = since.astimezone(UTC).date()
        # A writer's clock may be ahead of this one.
        last = (self._clock() + timedelta(minutes=15)).astimezone(UTC).date()
        while day <= last:
            pages = self._query(
                IndexName="by_day",
                KeyConditionExpression="#day = :day AND decided_at >= :since",
                ExpressionAttributeNames={"#day": "day"},
                ExpressionAttributeValues={":day": {"S": day.isoformat()}, ":since": {"S": _text(since)}},
                Limit=BATCH,
            )
            for page in pages:
                yield from map(_read, self._batch_get(page))
            day += timedelta(days=1)

    # Writes

    def _put_decision(self, decision: Decision, *, unpublished: bool) -> TransactWriteItemTypeDef:
        decided_at = _text(decision.decided_at)
        item: Item = _decision_key(decision) | {
            "event_id": {"S": str(decision.event_id)},
            "decision": {"S": decision.decision},
            "decided_at": {"S": decided_at},
            "body": {"S": decision.model_dump_json()},
        }
        if unpublished:
            item |= {
                "unpublished": {"S": _UNPUBLISHED},
                "stored_at": {"S": decided_at},
                "day": {"S": decided_at[:10]},
            }
        return {
            "Put": {
                "TableName": self._table,
                "Item": item,
                "ConditionExpression": "attribute_not_exists(pk)",
                "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
            }
        }

    def _move_current(self, decision: Decision, replacing: Decision | None) -> TransactWriteItemTypeDef:
        write: TransactWriteItemTypeDef = {
            "Put": {
                "TableName": self._table,
                "Item": _decision_key(decision)
                | {"sk": {"S": _CURRENT}, "event_id": {"S": str(decision.event_id)}},
                "ConditionExpression": "attribute_not_exists(pk)",
                "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
            }
        }
        if replacing:
            write["Put"]["ConditionExpression"] = "event_id = :replacing"
            write["Put"]["ExpressionAttributeValues"] = {":replacing": {"S": str(replacing.event_id)}}
        return write

    def _take_claim(self, fscs_key: str, decision: Decision) -> TransactWriteItemTypeDef:
        return {
            "Update": {
                "TableName": self._table,
                "Key": _claim_key(fscs_key),
                "UpdateExpression": "SET holder_source = :source, holder_application = :application, "
                "held_since = if_not_exists(held_since, :now)",
                "ConditionExpression": f"attribute_not_exists(pk) OR {_HELD_BY_US}",
                "ExpressionAttributeValues": _us(decision) | {":now": {"S": _text(decision.decided_at)}},
                "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
            }
        }

    def _give_back_claim(self, fscs_key: str, decision: Decision) -> TransactWriteItemTypeDef:
        return {
            "Delete": {
                "TableName": self._table,
                "Key": _claim_key(fscs_key),
                "ConditionExpression": _HELD_BY_US,
                "ExpressionAttributeValues": _us(decision),
            }
        }

    def _transact(self, writes: dict[str, TransactWriteItemTypeDef]) -> dict[str, Item]:
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

    def _refusal(self, decision: Decision, refused: dict[str, Item]) -> Outcome:
        if "decision" in refused:
            return _already_decided(refused["decision"])
        if "current" in refused:
            if not refused["current"]:
                reason = f"application {decision.application_id} has no current decision any more"
                raise CaseworkUnavailable("replace a decision", reason)
            return CurrentMoved(self._decision(refused["current"]))
        holder = refused["claim"]
        return ClaimedByAnother(
            fscs_key=holder["pk"]["S"].removeprefix(_CLAIM),
            source=holder["holder_source"]["S"],
            application_id=holder["holder_application"]["S"],
            since=datetime.fromisoformat(holder["held_since"]["S"]),
        )

    # Reads

    def _decision(self, current: Item) -> Decision:
        """The decision that a ``CURRENT`` item points to."""
        item = self._get(current["pk"]["S"], _DECISION + current["event_id"]["S"])
        if item is None:
            raise CaseworkUnavailable(
                "find a decision", f"{current['event_id']['S']} is current, but not there"
            )
        return _read(item)

    def _get(self, pk: str, sk: str) -> Item | None:
        try:
            answer = self._client.get_item(
                TableName=self._table, Key={"pk": {"S": pk}, "sk": {"S": sk}}, ConsistentRead=True
            )
        except (ClientError, BotoCoreError) as error:
            raise CaseworkUnavailable("read a decision", str(error)) from error
        return dict(answer["Item"]) if "Item" in answer else None

    def _query(self, **query: Any) -> Iterator[list[Item]]:
        """The pages of a query."""
        try:
            for page in self._client.get_paginator("query").paginate(TableName=self._table, **query):
                yield [dict(item) for item in page["Items"]]
        except (ClientError, BotoCoreError) as error:
            raise CaseworkUnavailable("list decisions", str(error)) from error

    def _batch_get(self, found: Iterable[Item]) -> list[Item]:
        """The items that at most ``BATCH`` index entries point to, in their order, as they are now."""
        keys = [{"pk": item["pk"], "sk": item["sk"]} for item in found]
        order = {(key["pk"]["S"], key["sk"]["S"]): position for position, key in enumerate(keys)}
        items: list[Item] = []
        for attempt in range(ATTEMPTS):
            if not keys:
                break
            self._back_off(attempt)
            try:
                answer = self._client.batch_get_item(
                    RequestItems={self._table: {"Keys": keys, "ConsistentRead": True}}
                )
            except (ClientError, BotoCoreError) as error:
                raise CaseworkUnavailable("read decisions", str(error)) from error
            items += [dict(item) for item in answer["Responses"].get(self._table, [])]
            unprocessed = answer.get("UnprocessedKeys", {}).get(self._table)
            keys = [dict(key) for key in unprocessed["Keys"]] if unprocessed else []
        if keys:
            raise CaseworkUnavailable("read decisions", f"{len(keys)} were kept back {ATTEMPTS} times")
        return sorted(items, key=lambda item: order[item["pk"]["S"], item["sk"]["S"]])

    def _back_off(self, attempt: int) -> None:
        if attempt:
            self._sleep(random.uniform(0, 0.05 * 2**attempt))


def _us(decision: Decision) -> Item:
    return {":source": {"S": decision.source}, ":application": {"S": decision.application_id}}


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


def _already_decided(item: Item) -> AlreadyDecided:
    return AlreadyDecided(_read(item), unpublished="unpublished" in item)


def _read(item: Item) -> Decision:
    return Decision.model_validate_json(item["body"]["S"])


def _application_pk(source: str, application_id: str) -> str:
    """One key an application: ``#`` in a part is escaped, so that no two applications share a key."""
    return f"APP#{_escaped(source)}#{_escaped(application_id)}"


def _escaped(part: str) -> str:
    return part.replace("%", "%25").replace("#", "%23")


def _decision_key(decision: Decision) -> Item:
    return {
        "pk": {"S": _application_pk(decision.source, decision.application_id)},
        "sk": {"S": f"{_DECISION}{decision.event_id}"},
    }


def _claim_key(fscs_key: str) -> Item:
    return {"pk": {"S": _CLAIM + fscs_key}, "sk": {"S": _HOLDER}}


def _text(moment: datetime) -> str:
    """UTC with six digits of a second, always: texts sort as the moments do."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f+00:00")
