"""Notices and the ends of revalidations on the results bus."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from library_validator.adapters.aws.event_bus import Entry, EventBus
from library_validator.casework.events import CaseworkEvent


@dataclass(frozen=True, slots=True)
class EventBridgeCaseworkBus:
    """``CaseworkBus`` on one event bus. ``warn`` is a logger's: it hears of each event that was not taken."""

    bus: EventBus
    warn: Callable[..., None]

    def publish(self, events: Sequence[CaseworkEvent]) -> list[CaseworkEvent]:
        entries = [
            Entry(event.detail_type, event.model_dump_json(), event.metadata.occurred_at) for event in events
        ]
        refused = {one.position: one for one in self.bus.put(entries)}
        for position, one in refused.items():
            event_id = str(events[position].metadata.event_id)
            self.warn("event not taken", extra={"event_id": event_id, "code": one.code})
        return [event for position, event in enumerate(events) if position not in refused]
