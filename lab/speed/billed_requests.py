"""Counts the billed quantities of requests to AWS: requests, read and write units, events, bytes.

``Meter.watch`` hooks a boto3 client. A second client, without hooks, looks up the items before and after
each write. AWS bills by these rules:

- A write costs a write unit for each begun KB of the larger of the item before and after it, and at least one
  unit. In a transaction it costs twice as much. A refused write costs the same, and a refused transaction
  costs all its items.
- An index costs a write unit for each begun KB of a row that appears, disappears or changes, and two writes
  if the key of the row changes. It never costs double, because it is written after the transaction.
- A strongly consistent read costs a unit for each begun 4 KB of the item, an eventually consistent read costs
  half. A missing key costs as much as the smallest item. A query is measured by the sum of its items.
- An event and an SQS request are billed for each begun 64 KB.

Sources: Amazon DynamoDB developer guide, "Read and write operations", "Transactions" and "Global secondary
indexes"; pricing pages of EventBridge and SQS.
"""

from __future__ import annotations

import math
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final

from lab.speed.read_units import eventual_units, item_bytes

KILOBYTE: Final = 1024
CHUNK: Final = 64 * 1024  # bytes that EventBridge and SQS bill as a single event or request

Item = Mapping[str, Any]
Key = tuple[str, str, str]  # table, pk, sk
_READS: Final = {"GetItem", "BatchGetItem", "Query"}


@dataclass(frozen=True, slots=True)
class Index:
    """A global secondary index: its keys, and the attributes of an item that it copies."""

    name: str
    keys: tuple[str, str]
    projected: frozenset[str]  # includes all keys

    def row(self, item: Item | None) -> Item | None:
        if item is None or not all(key in item for key in self.keys):
            return None
        return {name: value for name, value in item.items() if name in self.projected}

    def units(self, before: Item | None, after: Item | None) -> int:
        """Write units to update the index."""
        old, new = self.row(before), self.row(after)
        if old == new:
            return 0
        if old and new and all(old[key] == new[key] for key in self.keys):
            return max(written_units(old), written_units(new))
        return sum(written_units(row) for row in (old, new) if row)


@dataclass(slots=True)
class Usage:
    """The use between two calls of ``Meter.take``."""

    requests: Counter[str] = field(default_factory=Counter)  # number by operation
    write_units: Counter[str] = field(default_factory=Counter)  # by kind of item
    read_units: defaultdict[str, float] = field(default_factory=lambda: defaultdict(float))  # by operation
    events: int = 0
    event_bytes: int = 0
    stored_bytes: int = 0  # size of new items and of their rows in indexes
    stored_items: int = 0  # number of new items and of their rows in indexes
    outside_seconds: float = 0.0  # processor time of emulation and metering

    @property
    def writes(self) -> int:
        return sum(self.write_units.values())

    @property
    def reads(self) -> float:
        return sum(self.read_units.values())


class Meter:
    """Counts the requests of the clients that it watches. ``peek`` is a client of DynamoDB without hooks."""

    def __init__(self, peek: Any) -> None:
        self.usage = Usage()
        self._peek = peek
        self._indexes: dict[str, tuple[Index, ...]] = {}
        self._own = threading.local()
        self._lock = threading.Lock()

    def watch(self, client: Any) -> Any:
        events, service = client.meta.events, client.meta.service_model.service_id.hyphenize()
        events.register_last(f"provide-client-params.{service}.*", self._on_request)
        events.register_first(f"before-send.{service}.*", self._on_sending)
        events.register_first(f"before-parse.{service}.*", self._on_answer)
        events.register_last(f"after-call.{service}.*", self._on_response)
        return client

    def take(self) -> Usage:
        """The use since the last call."""
        usage, self.usage = self.usage, Usage()
        return usage

    def _on_sending(self, **_: Any) -> None:
        self._own.sent = time.thread_time()

    def _on_answer(self, **_: Any) -> None:
        self._add_outside_seconds(time.thread_time() - self._own.sent)

    def _on_request(self, params: dict[str, Any], model: Any, context: dict[str, Any], **_: Any) -> None:
        with self._count_as_outside():
            context["request"] = params
            written = _written_items(model.name, params)
            context["before"] = {key: self._item(key) for key in written}

    def _on_response(self, parsed: dict[str, Any], model: Any, context: dict[str, Any], **_: Any) -> None:
        with self._count_as_outside(), self._lock:
            request, before = context["request"], context["before"]
            self.usage.requests[model.name] += 1
            if model.name == "PutEvents":
                sizes = [event_size(entry) for entry in request["Entries"]]
                self.usage.events += sum(math.ceil(size / CHUNK) for size in sizes)
                self.usage.event_bytes += sum(sizes)
            elif model.name in _READS:
                self.usage.read_units[model.name] += read_units(model.name, request, parsed)
            elif model.name == "BatchWriteItem":
                self._batch(request)
            elif before:
                self._writes(model.name, request, before)

    def _writes(self, operation: str, request: dict[str, Any], before: dict[Key, Item | None]) -> None:
        sent = _written_items(operation, request)
        times = 2 if operation == "TransactWriteItems" else 1
        for key, old in before.items():
            new = self._item(key)
            item_units = max(written_units(item) for item in (old, new, sent[key]))
            self.usage.write_units[f"{operation} {_kind(key)}"] += times * item_units
            for index in self._indexes_of(key[0]):
                self.usage.write_units[f"index {index.name}"] += index.units(old, new)
                if index.row(new) and not index.row(old):
                    self._count_stored(index.row(new))
            if new and not old:
                self._count_stored(new)

    def _batch(self, request: dict[str, Any]) -> None:
        """Counts the postings that are put or deleted. The registry table has no index."""
        for writes in request["RequestItems"].values():
            for write in writes:
                if "PutRequest" in write:
                    item = write["PutRequest"]["Item"]
                    self.usage.write_units["BatchWriteItem put"] += written_units(item)
                    self._count_stored(item)
                else:
                    self.usage.write_units["BatchWriteItem delete"] += 1

    def _count_stored(self, item: Item | None) -> None:
        self.usage.stored_bytes += item_bytes(item or {})
        self.usage.stored_items += 1

    def _item(self, key: Key) -> Item | None:
        table, pk, sk = key
        answer = self._peek.get_item(TableName=table, Key={"pk": {"S": pk}, "sk": {"S": sk}})
        return answer.get("Item")  # type: ignore[no-any-return]

    def _indexes_of(self, table: str) -> tuple[Index, ...]:
        if table not in self._indexes:
            described = self._peek.describe_table(TableName=table)["Table"]
            self._indexes[table] = tuple(map(_index, described.get("GlobalSecondaryIndexes", [])))
        return self._indexes[table]

    @contextmanager
    def _count_as_outside(self) -> Iterator[None]:
        started = time.thread_time()
        try:
            yield
        finally:
            self._add_outside_seconds(time.thread_time() - started)

    def _add_outside_seconds(self, seconds: float) -> None:
        self.usage.outside_seconds += seconds


