"""Counts of each sender on the casework table.

- ``COUNT#<key>``, ``CLAIMS``: the claims of a sender. ``held``.
- ``COUNT#<key>``, ``HOUR``: its applications of one hour. ``hour`` and ``applications``.

The items are updated alone, never in a transaction: batches of one sender do not stop each other.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from library_validator.adapters.aws.casework_access import CaseworkAccess
from library_validator.casework.limits import counts_of_senders
from library_validator.decisions.partners import Partners

_CLAIMS: Final = "CLAIMS"
_HOUR: Final = "HOUR"
_ATTEMPTS: Final = 5
_DOING: Final = "count the claims of a sender"


class SourceCountTable:
    """``SourceCounts``."""

    def __init__(self, table: CaseworkAccess) -> None:
        self._table = table

    def add_applications(self, source: str, hour: str, number: int) -> int:
        def update(change: str, condition: str) -> bool:
            return self._table.update(
                _pk(source),
                _HOUR,
                "count the applications of a sender",
                UpdateExpression=change,
                ConditionExpression=condition,
                ExpressionAttributeNames={"#hour": "hour"},
                ExpressionAttributeValues={":number": {"N": str(number)}, ":hour": {"S": hour}},
            )

        if not update("ADD applications :number", "#hour = :hour"):
            update("SET #hour = :hour, applications = :number", "attribute_not_exists(pk) OR #hour < :hour")
        item = self._table.get(_pk(source), _HOUR) or {}
        return int(item["applications"]["N"]) if item and item["hour"]["S"] == hour else 0

    def reserve_claims(self, source: str, number: int, limit: int) -> int:
        for _ in range(_ATTEMPTS):
            number = min(number, limit)
            if number <= 0 or self._reserve(source, number, limit):
                return max(number, 0)
            number = min(number, limit - self._held(source))
        return 0

    def add_claims(self, source: str, number: int) -> None:
        self._table.update(
            _pk(source),
            _CLAIMS,
            _DOING,
            UpdateExpression="ADD held :number",
            ExpressionAttributeValues={":number": {"N": str(number)}},
        )

    def set_claims(self, counted: Mapping[str, int], partners: Partners) -> None:
        for source, number in counts_of_senders(counted, partners).items():
            # An addition keeps what batches reserve meanwhile.
            self.add_claims(source, number - self._held(source))

    def _reserve(self, source: str, number: int, limit: int) -> bool:
        return self._table.update(
            _pk(source),
            _CLAIMS,
            _DOING,
            UpdateExpression="ADD held :number",
            ConditionExpression="attribute_not_exists(held) OR held <= :most",
            ExpressionAttributeValues={":number": {"N": str(number)}, ":most": {"N": str(limit - number)}},
        )

    def _held(self, source: str) -> int:
        item = self._table.get(_pk(source), _CLAIMS)
        return int(item["held"]["N"]) if item else 0


def _pk(source: str) -> str:
    return f"COUNT#{source}"
