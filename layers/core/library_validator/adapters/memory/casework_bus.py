"""Notices and the ends of revalidations in memory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from library_validator.casework.events import CaseworkEvent


@dataclass(slots=True)
class MemoryCaseworkBus:
    """``CaseworkBus`` as a list of events, in the order in which they were taken."""

    events: list[CaseworkEvent] = field(default_factory=list)

    def publish(self, events: Sequence[CaseworkEvent]) -> list[CaseworkEvent]:
        self.events += events
        return list(events)
