"""The arithmetic of the benchmark, and its results on the sample release."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from lab.speed.read_units import (
    BATCH,
    batches_of,
    draw_sample,
    eventual_units,
    item_bytes,
    look_up_batches,
    measure_reads,
    reads_table,
    spread_of,
)
from library_validator.adapters.memory.registry import MemoryRegistry
from library_validator_cli.local_matching import registry_of
from library_validator_cli.sample_release import BUNDLED_FISCAL_YEAR, BUNDLED_SEED, write_sample_release


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("release") / "sample.zip"
    with path.open("wb") as target:
        write_sample_release(target, BUNDLED_FISCAL_YEAR, BUNDLED_SEED)
    return path


@pytest.fixture(scope="module")
def registry(release: Path) -> MemoryRegistry:
    return registry_of([release], lambda _: None)


@pytest.fixture(scope="module")
def measured_reads(registry: MemoryRegistry, release: Path) -> dict[str, Any]:
    return measure_reads(registry, draw_sample(release, 200))


@pytest.mark.parametrize(
    ("size", "units"), [(0, 0.5), (1, 0.5), (4096, 0.5), (4097, 1.0), (8192, 1.0), (8193, 1.5)]
)
def test_an_eventually_consistent_read_costs_half_a_unit_for_each_begun_4_kb(size: int, units: float) -> None:
    assert eventual_units(size) == units


def test_the_size_of_an_item_is_that_of_its_names_and_values() -> None:
    assert item_bytes({"pk": {"S": "é"}, "sk": {"S": "-"}, "b": {"B": b"123"}, "n": {"N": "2022"}}) == (
        (2 + 2) + (2 + 1) + (1 + 3) + (1 + 3)
    )


def test_the_percentiles_of_a_spread_are_values_that_occur() -> None:
    assert spread_of([5, 1, 3, 100]) == {"mean": 27.25, "median": 3, "p99": 100, "max": 100}


def test_a_missing_key_costs_half_a_unit(registry: MemoryRegistry) -> None:
    metered = look_up_batches(registry, [])
    version = registry.pointer().active

    assert metered.postings(version, ["no such key", "no such key", "nor this"]) == {}
    (lookup,) = metered.lookups
    assert (lookup.keys, lookup.missing, lookup.units, lookup.requests) == (2, 2, 1.0, 1)


def test_one_pointer_read_and_one_batched_read_answer_ten_applications(
    measured_reads: dict[str, Any],
) -> None:
    assert measured_reads["batch_size"] == BATCH == 10
    assert measured_reads["pointer_reads_per_batch"] == 1
    assert measured_reads["batch_get_item_requests_per_batch"]["median"] == 1


def test_an_application_reads_at_most_ten_keys(measured_reads: dict[str, Any]) -> None:
    assert measured_reads["keys_per_application"]["median"] >= 1
    assert measured_reads["keys_per_application"]["max"] <= 10


def test_a_batch_costs_less_than_its_applications_alone(measured_reads: dict[str, Any]) -> None:
    assert (
        measured_reads["units_per_batch"]["mean"]
        <= 10 * measured_reads["units_per_application_alone"]["mean"]
    )


def test_only_full_batches_are_measured(release: Path) -> None:
    assert [len(batch) for batch in batches_of(draw_sample(release, 25), BATCH)] == [10, 10]


def test_the_table_says_that_its_numbers_are_computed(measured_reads: dict[str, Any]) -> None:
    lines = list(reads_table(measured_reads))

    assert lines[0].startswith("computed")
    assert any(line.startswith("keys per application ") for line in lines)
