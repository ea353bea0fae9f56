"""The labelled sets against the release of fiscal year 2022: the floors that the product must keep, and the
counts that ``docs/accuracy.md`` tells.

``make realdata`` prints which limits are missed, by how much; ``library-validator evaluate`` with the same
files, ``--floor tests/realdata/floors.toml`` and ``--report`` shows the rows behind them.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from library_validator.adapters.memory.registry import MemoryRegistry
from library_validator_cli.evaluation.extract import Accuracy, counted
from library_validator_cli.evaluation.floors import check_floors, read_floors
from library_validator_cli.evaluation.labelled import read_labelled, reduction
from library_validator_cli.evaluation.measure import measuring
from library_validator_cli.evaluation.summary import Group, groups_of
from library_validator_cli.local_matching import registry_of
from tests.realdata.official_years import FILES

pytestmark = pytest.mark.realdata

FLOORS = read_floors(Path(__file__).with_name("floors.toml"))
ACCURACY = Accuracy.model_validate_json(
    (Path(__file__).parents[2] / "benchmarks" / "results" / "accuracy.json").read_bytes()
)


@pytest.fixture(scope="module")
def registry(data: Path) -> MemoryRegistry:
    return registry_of([data / "pls" / FILES[2022]], lambda _: None)


@pytest.fixture(scope="module")
def measured(registry: MemoryRegistry, data: Path) -> Callable[[str | None], list[Group]]:
    """What is measured: on every labelled set, or on ``typed`` reduced to the fields that are named."""

    @cache
    def groups(only: str | None) -> list[Group]:
        paths = [data / "labelled" / "typed.csv"] if only else sorted((data / "labelled").glob("*.csv"))
        rows = [row for file in read_labelled(paths, reduction(only)) for row in file.rows]
        with measuring(rows, registry) as outcomes:
            return groups_of(list(outcomes))

    return groups


def missed(groups: list[Group], only: str | None, floors: int) -> str:
    """The limits that are not kept, a line each; ``floors``: how many floors these rows must be held to."""
    checks, others = check_floors(FLOORS, groups, reduction(only))
    assert len(FLOORS) - len(others) == floors
    return "\n".join(f"{one.about}: {one.limit}, measured {one.measured}" for one in checks if not one.met)


def test_every_labelled_set_keeps_its_floors(measured: Callable[[str | None], list[Group]]) -> None:
    whole = [floor for floor in FLOORS if not floor.only]
    assert missed(measured(None), None, len(whole)) == ""


@pytest.mark.parametrize("only", ["name,city,state", "name,state"])
def test_typed_applications_with_few_fields_keep_their_floors(
    measured: Callable[[str | None], list[Group]], only: str
) -> None:
    assert missed(measured(only), only, 1) == ""


@pytest.mark.parametrize("only", [None, "name,city,state", "name,state"])
def test_the_committed_counts_are_those_of_a_fresh_evaluation(
    measured: Callable[[str | None], list[Group]], registry: MemoryRegistry, only: str | None
) -> None:
    (committed,) = (
        one
        for one in ACCURACY.measurements
        if one.only == list(reduction(only)) and one.registry_version == registry.pointer().active
    )
    assert committed.groups == [counted(group) for group in measured(only)]
