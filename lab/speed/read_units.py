"""Computes the reads of a decision from the registry table: keys, requests and read units.

    python -m lab.speed.read_units [--release ZIP ...] [--applications FILE] [--limit N] [--json]

Without arguments it takes the bundled sample release and applications drawn from it. The service's own lookup
reads them in batches of ten, as SQS delivers them, and singly. Units are computed from item sizes by
DynamoDB's rules, because no emulator reports them for ``BatchGetItem``:

- an eventually consistent read costs half a unit for each begun 4 KB of each item;
- a missing key costs half a unit;
- the pointer is read with strong consistency: a unit for each begun 4 KB.

Source: Amazon DynamoDB developer guide, read consistency and item sizes.
"""

from __future__ import annotations

import argparse
import json
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any, Final, TypeVar

from lab.measures import ROOT
from library_validator.adapters.aws.registry_items import posting_key, version_item
from library_validator.decisions.application import application_from_fields
from library_validator.decisions.deciding import Decider
from library_validator.decisions.decision import Submission
from library_validator.intake.applications_file import Row
from library_validator.registry.store import Pointer, RegistryReader, VersionRecord
from library_validator.releases.reading.release import read_release
from library_validator_cli.applications_file import open_applications
from library_validator_cli.local_matching import registry_of
from library_validator_cli.sample_applications import sample_applications

SAMPLE_RELEASE: Final = ROOT / "events" / "sample" / "pls_sample_fy2022_csv.zip"
SAMPLE_COUNT: Final = 1_000
SAMPLE_SEED: Final = 1
BATCH: Final = 10
MAX_KEYS_A_REQUEST: Final = 100
UNIT_BYTES: Final = 4096
NOW: Final = datetime(2026, 1, 1, tzinfo=UTC)

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Lookup:
    """A batched read."""

    keys: int
    missing: int
    item_bytes: int  # of all found items together
    units: float

    @property
    def requests(self) -> int:
        return math.ceil(self.keys / MAX_KEYS_A_REQUEST)


@dataclass(slots=True)
class MeteredRegistry:
    """A ``RegistryReader`` that records the cost of each batched read."""

    registry: RegistryReader
    lookups: list[Lookup] = field(default_factory=list)
    pointer_reads: int = 0

    def pointer(self) -> Pointer:
        self.pointer_reads += 1
        return self.registry.pointer()

    def version(self, version: str) -> VersionRecord:
        return self.registry.version(version)

    def postings(self, version: str, keys: Iterable[str]) -> Mapping[str, bytes]:
        different = set(keys)
        found = self.registry.postings(version, different)
        sizes = [
            item_bytes({**posting_key(version, key), "b": {"B": posting}}) for key, posting in found.items()
        ]
        missing = len(different) - len(found)
        units = sum(eventual_units(size) for size in sizes) + missing * eventual_units(0)
        self.lookups.append(Lookup(len(different), missing, sum(sizes), units))
        return found


def item_bytes(item: Mapping[str, Any]) -> int:
    """The size of an item without lists and maps: names and values, as DynamoDB counts them."""
    return sum(len(name.encode()) + _value_bytes(value) for name, value in item.items())


def _value_bytes(value: Mapping[str, Any]) -> int:
    ((kind, content),) = value.items()
    if kind == "N":
        return math.ceil(len(content) / 2) + 1
    if kind in {"BOOL", "NULL"}:
        return 1
    return len(content.encode() if kind == "S" else content)


def eventual_units(size: int) -> float:
    """Read units of an eventually consistent read of an item. ``size`` is 0 for a missing key."""
    return 0.5 * max(1, math.ceil(size / UNIT_BYTES))


def spread_of(values: Sequence[float]) -> dict[str, float]:
    """Mean, median, 99th percentile (nearest rank) and maximum."""
    ranked = sorted(values)
    return {
        "mean": round(sum(ranked) / len(ranked), 2),
        "median": ranked[math.ceil(len(ranked) * 0.5) - 1],
        "p99": ranked[math.ceil(len(ranked) * 0.99) - 1],
        "max": ranked[-1],
    }


