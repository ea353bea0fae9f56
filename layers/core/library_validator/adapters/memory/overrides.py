"""Overrides in memory."""

from __future__ import annotations

from dataclasses import dataclass, field
from uuid import UUID

from library_validator.decisions.decision import Override


@dataclass(slots=True)
class MemoryOverrides:
    """``OverrideStore`` in a dictionary."""

    kept: dict[UUID, Override] = field(default_factory=dict)

    def append(self, override: Override) -> None:
        self.kept.setdefault(override.override_id, override)

    def of_application(self, source: str, application_id: str) -> list[Override]:
        found = [
            override
            for override in self.kept.values()
            if (override.source, override.application_id) == (source, application_id)
        ]
        return sorted(found, key=lambda override: (override.at, str(override.override_id)))
