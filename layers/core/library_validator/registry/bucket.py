"""Where uploaded releases lie, and what a load leaves beside them.

An object's user metadata say where it came from (``PROVENANCE``), and which run it was accepted as
(``ACCEPTED_RUN``) where a person put it there again. What a person uploaded by hand has none.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any, BinaryIO, Final, Protocol, Self

from library_validator.errors import ReleaseRefused

FETCHED: Final = "releases/fetched/"  # what fetch_release uploads, and it alone
OFFICIAL: Final = "official"  # "yes": from the agency itself; "no": from anybody else
PROVENANCE: Final = (
    "source-url",
    "source-id",
    "fetched-at",  # ISO 8601, UTC
    "sha256",  # of the object
    "etag",  # as the source sent it, like the next one
    "last-modified",
    OFFICIAL,
)
ACCEPTED_RUN: Final = "accepted-run"  # the run id, percent-encoded: metadata are ASCII

_LONGEST_KEY_IN_A_RUN_ID: Final = 800  # bytes; a DynamoDB sort key has at most 1,024


@dataclass(frozen=True, slots=True)
class Upload:
    """One exact object version in the releases bucket."""

    key: str
    version: str

    @classmethod
    def of_run(cls, run_id: str) -> Self:
        """The upload whose run this is, unless its key was too long to stand in a run id whole."""
        key, _, version = run_id.rpartition("@")
        return cls(key, version)

    @property
    def file_name(self) -> str:
        return PurePosixPath(self.key).name

    @property
    def run_id(self) -> str:
        """``<object key>@<object version>``; an excessively long key is cut and hashed."""
        key = self.key.encode()
        if len(key) <= _LONGEST_KEY_IN_A_RUN_ID:
            return f"{self.key}@{self.version}"
        digest = hashlib.sha256(key).hexdigest()[:16]
        return f"{key[: _LONGEST_KEY_IN_A_RUN_ID - 20].decode(errors='ignore')}~{digest}@{self.version}"


def object_gone(key: str, version: str | None = None) -> ReleaseRefused:
    """The refusal of an object that was deleted before it was read."""
    which = f"{key} (version {version})" if version else key
    return ReleaseRefused(f"{which} is not in the releases bucket", "an object that stays until it is read")


def object_too_large(size: int, most: int) -> ReleaseRefused:
    """The refusal of an object of ``size`` bytes where at most ``most`` are read."""
    return ReleaseRefused(f"an object of {size:,} bytes", f"a zip of at most {most:,} bytes")


class ReleaseBucket(Protocol):
    def current_version(self, key: str) -> str:
        """The version of the object that stands there now. Raises ``ReleaseRefused`` where none does."""

    def open_release(self, upload: Upload) -> AbstractContextManager[BinaryIO]:
        """That object, seekable. Raises ``ReleaseRefused`` where it is gone or larger than is read."""

    def metadata(self, upload: Upload) -> Mapping[str, str]:
        """The object's user metadata. Raises ``ReleaseRefused`` where it is gone."""

    def put_again(self, upload: Upload, key: str, metadata: Mapping[str, str]) -> Upload:
        """Copy that object, whole, to ``key`` (its own or another) with other metadata, as a new upload.

        Raises ``ReleaseRefused`` where it is gone.
        """

    def put_manifest(self, version: str, keys: Iterable[str]) -> None:
        """Keep the blocking keys of a registry version: by them it is deleted one day."""

    def manifest(self, version: str) -> frozenset[str]:
        """The blocking keys of a registry version whose manifest was put before."""

    def delete_manifest(self, version: str) -> None: ...

    def put_report(self, run_id: str, report: Mapping[str, Any]) -> None:
        """Keep the whole report of a run, for people."""

    def put_delta(self, run_id: str, delta: Mapping[str, Any]) -> None:
        """Keep beside it what changed since the release that a run's was compared with."""
