"""Putting releases into the releases bucket."""

from __future__ import annotations

from typing import BinaryIO, Final
from urllib.parse import quote

from library_validator.adapters.aws.releases_bucket import ReleasesBucket
from library_validator.registry.bucket import UPLOADED_BY, Upload
from library_validator.terms import MOST_RELEASE_BYTES
from library_validator_cli.stack_access import Stack

PREFIX: Final = "releases/"  # the service loads uploads under this prefix only


def put_release(stack: Stack, body: BinaryIO, name: str) -> str:
    """Upload a whole zip under ``releases/``. Returns the id of the run that loads it."""
    body.seek(0)
    key = PREFIX + name
    answer = stack.s3.put_object(
        Bucket=stack.output("ReleasesBucket"),
        Key=key,
        Body=body,
        Metadata={UPLOADED_BY: quote(stack.operator(), safe=":/@+=,.-_")},
    )
    return Upload(key, answer["VersionId"]).run_id


def newest_run_id(stack: Stack, run_id: str) -> str:
    """The run of the newest upload under the name of the upload that ``run_id`` loads."""
    key = Upload.of_run(run_id).key
    return Upload(key, releases_bucket(stack).current_version(key)).run_id


def releases_bucket(stack: Stack) -> ReleasesBucket:
    """The bucket as the service sees it, for uploading one of its objects again."""
    return ReleasesBucket(stack.s3, stack.output("ReleasesBucket"), MOST_RELEASE_BYTES)
