"""The registry's events in memory."""

from __future__ import annotations

from library_validator.errors import PublishFailed
from library_validator.registry.events import RegistryEvent


class MemoryRegistryBus:
    """``RegistryBus``: a list of what was published. While ``down``, it takes nothing."""

    def __init__(self) -> None:
        self.events: list[RegistryEvent] = []
        self.down = False

    def publish(self, event: RegistryEvent) -> None:
        if self.down:
            raise PublishFailed([str(event.metadata.event_id)], "the bus is down")
        self.events.append(event)
