"""Publishing the events of stored decisions again, under their own event ids.

Consumers deduplicate by event id, so a consumer that has an event ignores it. The marks of unpublished
decisions are not changed. Events about the registry are not published again: an activation would start a
revalidation ([ADR 32](../../../../docs/adr/0032-redrive-and-replay.md)).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import Final

from library_validator.decisions.decision import Decision
from library_validator.decisions.events import event_or_none
from library_validator.decisions.store import DecisionStore
from library_validator.event_bus import EventBus, RefusedEvent

CHUNK: Final = 100  # decisions between two reports of progress


@dataclass(frozen=True, slots=True)
class Period:
    """Decisions from ``since`` on and before ``until``, of one source or of all."""

    since: datetime
    until: datetime
    source: str | None = None

    def decisions(self, store: DecisionStore) -> Iterator[Decision]:
        """Oldest first."""
        for decision in store.recent_decisions(self.since):
            if decision.decided_at >= self.until:
                return
            if self.source in (None, decision.source):
                yield decision


@dataclass(slots=True)
class Replayed:
    """How far a replay came."""

    published: int = 0
    without_event: int = 0  # decisions that no event can be made of
    up_to: datetime | None = None  # every decision before this moment was handled
    refused: list[RefusedEvent] = field(default_factory=list)


def replay(
    period: Period, store: DecisionStore, bus: EventBus, on_progress: Callable[[int], None]
) -> Replayed:
    """Publish the events of a period. Stops after the chunk in which the bus refused an event.

    ``on_progress`` is called with the number of decisions of each chunk. To go on, start again at ``up_to``:
    the decisions of that moment are then published twice.
    """
    done = Replayed()
    decisions = period.decisions(store)
    while chunk := list(islice(decisions, CHUNK)):
        events = [event for event in map(event_or_none, chunk) if event]
        refused = bus.publish(events)
        done.published += len(events) - len(refused)
        done.without_event += len(chunk) - len(events)
        if refused:
            done.refused = refused
            done.up_to = _first_refused(chunk, refused)
            break
        done.up_to = chunk[-1].decided_at
        on_progress(len(chunk))
    return done


def _first_refused(chunk: list[Decision], refused: list[RefusedEvent]) -> datetime:
    ids = {refusal.event_id for refusal in refused}
    return min(decision.decided_at for decision in chunk if decision.event_id in ids)
