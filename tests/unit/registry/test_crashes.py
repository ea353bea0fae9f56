"""A load or a roll-back fails at any call and is repeated: the result is the same as without the failure."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import count
from typing import Any

import pytest

from library_validator.errors import ReviewRefused, VersionSuperseded
from library_validator.registry.activation import LoadPorts, load_release
from library_validator.registry.bucket import Upload
from library_validator.registry.review import accept_release, reject_release
from library_validator.registry.rollback import roll_back
from tests.unit.registry.world import World, release_file


class Killed(BaseException):
    """The function was killed."""


class UnreachableError(Exception):
    """A call failed; the function goes on and reports it."""


@dataclass
class PlannedFailure:
    """Call number ``last`` fails, before or ``after`` it has its effect."""

    last: int
    after: bool
    error: type[BaseException]
    calls: int = 0

    def wrap_call(self, call: Callable[..., Any]) -> Callable[..., Any]:
        def call_or_fail(*args: Any, **kwargs: Any) -> Any:
            self.calls += 1
            is_failing = self.calls == self.last
            if is_failing and not self.after:
                raise self.error
            answer = call(*args, **kwargs)
            if is_failing:
                raise self.error
            return answer

        return call_or_fail


class FailingPort:
    """A store, a bucket or a bus of which a call fails as planned."""

    def __init__(self, real: object, failure: PlannedFailure) -> None:
        self._real = real
        self._failure = failure

    def __getattr__(self, name: str) -> Any:
        return self._failure.wrap_call(getattr(self._real, name))


before_and_after = pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
each_error = pytest.mark.parametrize("error", [Killed, UnreachableError])


def small_release(year: int) -> bytes:
    return release_file(year, systems=15)


def world_with_three_versions() -> World:
    """Three versions were live for a day each; the next load deletes one of them."""
    world = World()
    for year in (2018, 2019, 2020):
        world.upload_and_load(small_release(year))
        world.clock.advance_hours(24)
    world.bus.events.clear()
    return world


def failing_ports(world: World, failure: PlannedFailure) -> LoadPorts:
    return replace(
        world.ports,
        store=FailingPort(world.store, failure),
        bucket=FailingPort(world.bucket, failure),
        bus=FailingPort(world.bus, failure),
    )


def state_of(world: World) -> dict[str, Any]:
    """The versions in use, with their content, and the published activations."""
    pointer = world.store.pointer()
    in_use = [pointer.active, pointer.previous or ""]
    return {
        "versions": in_use,
        "states": [world.store.version(version).state for version in in_use],
        "postings": [world.store.items[version] for version in in_use],
        "manifests": [world.bucket.manifests[version] for version in in_use],
        "published": {(event.data.version, event.data.previous_version) for event in world.activations},
    }


@before_and_after
@each_error
def test_a_load_that_fails_at_any_call_is_completed_by_the_next_delivery(
    after: bool, error: type[BaseException]
) -> None:
    undisturbed = world_with_three_versions()
    undisturbed.upload_and_load(small_release(2021))
    expected = state_of(undisturbed)

    for call in count(1):
        world, failure = world_with_three_versions(), PlannedFailure(call, after, error)
        upload = world.upload_file(small_release(2021))
        before = world.live_posting()
        try:
            load_release(upload, failing_ports(world, failure), world.clock)
        except error:
            assert world.live_posting() in (before, undisturbed.live_posting()), (
                "an incomplete version was live"
            )
        run = world.load_upload(upload)

        assert state_of(world) == expected, f"failed at call {call}"
        assert (run.status, run.events_published) == ("active", True)
        assert len({event.metadata.event_id for event in world.bus.events}) == 1
        world.clock.advance_hours(24)
        world.upload_and_load(small_release(2022))
        assert len(world.versions_with_postings()) == 2, f"call {call} left postings behind"
        if failure.calls < call:
            break
    assert call > 30


@before_and_after
@each_error
def test_a_roll_back_that_fails_at_any_call_is_completed_by_the_next_roll_back(
    after: bool, error: type[BaseException]
) -> None:
    undisturbed = world_with_three_versions()
    roll_back(undisturbed.store, undisturbed.bus, "wrong", undisturbed.clock, "pat")
    expected = state_of(undisturbed)

    for call in count(1):
        world, failure = world_with_three_versions(), PlannedFailure(call, after, error)
        ports = failing_ports(world, failure)
        with suppress(error):
            roll_back(ports.store, ports.bus, "wrong", world.clock, "pat")
        # If the first call had completed the roll-back, the second call tries to roll back to the version
        # that was left.
        with suppress(VersionSuperseded):
            roll_back(world.store, world.bus, "wrong", world.clock, "pat")

        assert state_of(world) == expected, f"failed at call {call}"
        assert len({event.metadata.event_id for event in world.bus.events}) == 1
        if failure.calls < call:
            break
    assert call > 8


def world_after_roll_back() -> World:
    """FY2020 was rolled back, and its file was uploaded again: a person has to decide."""
    world = world_with_three_versions()
    world.roll_back()
    quarantined = world.upload_and_load(small_release(2020))
    assert quarantined.status == "quarantined"
    world.bus.events.clear()
    return world


@before_and_after
@each_error
def test_an_acceptance_that_fails_at_any_call_is_completed_by_the_next_acceptance(
    after: bool, error: type[BaseException]
) -> None:
    undisturbed = world_after_roll_back()
    undisturbed.load_upload(undisturbed.accept_run(undisturbed.store.runs()[0]))
    expected = state_of(undisturbed)

    for call in count(1):
        world, failure = world_after_roll_back(), PlannedFailure(call, after, error)
        ports = failing_ports(world, failure)
        run_id = world.store.runs()[0].run_id
        quarantined_upload = Upload.of_run(run_id)
        with suppress(error):
            accept_release(run_id, "right", "pat", ports.store, ports.bucket, world.clock)
        newest = accept_release(run_id, "right", "pat", world.store, world.bucket, world.clock)
        # Every copy in the bucket is loaded, in order.
        for number in range(int(quarantined_upload.version[1:]) + 1, int(newest.version[1:]) + 1):
            world.load_upload(Upload(quarantined_upload.key, f"v{number}"))

        assert state_of(world) == expected, f"failed at call {call}"
        if failure.calls < call:
            break
    assert call > 4


@before_and_after
@each_error
def test_the_load_of_an_accepted_release_that_fails_at_any_call_is_completed_by_the_next_delivery(
    after: bool, error: type[BaseException]
) -> None:
    undisturbed = world_after_roll_back()
    undisturbed.load_upload(undisturbed.accept_run(undisturbed.store.runs()[0]))
    expected = state_of(undisturbed)

    for call in count(1):
        world, failure = world_after_roll_back(), PlannedFailure(call, after, error)
        upload = world.accept_run(world.store.runs()[0])
        before = world.live_posting()
        with suppress(error):
            load_release(upload, failing_ports(world, failure), world.clock)
        assert world.live_posting() in (before, undisturbed.live_posting()), "an incomplete version was live"
        run = world.load_upload(upload)

        assert state_of(world) == expected, f"failed at call {call}"
        assert (run.status, run.by, run.events_published) == ("active", "pat", True)
        assert len({event.metadata.event_id for event in world.bus.events}) == 1
        if failure.calls < call:
            break
    assert call > 30


@before_and_after
@each_error
def test_a_roll_back_between_a_failed_load_and_its_next_delivery_is_kept(
    after: bool, error: type[BaseException]
) -> None:
    """A person rolled back after the first delivery: only a person can undo that."""
    for call in count(1):
        world, failure = world_after_roll_back(), PlannedFailure(call, after, error)
        upload = world.accept_run(world.store.runs()[0])
        left = world.store.pointer().active
        with suppress(error):
            load_release(upload, failing_ports(world, failure), world.clock)
        flipped = world.store.pointer().active != left
        if flipped:
            world.roll_back("wrong again")
            pointer = world.store.pointer()
            world.load_upload(upload)
            assert world.store.pointer() == pointer, f"failed at call {call}"
        if failure.calls < call:
            break
    assert flipped


@before_and_after
@each_error
def test_a_rejection_that_fails_at_any_call_is_completed_by_the_next_rejection(
    after: bool, error: type[BaseException]
) -> None:
    for call in count(1):
        world, failure = world_after_roll_back(), PlannedFailure(call, after, error)
        ports = failing_ports(world, failure)
        run_id = world.store.runs()[0].run_id
        with suppress(error):
            reject_release(run_id, "wrong", "pat", ports.store, ports.bus, world.clock)
        # If the first call had completed the rejection, there is nothing left to reject.
        with suppress(ReviewRefused):
            reject_release(run_id, "wrong", "pat", world.store, world.bus, world.clock)

        run = world.store.run(run_id)
        assert run
        assert (run.status, run.reason, run.events_published) == ("rejected", "wrong", True)
        assert len({event.metadata.event_id for event in world.bus.events}) == 1
        if failure.calls < call:
            break
    assert call > 4
