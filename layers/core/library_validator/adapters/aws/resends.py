"""The time of a resend, as it is noted in the casework table.

The time is noted with the decision and with ``CURRENT``. A writer that read the decision before the resend
would replace it by an older submission. The condition ``NO_LATER_RESEND`` refuses that: the writer then reads
the decision again, with its new time.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from library_validator.adapters.aws.casework_access import Item

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.type_defs import TransactWriteItemTypeDef

# ``:known``: the time of the current decision, as the writer knows it.
NO_LATER_RESEND: Final = "(attribute_not_exists(resent_at) OR resent_at <= :known)"


def resend_writes(
    table: str, current: Item, decision: Item, event_id: str, noted: str
) -> dict[str, TransactWriteItemTypeDef]:
    """The writes that note a resend. ``current`` and ``decision`` are the keys of the two items.

    Nothing is written if a later resend is noted, or if another decision is current.
    """

    def update(key: Item, attribute: str, condition: str, values: Item) -> TransactWriteItemTypeDef:
        return {
            "Update": {
                "TableName": table,
                "Key": key,
                "UpdateExpression": f"SET {attribute} = :noted",
                "ConditionExpression": condition,
                "ExpressionAttributeValues": {":noted": {"S": noted}, **values},
            }
        }

    later = "attribute_exists(pk) AND (attribute_not_exists(order_time) OR order_time < :noted)"
    return {
        "current": update(current, "resent_at", "event_id = :event_id", {":event_id": {"S": event_id}}),
        "decision": update(decision, "order_time", later, {}),
    }
