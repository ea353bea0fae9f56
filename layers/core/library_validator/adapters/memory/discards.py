"""The record of discarded dead letters, in memory."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from library_validator.recovery.redriving import Discard


@dataclass(slots=True)
class MemoryDiscards:
    """``DiscardLog`` in a dictionary."""

    kept: dict[tuple[datetime, str], Discard] = field(default_factory=dict)

    def append(self, discard: Discard) -> None:
        self.kept[discard.at, discard.message_id] = discard

    def since(self, start: datetime) -> list[Discard]:
        return [discard for key, discard in sorted(self.kept.items()) if key[0] >= start]
