"""The releases bucket in memory."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, BinaryIO

from library_validator.registry.bucket import Upload, refusal_of_large_object, refusal_of_missing_object
from library_validator.terms import MOST_RELEASE_BYTES


class MemoryReleasesBucket:
    """``ReleaseBucket``: every version of every object, manifests by registry version, reports by run."""

    def __init__(self, max_bytes: int = MOST_RELEASE_BYTES) -> None:
        self._max_bytes = max_bytes
        self._objects: dict[str, list[tuple[bytes, Mapping[str, str]]]] = {}
        self._live_releases: Sequence[Mapping[str, Any]] = ()
        self.manifests: dict[str, frozenset[str]] = {}
        self.reports: dict[str, Mapping[str, Any]] = {}
        self.deltas: dict[str, Mapping[str, Any]] = {}

    def upload(self, key: str, content: bytes, metadata: Mapping[str, str] | None = None) -> Upload:
        """Add a version of an object, as an operator or ``fetch_release`` does."""
        versions = self._objects.setdefault(key, [])
        versions.append((content, metadata or {}))
        return Upload(key, f"v{len(versions)}")

    def remove(self, key: str) -> None:
        """Delete every version of an object."""
        self._objects.pop(key, None)

    def current_version(self, key: str) -> str:
        if key not in self._objects:
            raise refusal_of_missing_object(key)
        return f"v{len(self._objects[key])}"

    @contextmanager
    def open_release(self, upload: Upload) -> Iterator[BinaryIO]:
        content, _ = self._object_of(upload)
        if len(content) > self._max_bytes:
            raise refusal_of_large_object(len(content), self._max_bytes)
        yield io.BytesIO(content)

    def metadata(self, upload: Upload) -> Mapping[str, str]:
        return self._object_of(upload)[1]

    def upload_again(self, upload: Upload, key: str, metadata: Mapping[str, str]) -> Upload:
        return self.upload(key, self._object_of(upload)[0], metadata)

    def put_manifest(self, version: str, keys: Iterable[str]) -> None:
        self.manifests[version] = frozenset(keys)

    def manifest(self, version: str) -> frozenset[str]:
        return self.manifests[version]

    def delete_manifest(self, version: str) -> None:
        self.manifests.pop(version, None)

    def put_live_releases(self, releases: Sequence[Mapping[str, Any]]) -> None:
        self._live_releases = list(releases)

    def live_releases(self) -> Sequence[Mapping[str, Any]]:
        return self._live_releases

    def put_report(self, run_id: str, report: Mapping[str, Any]) -> None:
        self.reports[run_id] = report

    def put_delta(self, run_id: str, delta: Mapping[str, Any]) -> None:
        self.deltas[run_id] = delta

    def _object_of(self, upload: Upload) -> tuple[bytes, Mapping[str, str]]:
        versions = self._objects.get(upload.key, [])
        number = int(upload.version.removeprefix("v"))
        if number > len(versions):
            raise refusal_of_missing_object(upload.key, upload.version)
        return versions[number - 1]
