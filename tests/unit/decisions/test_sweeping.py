"""Sweeping: every waiting decision is read and tried once, whatever the bus and the store refuse."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

import pytest

from library_validator.adapters.memory.decisions import MemoryDecisions
from library_validator.adapters.memory.event_bus import MemoryEventBus
from library_validator.decisions.answer import Answer
from library_validator.decisions.decision import Decision
from library_validator.decisions.recording import CHUNK, PublishCounts, record
from library_validator.decisions.sweeping import REFUSED_CHUNKS, SweepResult, sweep
from library_validator.errors import CaseworkUnavailable
from library_validator.event_bus import EventBus
from tests.builders.decisions import decider_without_registry, decision_of, minutes_after_noon, submission_of

LATER = minutes_after_noon(6_000)


@dataclass(slots=True)
class CountingDecisions(MemoryDecisions):
    """Counts the decisions that were read, and fails when ``readable`` of them were read."""

    reads: int = 0
    readable: float = math.inf

    def unpublished_decisions(self, before: datetime, *, newest_first: bool = False) -> Iterator[Decision]:
        for decision in MemoryDecisions.unpublished_decisions(self, before, newest_first=newest_first):
            if self.reads >= self.readable:
                raise CaseworkUnavailable("list decisions", "throttled")
            self.reads += 1
            yield decision


@dataclass
class World:
    store: CountingDecisions = field(default_factory=CountingDecisions)
    bus: MemoryEventBus = field(default_factory=MemoryEventBus)

    def store_decisions(self, number: int) -> list[Decision]:
        """Decisions, a minute apart, none published."""
        decisions = [
            decision_of(submission_of(f"A-{n:04}"), Answer.NOT_VALIDATED, decided_at=minutes_after_noon(n))
            for n in range(number)
        ]
        for decision in decisions:
            record(decision, self.store, decider_without_registry())
        return decisions

    def sweep(self, bus: EventBus | None = None) -> SweepResult:
        return sweep(self.store, bus or self.bus, LATER, lambda: math.inf, 0)

    @property
    def event_ids(self) -> list[UUID]:
        return [event.metadata.event_id for event in self.bus.events]


@pytest.fixture
def world() -> World:
    return World()


def ids_of(decisions: list[Decision]) -> list[UUID]:
    return [decision.event_id for decision in decisions]


def bus_that_refuses(decisions: list[Decision]) -> MemoryEventBus:
    refused = set(ids_of(decisions))
    return MemoryEventBus(lambda event: event.metadata.event_id in refused)


def test_the_sweeper_publishes_all_oldest_first(world: World) -> None:
    decisions = world.store_decisions(35)

    assert world.sweep() == SweepResult(PublishCounts(published=35, left=0))
    assert world.event_ids == ids_of(decisions)
    assert world.store.marked == set()


def test_the_sweeper_leaves_young_decisions_to_their_writer(world: World) -> None:
    decisions = world.store_decisions(35)

    result = sweep(world.store, world.bus, minutes_after_noon(20), lambda: math.inf, 0)

    assert result.counts == PublishCounts(published=20, left=0)
    assert world.store.marked == set(ids_of(decisions[20:]))


def test_refused_events_do_not_stop_the_others(world: World) -> None:
    decisions = world.store_decisions(35)

    assert world.sweep(bus_that_refuses(decisions[:15])).counts == PublishCounts(20, 15)
    assert world.store.marked == set(ids_of(decisions[:15]))


def test_the_sweeper_stops_in_time_and_the_next_run_goes_on(world: World) -> None:
    decisions = world.store_decisions(35)
    seconds = iter([30.0, 20.0, 9.0])

    assert sweep(world.store, world.bus, LATER, lambda: next(seconds), 10).counts == PublishCounts(20, 0)
    assert world.sweep().counts == PublishCounts(15, 0)
    assert world.event_ids == ids_of(decisions)


def test_each_waiting_decision_is_read_once_even_if_most_events_are_refused(world: World) -> None:
    decisions = world.store_decisions(600)

    result = world.sweep(bus_that_refuses(decisions[:590]))

    assert result.counts == PublishCounts(published=10, left=590)
    assert world.store.reads <= 600 + CHUNK


def test_a_dead_bus_ends_the_sweep_after_a_few_chunks(world: World) -> None:
    world.store_decisions(3_000)
    world.bus.down = True

    tried = (REFUSED_CHUNKS + 1) * CHUNK
    assert world.sweep().counts == PublishCounts(published=0, left=tried)
    assert world.store.reads == tried


def test_many_refused_decisions_first_in_the_list_do_not_keep_the_others_waiting(world: World) -> None:
    decisions = world.store_decisions(120)
    refused = decisions[: 2 * REFUSED_CHUNKS * CHUNK]

    result = world.sweep(bus_that_refuses(refused))

    assert result.counts == PublishCounts(published=60, left=60)
    assert world.store.marked == set(ids_of(refused))


def test_decisions_without_an_event_are_no_sign_of_a_dead_bus(world: World) -> None:
    decisions = world.store_decisions(60)
    for decision in decisions[:40]:
        broken = decision.model_copy(update={"decision": Answer.VALIDATED})
        world.store.decisions[decision.source, decision.application_id][decision.event_id] = broken

    result = world.sweep()

    assert result.counts == PublishCounts(20, 40, without_event=tuple(ids_of(decisions[:40])))
    assert world.event_ids == ids_of(decisions[40:])


def test_a_store_that_fails_in_the_middle_loses_no_count(world: World) -> None:
    world.store_decisions(35)
    world.store.readable = 25

    result = world.sweep()

    assert result.counts == PublishCounts(published=20, left=0)
    assert isinstance(result.interrupted_by, CaseworkUnavailable)
