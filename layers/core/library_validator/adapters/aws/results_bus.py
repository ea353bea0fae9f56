"""Events of decisions on EventBridge."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from library_validator.adapters.aws.event_bus import Entry, EventBus, Refused
from library_validator.decisions.decision import Decision
from library_validator.decisions.events import event_of


@dataclass(frozen=True, slots=True)
class EventBridgeResultsBus:
    """``ResultsBus`` on one event bus. ``on_refused`` hears of each event that the bus did not take."""

    bus: EventBus
    on_refused: Callable[[Decision, Refused], None]

    def publish(self, decisions: Sequence[Decision]) -> list[Decision]:
        refused = self.bus.put([_entry(decision) for decision in decisions])
        for one in refused:
            self.on_refused(decisions[one.position], one)
        positions = {one.position for one in refused}
        return [decision for position, decision in enumerate(decisions) if position not in positions]


def _entry(decision: Decision) -> Entry:
    event = event_of(decision)
    return Entry(event.detail_type, event.model_dump_json(), decision.decided_at)
