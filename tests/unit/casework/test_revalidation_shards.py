"""A revalidation in shards and chunks: workers that die or run together, and the announced end."""

from __future__ import annotations

from dataclasses import replace
from itertools import count
from typing import Any

import pytest

from library_validator.casework.tasks import CHUNK, Task
from library_validator.decisions.decision import SHARDS, shard_of
from library_validator.decisions.recording import publish
from library_validator.errors import PublishFailed
from tests.builders.applicants import ALDER_FIELDS, EAST_FIELDS, JUNIPER_FIELDS, WEST_FIELDS
from tests.builders.decisions import OTHER_PARTNER, PARTNER
from tests.builders.small_registry import ALDER, release
from tests.unit.casework.world import JUNIPER, MERGED, MERGED_OUTLET, ProcessKilled, World, release_of


@pytest.fixture
def world() -> World:
    world = World()
    world.activate(release_of(2021))
    return world


class TestShards:
    def test_a_worker_without_time_sends_a_task_for_the_rest_of_its_shard(self, world: World) -> None:
        ids = [
            application_id
            for application_id in (f"A-{n}" for n in range(9_999))
            if shard_of(PARTNER, application_id) == 2
        ]
        for application_id in ids[: CHUNK + 5]:
            world.submit(application_id, **JUNIPER_FIELDS | {"website": application_id})
        world.activate(release_of(2022))
        task = Task(task="revalidate", activation=world.activation, shard=2)

        first = world.work(task, time_left=[5.0])
        second = world.work(task)

        assert (first.status, first.checked, first.follow) == ("unfinished", CHUNK, (task,))
        assert (second.status, second.checked) == ("done", 5)

    def test_the_end_of_a_revalidation_is_announced_once_with_counts_over_all_shards(
        self, world: World
    ) -> None:
        for number in range(20):
            world.submit(f"A-{number}", **JUNIPER_FIELDS)
        world.activate(release_of(2022, JUNIPER))

        outcomes = world.run()
        world.run()

        assert [outcome.status for outcome in outcomes] == ["split", *["done"] * SHARDS]
        (end,) = world.ends
        assert end.data.model_dump(include={"checked", "changed", "failed"}) == {
            "checked": 20,
            "changed": 20,
            "failed": 0,
        }

    def test_the_redelivery_announces_an_end_that_the_bus_refused(self, world: World) -> None:
        world.bus.down = True
        with pytest.raises(PublishFailed):
            world.run()
        world.bus.down = False
        world.run()

        assert [event.detail_type for event in world.bus.events] == ["Registry Revalidated"]


def world_after_activation() -> World:
    """All kinds of applications, answered by a registry. Then another registry goes live."""
    world = World()
    world.activate(release_of(2021))
    world.submit("A-1", **EAST_FIELDS)
    world.submit("A-2", **WEST_FIELDS)
    world.submit("A-3", **ALDER_FIELDS)
    world.submit("A-4", source=OTHER_PARTNER, **ALDER_FIELDS)  # a second claimant
    for number in range(5, 12):
        world.submit(f"A-{number}", **JUNIPER_FIELDS)
    world.bus.events.clear()
    changed = replace(ALDER, name="ALDER POINT FREE LIBRARY")
    world.activate(release((changed, MERGED, JUNIPER), (MERGED_OUTLET,), 2022))
    return world


def state_of(world: World) -> dict[str, Any]:
    """Every answer, every published event, and the holder of every library."""
    (end,) = {event.metadata.event_id: event for event in world.ends}.values()
    counts = end.data.model_dump(include={"checked", "changed", "failed"})
    return {
        "current": {
            key: (decision.event_id, decision.decision, decision.reason_codes)
            for key in world.decisions.current
            if (decision := world.decisions.get(*key))
        },
        "stored": {decision.event_id for decision in world.decisions._all_decisions()},
        "published": {event.metadata.event_id for event in world.bus.events},
        "holders": {key: claim.application_id for key, claim in world.decisions.claims.items()},
        "unpublished": set(world.decisions.marked),
        "end": (end.metadata.event_id, counts),
    }


def sweep_up(world: World) -> None:
    """Do the work of the sweeper, minutes later."""
    left = list(world.decisions.unpublished_decisions(world.now()))
    publish(left, world.decisions, world.bus)


class TestCrashes:
    def test_a_worker_killed_at_any_call_and_started_again_ends_with_the_same_result(self) -> None:
        undisturbed = world_after_activation()
        undisturbed.run()
        expected = state_of(undisturbed)
        steps = 0

        for last in count():
            world = world_after_activation()
            calls = count()

            def kill_at_last_call(calls: Any = calls, last: int = last) -> None:
                if next(calls) == last:
                    raise ProcessKilled

            try:
                world.run(ports=world.watched_ports(kill_at_last_call))
            except ProcessKilled:
                world.run()
            else:
                steps = last
                break
            sweep_up(world)
            assert state_of(world) == expected, f"killed at {last}"
        assert steps > 100

    def test_two_simultaneous_workers_reach_the_result_of_a_single_worker(self) -> None:
        undisturbed = world_after_activation()
        undisturbed.run()
        expected = state_of(undisturbed)

        for meeting in range(0, 140, 3):
            world = world_after_activation()
            calls = count()

            def run_another_worker(world: World = world, calls: Any = calls, meeting: int = meeting) -> None:
                if next(calls) == meeting:
                    world.run()

            world.run(ports=world.watched_ports(run_another_worker))
            sweep_up(world)
            assert state_of(world) == expected, f"met at {meeting}"
