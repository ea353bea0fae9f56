"""The progress of revalidations on the casework table."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from pydantic import TypeAdapter

from library_validator.adapters.aws.casework_access import (
    CHANGED,
    CaseworkAccess,
    Item,
    changed_sk,
    item_key,
    revalidation_pk,
    shard_text,
)
from library_validator.casework.progress import ShardProgress

_SHARD: Final = "SHARD#"
_PROGRESS: Final = TypeAdapter(ShardProgress)


class RevalidationTable:
    """``RevalidationStore``."""

    def __init__(self, table: CaseworkAccess) -> None:
        self._table = table

    def put_progress(self, progress: ShardProgress) -> bool:
        item = item_key(revalidation_pk(progress.activation), _SHARD + shard_text(progress.shard)) | {
            "policy_version": {"S": progress.policy_version},
            "unchanged": {"N": str(progress.unchanged)},
            "finished": {"BOOL": progress.done},
            "body": {"B": _PROGRESS.dump_json(progress)},
        }
        if progress.asked_at:
            item["asked_at"] = {"S": progress.asked_at}
        return self._table.put(
            item, "store the progress of a revalidation", **_condition_of_progress(progress)
        )

    def progress(self, activation: str) -> list[ShardProgress]:
        pk = revalidation_pk(activation)
        changed = {
            item["sk"]["S"]: int(item["changed"]["N"]) for item in self._table.items_in_partition(pk, CHANGED)
        }
        found = []
        for item in self._table.items_in_partition(pk, _SHARD):
            progress = _PROGRESS.validate_json(item["body"]["B"])
            count = changed.get(changed_sk(progress.shard, progress.policy_version, progress.asked_at), 0)
            found.append(replace(progress, changed=count))
        return found


def _condition_of_progress(progress: ShardProgress) -> dict[str, Any]:
    """The condition for storing ``progress``: the stored progress of the shard is not ahead of it."""
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