def processor_seconds(work: Callable[[], object], meter: Meter) -> float:
    """Processor time of ``work`` without the time of emulation and metering."""
    outside, started = meter.usage.outside_seconds, time.process_time()
    work()
    return time.process_time() - started - (meter.usage.outside_seconds - outside)


def written_units(item: Item | None) -> int:
    """Write units of an item outside transactions. Without an item, the units of the smallest item."""
    return max(1, math.ceil(item_bytes(item or {}) / KILOBYTE))


def event_size(entry: Mapping[str, Any]) -> int:
    """Bytes of a bus entry as EventBridge counts them: 14 for its time, then its texts."""
    return 14 + sum(len(entry[name].encode()) for name in ("Source", "DetailType", "Detail"))


def read_units(operation: str, request: Mapping[str, Any], answer: Mapping[str, Any]) -> float:
    """Read units of a ``GetItem``, ``BatchGetItem`` or ``Query``, from its items."""
    if operation == "Query":
        size = sum(map(item_bytes, answer.get("Items", [])))
        return _consistency_factor(request) * eventual_units(size)
    if operation == "GetItem":
        return _consistency_factor(request) * eventual_units(item_bytes(answer.get("Item", {})))
    units = 0.0
    for table, read in request["RequestItems"].items():
        found = answer.get("Responses", {}).get(table, [])
        missing = len(read["Keys"]) - len(found)
        in_table = sum(eventual_units(item_bytes(item)) for item in found) + missing * eventual_units(0)
        units += _consistency_factor(read) * in_table
    return units


def _consistency_factor(request: Mapping[str, Any]) -> int:
    return 2 if request.get("ConsistentRead") else 1


def _written_items(operation: str, request: Mapping[str, Any]) -> dict[Key, Item | None]:
    """The items that a request writes, by key. None for an item that is deleted or sent in part."""
    if operation == "TransactWriteItems":
        parts = [part for write in request["TransactItems"] for part in write.values()]
    elif operation in {"PutItem", "UpdateItem", "DeleteItem"}:
        parts = [request]
    else:
        return {}
    return {_key(part["TableName"], part.get("Item") or part["Key"]): part.get("Item") for part in parts}


def _key(table: str, item: Item) -> Key:
    return table, item["pk"]["S"], item["sk"]["S"]


def _kind(key: Key) -> str:
    """The kind of an item, as a word."""
    _, pk, sk = key
    if pk.startswith(("APP#", "REVALIDATION#")):
        return sk.partition("#")[0].lower()
    word = pk.partition("#")[0].lower()
    return word if word in {"claim", "pointer", "run"} else "version"


def _index(described: Mapping[str, Any]) -> Index:
    first, second = (key["AttributeName"] for key in described["KeySchema"])
    more = described["Projection"].get("NonKeyAttributes", [])
    return Index(described["IndexName"], (first, second), frozenset({"pk", "sk", first, second, *more}))
