"""A person rolls back the registry."""

from typing import Any

import pytest

from library_validator.errors import (
    NoActiveRegistry,
    PublishFailed,
    RegistryError,
    RegistryFormatUnknown,
    VersionSuperseded,
)
from library_validator.matching.stored_entries import INDEX_FORMAT
from library_validator.registry.rollback import roll_back
from library_validator.registry.store import Pointer, VersionState
from tests.unit.registry.world import World, release_file


def back_to_previous(world: World, **options: Any) -> Pointer:
    return roll_back(world.store, world.bus, "half of Ohio is missing", world.clock, "pat", **options)


@pytest.fixture
def previous_and_live_version(world: World) -> tuple[str, str]:
    """The names of the previous and the live version."""
    runs = [world.upload_and_load(release_file(year)) for year in (2021, 2022)]
    return runs[0].version or "", runs[1].version or ""


def test_the_previous_version_is_live_again(world: World, previous_and_live_version: tuple[str, str]) -> None:
    old, new = previous_and_live_version
    pointer = back_to_previous(world)

    assert (pointer.active, pointer.previous, pointer.fiscal_year) == (old, new, 2021)
    assert pointer.reason == "half of Ohio is missing"
    assert world.store.pointer() == pointer
    assert "2022:" not in world.live_posting()
    assert world.store.version(old).state is VersionState.ACTIVE
    assert world.store.version(new).state is VersionState.ROLLED_BACK


def test_the_event_of_a_roll_back_has_person_and_reason(
    world: World, previous_and_live_version: tuple[str, str]
) -> None:
    back_to_previous(world)
    event = world.activations[-1]
    assert (event.data.version, event.data.previous_version) == previous_and_live_version
    assert (event.data.by, event.data.reason) == ("pat", "half of Ohio is missing")
    assert world.store.runs()[0].by == "pat"


def test_the_first_version_cannot_be_rolled_back(world: World) -> None:
    with pytest.raises(NoActiveRegistry):
        back_to_previous(world)
    world.upload_and_load(release_file(2021))
    with pytest.raises(RegistryError, match="nothing before it"):
        back_to_previous(world)


def test_a_second_roll_back_does_not_bring_back_the_version_that_was_rolled_back(
    world: World, previous_and_live_version: tuple[str, str]
) -> None:
    back_to_previous(world)
    with pytest.raises(VersionSuperseded, match="rolled back itself"):
        back_to_previous(world)
    assert world.store.pointer().active == previous_and_live_version[0]


def test_a_person_can_restore_a_rolled_back_version(
    world: World, previous_and_live_version: tuple[str, str]
) -> None:
    old, new = previous_and_live_version
    back_to_previous(world)
    back_to_previous(world, restore=True)

    assert world.store.pointer().active == new
    assert world.store.version(new).state is VersionState.ACTIVE
    assert world.store.version(old).state is VersionState.SUPERSEDED
    assert len({event.metadata.event_id for event in world.activations}) == 4


def test_a_roll_back_that_was_not_published_is_completed_by_the_next_call(
    world: World, previous_and_live_version: tuple[str, str]
) -> None:
    world.bus.down = True
    with pytest.raises(PublishFailed):
        back_to_previous(world)
    world.bus.down = False

    assert back_to_previous(world).active == previous_and_live_version[0]
    assert [event.data.version for event in world.activations] == [
        *previous_and_live_version,
        previous_and_live_version[0],
    ]
    with pytest.raises(VersionSuperseded):
        back_to_previous(world)


def test_a_version_that_this_code_cannot_read_is_not_brought_back(
    world: World, previous_and_live_version: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("library_validator.registry.rollback.READABLE_FORMATS", (INDEX_FORMAT + 1,))
    with pytest.raises(RegistryFormatUnknown):
        back_to_previous(world)
    assert world.store.pointer().active == previous_and_live_version[1]
