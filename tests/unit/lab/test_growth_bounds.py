"""The computations from measured growth: limits on a straight line, and the costs of reading and loading."""

from __future__ import annotations

from typing import Any

import pytest

from lab.growth.growth_bounds import (
    applications_until_loading_pays,
    assumed_seconds,
    dollars_of_reads,
    limits_of_growth,
    lines_of,
    times_until,
    writing_seconds,
)


def registry(way: str, factor: int) -> dict[str, Any]:
    return {
        "way": way,
        "factor": factor,
        "build": {"median": 10.0 * factor},
        "peak_memory": {"median": 100.0 + 100.0 * factor},
        "items": {
            "postings": 100_000 * factor,
            "version_item_bytes": 40_960 * factor,
            "write_units": 150_000 * factor,
        },
        "reads": {"10": {"units_per_application_in_batches": 4.0}},
        "snapshot": {
            "file": {"median": 5.0 * factor},
            "load": {"median": 0.4 * factor},
            "memory": {"median": 30.0 * factor},
            "peak_memory": {"median": 60.0 * factor},
        },
    }


def test_a_limit_is_on_the_straight_line_through_both_points() -> None:
    assert times_until(100.0, base=10.0, grown=55.0, factor=10) == pytest.approx(19.0)


def test_limits_are_multiples_of_the_size_of_the_release() -> None:
    found = limits_of_growth(registry("release", 1), registry("places", 10))
    assert found["version_item"] == 10.0
    assert found["memory_as_shipped"] == pytest.approx(19.5)
    assert found["time"] < found["time_of_eight"]


def test_writing_postings_takes_one_request_for_every_twenty_five() -> None:
    assert writing_seconds(2_500) == pytest.approx(100 * assumed_seconds("BatchWriteItem"))
    assert writing_seconds(2_500, at_one_time=8) == pytest.approx(writing_seconds(2_500) / 8)


def test_a_larger_snapshot_pays_only_after_more_applications() -> None:
    small, large = registry("release", 1), registry("places", 10)
    assert dollars_of_reads(small) == dollars_of_reads(large)
    assert applications_until_loading_pays(large) == pytest.approx(
        10 * applications_until_loading_pays(small)
    )


def test_every_registry_has_a_line_and_the_registry_of_the_release_has_no_limits() -> None:
    lines = list(lines_of({"registries": [registry("release", 1), registry("places", 10)]}))
    assert sum("postings" in line and "build" in line for line in lines) == 2
    assert sum("  limits: " in line for line in lines) == 1
