"""The bucket of uploaded releases, and of the reports and manifests that loads write.

An object's user metadata say where it came from (``PROVENANCE``). If a person accepted the release, they also
name the accepted run (``ACCEPTED_RUN``). A release that a person uploaded by hand has no metadata.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any, BinaryIO, Final, Protocol, Self

from library_validator.errors import ReleaseRefused

FETCHED: Final = "releases/fetched/"  # the folder that only fetch_release uploads to
OFFICIAL: Final = "official"  # "yes": from the agency itself; "no": from another source
UPLOADED_BY: Final = "uploaded-by"  # the ARN of a person, percent-encoded, as their command says
PROVENANCE: Final = (
    "source-url",
    "source-id",
    "fetched-at",  # ISO 8601, UTC
    "sha256",  # the hash of the object
    "etag",  # etag and last-modified: as the source sent them
    "last-modified",
    OFFICIAL,
    UPLOADED_BY,
)
# The account that made the request to S3, as S3 says. It is part of a run's provenance, and never of the
# metadata of an object, which an uploader can choose.
REQUESTER: Final = "requester"
ACCEPTED_RUN: Final = "accepted-run"  # the run id, percent-encoded: metadata are ASCII

_LONGEST_KEY_IN_A_RUN_ID: Final = 800  # bytes; a DynamoDB sort key has at most 1,024


@dataclass(frozen=True, slots=True)
class Upload:
    """One version of an object in the releases bucket. ``run_id`` names the run that loads it."""

    key: str
    version: str

    @classmethod
    def of_run(cls, run_id: str) -> Self:
        """The upload that a run loads. A key that is too long for a run id is cut."""
        key, _, version = run_id.rpartition("@")
        return cls(key, version)

    @property
    def file_name(self) -> str:
        return PurePosixPath(self.key).name

    @property
    def run_id(self) -> str:
        """``<object key>@<object version>``; a key that is too long is cut and ends in its hash."""
        key = self.key.encode()
        if len(key) <= _LONGEST_KEY_IN_A_RUN_ID:
            return f"{self.key}@{self.version}"
        digest = hashlib.sha256(key).hexdigest()[:16]
        return f"{key[: _LONGEST_KEY_IN_A_RUN_ID - 20].decode(errors='ignore')}~{digest}@{self.version}"


def refusal_of_missing_object(key: str, version: str | None = None) -> ReleaseRefused:
    """The refusal of an object that was deleted before it was read."""
    which = f"{key} (version {version})" if version else key
    return ReleaseRefused(f"{which} is not in the releases bucket", "an object that is kept until then")


def refusal_of_large_object(size: int, most: int) -> ReleaseRefused:
    """The refusal of an object of ``size`` bytes where at most ``most`` are read."""
    return ReleaseRefused(f"an object of {size:,} bytes", f"a zip of at most {most:,} bytes")


class ReleaseBucket(Protocol):
    def current_version(self, key: str) -> str:
        """The newest version of the object ``key``. Raises ``ReleaseRefused`` if there is no such object."""

    def open_release(self, upload: Upload) -> AbstractContextManager[BinaryIO]:
        """The object as a seekable file. Raises ``ReleaseRefused`` if it is gone or too large to be read."""

    def metadata(self, upload: Upload) -> Mapping[str, str]:
        """The object's user metadata. Raises ``ReleaseRefused`` if it is gone."""

    def upload_again(self, upload: Upload, key: str, metadata: Mapping[str, str]) -> Upload:
        """Copy the whole object to ``key`` (its own key or another) with other metadata, as a new upload.

        Raises ``ReleaseRefused`` if it is gone.
        """

    def put_manifest(self, version: str, keys: Iterable[str]) -> None:
        """Store the blocking keys of a registry version, which are needed to delete it."""

    def manifest(self, version: str) -> frozenset[str]:
        """The blocking keys that were stored for a registry version."""

    def delete_manifest(self, version: str) -> None: ...

    def put_live_releases(self, releases: Sequence[Mapping[str, Any]]) -> None:
        """Note the releases of the version that goes live, for a rebuild after the table is lost."""

    def live_releases(self) -> Sequence[Mapping[str, Any]]:
        """The noted releases of the version that went live last; none if no version of this code did."""

    def put_report(self, run_id: str, report: Mapping[str, Any]) -> None:
        """Store the whole report of a run, for people."""

    def put_delta(self, run_id: str, delta: Mapping[str, Any]) -> None:
        """Store the delta between the run's release and the release that it was compared with, for people."""
