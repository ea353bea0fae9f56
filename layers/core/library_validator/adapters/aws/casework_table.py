"""The casework table: its decisions, and what keeping them true needs besides."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from pydantic import TypeAdapter

from library_validator.adapters.aws.casework_access import BATCH
from library_validator.adapters.aws.casework_items import (
    CHANGED,
    CURRENT,
    DECISION,
    OVERRIDE,
    SHARD,
    Item,
    application_key,
    application_pk,
    changed_sk,
    cursor_key,
    cursor_text,
    item_key,
    moment_text,
    override_item,
    read_decision,
    revalidation_pk,
    shard_text,
)
from library_validator.adapters.aws.decision_table import DecisionTable
from library_validator.casework.store import CurrentPage, ShardProgress
from library_validator.decisions.decision import Decision, Override

_PROGRESS: Final = TypeAdapter(ShardProgress)


class CaseworkTable(DecisionTable):
    """``CaseworkStore`` on one table."""

    def current_page(
        self, shard: int, cursor: str | None, limit: int, *, ending_before: datetime | None = None
    ) -> CurrentPage:
        query: dict[str, Any] = {
            "IndexName": "current",
            "KeyConditionExpression": "#shard = :shard",
            "ExpressionAttributeNames": {"#shard": "shard"},  # a reserved word
            "ExpressionAttributeValues": {":shard": {"S": shard_text(shard)}},
            "Limit": min(limit, BATCH),
        }
        if ending_before:
            query["KeyConditionExpression"] += " AND valid_until < :end"
            query["ExpressionAttributeValues"][":end"] = {"S": moment_text(ending_before)}
        if cursor:
            query["ExclusiveStartKey"] = cursor_key(cursor)
        found, last = self._table.query_page(**query)
        items = self._table.batch_get(
            item_key(item["pk"]["S"], DECISION + item["event_id"]["S"]) for item in found
        )
        return CurrentPage(
            tuple(map(read_decision, items)),
            cursor_text(last) if last else None,
            {item["event_id"]["S"]: int(item["notified"]["N"]) for item in found if "notified" in item},
        )

    def note_notice(self, decision: Decision, days: int) -> None:
        self._table.update(
            application_key(decision, CURRENT),
            "note that a notice went out",
            UpdateExpression="SET notified = :days",
            ConditionExpression="event_id = :event_id",
            ExpressionAttributeValues={
                ":days": {"N": str(days)},
                ":event_id": {"S": str(decision.event_id)},
            },
        )

    def append_override(self, override: Override) -> None:
        self._table.put(
            override_item(override), "keep an override", ConditionExpression="attribute_not_exists(pk)"
        )

    def overrides(self, source: str, application_id: str) -> list[Override]:
        items = self._all(application_pk(source, application_id), OVERRIDE)
        return [Override.model_validate_json(item["body"]["S"]) for item in items]

    def put_progress(self, progress: ShardProgress) -> bool:
        item = item_key(revalidation_pk(progress.activation), SHARD + shard_text(progress.shard)) | {
            "policy_version": {"S": progress.policy_version},
            "unchanged": {"N": str(progress.unchanged)},
            "finished": {"BOOL": progress.done},
            "body": {"B": _PROGRESS.dump_json(progress)},
        }
        if progress.asked_at:
            item["asked_at"] = {"S": progress.asked_at}
        return self._table.put(item, "note the progress of a revalidation", **_unless_behind(progress))

    def progress(self, activation: str) -> list[ShardProgress]:
        pk = revalidation_pk(activation)
        changed = {item["sk"]["S"]: int(item["changed"]["N"]) for item in self._all(pk, CHANGED)}
        found = []
        for item in self._all(pk, SHARD):
            progress = _PROGRESS.validate_json(item["body"]["B"])
            count = changed.get(changed_sk(progress.shard, progress.policy_version, progress.asked_at), 0)
            found.append(replace(progress, changed=count))
        return found

    def _all(self, pk: str, prefix: str) -> list[Item]:
        """The items of one partition whose sort keys begin with ``prefix``, in their order."""
        pages = self._table.query(
            KeyConditionExpression="pk = :pk AND begins_with(sk, :prefix)",
            ExpressionAttributeValues={":pk": {"S": pk}, ":prefix": {"S": prefix}},
            ConsistentRead=True,
        )
        return [item for page in pages for item in page]


def _unless_behind(progress: ShardProgress) -> dict[str, Any]:
    """The condition for noting ``progress``: what is stored for the shard is not further than it."""
    further = "policy_version <> :policy OR finished = :false"
    values: Item = {":policy": {"S": progress.policy_version}, ":false": {"BOOL": False}}
    if progress.announced:
        further = "policy_version = :policy"
        del values[":false"]
    elif not progress.done:
        further = "policy_version <> :policy OR (finished = :false AND unchanged <= :unchanged)"
        values[":unchanged"] = {"N": str(progress.unchanged)}
    earlier, same = "attribute_not_exists(pk)", "attribute_not_exists(asked_at)"
    if progress.asked_at:
        earlier, same = "attribute_not_exists(asked_at) OR asked_at < :asked", "asked_at = :asked"
        values[":asked"] = {"S": progress.asked_at}
    return {
        "ConditionExpression": f"{earlier} OR ({same} AND ({further}))",
        "ExpressionAttributeValues": values,
    }
