"""The time to decide current applications again when another release goes live.

    python -m lab.speed.revalidation [--release BEFORE.zip AFTER.zip] [--applications N] [--json]

Without ``--release`` it takes the sample releases of FY2021 and FY2022. Half of the applications are drawn
from each release. They are decided with the first release, and again when both are live, and a third time
with nothing to do. Stores are in memory, so the time is that of deciding and bookkeeping on one processor.
``library-validator revalidate status`` shows the time of a deployed or local stack.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Final

from library_validator.adapters.memory.decisions import MemoryDecisions
from library_validator.adapters.memory.event_bus import MemoryEventBus
from library_validator.adapters.memory.registry import MemoryRegistry
from library_validator.adapters.memory.revalidations import MemoryRevalidations
from library_validator.casework.revalidation import revalidate
from library_validator.casework.tasks import Ports, Task
from library_validator.decisions.application import FIELDS, application_from_fields
from library_validator.decisions.deciding import Decider
from library_validator.decisions.decision import Submission
from library_validator.decisions.recording import record_all
from library_validator.matching.index import build_index
from library_validator.registry.store import AcceptedRelease
from library_validator.releases.reading.release import read_release
from library_validator.releases.records import Release
from library_validator_cli.sample_applications import sample_applications
from library_validator_cli.sample_release import write_sample_release

COUNT: Final = 1_000
SEED: Final = 1
BATCH: Final = 500
VALIDITY: Final = timedelta(days=365)
NOW: Final = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class RevalidationTimes:
    """The times of a run, in seconds of a clock on one processor."""

    applications: int
    changed: int
    seconds: float
    seconds_again: float  # seconds of the run that has nothing to do

    @property
    def seconds_per_1000(self) -> float:
        return 1_000 * self.seconds / self.applications


def measure_revalidation(before: Release, after: Release, count: int) -> RevalidationTimes:
    """Decides ``count`` applications with ``before``, then again with both releases."""
    stored, bus = MemoryDecisions(), MemoryEventBus()
    first = _registry_of([before], NOW)
    decider = Decider(first, VALIDITY)
    submissions = _submissions(before, count // 2, SEED) + _submissions(after, count - count // 2, SEED + 1)
    for start in range(0, len(submissions), BATCH):
        decisions = decider.decide(submissions[start : start + BATCH], NOW)
        record_all(decisions, stored, bus, decider)
    live = _registry_of([before, after], NOW + timedelta(days=1))
    ports = Ports(stored, MemoryRevalidations(stored.changed), live, Decider(live, VALIDITY), bus)
    seconds, changed = _revalidate(ports)
    again, _ = _revalidate(ports)
    return RevalidationTimes(len(submissions), changed, seconds, again)


def _revalidate(ports: Ports) -> tuple[float, int]:
    started = time.perf_counter()
    whole = revalidate(Task(task="revalidate"), ports, lambda: NOW + timedelta(days=1), lambda: 900.0)
    changed = sum(
        revalidate(task, ports, lambda: NOW + timedelta(days=1), lambda: 900.0).changed
        for task in whole.follow
    )
    return time.perf_counter() - started, changed


def _registry_of(releases: Sequence[Release], at: datetime) -> MemoryRegistry:
    accepted = [AcceptedRelease(release.fiscal_year, release.content_sha256, "", "") for release in releases]
    return MemoryRegistry.of_index(build_index(releases), accepted, at)


def _submissions(release: Release, count: int, seed: int) -> list[Submission]:
    found: list[Submission] = []
    for sample in sample_applications(release, count, seed):
        drawn = asdict(sample)
        fields = {name: drawn[name] for name in (*FIELDS, "application_id")}
        application = application_from_fields(fields).application
        found.append(Submission(source="benchmark", application=application, sent_at=NOW))
    return found


def _sample_release(fiscal_year: int) -> Release:
    packed = BytesIO()
    write_sample_release(packed, fiscal_year, SEED)
    return read_release(packed, file_name=f"pls_fy{fiscal_year}.zip")


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--release", nargs=2, type=Path, metavar=("BEFORE", "AFTER"))
    parser.add_argument("--applications", type=int, default=COUNT, help=f"default: {COUNT:,}")
    parser.add_argument("--json", action="store_true", help="print a JSON document")
    given = parser.parse_args(arguments)
    before, after = map(read_release, given.release) if given.release else map(_sample_release, (2021, 2022))
    measured = measure_revalidation(before, after, given.applications)
    if given.json:
        text = json.dumps(asdict(measured) | {"seconds_per_1000": measured.seconds_per_1000}, indent=2)
    else:
        text = (
            f"FY{before.fiscal_year} to FY{after.fiscal_year}: {measured.applications:,} applications, "
            f"{measured.changed:,} changed\n"
            f"{measured.seconds:.2f} s, {measured.seconds_per_1000:.2f} s per 1,000; "
            f"again, with nothing to do: {measured.seconds_again:.2f} s"
        )
    sys.stdout.write(text + "\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
