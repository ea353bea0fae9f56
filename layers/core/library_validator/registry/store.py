"""Where the registry is kept, as the domain sees it.

Keys of the registry table: ``POINTER`` (one item: which version is live), ``RUN`` (what happened to each
upload), ``<version>#`` (what a version is: its releases, counts, term statistics) and
``<version>#<blocking key>`` (a posting: the compact candidates of that key).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol, Self

from library_validator.registry.bucket import Upload
from library_validator.terms import RunStatus, RunStep


@dataclass(frozen=True, slots=True)
class AcceptedRelease:
    """A release in the accepted set, and the exact object it was read from."""

    fiscal_year: int
    content_sha256: str
    object_key: str
    object_version: str


@dataclass(frozen=True, slots=True)
class Activation:
    """A version going live, at a moment; a version that goes live twice has two of them.

    ``str`` writes ``<version>@<activated at>``, the text that is stored.
    """

    version: str
    activated_at: str  # ISO 8601, UTC

    @classmethod
    def from_text(cls, text: str) -> Self:
        version, _, activated_at = text.partition("@")
        return cls(version, activated_at)

    def __str__(self) -> str:
        return f"{self.version}@{self.activated_at}"


@dataclass(frozen=True, slots=True)
class Pointer:
    """Which registry version answers, and which one answered before."""

    active: str
    previous: str | None
    fiscal_year: int
    index_format: int
    activated_at: str  # ISO 8601, UTC
    reason: str  # "release loaded", or the words of the person who rolled back

    @property
    def activation(self) -> Activation:
        return Activation(self.active, self.activated_at)


class VersionState(StrEnum):
    """What became of a registry version. Only a person brings the last three back."""

    BUILDING = "building"
    READY = "ready"  # written and verified, not live yet
    ACTIVE = "active"
    SUPERSEDED = "superseded"
    ROLLED_BACK = "rolled_back"
    RETIRED = "retired"  # its postings were deleted; the record tells what it was


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
    state: VersionState
    statistics: bytes  # encoded matching.index.Statistics


@dataclass(frozen=True, slots=True)
class Run:
    """One upload, or one roll-back, and what became of it.

    A redelivery finds its run and does nothing twice. A quarantined run that a person decided on is
    accepted or rejected for good, with ``reason``, ``by`` and ``decided_at``; what was accepted is put
    again, and that upload has a run of its own.
    """

    run_id: str  # "<object key>@<object version>", or "rollback@<time>"
    status: RunStatus
    step: RunStep
    started_at: str  # ISO 8601, UTC
    updated_at: str
    version: str | None = None
    replaces: str | None = None  # the version that was live when this one was built
    reason: str = ""  # as on the pointer; of an accepted or rejected run, the words of the person
    by: str = ""  # who rolled back, accepted or rejected
    decided_at: str = ""  # when a person accepted or rejected it; ISO 8601, UTC
    accepted_as: str = ""  # the run that loaded what was accepted: one acceptance, one load
    content_sha256: str = ""  # as in Release; empty until the file was read
    provenance: Mapping[str, str] = field(default_factory=dict)  # see registry.bucket.PROVENANCE
    report: Mapping[str, Any] | None = None  # ReleaseReport as JSON
    problems: Sequence[Mapping[str, str]] = ()  # code, severity, message
    events_published: bool = False

    @property
    def upload(self) -> Upload:
        """The upload that this run loads. Not for a roll-back, which loads none."""
        return Upload.of_run(self.run_id)


class RegistryReader(Protocol):
    """What a validation needs: one pointer read a batch, one batched read of postings."""

    def pointer(self) -> Pointer:
        """Raises ``NoActiveRegistry`` where nothing was ever activated."""

    def version(self, version: str) -> VersionRecord:
        """Raises ``RegistryError`` where there is no such version."""

    def postings(self, version: str, keys: Iterable[str]) -> Mapping[str, bytes]:
        """The postings of ``keys`` (deduplicated, any number); keys that do not exist are left out.

        Raises ``RegistryError`` where the store keeps some back: a part is never taken for the whole.
        """


class RegistryStore(RegistryReader, Protocol):
    """What a load needs besides."""

    def postings(self, version: str, keys: Iterable[str], *, consistent: bool = False) -> Mapping[str, bytes]:
        """As above; ``consistent`` reads see every write that was answered."""

    def find_version(self, version: str) -> VersionRecord | None: ...

    def put_version(self, record: VersionRecord) -> None: ...

    def set_state(self, version: str, state: VersionState) -> None:
        """Raises ``RegistryError`` where there is no such version."""

    def delete_version(self, version: str) -> None:
        """Delete the record of a version, not its postings."""

    def put_postings(self, version: str, postings: Mapping[str, bytes]) -> None:
        """Write postings; writing one again overwrites it. Raises ``RegistryError`` if one is not taken."""

    def delete_postings(self, version: str, keys: Iterable[str]) -> None: ...

    def flip(self, pointer: Pointer, expected_active: str | None, *, back: bool = False) -> None:
        """Make ``pointer`` the live one, or change nothing and raise ``VersionSuperseded``.

        Refused where ``expected_active`` (None: nothing) is not live any more. Forward, an older fiscal
        year than the live one is refused; ``back``, anything but the live pointer's ``previous``.
        Doing the same flip again is harmless.
        """

    def run(self, run_id: str) -> Run | None: ...

    def put_run(self, run: Run, *, expected: RunStatus | None = None) -> None:
        """Keep a run; with ``expected``, only where the one that is kept has that status.

        Raises ``RunChanged`` where it has another by now: a person decided meanwhile.
        """

    def runs(self) -> list[Run]:
        """Every run, newest first."""
