import pytest

from tests.unit.registry.world import World


@pytest.fixture
def world() -> World:
    return World()
