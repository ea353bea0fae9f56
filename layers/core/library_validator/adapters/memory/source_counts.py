"""Counts of each sender in memory."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from library_validator.casework.limits import counts_of_senders
from library_validator.decisions.partners import Partners


@dataclass(slots=True)
class MemorySourceCounts:
    """``SourceCounts`` in counters."""

    claims: Counter[str] = field(default_factory=Counter)
    applications: dict[str, tuple[str, int]] = field(default_factory=dict)  # source -> hour, number

    def add_applications(self, source: str, hour: str, number: int) -> int:
        known_hour, known = self.applications.get(source, (hour, 0))
        if known_hour > hour:
            return 0
        self.applications[source] = hour, number + (known if known_hour == hour else 0)
        return self.applications[source][1]

    def reserve_claims(self, source: str, number: int, limit: int) -> int:
        granted = max(0, min(number, limit - self.claims[source]))
        self.claims[source] += granted
        return granted

    def add_claims(self, source: str, number: int) -> None:
        self.claims[source] += number

    def set_claims(self, counted: Mapping[str, int], partners: Partners) -> None:
        for source, number in counts_of_senders(counted, partners).items():
            self.claims[source] = number
