"""Decisions on the casework table: recorded in one transaction, published once confirmed."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from library_validator.adapters.aws.casework_access import BATCH, CaseworkAccess
from library_validator.adapters.aws.casework_items import (
    CLAIM,
    CURRENT,
    DECISION,
    UNPUBLISHED,
    Item,
    application_pk,
    changed_sk,
    claim_key,
    current_item,
    decision_item,
    decision_key,
    item_key,
    moment_text,
    read_decision,
    revalidation_pk,
)
from library_validator.casework.store import shard_of
from library_validator.decisions.decision import Decision, Holder
from library_validator.decisions.store import (
    AlreadyDecided,
    ClaimedByAnother,
    CurrentMoved,
    Outcome,
    Recorded,
    Revalidation,
    claimed_key,
)
from library_validator.errors import CaseworkUnavailable

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import TransactWriteItemTypeDef

_HELD_BY_US: Final = "(holder_source = :source AND holder_application = :application)"


class DecisionTable:
    """``DecisionStore`` on one table. ``clock`` bounds the days that ``recent`` looks at."""

    def __init__(
        self,
        client: DynamoDBClient,
        table: str,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._table = CaseworkAccess(client, table, sleep)
        self._clock = clock

    def record(
        self,
        decision: Decision,
        replacing: Decision | None,
        *,
        claim: bool = True,
        revalidation: Revalidation | None = None,
    ) -> Outcome:
        writes = {
            "decision": self._put_decision(decision, unpublished=True),
            "current": self._move_current(decision, replacing),
        }
        claimed = claimed_key(decision)
        held = claimed_key(replacing) if replacing else None
        if claimed and claim:
            writes["claim"] = self._take_claim(claimed, decision)
        if held and held != claimed:
            writes["give_back"] = self._give_back_claim(held, decision)
        if revalidation:
            writes["count"] = self._count(revalidation, decision)
        refused = self._table.transact(writes)
        if set(refused) == {"give_back"}:
            # Another holds the claim, or nobody does: there is nothing to give back.
            del writes["give_back"]
            refused = self._table.transact(writes)
        return self._refusal(decision, refused) if refused else Recorded()

    def holder_of(self, fscs_key: str) -> Holder | None:
        key = claim_key(fscs_key)
        item = self._table.get(key["pk"]["S"], key["sk"]["S"])
        return _holder(item) if item else None

    def record_late(self, decision: Decision) -> Recorded | AlreadyDecided:
        refused = self._table.transact({"decision": self._put_decision(decision, unpublished=False)})
        return _already_decided(refused["decision"]) if refused else Recorded()

    def get(self, source: str, application_id: str) -> Decision | None:
        current = self._table.get(application_pk(source, application_id), CURRENT)
        return self._decision(current) if current else None

    def history(self, source: str, application_id: str) -> list[Decision]:
        pages = self._table.query(
            KeyConditionExpression="pk = :pk AND begins_with(sk, :decision)",
            ExpressionAttributeValues={
                ":pk": {"S": application_pk(source, application_id)},
                ":decision": {"S": DECISION},
            },
            ConsistentRead=True,
        )
        decisions = [read_decision(item) for page in pages for item in page]
        return sorted(decisions, key=lambda decision: (decision.decided_at, decision.order))

    def unpublished(self, before: datetime, limit: int) -> list[Decision]:
        found: list[Decision] = []
        pages = self._table.query(
            IndexName="unpublished",
            KeyConditionExpression="unpublished = :yes AND stored_at < :before",
            ExpressionAttributeValues={":yes": {"S": UNPUBLISHED}, ":before": {"S": moment_text(before)}},
            Limit=min(limit, BATCH),
        )
        for page in pages:
            # The index lags behind: what was confirmed a moment ago may still be in it.
            found += [read_decision(item) for item in self._table.batch_get(page) if "unpublished" in item]
            if len(found) >= limit:
                break
        return found[:limit]

    def clear_mark(self, decisions: Sequence[Decision]) -> None:
        for decision in decisions:
            # Cleared before, by a redelivery or by the sweeper, it stays cleared.
            self._table.update(
                decision_key(decision),
                "clear the mark of a published decision",
                UpdateExpression="REMOVE unpublished, stored_at",
                ConditionExpression="attribute_exists(unpublished)",
            )

    def recent(self, since: datetime) -> Iterator[Decision]:
        day = since.astimezone(UTC).date()
        # A writer's clock may be ahead of this one.
        last = (self._clock() + timedelta(minutes=15)).astimezone(UTC).date()
        while day <= last:
            pages = self._table.query(
                IndexName="by_day",
                KeyConditionExpression="#day = :day AND decided_at >= :since",
                ExpressionAttributeNames={"#day": "day"},
                ExpressionAttributeValues={
                    ":day": {"S": day.isoformat()},
                    ":since": {"S": moment_text(since)},
                },
                Limit=BATCH,
            )
            for page in pages:
                yield from map(read_decision, self._table.batch_get(page))
            day += timedelta(days=1)

    def _put_decision(self, decision: Decision, *, unpublished: bool) -> TransactWriteItemTypeDef:
        return {
            "Put": {
                "TableName": self._table.table,
                "Item": decision_item(decision, unpublished=unpublished),
                "ConditionExpression": "attribute_not_exists(pk)",
                "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
            }
        }

    def _move_current(self, decision: Decision, replacing: Decision | None) -> TransactWriteItemTypeDef:
        write: TransactWriteItemTypeDef = {
            "Put": {
                "TableName": self._table.table,
                "Item": current_item(decision),
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
                "TableName": self._table.table,
                "Key": claim_key(fscs_key),
                "UpdateExpression": "SET holder_source = :source, holder_application = :application, "
                "held_since = if_not_exists(held_since, :now)",
                "ConditionExpression": f"attribute_not_exists(pk) OR {_HELD_BY_US}",
                "ExpressionAttributeValues": _us(decision)
                | {":now": {"S": moment_text(decision.decided_at)}},
                "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
            }
        }

    def _give_back_claim(self, fscs_key: str, decision: Decision) -> TransactWriteItemTypeDef:
        return {
            "Delete": {
                "TableName": self._table.table,
                "Key": claim_key(fscs_key),
                "ConditionExpression": _HELD_BY_US,
                "ExpressionAttributeValues": _us(decision),
            }
        }

    def _count(self, revalidation: Revalidation, decision: Decision) -> TransactWriteItemTypeDef:
        """Counted with what is counted: once, however often a worker dies."""
        shard = shard_of(decision.source, decision.application_id)
        return {
            "Update": {
                "TableName": self._table.table,
                "Key": item_key(
                    revalidation_pk(revalidation.activation),
                    changed_sk(shard, decision.policy_version, revalidation.asked_at),
                ),
                "UpdateExpression": "ADD changed :one",
                "ExpressionAttributeValues": {":one": {"N": "1"}},
            }
        }

    def _refusal(self, decision: Decision, refused: dict[str, Item]) -> Outcome:
        if "decision" in refused:
            return _already_decided(refused["decision"])
        if "current" in refused:
            if not refused["current"]:
                reason = f"application {decision.application_id} has no current decision any more"
                raise CaseworkUnavailable("replace a decision", reason)
            return CurrentMoved(self._decision(refused["current"]))
        claim = refused["claim"]
        holder = _holder(claim)
        return ClaimedByAnother(
            fscs_key=claim["pk"]["S"].removeprefix(CLAIM),
            source=holder.source,
            application_id=holder.application_id,
            since=datetime.fromisoformat(claim["held_since"]["S"]),
        )

    def _decision(self, current: Item) -> Decision:
        """The decision that a ``CURRENT`` item points to."""
        item = self._table.get(current["pk"]["S"], DECISION + current["event_id"]["S"])
        if item is None:
            raise CaseworkUnavailable(
                "find a decision", f"{current['event_id']['S']} is current, but not there"
            )
        return read_decision(item)


def _us(decision: Decision) -> Item:
    return {":source": {"S": decision.source}, ":application": {"S": decision.application_id}}


def _holder(claim: Item) -> Holder:
    return Holder(source=claim["holder_source"]["S"], application_id=claim["holder_application"]["S"])


def _already_decided(item: Item) -> AlreadyDecided:
    return AlreadyDecided(read_decision(item), unpublished="unpublished" in item)
