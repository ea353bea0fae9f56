"""What earlier deployments stored and sent: the folders of ``tests/fixtures``."""

from __future__ import annotations

import base64
import json
import lzma
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

FIXTURES: Final = Path(__file__).parents[1] / "fixtures"
DEPLOYMENTS: Final = tuple(sorted(path.name for path in FIXTURES.iterdir() if path.is_dir()))
_ITEMS_OF_A_WRITE: Final = 25

Row = dict[str, Any]


def casework_items(deployment: str) -> list[Row]:
    return [_item_of(row) for row in _rows((FIXTURES / deployment / "casework.jsonl").read_text("utf-8"))]


def registry_items(deployment: str) -> list[Row]:
    content = lzma.decompress((FIXTURES / deployment / "registry.jsonl.xz").read_bytes())
    return [_item_of(row) for row in _rows(content.decode())]


def sent_events(deployment: str) -> list[Row]:
    return _rows((FIXTURES / deployment / "events.jsonl").read_text("utf-8"))


def put_items(dynamodb: DynamoDBClient, table: str, items: list[Row]) -> None:
    for start in range(0, len(items), _ITEMS_OF_A_WRITE):
        requests: Any = [{"PutRequest": {"Item": item}} for item in items[start : start + _ITEMS_OF_A_WRITE]]
        dynamodb.batch_write_item(RequestItems={table: requests})


def _rows(text: str) -> list[Row]:
    return [json.loads(line) for line in text.splitlines()]


def _item_of(row: Row) -> Row:
    """The item as DynamoDB has it: binary values as bytes."""
    return {
        name: {"B": base64.b64decode(value["B"])} if "B" in value else value for name, value in row.items()
    }
