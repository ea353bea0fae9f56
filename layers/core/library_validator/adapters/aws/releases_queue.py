"""Messages of the releases queue: S3's "Object Created" through EventBridge, one at a time.

Source: Amazon S3 user guide, EventBridge event message structure. Object keys are not encoded in it; only
direct S3 notifications encode them. The local stack leaves ``version-id`` out.
"""

from __future__ import annotations

from pydantic import BaseModel, Field, Json

from library_validator.adapters.aws.early_retries import Delivery


class CreatedObject(BaseModel):
    key: str = Field(min_length=1)
    version_id: str | None = Field(None, alias="version-id")

    @property
    def is_folder(self) -> bool:
        """Whether the object is a "folder" that somebody made in the S3 console."""
        return self.key.endswith("/")


class _ObjectDetail(BaseModel):
    object: CreatedObject
    requester: str = Field("", description="the account or AWS service that made the request")


class _ObjectCreated(BaseModel):
    detail: _ObjectDetail


class _QueuedMessage(Delivery):
    body: Json[_ObjectCreated]


class ReleasesMessage(BaseModel):
    """Lambda's event for SQS; the queue's batch size is 1."""

    records: list[_QueuedMessage] = Field(alias="Records", min_length=1, max_length=1)

    @property
    def created(self) -> CreatedObject:
        return self.records[0].body.detail.object

    @property
    def requester(self) -> str:
        """The account that uploaded the object, as S3 says."""
        return self.records[0].body.detail.requester

    @property
    def delivery(self) -> Delivery:
        return self.records[0]