def look_up_batches(registry: RegistryReader, batches: Iterable[Sequence[Submission]]) -> MeteredRegistry:
    """The reads that are needed to decide ``batches``."""
    metered = MeteredRegistry(registry)
    decider = Decider(metered)
    for batch in batches:
        decider.decide(batch, NOW)
    return metered


def measure_reads(registry: RegistryReader, applications: Sequence[Submission]) -> dict[str, Any]:
    alone = look_up_batches(registry, ([application] for application in applications)).lookups
    together = look_up_batches(registry, batches_of(applications, BATCH))
    record = registry.version(registry.pointer().active)
    batches = together.lookups
    return {
        "computed": "from item sizes; see the module's description",
        "registry_version": record.version,
        "postings": record.postings,
        "applications": len(applications),
        "batch_size": BATCH,
        "keys_per_application": spread_of([lookup.keys for lookup in alone]),
        "keys_not_there_per_application": spread_of([lookup.missing for lookup in alone]),
        "units_per_application_alone": spread_of([lookup.units for lookup in alone]),
        "keys_per_batch": spread_of([lookup.keys for lookup in batches]),
        "batch_get_item_requests_per_batch": spread_of([lookup.requests for lookup in batches]),
        "kilobytes_per_batch": spread_of([round(lookup.item_bytes / 1024, 1) for lookup in batches]),
        "units_per_batch": spread_of([lookup.units for lookup in batches]),
        "units_per_application_in_batches": round(
            (sum(lookup.units for lookup in batches) + together.pointer_reads) / len(applications), 2
        ),
        "pointer_reads_per_batch": together.pointer_reads / len(batches),
        "units_of_term_statistics_once_a_version": math.ceil(item_bytes(version_item(record)) / UNIT_BYTES),
    }


def batches_of(applications: Sequence[_T], size: int) -> Iterator[Sequence[_T]]:
    """Batches of ``size``. A last smaller batch is left out, so that all batches are comparable."""
    for start in range(0, len(applications) - size + 1, size):
        yield applications[start : start + size]


def read_file(path: Path, limit: int) -> list[Submission]:
    """The first ``limit`` readable applications of a file."""
    with open_applications(path) as rows:
        return list(islice((_read_submission(row.fields) for row in rows if isinstance(row, Row)), limit))


def draw_sample(release: Path, count: int) -> list[Submission]:
    """Applications as people type them, from a release."""
    drawn = sample_applications(read_release(release), count, SAMPLE_SEED)
    return [_read_submission(asdict(application)) for application in drawn]


def _read_submission(fields: dict[str, Any]) -> Submission:
    read = application_from_fields(fields)
    return Submission(source="benchmark", application=read.application, sent_at=NOW, problems=read.problems)


def reads_table(measured: Mapping[str, Any]) -> Iterator[str]:
    """The lines of a table. Single values come before spreads."""
    spreads = {name: value for name, value in measured.items() if isinstance(value, dict)}
    for name, value in measured.items():
        if name not in spreads:
            yield f"{name.replace('_', ' '):<42} {value}"
    yield ""
    columns = ("mean", "median", "p99", "max")
    yield f"{'':<42} " + " ".join(f"{column:>8}" for column in columns)
    for name, value in spreads.items():
        yield f"{name.replace('_', ' '):<42} " + " ".join(f"{value[column]:>8}" for column in columns)


def main() -> None:
    parser = argparse.ArgumentParser(description="Reads of the registry per application, computed.")
    parser.add_argument("--release", type=Path, nargs="+", default=[SAMPLE_RELEASE])
    parser.add_argument(
        "--applications", type=Path, help="CSV or JSON Lines; default: drawn from the release"
    )
    parser.add_argument("--limit", type=int, default=SAMPLE_COUNT, help="use at most this many applications")
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    arguments = parser.parse_args()
    registry = registry_of(arguments.release, lambda _: None)
    if arguments.applications:
        applications = read_file(arguments.applications, arguments.limit)
    else:
        applications = draw_sample(arguments.release[-1], arguments.limit)
    if len(applications) < BATCH:
        parser.error(f"{len(applications)} applications are fewer than a batch of {BATCH}")
    measured = measure_reads(registry, applications)
    print(json.dumps(measured, indent=2) if arguments.json else "\n".join(reads_table(measured)))


if __name__ == "__main__":
    main()
