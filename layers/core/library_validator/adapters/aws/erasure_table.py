"""Erasures on the casework table."""

from __future__ import annotations

from datetime import date
from typing import Final

from library_validator.adapters.aws.casework_access import (
    BATCH,
    DECISION,
    CaseworkAccess,
    application_pk,
    cursor_key,
    cursor_text,
    item_key,
    moment_text,
    pack_decision,
    read_decision,
)
from library_validator.adapters.aws.decision_table import (
    CURRENT,
    HELD_BY_APPLICATION,
    LATE,
    claim_key,
    holder_values,
)
from library_validator.adapters.aws.override_table import override_sk
from library_validator.casework.erasing import DayPage, ErasureRecord
from library_validator.decisions.decision import Decision, Erasure, Override

_ERASURE: Final = "ERASURE#"
_RETENTION: Final = ("RETENTION", "-")
_DOING: Final = "erase texts"


class ErasureTable:
    """``ErasureStore``."""

    def __init__(self, table: CaseworkAccess) -> None:
        self._table = table

    def end_current(self, decision: Decision, erasure: Erasure) -> bool:
        # Without a shard, the item leaves the index of current decisions: also an earlier deployment, to
        # which a person goes back, does not decide the application again.
        return self._table.update(
            application_pk(decision.source, decision.application_id),
            CURRENT,
            _DOING,
            UpdateExpression="SET erased = :erasure REMOVE #shard",
            ExpressionAttributeNames={"#shard": "shard"},  # a reserved word of DynamoDB
            ConditionExpression="event_id = :event_id",
            ExpressionAttributeValues={
                ":event_id": {"S": str(decision.event_id)},
                ":erasure": {"S": erasure.model_dump_json()},
            },
        )

    def give_back_claim(self, decision: Decision) -> bool:
        if decision.claimed_key is None:
            return False
        return self._table.delete(
            claim_key(decision.claimed_key),
            _DOING,
            ConditionExpression=HELD_BY_APPLICATION,
            ExpressionAttributeValues=holder_values(decision),
        )

    def rewrite_decision(self, decision: Decision) -> None:
        self._table.update(
            application_pk(decision.source, decision.application_id),
            f"{DECISION}{decision.event_id}",
            _DOING,
            UpdateExpression="SET body = :body",
            ConditionExpression="attribute_exists(pk)",
            ExpressionAttributeValues={":body": {"B": pack_decision(decision)}},
        )

    def rewrite_override(self, override: Override) -> None:
        self._table.update(
            application_pk(override.source, override.application_id),
            override_sk(override),
            _DOING,
            UpdateExpression="SET body = :body",
            ConditionExpression="attribute_exists(pk)",
            ExpressionAttributeValues={":body": {"S": override.model_dump_json()}},
        )

    def append(self, record: ErasureRecord) -> None:
        pk = application_pk(record.source, record.application_id)
        item = item_key(pk, f"{_ERASURE}{moment_text(record.at)}") | {"body": {"S": record.model_dump_json()}}
        self._table.put(item, "keep the record of an erasure")

    def records(self, source: str, application_id: str) -> list[ErasureRecord]:
        items = self._table.items_in_partition(application_pk(source, application_id), _ERASURE)
        return [ErasureRecord.model_validate_json(item["body"]["S"]) for item in items]

    def decided_on(self, day: date, cursor: str | None, limit: int) -> DayPage:
        """First the decisions that were current, then the late ones, which have a partition of their own."""
        late = cursor is not None and cursor.startswith(LATE)
        place = (cursor or "").removeprefix(LATE)
        query = {"ExclusiveStartKey": cursor_key(place)} if place else {}
        found, last = self._table.query_page(
            IndexName="by_day",
            KeyConditionExpression="#day = :day",
            ExpressionAttributeNames={"#day": "day"},
            ExpressionAttributeValues={":day": {"S": f"{LATE if late else ''}{day.isoformat()}"}},
            Limit=min(limit, BATCH),
            **query,
        )
        after = f"{LATE if late else ''}{cursor_text(last)}" if last else None if late else LATE
        return DayPage(tuple(map(read_decision, self._table.items_of_keys(found))), after)

    def looked_at_through(self) -> date | None:
        item = self._table.get(*_RETENTION)
        return date.fromisoformat(item["through"]["S"]) if item else None

    def note_looked_at(self, through: date) -> None:
        item = item_key(*_RETENTION) | {"through": {"S": through.isoformat()}}
        self._table.put(
            item,
            "store how far the retention task is",
            ConditionExpression="attribute_not_exists(pk) OR through < :through",
            ExpressionAttributeValues={":through": {"S": through.isoformat()}},
        )
