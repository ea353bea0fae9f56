"""The releases bucket on S3: uploads are read by exact version; manifests and reports have other keys."""

from __future__ import annotations

import gzip
import json
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, BinaryIO, Final

from botocore.exceptions import BotoCoreError, ClientError

from library_validator.errors import BucketUnavailable, ReleaseRefused
from library_validator.registry.bucket import Upload, refusal_of_large_object, refusal_of_missing_object

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_LIVE_RELEASES: Final = "manifests/live-releases.json"
_GONE: Final = frozenset(
    {"404", "NoSuchKey", "NoSuchVersion", "MethodNotAllowed"}
)  # MethodNotAllowed: a delete marker


class ReleasesBucket:
    """``ReleaseBucket``. Objects larger than ``max_bytes`` are refused before their body is read."""

    def __init__(self, client: S3Client, bucket: str, max_bytes: int) -> None:
        self._client = client
        self._bucket = bucket
        self._max_bytes = max_bytes

    def current_version(self, key: str) -> str:
        with _name_errors(key):
            return self._client.head_object(Bucket=self._bucket, Key=key)["VersionId"]

    def metadata(self, upload: Upload) -> Mapping[str, str]:
        with _name_errors(upload.key, upload.version):
            head = self._client.head_object(Bucket=self._bucket, Key=upload.key, VersionId=upload.version)
        return head["Metadata"]

    def upload_again(self, upload: Upload, key: str, metadata: Mapping[str, str]) -> Upload:
        with _name_errors(upload.key, upload.version):
            answer = self._client.copy_object(
                Bucket=self._bucket,
                Key=key,
                CopySource={"Bucket": self._bucket, "Key": upload.key, "VersionId": upload.version},
                Metadata=metadata,
                MetadataDirective="REPLACE",
                ContentType="application/zip",
            )
        return Upload(key, answer["VersionId"])

    @contextmanager
    def open_release(self, upload: Upload) -> Iterator[BinaryIO]:
        """The object as a temporary file: a zip is read from its end, and a stream cannot do that."""
        with _name_errors(upload.key, upload.version):
            answer = self._client.get_object(Bucket=self._bucket, Key=upload.key, VersionId=upload.version)
        body, size = answer["Body"], answer["ContentLength"]
        with body, tempfile.TemporaryFile() as file:
            if size > self._max_bytes:
                raise refusal_of_large_object(size, self._max_bytes)
            shutil.copyfileobj(body, file)
            file.seek(0)
            yield file

    def put_manifest(self, version: str, keys: Iterable[str]) -> None:
        manifest = {"version": version, "keys": sorted(keys)}
        self._client.put_object(
            Bucket=self._bucket,
            Key=_manifest_key(version),
            Body=gzip.compress(json.dumps(manifest).encode(), mtime=0),
            ContentType="application/gzip",
        )

    def manifest(self, version: str) -> frozenset[str]:
        answer = self._client.get_object(Bucket=self._bucket, Key=_manifest_key(version))
        with answer["Body"] as body:
            keys: list[str] = json.loads(gzip.decompress(body.read()))["keys"]
        return frozenset(keys)

    def delete_manifest(self, version: str) -> None:
        self._client.delete_object(Bucket=self._bucket, Key=_manifest_key(version))

    def put_live_releases(self, releases: Sequence[Mapping[str, Any]]) -> None:
        self._put_json(_LIVE_RELEASES, {"releases": list(releases)})

    def live_releases(self) -> Sequence[Mapping[str, Any]]:
        try:
            with _name_errors(_LIVE_RELEASES):
                answer = self._client.get_object(Bucket=self._bucket, Key=_LIVE_RELEASES)
        except ReleaseRefused:
            return ()
        with answer["Body"] as body:
            releases: list[dict[str, Any]] = json.loads(body.read())["releases"]
        return releases

    def put_report(self, run_id: str, report: Mapping[str, Any]) -> None:
        self._put_json(f"reports/{run_id}.json", report)

    def put_delta(self, run_id: str, delta: Mapping[str, Any]) -> None:
        self._put_json(f"reports/{run_id}.delta.json", delta)

    def _put_json(self, key: str, document: Mapping[str, Any]) -> None:
        self._client.put_object(
            Bucket=self._bucket,
            Key=key,
            Body=json.dumps(document, indent=2).encode(),
            ContentType="application/json",
        )


@contextmanager
def _name_errors(key: str, version: str | None = None) -> Iterator[None]:
    """S3's error as ``ReleaseRefused`` if the object is gone, else as ``BucketUnavailable``."""
    try:
        yield
    except ClientError as error:
        if error.response["Error"]["Code"] in _GONE:
            raise refusal_of_missing_object(key, version) from error
        raise BucketUnavailable(key, str(error)) from error
    except BotoCoreError as error:
        raise BucketUnavailable(key, str(error)) from error


def _manifest_key(version: str) -> str:
    return f"manifests/{version}.json.gz"
