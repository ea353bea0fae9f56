"""The records of the registry, and the stores that keep them.

Keys of the registry table: ``POINTER`` (one item: the live version), ``RUN`` (an item for each upload),
``<version>#`` (the record of a version: releases, counts, term statistics) and ``<version>#<blocking key>``
(a posting: the compact candidates of that key).
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
    """An accepted release, and the exact object that it was read from."""

    fiscal_year: int
    content_sha256: str
    object_key: str
    object_version: str

    @property
    def upload(self) -> Upload:
        return Upload(self.object_key, self.object_version)


@dataclass(frozen=True, slots=True)
class Activation:
    """A version goes live at a moment. A version that goes live twice has two activations.

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
    """Which registry version is live, and which version was live before it."""

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
    """The state of a registry version. Only a person brings back a version from the last three states."""

    BUILDING = "building"
    READY = "ready"  # written and verified, not live yet
    ACTIVE = "active"
    SUPERSEDED = "superseded"
    ROLLED_BACK = "rolled_back"
    RETIRED = "retired"  # its postings were deleted; its record is kept


@dataclass(frozen=True, slots=True)
class VersionRecord:
    """What a registry version was built from, and what it contains."""

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
    """One upload or one roll-back, and its result.

    A second delivery of an upload finds its run, so that nothing is done twice. A person accepts or rejects a
    quarantined run once, with ``reason``, ``by`` and ``decided_at``. An accepted release is uploaded again,
    and that upload has a run of its own.
    """

    run_id: str  # "<object key>@<object version>", or "rollback@<time>"
    status: RunStatus
    step: RunStep
    started_at: str  # ISO 8601, UTC
    updated_at: str
    version: str | None = None
    replaces: str | None = None  # the version that was live when ``version`` was built
    reason: str = ""  # as in Pointer; for an accepted or rejected run, the words of the person
    by: str = ""  # who rolled back, accepted or rejected
    decided_at: str = ""  # when a person accepted or rejected it; ISO 8601, UTC
    accepted_as: str = ""  # the run that loaded the accepted release: an acceptance is valid for one load
    content_sha256: str = ""  # as in Release; empty until the file was read
    provenance: Mapping[str, str] = field(default_factory=dict)  # see registry.bucket.PROVENANCE
    report: Mapping[str, Any] | None = None  # ReleaseReport as JSON
    problems: Sequence[Mapping[str, str]] = ()  # code, severity, message
    events_published: bool = False

    @property
    def upload(self) -> Upload:
        """The upload that this run loads. The run of a roll-back has none."""
        return Upload.of_run(self.run_id)


class RegistryReader(Protocol):
    """The reads that decide a batch of applications: the pointer once, and all postings in one request."""

    def pointer(self) -> Pointer:
        """The pointer to the live version. Raises ``NoActiveRegistry`` if no version was ever activated."""

    def version(self, version: str) -> VersionRecord:
        """Raises ``RegistryError`` if there is no such version."""

    def postings(self, version: str, keys: Iterable[str]) -> Mapping[str, bytes]:
        """The postings of ``keys`` (any number, repeated or not); keys without a posting are left out.

        Raises ``RegistryError`` if the store returns only a part of them.
        """


class RegistryStore(RegistryReader, Protocol):
    """The reads and writes of a load."""

    def postings(self, version: str, keys: Iterable[str], *, consistent: bool = False) -> Mapping[str, bytes]:
        """The postings, as in ``RegistryReader``. A ``consistent`` read sees all confirmed writes."""

    def find_version(self, version: str) -> VersionRecord | None: ...

    def put_version(self, record: VersionRecord) -> None: ...

    def set_state(self, version: str, state: VersionState) -> None:
        """Raises ``RegistryError`` if there is no such version."""

    def delete_version(self, version: str) -> None:
        """Delete the record of a version and leave its postings."""

    def put_postings(self, version: str, postings: Mapping[str, bytes]) -> None:
        """Write postings, also over older ones. Raises ``RegistryError`` if the store refuses some."""

    def delete_postings(self, version: str, keys: Iterable[str]) -> None: ...

    def flip(self, pointer: Pointer, expected_active: str | None, *, back: bool = False) -> None:
        """Make the version of ``pointer`` live, or change nothing and raise ``VersionSuperseded``.

        A flip is refused if ``expected_active`` (None: no version) is not live any more. A flip forward is
        also refused if its fiscal year is older than the live fiscal year. A flip ``back`` may only go to the
        live pointer's ``previous`` version. The same flip can be repeated.
        """

    def run(self, run_id: str) -> Run | None: ...

    def put_run(self, run: Run, *, expected: RunStatus | None = None) -> None:
        """Store a run; with ``expected``, only if the stored run has that status.

        Raises ``RunChanged`` if it has another status: a person decided meanwhile.
        """

    def runs(self) -> list[Run]:
        """Every run, newest first."""
