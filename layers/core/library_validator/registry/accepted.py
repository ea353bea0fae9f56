"""The releases that a registry version is built from: which they are, and reading them again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, Protocol

from library_validator.errors import IndexIncomplete, NoActiveRegistry, ReleaseRefused
from library_validator.registry.bucket import ReleaseBucket, Upload
from library_validator.registry.building import check_time
from library_validator.registry.store import AcceptedRelease, Pointer, RegistryStore, VersionRecord
from library_validator.registry.versions import version_name
from library_validator.releases.records import Release
from library_validator.terms import TimeLeft


class ReadRelease(Protocol):
    """As ``releases.reading.read_release``."""

    def __call__(self, source: BinaryIO, *, file_name: str) -> Release: ...


@dataclass(frozen=True, slots=True)
class Live:
    """What answers now."""

    pointer: Pointer
    record: VersionRecord


@dataclass(frozen=True, slots=True)
class Proposal:
    """A release that was read, and the registry version that it would make."""

    release: Release
    upload: Upload
    releases: tuple[AcceptedRelease, ...]  # of the version to be, oldest first
    version: str
    known: AcceptedRelease | None  # this very content, where the live version stands on it already


def live_registry(store: RegistryStore) -> Live | None:
    """What answers now; None where nothing was ever activated."""
    try:
        pointer = store.pointer()
    except NoActiveRegistry:
        return None
    return Live(pointer, store.version(pointer.active))


def propose(release: Release, upload: Upload, live: Live | None) -> Proposal:
    """The version that ``release`` would make: what is accepted already and this one."""
    by_year = {accepted.fiscal_year: accepted for accepted in live.record.releases} if live else {}
    before = by_year.get(release.fiscal_year)
    by_year[release.fiscal_year] = AcceptedRelease(
        release.fiscal_year, release.content_sha256, upload.key, upload.version
    )
    releases = tuple(by_year[year] for year in sorted(by_year))
    known = before if before and before.content_sha256 == release.content_sha256 else None
    return Proposal(release, upload, releases, version_name(releases), known)


class AcceptedReleases:
    """Reads accepted releases again, each from the exact object it was accepted from, and once.

    Raises ``IndexIncomplete`` where one cannot be read any more, reads differently, or time runs short.
    """

    def __init__(self, version: str, bucket: ReleaseBucket, read: ReadRelease, time_left: TimeLeft) -> None:
        self._version = version
        self._bucket = bucket
        self._read = read
        self._time_left = time_left
        self._read_before: dict[AcceptedRelease, Release] = {}

    def nearest(self, proposal: Proposal, live: Live | None) -> Release | None:
        """The live registry's release nearest in year to the proposed one; of two, the older."""
        if live is None:
            return None
        year = proposal.release.fiscal_year
        return self._release(
            min(live.record.releases, key=lambda one: (abs(one.fiscal_year - year), one.fiscal_year))
        )

    def others(self, proposal: Proposal) -> Iterator[Release]:
        """Those that the version to be stands on beside the proposed one, oldest first."""
        for known in proposal.releases:
            if Upload(known.object_key, known.object_version) != proposal.upload:
                yield self._release(known)

    def _release(self, known: AcceptedRelease) -> Release:
        if known not in self._read_before:
            self._read_before[known] = self._read_again(known)
        return self._read_before[known]

    def _read_again(self, known: AcceptedRelease) -> Release:
        check_time(self._version, self._time_left)
        source = Upload(known.object_key, known.object_version)
        try:
            with self._bucket.open_release(source) as body:
                release = self._read(body, file_name=source.file_name)
        except ReleaseRefused as refusal:
            raise IndexIncomplete(
                self._version,
                f"the accepted release of fiscal year {known.fiscal_year} cannot be read again "
                f"({refusal}); upload it once more",
            ) from refusal
        if release.content_sha256 != known.content_sha256:
            raise IndexIncomplete(
                self._version,
                f"the accepted release of fiscal year {known.fiscal_year} reads differently now",
            )
        return release
