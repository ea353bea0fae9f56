"""PutEvents with its traps closed: a partial failure is an HTTP 200.

Everything that this service publishes goes through here.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final

from botocore.exceptions import BotoCoreError, ClientError

from library_validator.registry.envelope import EVENT_SOURCE

if TYPE_CHECKING:
    from mypy_boto3_events import EventBridgeClient
    from mypy_boto3_events.type_defs import PutEventsRequestEntryTypeDef

# PutEvents quotas: entries a request, and bytes of all entries of a request together.
MAX_ENTRIES: Final = 10
MAX_BYTES: Final = 256 * 1024
ATTEMPTS: Final = 4


@dataclass(frozen=True, slots=True)
class Entry:
    """One event as the bus takes it: ``detail`` is a JSON object as text."""

    detail_type: str
    detail: str
    time: datetime

    @property
    def size(self) -> int:
        """Bytes, as EventBridge counts them: 14 for the time, then source, detail type and detail."""
        return 14 + len(EVENT_SOURCE) + len(self.detail_type.encode()) + len(self.detail.encode())


@dataclass(frozen=True, slots=True)
class Refused:
    """An entry that the bus did not take, at ``position`` of what was given, and why."""

    position: int
    entry: Entry
    code: str
    message: str


class EventBus:
    """One event bus, named or by ARN."""

    def __init__(
        self, client: EventBridgeClient, bus: str, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self._client = client
        self._bus = bus
        self._sleep = sleep

    def put(self, entries: Sequence[Entry]) -> list[Refused]:
        """Publish ``entries`` in requests of at most ten; returns those that the bus did not take.

        What a request refused in part is sent again, at most four times in all. Never raises for
        what the bus says: a bus that cannot be reached has refused everything.
        """
        refused: list[Refused] = []
        for chunk in _chunks(entries):
            refused += self._put_chunk(chunk)
        return sorted(refused, key=lambda one: one.position)

    def _put_chunk(self, chunk: list[tuple[int, Entry]]) -> list[Refused]:
        refused = [Refused(position, entry, "not sent", "") for position, entry in chunk]
        for attempt in range(ATTEMPTS):
            if attempt:
                self._sleep(random.uniform(0, 0.1 * 2**attempt))
            refused = self._put_once(refused)
            if not refused:
                break
        return refused

    def _put_once(self, waiting: list[Refused]) -> list[Refused]:
        try:
            answer = self._client.put_events(Entries=[self._entry(one.entry) for one in waiting])
        except ClientError as error:
            fault = error.response["Error"]
            code, message = fault.get("Code", ""), fault.get("Message", "")
            return [Refused(one.position, one.entry, code, message) for one in waiting]
        except BotoCoreError as error:
            return [Refused(one.position, one.entry, type(error).__name__, str(error)) for one in waiting]
        if not answer["FailedEntryCount"]:
            return []
        return [
            Refused(one.position, one.entry, result["ErrorCode"], result.get("ErrorMessage", ""))
            for one, result in zip(waiting, answer["Entries"], strict=True)
            if "ErrorCode" in result
        ]

    def _entry(self, entry: Entry) -> PutEventsRequestEntryTypeDef:
        return {
            "EventBusName": self._bus,
            "Source": EVENT_SOURCE,
            "DetailType": entry.detail_type,
            "Detail": entry.detail,
            "Time": entry.time,
        }


def _chunks(entries: Sequence[Entry]) -> Iterator[list[tuple[int, Entry]]]:
    """Numbered entries in request-sized lists. An entry over the limit stands alone: it fails alone."""
    chunk: list[tuple[int, Entry]] = []
    size = 0
    for position, entry in enumerate(entries):
        if chunk and (len(chunk) == MAX_ENTRIES or size + entry.size > MAX_BYTES):
            yield chunk
            chunk, size = [], 0
        chunk.append((position, entry))
        size += entry.size
    if chunk:
        yield chunk
