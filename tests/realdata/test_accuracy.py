"""The labelled sets against the release of fiscal year 2022: the floors that the product must keep.

``make realdata`` prints which limits are missed, by how much; ``library-validator evaluate`` with the same
files, ``--floor tests/realdata/floors.toml`` and ``--report`` shows the rows behind them.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from library_validator.adapters.memory.registry import MemoryRegistry
from library_validator_cli.evaluation.floors import check_floors, read_floors
from library_validator_cli.evaluation.labelled import read_labelled, reduction
from library_validator_cli.evaluation.measure import measuring
from library_validator_cli.evaluation.summary import groups_of
from library_validator_cli.local_matching import registry_of

pytestmark = pytest.mark.realdata

FLOORS = read_floors(Path(__file__).with_name("floors.toml"))


@pytest.fixture(scope="module")
def registry(data: Path) -> MemoryRegistry:
    return registry_of([data / "pls" / "pls_fy2022_csv.zip"], lambda _: None)


def missed(registry: MemoryRegistry, paths: list[Path], only: str | None, floors: int) -> str:
    """The limits that are not kept, a line each; ``floors``: how many floors these files must be held to."""
    kept = reduction(only)
    rows = [row for file in read_labelled(paths, kept) for row in file.rows]
    with measuring(rows, registry) as outcomes:
        groups = groups_of(list(outcomes))
    checks, others = check_floors(FLOORS, groups, kept)
    assert len(FLOORS) - len(others) == floors
    return "\n".join(f"{one.about}: {one.limit}, measured {one.measured}" for one in checks if not one.met)


def test_every_labelled_set_keeps_its_floors(registry: MemoryRegistry, data: Path) -> None:
    whole = [floor for floor in FLOORS if not floor.only]
    assert missed(registry, sorted((data / "labelled").glob("*.csv")), None, len(whole)) == ""


@pytest.mark.parametrize("only", ["name,city,state", "name,state"])
def test_typed_applications_with_few_fields_keep_their_floors(
    registry: MemoryRegistry, data: Path, only: str
) -> None:
    assert missed(registry, [data / "labelled" / "typed.csv"], only, 1) == ""
