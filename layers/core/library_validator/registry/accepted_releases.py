"""Reads accepted releases again to build a new registry version."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import BinaryIO, Protocol

from library_validator.errors import IndexIncomplete, ReleaseRefused
from library_validator.registry.bucket import ReleaseBucket
from library_validator.registry.building import check_time_left
from library_validator.registry.live import LiveRegistry
from library_validator.registry.proposals import ReleaseProposal
from library_validator.registry.store import AcceptedRelease
from library_validator.releases.records import Release
from library_validator.terms import TimeLeft


class ReadRelease(Protocol):
    """A function that reads a release, as ``releases.reading.release.read_release`` does."""

    def __call__(self, source: BinaryIO, *, file_name: str) -> Release: ...


class AcceptedReleases:
    """Reads each accepted release once, from the exact object that was accepted.

    Raises ``IndexIncomplete`` if a release cannot be read any more, if its content has changed, or if time
    runs short. ``version`` is the registry version to be built; the error message names it.
    """

    def __init__(self, version: str, bucket: ReleaseBucket, read: ReadRelease, time_left: TimeLeft) -> None:
        self._version = version
        self._bucket = bucket
        self._read = read
        self._time_left = time_left
        self._releases: dict[AcceptedRelease, Release] = {}

    def nearest_release(self, proposal: ReleaseProposal, live: LiveRegistry | None) -> Release | None:
        """The accepted release nearest in year to the proposed release; the older of two such releases."""
        if live is None:
            return None
        year = proposal.release.fiscal_year
        return self._read_once(
            min(
                live.record.releases,
                key=lambda accepted: (abs(accepted.fiscal_year - year), accepted.fiscal_year),
            )
        )

    def all_of(self, releases: Iterable[AcceptedRelease]) -> list[Release]:
        return [self._read_once(accepted) for accepted in releases]

    def other_releases(self, proposal: ReleaseProposal) -> Iterator[Release]:
        """The accepted releases that the proposed version is built from too, oldest first."""
        for accepted in proposal.releases:
            if accepted.upload != proposal.upload:
                yield self._read_once(accepted)

    def _read_once(self, accepted: AcceptedRelease) -> Release:
        if accepted not in self._releases:
            self._releases[accepted] = self._read_again(accepted)
        return self._releases[accepted]

    def _read_again(self, accepted: AcceptedRelease) -> Release:
        check_time_left(self._version, self._time_left)
        try:
            with self._bucket.open_release(accepted.upload) as body:
                release = self._read(body, file_name=accepted.upload.file_name)
        except ReleaseRefused as refusal:
            raise IndexIncomplete(
                self._version,
                f"the accepted release of fiscal year {accepted.fiscal_year} cannot be read again "
                f"({refusal}); upload it once more",
            ) from refusal
        if release.content_sha256 != accepted.content_sha256:
            raise IndexIncomplete(
                self._version,
                f"the content of the accepted release of fiscal year {accepted.fiscal_year} has changed",
            )
        return release
