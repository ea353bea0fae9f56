"""The labelled sets with the official releases: the floors that the product must meet, and the counts of
``docs/accuracy.md``.

``make realdata`` prints the missed limits with their measured values. ``library-validator evaluate`` with the
same files, ``--floor tests/realdata/floors.toml`` and ``--report`` shows their rows.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Final, NamedTuple

import pytest

from lab.pages.extract import Accuracy, drop_empty_measures
from library_validator.adapters.memory.registry import MemoryRegistry
from library_validator_cli.evaluation.floors import Floor, check_floors, read_floors
from library_validator_cli.evaluation.labelled import fields_to_keep, read_labelled
from library_validator_cli.evaluation.measure import measure_rows
from library_validator_cli.evaluation.summary import Group, groups_of
from library_validator_cli.local_matching import registry_of
from tests.realdata.official_years import FILES

pytestmark = pytest.mark.realdata

ACCURACY: Final = Accuracy.model_validate_json(
    (Path(__file__).parents[2] / "lab" / "results" / "accuracy.json").read_bytes()
)
# Their rows are about an FSCS id or an address. Without it they would be other applicants.
NOT_REDUCED: Final = ("fscs_id.csv", "gone17.csv")


class Measurement(NamedTuple):
    """The releases that answer the labelled sets, and the fields that the applications keep."""

    floors: str  # name of a file in this folder
    years: tuple[int, ...]
    only: str | None = None


MEASUREMENTS: Final = {
    "newest release": Measurement("floors.toml", (2022,)),
    "newest release, name, city, state": Measurement("floors.toml", (2022,), "name,city,state"),
    "newest release, name, state": Measurement("floors.toml", (2022,), "name,state"),
    "seven releases": Measurement("floors_of_seven_releases.toml", tuple(FILES)),
}
every_measurement = pytest.mark.parametrize("measurement", MEASUREMENTS.values(), ids=MEASUREMENTS)


@pytest.fixture(scope="module")
def registry_of_years(data: Path, newest: MemoryRegistry) -> Callable[[tuple[int, ...]], MemoryRegistry]:
    @cache
    def registry_of_given_years(years: tuple[int, ...]) -> MemoryRegistry:
        if years == (2022,):
            return newest
        return registry_of([data / "pls" / FILES[year] for year in years], lambda _: None)

    return registry_of_given_years


@pytest.fixture(scope="module")
def measured(
    registry_of_years: Callable[[tuple[int, ...]], MemoryRegistry], data: Path
) -> Callable[[Measurement], list[Group]]:
    """The counts of every labelled set."""

    @cache
    def groups_of_measurement(measurement: Measurement) -> list[Group]:
        left_out = NOT_REDUCED if measurement.only else ()
        paths = [path for path in sorted((data / "labelled").glob("*.csv")) if path.name not in left_out]
        rows = [row for file in read_labelled(paths, fields_to_keep(measurement.only)) for row in file.rows]
        with measure_rows(rows, registry_of_years(measurement.years)) as measured_rows:
            return groups_of(list(measured_rows))

    return groups_of_measurement


def floors_of_measurement(measurement: Measurement) -> list[Floor]:
    floors = read_floors(Path(__file__).with_name(measurement.floors))
    return [floor for floor in floors if floor.only == fields_to_keep(measurement.only)]


@every_measurement
def test_the_labelled_sets_meet_their_floors(
    measured: Callable[[Measurement], list[Group]], measurement: Measurement
) -> None:
    checks, not_measured = check_floors(
        floors_of_measurement(measurement), measured(measurement), fields_to_keep(measurement.only)
    )
    assert not_measured == []
    missed = [check for check in checks if not check.met]
    assert [f"{check.about}: {check.limit}, measured {check.measured}" for check in missed] == []


@every_measurement
def test_every_labelled_set_has_floors(
    measured: Callable[[Measurement], list[Group]], measurement: Measurement
) -> None:
    """A set without floors would be measured without any limit."""
    limited = {
        (name, limit.measure)
        for floor in floors_of_measurement(measurement)
        for name in floor.sets
        for limit in floor.limits
    }
    needed = {
        (group.set, measure)
        for group in measured(measurement)
        for measure in ("wrong", "non_library_validated", "non_library_review", "gone_validated")
        if not group.kind and group.measures[measure].of
    }
    assert sorted(needed - limited) == []


@every_measurement
def test_the_committed_counts_equal_those_of_a_new_evaluation(
    measured: Callable[[Measurement], list[Group]],
    registry_of_years: Callable[[tuple[int, ...]], MemoryRegistry],
    measurement: Measurement,
) -> None:
    version = registry_of_years(measurement.years).pointer().active
    (committed,) = (
        kept
        for kept in ACCURACY.measurements
        if kept.only == list(fields_to_keep(measurement.only)) and kept.registry_version == version
    )
    assert committed.groups == [drop_empty_measures(group) for group in measured(measurement)]
