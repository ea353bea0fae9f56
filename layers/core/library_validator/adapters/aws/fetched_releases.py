"""Fetched releases are put into the releases bucket."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, BinaryIO

from library_validator.registry.bucket import FETCHED, Upload

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


class FetchedReleasesBucket:
    """``FetchedReleases``: one object for each release, in the folder ``FETCHED``."""

    def __init__(self, client: S3Client, bucket: str) -> None:
        self._client = client
        self._bucket = bucket

    def put(self, file_name: str, body: BinaryIO, metadata: Mapping[str, str]) -> str:
        key = f"{FETCHED}{file_name}"
        answer = self._client.put_object(
            Bucket=self._bucket, Key=key, Body=body, Metadata=metadata, ContentType="application/zip"
        )
        return Upload(key, answer["VersionId"]).run_id
