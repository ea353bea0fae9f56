"""Names and records of registry versions."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable

from library_validator.matching.index import Index
from library_validator.matching.stored_entries import INDEX_FORMAT
from library_validator.registry.store import AcceptedRelease, VersionRecord, VersionState


def version_name(releases: Iterable[AcceptedRelease], index_format: int = INDEX_FORMAT) -> str:
    """Newest fiscal year · index format · hash of the accepted set: ``2022.1.9f3c0a1b2c3d``.

    The name does not depend on the order of the releases or on their objects. Raises ``ValueError`` for an
    empty set.
    """
    contents = sorted((release.fiscal_year, release.content_sha256) for release in releases)
    if not contents:
        raise ValueError("a registry version is built from at least one release")
    digest = hashlib.sha256(json.dumps(contents).encode()).hexdigest()
    return f"{contents[-1][0]}.{index_format}.{digest[:12]}"


def version_record(
    releases: Iterable[AcceptedRelease], index: Index, state: VersionState = VersionState.BUILDING
) -> VersionRecord:
    """The record of the version with the content ``index``, built from ``releases``."""
    releases = tuple(sorted(releases, key=lambda release: release.fiscal_year))
    return VersionRecord(
        version=version_name(releases),
        index_format=INDEX_FORMAT,
        fiscal_year=index.fiscal_year,
        releases=releases,
        systems=index.systems,
        outlets=index.outlets,
        entries=index.entries,
        postings=len(index.postings),
        state=state,
        statistics=index.statistics,
    )
