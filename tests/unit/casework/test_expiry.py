"""Validated decisions end: a notice comes before the end, and a renewal at the end."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import pytest

from library_validator.casework.events import LibraryDecisionExpiring
from library_validator.casework.tasks import CHUNK, Task
from library_validator.decisions.answer import Answer
from library_validator.decisions.decision import shard_of
from library_validator.decisions.recording import publish
from library_validator.registry.age import registry_ages
from library_validator.registry.store import Pointer
from tests.builders.applicants import ALDER_FIELDS, EAST_FIELDS, JUNIPER_FIELDS, WEST_FIELDS
from tests.builders.decisions import PARTNER
from tests.builders.small_registry import EAST_CORAL
from tests.unit.casework.world import VALIDITY, ProcessKilled, World, release_of


@pytest.fixture
def world() -> World:
    world = World()
    world.activate(release_of(2022))
    return world


def notices_of(world: World) -> list[LibraryDecisionExpiring]:
    return [event for event in world.bus.events if isinstance(event, LibraryDecisionExpiring)]


class TestRenewal:
    def test_only_validated_decisions_end(self, world: World) -> None:
        assert world.submit("A-1", **EAST_FIELDS).valid_until == world.current("A-1").decided_at + VALIDITY
        assert world.submit("A-2", **JUNIPER_FIELDS).valid_until is None
        assert world.submit("A-3", **EAST_FIELDS).reason_codes[0] == "SAME_SENDER_AGAIN"
        assert world.current("A-3").valid_until is None

    def test_a_decision_that_has_not_ended_stays_as_it_is(self, world: World) -> None:
        first = world.submit("A-1", **EAST_FIELDS)
        world.let_days_pass(300)

        world.expire()

        assert world.current("A-1") == first

    def test_a_renewal_without_a_change_has_the_event_of_its_answer(self, world: World) -> None:
        first = world.submit("A-1", **EAST_FIELDS)
        list(world.published())
        world.let_days_pass(366)

        world.expire()

        renewed = world.current("A-1")
        assert first.valid_until
        assert renewed.cause.key == f"expiry:{first.valid_until.date().isoformat()}"
        assert renewed.valid_until == renewed.decided_at + VALIDITY
        assert renewed.before is None
        assert list(world.published()) == ["Library Application Validated"]
        world.expire()
        assert list(world.published()) == []

    def test_a_renewal_with_a_change_has_a_status_changed_event(self, world: World) -> None:
        first = world.submit("A-1", **EAST_FIELDS)
        list(world.published())
        world.activate(release_of(2022, replace(EAST_CORAL, name="EAST CORAL MEMORIAL LIBRARY")))
        world.let_days_pass(366)

        world.expire()

        (event,) = world.changes
        assert event.data.changes == ["name"]
        assert event.data.before.event_id == first.event_id
        assert event.data.cause.kind == "expiry"

    def test_a_decision_that_is_no_longer_validated_does_not_end_again(self, world: World) -> None:
        world.submit("A-1", **EAST_FIELDS)
        world.activate(release_of(2022, without=("ME0004",)))
        world.let_days_pass(366)

        world.expire()
        world.let_days_pass(366)
        list(world.published())
        world.expire()

        assert world.current("A-1").decision is not Answer.VALIDATED
        assert world.current("A-1").valid_until is None
        assert list(world.published()) == []

    def test_each_renewal_has_an_event_id_of_its_own(self, world: World) -> None:
        world.submit("A-1", **EAST_FIELDS)
        for _ in range(3):
            world.let_days_pass(366)
            world.expire()

        history = world.decisions.history(PARTNER, "A-1")
        assert [decision.decision for decision in history] == [Answer.VALIDATED] * 4
        assert len({decision.event_id for decision in history}) == 4


class TestNotices:
    def test_each_notice_is_given_once(self, world: World) -> None:
        decision = world.submit("A-1", **EAST_FIELDS)
        given = []
        for days in (330, 5.5, 1, 10, 13, 1, 1, 4):
            world.let_days_pass(days)
            world.expire()
            given.append(len(notices_of(world)))

        assert given == [0, 1, 1, 1, 2, 2, 2, 2]
        first, second = notices_of(world)
        assert (first.data.notice_days, first.data.days_left) == (30, 30)
        assert (second.data.notice_days, second.data.days_left) == (7, 6)
        assert first.data.decision_event_id == second.data.decision_event_id == decision.event_id
        assert first.metadata.event_id != second.metadata.event_id
        assert world.current("A-1").cause.kind == "expiry"

    def test_a_notice_has_the_answer_of_the_live_registry(self, world: World) -> None:
        world.submit("A-1", **EAST_FIELDS)
        world.submit("A-2", **ALDER_FIELDS)
        world.activate(release_of(2022, without=("ME0004",)))
        world.let_days_pass(340)

        world.expire()

        outlooks = {event.data.application_id: event.data.outlook for event in notices_of(world)}
        assert outlooks["A-1"].decision is not Answer.VALIDATED
        assert "decision" in outlooks["A-1"].changes
        assert (outlooks["A-2"].decision, outlooks["A-2"].changes) == (Answer.VALIDATED, [])

    def test_notices_are_given_again_after_a_renewal(self, world: World) -> None:
        world.submit("A-1", **EAST_FIELDS)
        for _ in range(2):
            world.let_days_pass(350)
            world.expire()
            world.let_days_pass(16)
            world.expire()

        assert [event.data.notice_days for event in notices_of(world)] == [30, 30]

    def test_a_notice_that_the_bus_refuses_is_given_the_next_day(self, world: World) -> None:
        world.submit("A-1", **EAST_FIELDS)
        world.let_days_pass(340)
        world.bus.down = True
        world.expire()
        world.bus.down = False
        assert notices_of(world) == []

        world.expire()

        assert len(notices_of(world)) == 1


def test_a_worker_without_time_sends_a_task_for_the_rest_of_its_shard(world: World) -> None:
    ids = [
        application_id
        for application_id in (f"A-{n}" for n in range(9_999))
        if shard_of(PARTNER, application_id) == 2
    ][: CHUNK + 5]
    for application_id in ids:
        world.decisions.claims.clear()
        world.submit(application_id, **EAST_FIELDS | {"website": application_id})
    world.let_days_pass(366)
    split = world.work(Task(task="expiry"))
    task = next(task for task in split.follow if task.shard == 2)

    first = world.work(task, time_left=[5.0])
    (rest,) = first.follow
    second = world.work(rest)

    assert (first.status, first.changed, second.status, second.changed) == ("unfinished", CHUNK, "done", 5)
    assert all(world.current(application_id).cause.kind == "expiry" for application_id in ids)


def world_before_the_end() -> World:
    world = World()
    world.activate(release_of(2022))
    world.submit("A-1", **EAST_FIELDS)
    world.submit("A-2", **WEST_FIELDS)
    world.let_days_pass(355)
    world.submit("A-3", **JUNIPER_FIELDS)
    world.let_days_pass(-15)
    world.submit("A-4", **ALDER_FIELDS)
    world.activate(release_of(2022, without=("ME0004",)))
    world.let_days_pass(26)
    return world


def test_a_worker_killed_at_any_call_and_started_again_ends_with_the_same_result() -> None:
    undisturbed = world_before_the_end()
    undisturbed.decisions.note_notice(undisturbed.current("A-4"), 99)
    undisturbed.expire()
    steps = 0

    for last in count():
        world = world_before_the_end()
        calls = count()

        def kill_at_last_call(calls: Any = calls, last: int = last) -> None:
            if next(calls) == last:
                raise ProcessKilled

        try:
            world.run(Task(task="expiry"), world.watched_ports(kill_at_last_call))
        except ProcessKilled:
            world.expire()
        else:
            steps = last
            break
        publish(world.decisions.unpublished_decisions(world.now()), world.decisions, world.bus)
        for application_id in ("A-1", "A-2", "A-3", "A-4"):
            expected = undisturbed.current(application_id)
            found = world.current(application_id)
            assert (found.event_id, found.decision) == (expected.event_id, expected.decision)
        published = {event.metadata.event_id for event in world.bus.events}
        assert published == {event.metadata.event_id for event in undisturbed.bus.events}
        assert not world.decisions.marked
    assert steps > 20


def test_the_age_of_the_registry_counts_from_the_end_of_its_year() -> None:
    activated = datetime(2024, 7, 1, 23, tzinfo=UTC)
    pointer = Pointer("2022.1.aa", None, 2022, 1, activated.isoformat(), "release loaded")

    assert registry_ages(pointer, activated + timedelta(days=10)) == {
        "RegistryAgeDays": 365 + 183 + 10,
        "DaysSinceActivation": 10,
    }
