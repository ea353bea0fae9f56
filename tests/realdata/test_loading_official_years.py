"""The official years, loaded in order and out of order: no finding of the guard, and the same registry."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import BinaryIO

import pytest

from library_validator.adapters.memory.event_bus import MemoryEventBus
from library_validator.adapters.memory.registry import MemoryRegistry
from library_validator.adapters.memory.releases_bucket import MemoryReleasesBucket
from library_validator.matching.index import Index, build_index
from library_validator.registry.activation import LoadPorts, load_release
from library_validator.registry.review import accept_release
from library_validator.releases.records import Release
from tests.realdata.official_years import FILES
from tests.unit.registry.test_orders import content_of
from tests.unit.registry.world import TickingClock

pytestmark = pytest.mark.realdata

Build = Callable[[Sequence[Release]], Index]


def build_nothing(releases: Sequence[Release]) -> Index:
    """An index without entries, for tests that are only about the guard."""
    return Index({}, b"", max(release.fiscal_year for release in releases), 0, 0, 0)


class YearLoader:
    """Official releases that are uploaded one after the other. Each is read once."""

    def __init__(self, folder: Path, releases: dict[int, Release]) -> None:
        self._contents = {year: (folder / name).read_bytes() for year, name in FILES.items()}
        self._read = {
            hashlib.sha256(content).digest(): releases[year] for year, content in self._contents.items()
        }

    def read(self, source: BinaryIO, *, file_name: str) -> Release:  # noqa: ARG002 - as read_release has it
        return self._read[hashlib.sha256(source.read()).digest()]

    def __call__(self, years: Sequence[int], build_last: Build) -> tuple[MemoryRegistry, list[list[str]]]:
        """The live version after all ``years``, and the guard's findings in each.

        A quarantined release is accepted as an operator accepts it. ``build_last`` builds only the last
        index.
        """
        store, bucket, bus, clock = MemoryRegistry(), MemoryReleasesBucket(), MemoryEventBus(), TickingClock()
        found = []
        for year in years:
            build = build_last if year == years[-1] else build_nothing
            ports = LoadPorts(store, bucket, bus, lambda: math.inf, read=self.read, build=build)
            run = load_release(bucket.upload(f"releases/{FILES[year]}", self._contents[year]), ports, clock)
            found.append([problem["code"] for problem in run.problems])
            if run.status == "quarantined":
                again = accept_release(run.run_id, "an older year", "pat", store, bucket, clock)
                run = load_release(again, ports, clock)
            assert run.status == "active", run.problems
        return store, found


@pytest.fixture(scope="module")
def loads(data: Path, releases: dict[int, Release]) -> YearLoader:
    return YearLoader(data / "pls", releases)


def test_the_guard_finds_no_problem_when_all_official_years_load_in_order(loads: YearLoader) -> None:
    registry, found = loads(list(FILES), build_nothing)
    assert found == [[] for _ in FILES]
    record = registry.version(registry.pointer().active)
    assert [release.fiscal_year for release in record.releases] == list(FILES)


def test_three_years_that_are_accepted_out_of_order_make_the_same_registry(loads: YearLoader) -> None:
    in_order, found = loads((2018, 2019, 2020), build_index)
    assert found == [[], [], []]
    out_of_order, found = loads((2020, 2018, 2019), build_index)
    assert found == [[], ["superseded"], ["superseded"]]
    assert content_of(out_of_order) == content_of(in_order)
