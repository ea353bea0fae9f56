"""A release that was read, and the registry version that it would make."""

from __future__ import annotations

from dataclasses import dataclass

from library_validator.registry.bucket import Upload
from library_validator.registry.live import LiveRegistry
from library_validator.registry.store import AcceptedRelease
from library_validator.registry.versions import version_name
from library_validator.releases.records import Release


@dataclass(frozen=True, slots=True)
class ReleaseProposal:
    release: Release
    upload: Upload
    releases: tuple[AcceptedRelease, ...]  # all releases of the proposed version, oldest first
    version: str  # the name of the proposed version
    known: AcceptedRelease | None  # the accepted release with the same content, if the live version has it


def proposal_of(release: Release, upload: Upload, live: LiveRegistry | None) -> ReleaseProposal:
    """The version that ``release`` would make together with the accepted releases of other years."""
    by_year = {accepted.fiscal_year: accepted for accepted in live.record.releases} if live else {}
    before = by_year.get(release.fiscal_year)
    by_year[release.fiscal_year] = AcceptedRelease(
        release.fiscal_year, release.content_sha256, upload.key, upload.version
    )
    releases = tuple(by_year[year] for year in sorted(by_year))
    known = before if before and before.content_sha256 == release.content_sha256 else None
    return ReleaseProposal(release, upload, releases, version_name(releases), known)
