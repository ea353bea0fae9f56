"""Messages of the applications queue, and the response that names the failed messages.

A message that a person sends again from the dead-letter queue is a new message for SQS: its sender is the
operator, and its time is the time of the redrive. ``redrive_attributes`` therefore carries the first sender
and the first sent time in two message attributes. They count only if the authenticated sender is a redriver.

Source: Lambda's event for SQS, and its partial batch responses (``ReportBatchItemFailures``).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Self

from pydantic import BaseModel, ConfigDict, Field, SkipValidation

from library_validator.decisions.application import read_application
from library_validator.decisions.decision import Submission
from library_validator.decisions.plain_text import plain_text, without_emails
from library_validator.errors import ApplicationUnreadable

if TYPE_CHECKING:
    from mypy_boto3_sqs.type_defs import MessageAttributeValueTypeDef, MessageTypeDef

CORRELATION_ID: Final = "correlation_id"
FIRST_SENDER: Final = "first_sender"
FIRST_SENT_AT: Final = "first_sent_at"
MAX_CORRELATION_ID_CHARACTERS: Final = 128
_READ_OF_CORRELATION_ID: Final = 512
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_SENDER: Final = re.compile(r"[!-9;-~]{1,128}")  # printable ASCII without blanks and colons
_MILLISECONDS: Final = re.compile(r"[0-9]{1,13}")  # until the year 2286


class Origin(NamedTuple):
    """Who sent an application first, and when."""

    source: str
    sent_at: datetime
    order_time: datetime | None = None  # see ``Submission``


class _SqsAttributes(BaseModel):
    """Attributes that SQS sets, not the sender."""

    sender_id: str = Field(alias="SenderId", min_length=1)
    sent_timestamp: int = Field(alias="SentTimestamp", description="milliseconds since 1970")
    dead_letter_source: str | None = Field(
        None,
        alias="DeadLetterQueueSourceArn",
        description="the queue that a dead letter came from; SQS sets it if it moves the message",
    )


class ApplicationMessage(BaseModel):
    """One message of the batch. Only its methods read the text of the sender: it cannot harm the batch."""

    message_id: str = Field(alias="messageId")
    body: SkipValidation[str]
    attributes: _SqsAttributes
    message_attributes: SkipValidation[dict[str, dict[str, str]]] = Field({}, alias="messageAttributes")

    @property
    def sender(self) -> str:
        """The unique id of the authenticated sender. The id of a role is without the name of the session."""
        return principal_of(self.attributes.sender_id)

    @property
    def correlation_id(self) -> str:
        """The sender's message attribute ``correlation_id`` as plain text, or else the message's own id."""
        # SQS permits 256 KB, and each message of a batch may have them.
        given = without_emails(plain_text(self._attribute(CORRELATION_ID)[:_READ_OF_CORRELATION_ID]))
        return (given or self.message_id)[:MAX_CORRELATION_ID_CHARACTERS]

    @property
    def has_redrive_attributes(self) -> bool:
        return any(name in self.message_attributes for name in (FIRST_SENDER, FIRST_SENT_AT))

    def origin(self, redrivers: Collection[str] = ()) -> Origin:
        """Who sent the application first, and when. ``redrivers``: unique ids of the senders that redrive.

        Raises ``ApplicationUnreadable`` if a redriver sent attributes that cannot be used.
        """
        sent_at = moment_of(self.attributes.sent_timestamp)
        if self.sender in redrivers and self.has_redrive_attributes:
            return self._origin_of_redrive(sent_at)
        # SQS gives a dead letter that it moves itself a new time. The first time is lost.
        return Origin(self.sender, sent_at, order_time=_EPOCH if self.attributes.dead_letter_source else None)

    def submission(self, redrivers: Collection[str] = ()) -> Submission:
        """The application in the body, with its problems. Raises ``ApplicationUnreadable``."""
        origin = self.origin(redrivers)
        read = read_application(self.body)
        return Submission(
            source=origin.source,
            application=read.application,
            sent_at=origin.sent_at,
            order_time=origin.order_time,
            correlation_id=self.correlation_id,
            problems=read.problems,
        )

    def _attribute(self, name: str) -> str:
        """The text of a message attribute; empty: there is none, or it is binary."""
        return self.message_attributes.get(name, {}).get("stringValue") or ""

    def _origin_of_redrive(self, redriven_at: datetime) -> Origin:
        sender, milliseconds = self._attribute(FIRST_SENDER), self._attribute(FIRST_SENT_AT)
        if not (_SENDER.fullmatch(sender) and _MILLISECONDS.fullmatch(milliseconds)):
            raise ApplicationUnreadable(
                f"the message was redriven with a wrong {FIRST_SENDER} or {FIRST_SENT_AT}; set both: the "
                "sender's unique id without its session, and milliseconds since 1970"
            )
        first_sent_at = moment_of(int(milliseconds))
        if first_sent_at > redriven_at:
            raise ApplicationUnreadable(
                f"{FIRST_SENT_AT} of the redriven message is after its redrive; copy the SentTimestamp that "
                "the message had in the dead-letter queue"
            )
        return Origin(sender, first_sent_at)


def redrive_attributes(
    message: MessageTypeDef, redrivers: Collection[str]
) -> dict[str, MessageAttributeValueTypeDef]:
    """The attributes with which a message of the dead-letter queue is sent to the applications queue again.

    ``message`` was received with all its attributes. ``redrivers`` are the unique ids that the output
    ``Redrivers`` of the stack lists: if one of them sent the message, an earlier redrive failed, and its
    attributes are kept. No other attribute is read by this service, so no other is kept: SQS allows ten.
    Raises ``ApplicationUnreadable`` if the message has unusable attributes of an earlier redrive.
    """
    received = ApplicationMessage.model_validate(_as_lambda_delivers(message))
    origin = received.origin(redrivers)
    values = {
        FIRST_SENDER: origin.source,
        FIRST_SENT_AT: str((origin.sent_at - _EPOCH) // timedelta(milliseconds=1)),
        CORRELATION_ID: received.correlation_id,
    }
    return {name: {"DataType": "String", "StringValue": value} for name, value in values.items()}


def _as_lambda_delivers(message: MessageTypeDef) -> dict[str, Any]:
    return {
        "messageId": message["MessageId"],
        "body": message["Body"],
        "attributes": message["Attributes"],
        "messageAttributes": {
            name: {"stringValue": value.get("StringValue")}
            for name, value in message.get("MessageAttributes", {}).items()
        },
    }


def principal_of(sender_id: str) -> str:
    """The unique id of a sender. The id of a role comes with the name of its session, after a colon."""
    return sender_id.partition(":")[0]


def moment_of(milliseconds: int) -> datetime:
    """``milliseconds``: since 1970."""
    return _EPOCH + timedelta(milliseconds=milliseconds)


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
