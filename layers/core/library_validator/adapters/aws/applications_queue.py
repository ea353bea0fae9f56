"""Messages of the applications queue, and the response that names the failed messages.

Source: Lambda's event for SQS, and its partial batch responses (``ReportBatchItemFailures``).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Final, Self

from pydantic import BaseModel, ConfigDict, Field

from library_validator.decisions.application import read_application
from library_validator.decisions.decision import Submission

MAX_CORRELATION_ID_CHARACTERS: Final = 128
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


class _SqsAttributes(BaseModel):
    """Attributes that SQS sets, not the sender."""

    sender_id: str = Field(alias="SenderId", min_length=1)
    sent_timestamp: int = Field(alias="SentTimestamp", description="milliseconds since 1970")


class _MessageAttribute(BaseModel):
    string_value: str | None = Field(None, alias="stringValue", description="None: it is binary")


class ApplicationMessage(BaseModel):
    """One message of the batch. Only ``submission`` reads its body."""

    message_id: str = Field(alias="messageId")
    body: str
    attributes: _SqsAttributes
    message_attributes: dict[str, _MessageAttribute] = Field(default={}, alias="messageAttributes")

    @property
    def source(self) -> str:
        """The unique id of the authenticated sender. The id of a role is without the name of the session."""
        return self.attributes.sender_id.partition(":")[0]

    @property
    def sent_at(self) -> datetime:
        return _EPOCH + timedelta(milliseconds=self.attributes.sent_timestamp)

    @property
    def correlation_id(self) -> str:
        """The sender's message attribute ``correlation_id``, or else the message's own id."""
        given = self.message_attributes.get("correlation_id", _MessageAttribute())
        return (given.string_value or self.message_id)[:MAX_CORRELATION_ID_CHARACTERS]

    def submission(self) -> Submission:
        """The application in the body, with its problems. Raises ``ApplicationUnreadable``."""
        read = read_application(self.body)
        return Submission(
            source=self.source,
            application=read.application,
            sent_at=self.sent_at,
            correlation_id=self.correlation_id,
            problems=read.problems,
        )


class ApplicationsBatch(BaseModel):
    records: list[ApplicationMessage] = Field(alias="Records")


class _Response(BaseModel):
    model_config = ConfigDict(serialize_by_alias=True, validate_by_name=True)


class _Failure(_Response):
    message_id: str = Field(alias="itemIdentifier")


class BatchResponse(_Response):
    """The messages that have to come again. An empty list means that all are done."""

    failures: list[_Failure] = Field(alias="batchItemFailures")

    @classmethod
    def with_failed(cls, messages: Iterable[ApplicationMessage]) -> Self:
        return cls(failures=[_Failure(message_id=message.message_id) for message in messages])

    @property
    def failed_ids(self) -> list[str]:
        return [failure.message_id for failure in self.failures]
