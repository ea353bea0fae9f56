"""Events of stored decisions are published again under their own ids, oldest first."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from library_validator.adapters.memory.decisions import MemoryDecisions
from library_validator.adapters.memory.event_bus import MemoryEventBus
from library_validator.decisions.answer import Answer
from library_validator.recovery.replaying import CHUNK, Period, replay
from tests.builders.decisions import (
    NOON,
    OTHER_PARTNER,
    PARTNER,
    decision_of,
    minutes_after_noon,
    submission_of,
)


def stored_decisions(number: int, source: str = PARTNER, start: int = 0) -> MemoryDecisions:
    store = MemoryDecisions()
    add_decisions(store, number, source, start)
    return store


def add_decisions(store: MemoryDecisions, number: int, source: str, start: int) -> None:
    for minute in range(start, start + number):
        submission = submission_of(f"A-{minute}", source=source, sent_at=minutes_after_noon(minute))
        decision = decision_of(submission, Answer.NOT_VALIDATED, decided_at=minutes_after_noon(minute))
        store.record(decision, None)


def period_of(first: float, last: float, source: str | None = None) -> Period:
    return Period(minutes_after_noon(first), minutes_after_noon(last), source)


def test_the_events_of_a_period_come_again_under_their_own_ids_oldest_first() -> None:
    store, bus = stored_decisions(10), MemoryEventBus()
    known = [decision.event_id for decision in store.recent_decisions(NOON)]
    done = replay(period_of(2, 8), store, bus, lambda _: None)
    assert done.published == 6
    assert [event.metadata.event_id for event in bus.events] == known[2:8]


def test_only_the_events_of_one_source_come_again() -> None:
    store, bus = stored_decisions(5), MemoryEventBus()
    add_decisions(store, 3, OTHER_PARTNER, start=2)
    assert replay(period_of(0, 60, OTHER_PARTNER), store, bus, lambda _: None).published == 3
    assert {event.data.source for event in bus.events} == {OTHER_PARTNER}


def test_the_marks_of_unpublished_decisions_are_as_before() -> None:
    store = stored_decisions(4)
    decisions = list(store.recent_decisions(NOON))
    store.clear_mark(decisions[:2])
    replay(period_of(0, 60), store, MemoryEventBus(), lambda _: None)
    assert list(store.unpublished_decisions(NOON + timedelta(days=1))) == decisions[2:]


def test_a_replay_stops_where_the_bus_refuses_and_goes_on_from_there() -> None:
    store = stored_decisions(CHUNK + 20)
    ids = [decision.event_id for decision in store.recent_decisions(NOON)]
    refused = ids[CHUNK + 5]
    closed: set[UUID] = {refused}
    bus = MemoryEventBus(lambda event: event.metadata.event_id in closed)
    first = replay(period_of(0, 600), store, bus, lambda _: None)
    assert [refusal.event_id for refusal in first.refused] == [refused]
    assert first.up_to == minutes_after_noon(CHUNK + 5)
    assert first.up_to is not None
    closed.clear()
    replay(Period(first.up_to, minutes_after_noon(600)), store, bus, lambda _: None)
    assert {event.metadata.event_id for event in bus.events} == set(ids)
