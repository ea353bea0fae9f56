"""The states of the sources of releases, in the registry table, with the keys ``FETCH`` / source id."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING

from library_validator.releases.fetching.downloading import Validators
from library_validator.releases.fetching.source_states import FetchedFile, SourceState

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


class FetchStatesTable:
    """``FetchStates``. The order of addresses and uploads is kept: it shows which of them is the oldest."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        self._client = client
        self._table = table

    def states(self) -> dict[str, SourceState]:
        pages = self._client.get_paginator("query").paginate(
            TableName=self._table,
            KeyConditionExpression="pk = :fetch",
            ExpressionAttributeValues={":fetch": {"S": "FETCH"}},
            ConsistentRead=True,
        )
        states = [_read_state(item["state"]["S"]) for page in pages for item in page["Items"]]
        return {state.source_id: state for state in states}

    def put_state(self, state: SourceState) -> None:
        self._client.put_item(
            TableName=self._table,
            Item={
                "pk": {"S": "FETCH"},
                "sk": {"S": state.source_id},
                "state": {"S": json.dumps(asdict(state))},
            },
        )


def _read_state(text: str) -> SourceState:
    kept = json.loads(text)
    addresses = {
        address: FetchedFile(Validators(**fetched["validators"]), fetched["sha256"], fetched["at"])
        for address, fetched in kept.pop("addresses").items()
    }
    return SourceState(addresses=addresses, **kept)
