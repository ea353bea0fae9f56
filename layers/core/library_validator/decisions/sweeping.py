"""Publishes the events of decisions that their writers left unpublished.

The work is linear in the number of waiting decisions: each is read and tried once in a sweep.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import Final
from uuid import UUID

from library_validator.decisions.decision import Decision
from library_validator.decisions.recording import CHUNK, PublishCounts, publish
from library_validator.decisions.store import DecisionStore
from library_validator.errors import CaseworkUnavailable
from library_validator.event_bus import EventBus
from library_validator.terms import TimeLeft

REFUSED_CHUNKS: Final = 3  # in a row; then the sweep asks whether the bus takes anything at all


@dataclass(frozen=True, slots=True)
class SweepResult:
    """The result of a sweep, also of a sweep that the store interrupted."""

    counts: PublishCounts
    interrupted_by: CaseworkUnavailable | None = None


def sweep(
    store: DecisionStore, bus: EventBus, before: datetime, time_left: TimeLeft, reserve: float
) -> SweepResult:
    """Publish decisions stored before ``before`` whose events were never confirmed, oldest first.

    Stops when every decision was tried, when ``time_left()`` is under ``reserve`` seconds, or when the bus
    takes nothing. Refused decisions stay first in the list; they do not keep those behind them waiting: after
    ``REFUSED_CHUNKS`` refused chunks, the newest decisions are tried. If the bus takes any of them, it is not
    dead, and the sweep goes on.
    """
    sweeper = _Sweeper(store, bus, before, time_left, reserve)
    try:
        sweeper.publish_waiting()
    except CaseworkUnavailable as error:
        return SweepResult(sweeper.counts, error)
    return SweepResult(sweeper.counts)


@dataclass(slots=True)
class _Sweeper:
    store: DecisionStore
    bus: EventBus
    before: datetime
    time_left: TimeLeft
    reserve: float
    counts: PublishCounts = field(default_factory=PublishCounts)
    tried_early: set[UUID] = field(default_factory=set)

    def publish_waiting(self) -> None:
        refused_chunks, bus_is_alive = 0, False
        for chunk in self._chunks():
            counts = self._publish(chunk)
            if counts.published:
                refused_chunks = 0
            elif counts.left > len(counts.without_event):
                refused_chunks += 1
            if refused_chunks == REFUSED_CHUNKS and not bus_is_alive:
                bus_is_alive = self._takes_newest()
                if not bus_is_alive:
                    return

    def _takes_newest(self) -> bool:
        """Try the newest decisions. Returns whether the bus took any of them."""
        newest = next(self._chunks(newest_first=True), [])
        self.tried_early.update(decision.event_id for decision in newest)
        return self._publish(newest).published > 0

    def _publish(self, chunk: list[Decision]) -> PublishCounts:
        counts = publish(chunk, self.store, self.bus)
        self.counts += counts
        return counts

    def _chunks(self, *, newest_first: bool = False) -> Iterator[list[Decision]]:
        """Waiting decisions in lists of at most ``CHUNK``, while there is time."""
        waiting = self.store.unpublished_decisions(self.before, newest_first=newest_first)
        untried = (decision for decision in waiting if decision.event_id not in self.tried_early)
        while self.time_left() > self.reserve and (chunk := list(islice(untried, CHUNK))):
            yield chunk
