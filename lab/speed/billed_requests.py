"""Counts what requests to AWS cost, as they are made: requests, read and write units, events, bytes.

``Meter.watch`` hooks a boto3 client. What was in the table before and after each write is looked up beside
it, with a client that nobody watches. The rules, as AWS bills them:

- A write costs one write unit for each begun KB of the larger of the item before and after it, at least
  one; in a transaction two. A refused one costs the same: of a refused transaction every item counts.
- An index costs a write unit for each begun KB of its entry, where the entry appears, goes or changes;
  two writes where its key changes. Never double: indexes are written after the transaction.
- A strongly consistent read costs a unit for each begun 4 KB of the item, an eventually consistent one half;
  a key that is not there costs as the smallest item does. A query is measured by its items together.
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
CHUNK: Final = 64 * 1024  # what EventBridge and SQS bill as one

Item = Mapping[str, Any]
Key = tuple[str, str, str]  # table, pk, sk
_READS: Final = {"GetItem", "BatchGetItem", "Query"}


@dataclass(frozen=True, slots=True)
class Index:
    """A global secondary index: its keys, and what of an item stands in it."""

    name: str
    keys: tuple[str, str]
    projected: frozenset[str]  # with all keys

    def entry(self, item: Item | None) -> Item | None:
        if item is None or not all(key in item for key in self.keys):
            return None
        return {name: value for name, value in item.items() if name in self.projected}

    def units(self, before: Item | None, after: Item | None) -> int:
        """Write units of bringing the index up to date."""
        old, new = self.entry(before), self.entry(after)
        if old == new:
            return 0
        if old and new and all(old[key] == new[key] for key in self.keys):
            return max(written_units(old), written_units(new))
        return sum(written_units(entry) for entry in (old, new) if entry)


@dataclass(slots=True)
class Usage:
    """What was used between two looks."""

    requests: Counter[str] = field(default_factory=Counter)  # by operation
    write_units: Counter[str] = field(default_factory=Counter)  # by what was written
    read_units: defaultdict[str, float] = field(default_factory=lambda: defaultdict(float))  # by operation
    events: int = 0
    event_bytes: int = 0
    stored_bytes: int = 0  # of items put, where none was before
    stored_items: int = 0  # with entries in indexes
    outside_seconds: float = 0.0  # of processor time: emulation and metering

    @property
    def writes(self) -> int:
        return sum(self.write_units.values())

    @property
    def reads(self) -> float:
        return sum(self.read_units.values())


class Meter:
    """``peek`` gives a client of DynamoDB that nobody watches."""

    def __init__(self, peek: Any) -> None:
        self.usage = Usage()
        self._peek = peek
        self._indexes: dict[str, tuple[Index, ...]] = {}
        self._own = threading.local()
        self._lock = threading.Lock()

    def watch(self, client: Any) -> Any:
        events, service = client.meta.events, client.meta.service_model.service_id.hyphenize()
        events.register_last(f"provide-client-params.{service}.*", self._before)
        events.register_first(f"before-send.{service}.*", self._sending)
        events.register_first(f"before-parse.{service}.*", self._answered)
        events.register_last(f"after-call.{service}.*", self._after)
        return client

    def take(self) -> Usage:
        """What was used since the last time."""
        usage, self.usage = self.usage, Usage()
        return usage

    def _sending(self, **_: Any) -> None:
        self._own.sent = time.thread_time()

    def _answered(self, **_: Any) -> None:
        self._outside(time.thread_time() - self._own.sent)

    def _before(self, params: dict[str, Any], model: Any, context: dict[str, Any], **_: Any) -> None:
        with self._not_the_products():
            context["asked"] = params
            written = _written(model.name, params)
            context["before"] = {key: self._item(key) for key in written}

    def _after(self, parsed: dict[str, Any], model: Any, context: dict[str, Any], **_: Any) -> None:
        with self._not_the_products(), self._lock:
            asked, before = context["asked"], context["before"]
            self.usage.requests[model.name] += 1
            if model.name == "PutEvents":
                sizes = [event_size(entry) for entry in asked["Entries"]]
                self.usage.events += sum(math.ceil(size / CHUNK) for size in sizes)
                self.usage.event_bytes += sum(sizes)
            elif model.name in _READS:
                self.usage.read_units[model.name] += read_units(model.name, asked, parsed)
            elif model.name == "BatchWriteItem":
                self._batch(asked)
            elif before:
                self._writes(model.name, asked, before)

    def _writes(self, operation: str, asked: dict[str, Any], before: dict[Key, Item | None]) -> None:
        sent = _written(operation, asked)
        times = 2 if operation == "TransactWriteItems" else 1
        for key, old in before.items():
            new = self._item(key)
            item_units = max(written_units(one) for one in (old, new, sent[key]))
            self.usage.write_units[f"{operation} {_kind(key)}"] += times * item_units
            for index in self._indexes_of(key[0]):
                self.usage.write_units[f"index {index.name}"] += index.units(old, new)
                if index.entry(new) and not index.entry(old):
                    self._stored(index.entry(new))
            if new and not old:
                self._stored(new)

    def _batch(self, asked: dict[str, Any]) -> None:
        """Of postings: put under a new version, or deleted; the registry table has no index."""
        for requests in asked["RequestItems"].values():
            for request in requests:
                if "PutRequest" in request:
                    item = request["PutRequest"]["Item"]
                    self.usage.write_units["BatchWriteItem put"] += written_units(item)
                    self._stored(item)
                else:
                    self.usage.write_units["BatchWriteItem delete"] += 1

    def _stored(self, item: Item | None) -> None:
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
    def _not_the_products(self) -> Iterator[None]:
        started = time.thread_time()
        try:
            yield
        finally:
            self._outside(time.thread_time() - started)

    def _outside(self, seconds: float) -> None:
        self.usage.outside_seconds += seconds


def processor_seconds(work: Callable[[], object], meter: Meter) -> float:
    """Processor time of ``work`` without that of emulation and metering."""
    outside, started = meter.usage.outside_seconds, time.process_time()
    work()
    return time.process_time() - started - (meter.usage.outside_seconds - outside)


def written_units(item: Item | None) -> int:
    """Write units of one item outside transactions; none costs what the smallest costs."""
    return max(1, math.ceil(item_bytes(item or {}) / KILOBYTE))


def event_size(entry: Mapping[str, Any]) -> int:
    """Bytes of an entry, as EventBridge counts them: 14 for its time, then its texts."""
    return 14 + sum(len(entry[name].encode()) for name in ("Source", "DetailType", "Detail"))


def read_units(operation: str, asked: Mapping[str, Any], answer: Mapping[str, Any]) -> float:
    """Read units of a ``GetItem``, ``BatchGetItem`` or ``Query``, from its items."""
    if operation == "Query":
        size = sum(map(item_bytes, answer.get("Items", [])))
        return _times(asked) * eventual_units(size)
    if operation == "GetItem":
        return _times(asked) * eventual_units(item_bytes(answer.get("Item", {})))
    units = 0.0
    for table, request in asked["RequestItems"].items():
        found = answer.get("Responses", {}).get(table, [])
        missing = len(request["Keys"]) - len(found)
        in_table = sum(eventual_units(item_bytes(item)) for item in found) + missing * eventual_units(0)
        units += _times(request) * in_table
    return units


def _times(asked: Mapping[str, Any]) -> int:
    return 2 if asked.get("ConsistentRead") else 1


def _written(operation: str, asked: Mapping[str, Any]) -> dict[Key, Item | None]:
    """The items that a request writes, as they are sent; None where it sends a part or deletes."""
    if operation == "TransactWriteItems":
        parts = [part for one in asked["TransactItems"] for part in one.values()]
    elif operation in {"PutItem", "UpdateItem", "DeleteItem"}:
        parts = [asked]
    else:
        return {}
    return {_key(part["TableName"], part.get("Item") or part["Key"]): part.get("Item") for part in parts}


def _key(table: str, item: Item) -> Key:
    return table, item["pk"]["S"], item["sk"]["S"]


def _kind(key: Key) -> str:
    """What an item is, in a word."""
    _, pk, sk = key
    if pk.startswith(("APP#", "REVALIDATION#")):
        return sk.partition("#")[0].lower()
    word = pk.partition("#")[0].lower()
    return word if word in {"claim", "pointer", "run"} else "version"


def _index(described: Mapping[str, Any]) -> Index:
    first, second = (one["AttributeName"] for one in described["KeySchema"])
    more = described["Projection"].get("NonKeyAttributes", [])
    return Index(described["IndexName"], (first, second), frozenset({"pk", "sk", first, second, *more}))
