"""Events of decisions on EventBridge."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from library_validator.adapters.aws.event_bus import Entry, EventBus
from library_validator.decisions.decision import Decision
from library_validator.decisions.events import event_of


@dataclass(frozen=True, slots=True)
class EventBridgeResultsBus:
    """``ResultsBus`` on one event bus. ``warn`` is a logger's: it hears of each event that was not taken."""

    bus: EventBus
    warn: Callable[..., None]

    def publish(self, decisions: Sequence[Decision]) -> list[Decision]:
        refused = {one.position: one for one in self.bus.put([_entry(decision) for decision in decisions])}
        for position, one in refused.items():
            event_id = str(decisions[position].event_id)
            self.warn("event not taken", extra={"event_id": event_id, "code": one.code})
        return [decision for position, decision in enumerate(decisions) if position not in refused]


def _entry(decision: Decision) -> Entry:
    event = event_of(decision)
    return Entry(event.detail_type, event.model_dump_json(), decision.decided_at)
