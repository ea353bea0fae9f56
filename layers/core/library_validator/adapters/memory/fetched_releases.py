"""Fetched releases are put into the releases bucket in memory."""

from __future__ import annotations

from collections.abc import Mapping
from typing import BinaryIO

from library_validator.adapters.memory.releases_bucket import MemoryReleasesBucket
from library_validator.registry.bucket import FETCHED


class MemoryFetchedReleases:
    """``FetchedReleases``."""

    def __init__(self, bucket: MemoryReleasesBucket) -> None:
        self._bucket = bucket

    def put(self, file_name: str, body: BinaryIO, metadata: Mapping[str, str]) -> str:
        return self._bucket.upload(f"{FETCHED}{file_name}", body.read(), metadata).run_id
