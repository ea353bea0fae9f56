"""A registry in memory, small releases, and a clock that advances at each call."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, BinaryIO

from library_validator.adapters.memory.event_bus import MemoryEventBus
from library_validator.adapters.memory.registry import MemoryRegistry
from library_validator.adapters.memory.releases_bucket import MemoryReleasesBucket
from library_validator.errors import ReleaseRefused
from library_validator.matching.index import Index
from library_validator.registry.activation import LoadPorts, load_release
from library_validator.registry.bucket import Upload
from library_validator.registry.events import RegistryActivated
from library_validator.registry.review import accept_release, reject_release
from library_validator.registry.rollback import roll_back
from library_validator.registry.store import Run
from library_validator.releases.records import Outlet, Problem, Release, ReleaseReport, System

KEYS_PER_SYSTEM = 3


def release_file(year: int, systems: int = 100, edition: str = "", problems: Sequence[Problem] = ()) -> bytes:
    """The file that ``read_release_file`` reads in place of an official zip."""
    found = [[problem.code, problem.severity, problem.message] for problem in problems]
    return json.dumps({"year": year, "systems": systems, "edition": edition, "problems": found}).encode()


def read_release_file(source: BinaryIO, *, file_name: str = "") -> Release:
    content = source.read()
    try:
        fields: dict[str, Any] = json.loads(content)
    except ValueError as error:
        raise ReleaseRefused(f"{file_name} is not a zip", "an official release") from error
    systems = tuple(_system(number) for number in range(fields["systems"]))
    report = ReleaseReport(
        fiscal_year=fields["year"],
        files=(),
        systems=len(systems),
        outlets=len(systems),
        systems_by_structure={"00": len(systems)},
        outlets_by_structure={},
        outlets_by_type={},
        problems=tuple(Problem(*problem) for problem in fields["problems"]),
    )
    outlets = tuple(_outlet(number) for number in range(fields["systems"]))
    return Release(fields["year"], hashlib.sha256(content).hexdigest(), systems, outlets, report)


def build_small_index(releases: Sequence[Release]) -> Index:
    """Postings that depend on all releases and not on their order."""
    newest = max(releases, key=lambda release: release.fiscal_year)
    years = ",".join(sorted(f"{release.fiscal_year}:{release.content_sha256[:8]}" for release in releases))
    postings = {
        f"{system.fscs_key}/{number}": f"{system.fscs_key} in {years}".encode()
        for system in newest.systems
        for number in range(KEYS_PER_SYSTEM)
    }
    return Index(
        postings,
        years.encode(),
        newest.fiscal_year,
        len(newest.systems),
        len(newest.outlets),
        len(newest.systems),
    )


def _system(number: int) -> System:
    empty = dict.fromkeys(System.__slots__, "")
    return System(**empty | _shared_fields(number) | {"population": -1, "operating_expenditure": -1})  # type: ignore[arg-type]


def _outlet(number: int) -> Outlet:
    empty = dict.fromkeys(Outlet.__slots__, "")
    return Outlet(**empty | _shared_fields(number) | {"sequence": "002", "type": "CE"})


def _shared_fields(number: int) -> dict[str, str]:
    """The fields that systems and outlets share, without a problem for the guard."""
    return {
        "fscs_key": f"AK{number:04}",
        "state": "AK",
        "libid": f"AK{number:04}",
        "name": f"LIBRARY OF TOWN {number}",
        "street": f"{number + 1} MAIN STREET",
        "city": "JUNEAU",
        "zip": f"{99500 + number}",
        "county": "TOWNS",
        "phone": f"907555{number:04}",
        "structure": "00",
        "name_change": "00",
        "address_change": "00",
        "meets_fscs_definition": "Y",
    }


class TickingClock:
    """Advances by a second at each call."""

    def __init__(self) -> None:
        self.time = datetime(2026, 11, 23, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        self.time += timedelta(seconds=1)
        return self.time

    def advance_hours(self, hours: float) -> None:
        self.time += timedelta(hours=hours)


@dataclass
class World:
    """A registry, and everything that a load needs."""

    store: MemoryRegistry = field(default_factory=MemoryRegistry)
    bucket: MemoryReleasesBucket = field(default_factory=MemoryReleasesBucket)
    bus: MemoryEventBus = field(default_factory=MemoryEventBus)
    clock: TickingClock = field(default_factory=TickingClock)

    @property
    def ports(self) -> LoadPorts:
        return LoadPorts(
            self.store,
            self.bucket,
            self.bus,
            lambda: math.inf,
            read=read_release_file,
            build=build_small_index,
        )

    def upload_file(self, content: bytes, key: str = "releases/pls.zip") -> Upload:
        return self.bucket.upload(key, content)

    def load_upload(self, upload: Upload, **ports: Any) -> Run:
        return load_release(upload, replace(self.ports, **ports), self.clock)

    def upload_and_load(self, content: bytes, key: str = "releases/pls.zip") -> Run:
        return self.load_upload(self.upload_file(content, key))

    def accept_run(self, run: Run, reason: str = "checked with the agency", who: str = "pat") -> Upload:
        """Accept a quarantined run; returns the new upload, which is not loaded yet."""
        return accept_release(run.run_id, reason, who, self.store, self.bucket, self.clock)

    def reject_run(self, run: Run, reason: str = "half of Ohio is missing", who: str = "pat") -> Run:
        return reject_release(run.run_id, reason, who, self.store, self.bus, self.clock)

    def roll_back(self, reason: str = "wrong file") -> None:
        roll_back(self.store, self.bus, reason, self.clock, "an operator")

    def stored_run(self, run: Run) -> Run:
        """The run as it is stored now."""
        kept = self.store.run(run.run_id)
        assert kept
        return kept

    def live_posting(self, key: str = "AK0001/0") -> str:
        """The posting of ``key`` that a validation finds now."""
        return self.store.postings(self.store.pointer().active, [key])[key].decode()

    def versions_with_postings(self) -> set[str]:
        return {version for version in self.store.items if version in self.store}

    @property
    def activations(self) -> list[RegistryActivated]:
        return [event for event in self.bus.events if isinstance(event, RegistryActivated)]
