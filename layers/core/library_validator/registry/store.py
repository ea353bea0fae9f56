"""Where the registry is kept, as the domain sees it.

Keys of the registry table: ``POINTER`` (one item: which version is live), ``RUN`` (what happened to each
upload), ``<version>#`` (what a version is: its releases, counts, term statistics) and
``<version>#<blocking key>`` (a posting: the compact candidates of that key).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class AcceptedRelease:
    """A release in the accepted set, and the exact object it was read from."""

    fiscal_year: int
    content_sha256: str
    object_key: str
    object_version: str


@dataclass(frozen=True, slots=True)
class Pointer:
    """Which registry version answers, and which one answered before."""

    active: str
    previous: str | None
    fiscal_year: int
    index_format: int
    activated_at: str  # ISO 8601, UTC
    reason: str  # "release loaded", or the words of the person who rolled back


@dataclass(frozen=True, slots=True)
class VersionRecord:
    """What a registry version was built from and holds."""

    version: str
    index_format: int
    fiscal_year: int
    releases: tuple[AcceptedRelease, ...]
    systems: int
    outlets: int
    entries: int
    postings: int
    state: str  # building, ready, active, superseded, rolled_back
    statistics: bytes  # encoded matching.index.Statistics


@dataclass(frozen=True, slots=True)
class Run:
    """One upload and what became of it; a redelivery finds its run and does nothing twice."""

    run_id: str  # "<object key>@<object version>"
    status: str  # loading, active, unchanged, quarantined, refused, failed
    step: str  # reading, guarding, writing, verifying, flipping, done
    started_at: str
    updated_at: str
    version: str | None = None
    report: Mapping[str, Any] | None = None  # ReleaseReport as JSON
    problems: Sequence[Mapping[str, str]] = ()  # code, severity, message
    events_published: bool = False


class RegistryReader(Protocol):
    """What a validation needs: one pointer read a batch, one batched read of postings."""

    def pointer(self) -> Pointer:
        """Raises ``NoActiveRegistry`` where nothing was ever activated."""

    def version(self, version: str) -> VersionRecord: ...

    def postings(self, version: str, keys: Iterable[str]) -> dict[str, bytes]:
        """The postings of ``keys`` (deduplicated, any number); keys that do not exist are left out."""


class RegistryStore(RegistryReader, Protocol):
    """What a load needs besides."""

    def put_version(self, record: VersionRecord) -> None: ...

    def put_postings(self, version: str, postings: Mapping[str, bytes]) -> None:
        """Write postings; writing one again overwrites it with itself."""

    def delete_postings(self, version: str, keys: Iterable[str]) -> None: ...

    def delete_version(self, version: str) -> None: ...

    def flip(self, pointer: Pointer, expected_active: str | None) -> None:
        """Make ``pointer`` the live one if ``expected_active`` still is; else ``VersionSuperseded``.

        The store itself refuses a pointer to an older fiscal year unless ``pointer.previous`` names the
        live version as the one that is rolled back (see ``registry.activation``).
        """

    def run(self, run_id: str) -> Run | None: ...

    def put_run(self, run: Run) -> None: ...

    def runs(self) -> list[Run]:
        """Every run, newest first."""
