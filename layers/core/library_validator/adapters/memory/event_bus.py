"""The event bus in memory."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from library_validator.event_bus import Event, RefusedEvent


class MemoryEventBus:
    """``EventBus``: a list of the events that it took, in their order.

    It refuses the events for which ``refuses`` is true, and every event while it is ``down``.
    """

    def __init__(self, refuses: Callable[[Event], bool] = lambda _: False) -> None:
        self.events: list[Event] = []
        self.down = False
        self._refuses = refuses

    def publish(self, events: Sequence[Event]) -> list[RefusedEvent]:
        refused: list[RefusedEvent] = []
        for event in events:
            if self.down or self._refuses(event):
                refused.append(RefusedEvent(event.metadata.event_id, "Unavailable", "the bus is down"))
            else:
                self.events.append(event)
        return refused
