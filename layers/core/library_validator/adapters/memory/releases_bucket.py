"""The releases bucket in memory."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, BinaryIO

from library_validator.registry.bucket import Upload, object_gone, object_too_large

_DEFAULT_MAX_BYTES = 64 * 1024 * 1024


class MemoryReleasesBucket:
    """``ReleaseBucket``: every version of every object, manifests by registry version, reports by run."""

    def __init__(self, max_bytes: int = _DEFAULT_MAX_BYTES) -> None:
        self._max_bytes = max_bytes
        self._objects: dict[str, list[bytes]] = {}
        self.manifests: dict[str, frozenset[str]] = {}
        self.reports: dict[str, Mapping[str, Any]] = {}

    def upload(self, key: str, content: bytes) -> Upload:
        """Put another version of an object there, as an operator does."""
        versions = self._objects.setdefault(key, [])
        versions.append(content)
        return Upload(key, f"v{len(versions)}")

    def remove(self, key: str) -> None:
        """Delete every version of an object."""
        self._objects.pop(key, None)

    def current_version(self, key: str) -> str:
        if key not in self._objects:
            raise object_gone(key)
        return f"v{len(self._objects[key])}"

    @contextmanager
    def open_release(self, upload: Upload) -> Iterator[BinaryIO]:
        versions = self._objects.get(upload.key, [])
        number = int(upload.version.removeprefix("v"))
        if number > len(versions):
            raise object_gone(upload.key, upload.version)
        content = versions[number - 1]
        if len(content) > self._max_bytes:
            raise object_too_large(len(content), self._max_bytes)
        yield io.BytesIO(content)

    def put_manifest(self, version: str, keys: Iterable[str]) -> None:
        self.manifests[version] = frozenset(keys)

    def manifest(self, version: str) -> frozenset[str]:
        return self.manifests[version]

    def delete_manifest(self, version: str) -> None:
        self.manifests.pop(version, None)

    def put_report(self, run_id: str, report: Mapping[str, Any]) -> None:
        self.reports[run_id] = report
