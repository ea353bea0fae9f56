"""The live registry is built again for a newer index format."""

from dataclasses import replace

import pytest

from library_validator.matching.stored_entries import INDEX_FORMAT
from library_validator.registry.bucket import FETCHED
from library_validator.registry.reindexing import is_format_outdated, reindex
from library_validator.registry.store import VersionState
from library_validator.registry.versions import version_name
from library_validator.releases.records import Problem
from tests.unit.registry.world import World, release_file

REPEATED = Problem("keys_repeated", "quarantine", "2 systems are listed more than once")


@pytest.fixture
def world_in_older_format(world: World) -> World:
    """FY2021 and FY2022 are live, in the index format before the present one.

    A person accepted the problems of FY2022.
    """
    world.upload_and_load(release_file(2021), "releases/pls_fy2021.zip")
    quarantined = world.upload_and_load(release_file(2022, problems=[REPEATED]), "releases/pls_fy2022.zip")
    world.load_upload(world.accept_run(quarantined))
    store, pointer = world.store, world.store.pointer()
    record = store.version(pointer.active)
    older = version_name(record.releases, INDEX_FORMAT - 1)
    store.put_version(replace(record, version=older, index_format=INDEX_FORMAT - 1))
    store.put_postings(older, store.items.pop(record.version))
    world.bucket.put_manifest(older, world.bucket.manifest(record.version))
    store.delete_version(record.version)
    store.flip(
        replace(pointer, active=older, index_format=INDEX_FORMAT - 1, activated_at=world.clock().isoformat()),
        expected_active=record.version,
    )
    world.bus.events.clear()
    return world


@pytest.mark.parametrize("folder", [None, FETCHED], ids=["in place", "by fetch_release"])
def test_the_same_releases_are_built_in_the_newer_format(
    world_in_older_format: World, folder: str | None
) -> None:
    older = world_in_older_format.store.pointer()
    assert is_format_outdated(world_in_older_format.store)
    run = world_in_older_format.load_upload(
        reindex(world_in_older_format.store, world_in_older_format.bucket, folder)
    )

    assert run.status == "active", run.problems
    pointer = world_in_older_format.store.pointer()
    assert (pointer.active, pointer.previous) == (run.version, older.active)
    assert (pointer.index_format, pointer.fiscal_year) == (INDEX_FORMAT, 2022)
    assert [
        accepted.fiscal_year for accepted in world_in_older_format.store.version(pointer.active).releases
    ] == [
        2021,
        2022,
    ]
    assert len(world_in_older_format.activations) == 1
    assert not is_format_outdated(world_in_older_format.store)


def test_a_release_that_a_person_accepted_is_not_quarantined_again(world_in_older_format: World) -> None:
    run = world_in_older_format.load_upload(
        reindex(world_in_older_format.store, world_in_older_format.bucket)
    )
    [problem] = run.problems
    assert (problem["code"], problem["severity"]) == ("keys_repeated", "warning")
    assert problem["message"].endswith("(accepted before)")


def test_a_version_that_was_rolled_back_is_not_built_again_for_its_newer_format(
    world_in_older_format: World,
) -> None:
    older = world_in_older_format.store.pointer().active
    newer = world_in_older_format.load_upload(
        reindex(world_in_older_format.store, world_in_older_format.bucket)
    )
    world_in_older_format.roll_back("answers are worse")
    assert world_in_older_format.store.version(newer.version or "").state is VersionState.ROLLED_BACK

    assert not is_format_outdated(world_in_older_format.store)
    run = world_in_older_format.load_upload(
        reindex(world_in_older_format.store, world_in_older_format.bucket)
    )
    assert (run.status, world_in_older_format.store.pointer().active) == ("quarantined", older)
    assert "version_withdrawn" in {problem["code"] for problem in run.problems}


def test_reindexing_a_registry_in_the_present_format_changes_nothing(world: World) -> None:
    world.upload_and_load(release_file(2022))
    pointer = world.store.pointer()
    assert not is_format_outdated(world.store)
    run = world.load_upload(reindex(world.store, world.bucket))
    assert (run.status, world.store.pointer()) == ("unchanged", pointer)
