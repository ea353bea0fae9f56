"""A results bus that keeps what it took."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from library_validator.decisions.decision import Decision
from library_validator.decisions.events import DecisionEvent, event_of


@dataclass(slots=True)
class MemoryResultsBus:
    """``ResultsBus`` as a list of events, in the order in which they were taken."""

    events: list[DecisionEvent] = field(default_factory=list)

    def publish(self, decisions: Sequence[Decision]) -> list[Decision]:
        self.events += [event_of(decision) for decision in decisions]
        return list(decisions)
