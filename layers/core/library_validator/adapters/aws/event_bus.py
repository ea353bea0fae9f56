"""The event bus on EventBridge. ``PutEvents`` answers HTTP 200 even if it refused some events.

Everything that this service publishes goes through here.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final
from uuid import UUID

from botocore.exceptions import BotoCoreError, ClientError

from library_validator.adapters.aws.clients import pause
from library_validator.event_bus import EVENT_SOURCE, Event, RefusedEvent

if TYPE_CHECKING:
    from mypy_boto3_events import EventBridgeClient
    from mypy_boto3_events.type_defs import PutEventsRequestEntryTypeDef

# Quotas of one PutEvents request: the number of its entries, and their bytes together.
MAX_ENTRIES: Final = 10
MAX_BYTES: Final = 256 * 1024
ATTEMPTS: Final = 4


@dataclass(frozen=True, slots=True)
class BusEntry:
    """An event as the bus takes it. ``detail`` is a JSON object as text."""

    event_id: UUID
    detail_type: str
    detail: str
    time: datetime

    @property
    def size(self) -> int:
        """Bytes, as EventBridge counts them: 14 for the time, then source, detail type and detail."""
        return 14 + len(EVENT_SOURCE) + len(self.detail_type.encode()) + len(self.detail.encode())


class EventBridgeBus:
    """``EventBus`` on the bus with a name or ARN. ``warn`` of a logger is called for each refused event."""

    def __init__(
        self,
        client: EventBridgeClient,
        bus: str,
        warn: Callable[..., None],
        sleep: Callable[[float], None] = pause,
    ) -> None:
        self._client = client
        self._bus = bus
        self._warn = warn
        self._sleep = sleep

    def publish(self, events: Sequence[Event]) -> list[RefusedEvent]:
        """Publish in requests of at most ten.

        Refused events are sent again: each event is sent at most four times. If the bus cannot be reached,
        all events are refused.
        """
        refused = [refusal for chunk in _chunks_of(events) for refusal in self._publish_chunk(chunk)]
        for refusal in refused:
            self._warn("event not taken", extra={"event_id": str(refusal.event_id), "code": refusal.code})
        return refused

    def _publish_chunk(self, entries: list[BusEntry]) -> list[RefusedEvent]:
        refused: list[RefusedEvent] = []
        for attempt in range(ATTEMPTS):
            if attempt:
                self._sleep(random.uniform(0, 0.1 * 2**attempt))
            refused = self._send_request(entries)
            if not refused:
                break
            again = {refusal.event_id for refusal in refused}
            entries = [entry for entry in entries if entry.event_id in again]
        return refused

    def _send_request(self, entries: list[BusEntry]) -> list[RefusedEvent]:
        """Send one request; returns its refused events."""
        try:
            answer = self._client.put_events(Entries=[self._request_entry(entry) for entry in entries])
        except ClientError as error:
            fault = error.response["Error"]
            return _refusals_of_all(entries, fault.get("Code", ""), fault.get("Message", ""))
        except BotoCoreError as error:
            return _refusals_of_all(entries, type(error).__name__, str(error))
        if not answer["FailedEntryCount"]:
            return []
        return [
            RefusedEvent(entry.event_id, result["ErrorCode"], result.get("ErrorMessage", ""))
            for entry, result in zip(entries, answer["Entries"], strict=True)
            if "ErrorCode" in result
        ]

    def _request_entry(self, entry: BusEntry) -> PutEventsRequestEntryTypeDef:
        return {
            "EventBusName": self._bus,
            "Source": EVENT_SOURCE,
            "DetailType": entry.detail_type,
            "Detail": entry.detail,
            "Time": entry.time,
        }


def _refusals_of_all(entries: list[BusEntry], code: str, message: str) -> list[RefusedEvent]:
    return [RefusedEvent(entry.event_id, code, message) for entry in entries]


def _chunks_of(events: Sequence[Event]) -> Iterator[list[BusEntry]]:
    """Lists of entries, each for one request. An entry that is too large has its own list and fails alone."""
    chunk: list[BusEntry] = []
    size = 0
    for event in events:
        metadata = event.metadata
        entry = BusEntry(metadata.event_id, event.detail_type, event.model_dump_json(), metadata.occurred_at)
        if chunk and (len(chunk) == MAX_ENTRIES or size + entry.size > MAX_BYTES):
            yield chunk
            chunk, size = [], 0
        chunk.append(entry)
        size += entry.size
    if chunk:
        yield chunk
