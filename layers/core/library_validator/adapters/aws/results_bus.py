"""Events of decisions on EventBridge."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from pydantic import ValidationError

from library_validator.adapters.aws.event_bus import Entry, EventBus
from library_validator.decisions.decision import Decision
from library_validator.decisions.events import event_of


@dataclass(frozen=True, slots=True)
class EventBridgeResultsBus:
    """``ResultsBus`` on one event bus. ``warn`` is a logger's: it hears of each event that was not taken."""

    bus: EventBus
    warn: Callable[..., None]

    def publish(self, decisions: Sequence[Decision]) -> list[Decision]:
        entries: list[Entry] = []
        sent: list[Decision] = []
        for decision in decisions:
            try:
                entries.append(_entry(decision))
            except ValidationError:
                # A stored decision that makes no event must not hold up those that do.
                self._not_taken(decision, "NoEvent")
            else:
                sent.append(decision)
        refused = {one.position: one for one in self.bus.put(entries)} if entries else {}
        for position, one in refused.items():
            self._not_taken(sent[position], one.code)
        return [decision for position, decision in enumerate(sent) if position not in refused]

    def _not_taken(self, decision: Decision, code: str) -> None:
        self.warn("event not taken", extra={"event_id": str(decision.event_id), "code": code})


def _entry(decision: Decision) -> Entry:
    event = event_of(decision)
    return Entry(event.detail_type, event.model_dump_json(), decision.decided_at)
