"""The registry is built again from a list of releases and goes live once."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import pytest

from library_validator.adapters.memory.registry import MemoryRegistry
from library_validator.errors import IndexIncomplete, RegistryError, ReleaseRefused
from library_validator.registry.bucket import Upload
from library_validator.registry.rebuilding import ask_for_rebuild, known_releases, read_releases
from library_validator.registry.store import AcceptedRelease, Run
from tests.unit.registry.world import World, read_release_file, release_file

YEARS = (2020, 2021, 2022)


@pytest.fixture
def lost(world: World) -> World:
    """Three years were live, and then the registry table was lost."""
    for year in YEARS:
        world.upload_and_load(release_file(year), f"releases/pls_fy{year}.zip")
    world.store = MemoryRegistry()
    world.bus.events.clear()
    return world


def ask(world: World, releases: tuple[AcceptedRelease, ...] = ()) -> Upload:
    releases = releases or known_releases(world.store, world.bucket)
    return ask_for_rebuild(releases, "the table was lost", "pat", world.store, world.bucket, world.clock)


def test_a_lost_registry_is_rebuilt_with_one_activation_and_under_its_own_name(world: World) -> None:
    for year in YEARS:
        world.upload_and_load(release_file(year), f"releases/pls_fy{year}.zip")
    before = world.store.version(world.store.pointer().active)
    world.store = MemoryRegistry()
    world.bus.events.clear()

    run = world.load_upload(ask(world))

    assert (run.status, run.reason, run.by) == ("active", "the table was lost", "pat")
    assert world.store.version(world.store.pointer().active) == before
    assert world.store.pointer().previous is None
    (event,) = world.activations
    assert (event.data.version, event.data.reason) == (before.version, "the table was lost")
    assert [release.fiscal_year for release in event.data.releases] == list(YEARS)


def test_without_a_table_the_bucket_names_the_releases_that_were_live(lost: World) -> None:
    assert [release.fiscal_year for release in known_releases(lost.store, lost.bucket)] == list(YEARS)


def test_without_both_a_person_names_the_releases(world: World) -> None:
    with pytest.raises(RegistryError, match="name the releases"):
        known_releases(world.store, world.bucket)
    uploads = [world.upload_file(release_file(year), f"releases/{year}.zip") for year in reversed(YEARS)]
    named = read_releases(uploads, world.bucket, read_release_file, world.clock)
    assert [release.fiscal_year for release in named] == list(YEARS)
    assert world.load_upload(ask(world, named)).status == "active"
    assert len(world.activations) == 1


def test_a_live_registry_is_written_again_and_its_previous_version_remains(world: World) -> None:
    for year in YEARS:
        world.upload_and_load(release_file(year), f"releases/pls_fy{year}.zip")
    before = world.store.pointer()
    good = world.live_posting()
    world.store.put_postings(before.active, {"AK0001/0": b"damaged"})
    run = world.load_upload(ask(world))
    pointer = world.store.pointer()
    assert (run.status, world.live_posting()) == ("active", good)
    assert (pointer.active, pointer.previous) == (before.active, before.previous)
    assert pointer.activated_at > before.activated_at
    assert world.store.version(pointer.active).state == "active"


@pytest.mark.parametrize("calls", range(1, 40))
def test_a_rebuild_that_is_stopped_anywhere_is_finished_by_the_next_delivery(lost: World, calls: int) -> None:
    upload = ask(lost)
    left = calls

    def time_left() -> float:
        nonlocal left
        left -= 1
        return 0.0 if left < 0 else math.inf

    try:
        lost.load_upload(upload, time_left=time_left)
    except IndexIncomplete:
        assert not lost.activations
    assert lost.load_upload(upload).status == "active"
    assert len(lost.activations) == 1


def test_a_request_that_was_stopped_before_the_upload_is_completed_by_the_next(lost: World) -> None:
    class Stopped(Exception):
        pass

    class StoppedBucket(type(lost.bucket)):  # type: ignore[misc]
        def upload_again(self, *_: Any) -> Upload:
            raise Stopped

    releases = known_releases(lost.store, lost.bucket)
    whole = lost.bucket
    lost.bucket = StoppedBucket()
    lost.bucket.__dict__ |= whole.__dict__
    with pytest.raises(Stopped):
        ask(lost, releases)
    lost.bucket = whole
    run = lost.load_upload(ask(lost, releases))
    assert run.status == "active"
    requests = [stored for stored in lost.store.runs() if stored.run_id.startswith("rebuild@")]
    assert [request.accepted_as for request in requests] == [run.run_id]


def test_a_request_is_valid_for_one_load(lost: World) -> None:
    upload = ask(lost)
    lost.load_upload(upload)
    copy = lost.bucket.upload_again(upload, upload.key, lost.bucket.metadata(upload))
    assert lost.load_upload(copy).status == "unchanged"
    assert len(lost.activations) == 1


def test_a_release_that_is_gone_is_named_before_anything_is_noted(lost: World) -> None:
    lost.bucket.remove("releases/pls_fy2021.zip")
    with pytest.raises(ReleaseRefused, match=r"pls_fy2021.zip .* is not in the releases bucket"):
        ask(lost)
    assert lost.store.runs() == []


def test_a_release_with_other_content_than_before_does_not_go_live(lost: World) -> None:
    changed = tuple(
        replace(release, content_sha256="other") for release in known_releases(lost.store, lost.bucket)
    )
    with pytest.raises(IndexIncomplete, match="has changed"):
        lost.load_upload(ask(lost, changed))
    assert not lost.activations


@pytest.mark.parametrize(
    ("years", "problem"), [((2021, 2021), "both for fiscal year 2021"), ((2030,), "not over")]
)
def test_two_files_of_one_year_and_a_year_that_is_not_over_are_refused(
    world: World, years: tuple[int, ...], problem: str
) -> None:
    uploads = [
        world.upload_file(release_file(year, edition=str(number)), f"releases/{number}.zip")
        for number, year in enumerate(years)
    ]
    with pytest.raises(RegistryError, match=problem):
        read_releases(uploads, world.bucket, read_release_file, world.clock)


def test_the_request_of_a_person_is_a_run_of_the_journal(lost: World) -> None:
    ask(lost)
    (request,) = lost.store.runs()
    assert isinstance(request, Run)
    assert (request.status, request.by, request.reason) == ("accepted", "pat", "the table was lost")
