"""The registry's events on the results bus."""

from __future__ import annotations

from library_validator.adapters.aws.event_bus import Entry, EventBus
from library_validator.errors import PublishFailed
from library_validator.registry.events import RegistryEvent


class RegistryEventBus:
    """``RegistryBus``."""

    def __init__(self, bus: EventBus) -> None:
        self._bus = bus

    def publish(self, event: RegistryEvent) -> None:
        entry = Entry(event.detail_type, event.model_dump_json(), event.metadata.occurred_at)
        for refused in self._bus.put([entry]):
            raise PublishFailed([str(event.metadata.event_id)], f"{refused.code} {refused.message}".strip())
