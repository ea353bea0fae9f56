"""The same releases make the same registry version in every order of their loads."""

from __future__ import annotations

import io
import math
from functools import cache
from itertools import permutations

import pytest

from library_validator.adapters.memory.event_bus import MemoryEventBus
from library_validator.adapters.memory.registry import MemoryRegistry
from library_validator.adapters.memory.releases_bucket import MemoryReleasesBucket
from library_validator.registry.activation import LoadPorts, load_release
from library_validator.registry.bucket import Upload
from library_validator.registry.review import accept_release
from library_validator_cli.sample_release import write_sample_release
from tests.unit.registry.world import TickingClock

YEARS = (2020, 2021, 2022)


@cache
def sample_release(year: int) -> bytes:
    target = io.BytesIO()
    write_sample_release(target, year, 1)
    return target.getvalue()


def registry_loaded_with(releases: list[tuple[str, bytes]]) -> MemoryRegistry:
    """The live version after all releases were uploaded, and accepted if they were quarantined."""
    store, bucket, clock = MemoryRegistry(), MemoryReleasesBucket(), TickingClock()
    ports = LoadPorts(store, bucket, MemoryEventBus(), lambda: math.inf)
    for name, content in releases:
        upload: Upload = bucket.upload(f"releases/{name}.zip", content)
        run = load_release(upload, ports, clock)
        if run.status == "quarantined":
            assert [problem["code"] for problem in run.problems] == ["superseded"]
            upload = accept_release(run.run_id, "an older year", "pat", store, bucket, clock)
            run = load_release(upload, ports, clock)
        assert run.status == "active", run.problems
    return store


def content_of(store: MemoryRegistry) -> tuple[str, int, bytes, dict[str, bytes]]:
    record = store.version(store.pointer().active)
    return record.version, record.entries, record.statistics, store.items[record.version]


@cache
def in_order_of_years() -> tuple[str, int, bytes, dict[str, bytes]]:
    return content_of(registry_loaded_with([(f"fy{year}", sample_release(year)) for year in YEARS]))


@pytest.mark.parametrize("years", list(permutations(YEARS)), ids=str)
def test_releases_in_any_order_give_the_same_version(years: tuple[int, ...]) -> None:
    registry = registry_loaded_with([(f"fy{year}", sample_release(year)) for year in years])
    assert content_of(registry) == in_order_of_years()
    assert registry.pointer().fiscal_year == 2022
