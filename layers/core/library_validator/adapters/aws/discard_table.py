"""The record of discarded dead letters, in the casework table."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import datetime
from typing import Final

from library_validator.adapters.aws.casework_access import CaseworkAccess, Item, item_key, moment_text
from library_validator.recovery.queues import DeadLetterQueue
from library_validator.recovery.redriving import Discard

PARTITION: Final = "DISCARDED"


class DiscardTable:
    """``DiscardLog``."""

    def __init__(self, table: CaseworkAccess) -> None:
        self._table = table

    def append(self, discard: Discard) -> None:
        item = item_key(PARTITION, f"{moment_text(discard.at)}#{discard.message_id}")
        item["body"] = {"S": json.dumps(asdict(discard), default=str)}
        self._table.put(item, "keep the record of a discarded message")

    def since(self, start: datetime) -> list[Discard]:
        pages = self._table.query(
            KeyConditionExpression="pk = :pk AND sk >= :start",
            ExpressionAttributeValues={":pk": {"S": PARTITION}, ":start": {"S": moment_text(start)}},
        )
        return [_discard_of(item) for page in pages for item in page]


def _discard_of(item: Item) -> Discard:
    read = json.loads(item["body"]["S"])
    moments = {name: datetime.fromisoformat(read[name]) for name in ("at", "first_sent_at")}
    return Discard(**{**read, **moments, "queue": DeadLetterQueue(read["queue"])})
