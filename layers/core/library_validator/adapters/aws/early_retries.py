"""The first failure of a message is tried again soon, because most failures are short disturbances.

Otherwise a message of a function with a time limit of 15 minutes comes again after 90 minutes: that is the
visibility timeout of its queue. Only the first failure comes soon. Other tries stay 90 minutes apart, so a
message outlives an outage of hours before it is put in the dead-letter queue (ADR 31).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import BotoCoreError, ClientError
from pydantic import BaseModel, Field

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

SOON_SECONDS: Final = 60


class _Attributes(BaseModel):
    receives: int = Field(1, alias="ApproximateReceiveCount")


class Delivery(BaseModel):
    """One delivery of a message by Lambda."""

    receipt_handle: str = Field("", alias="receiptHandle")
    attributes: _Attributes = _Attributes.model_construct(receives=1)

    @property
    def is_first(self) -> bool:
        return self.attributes.receives <= 1


class EarlyRetries:
    """Asks a queue to deliver a message again soon."""

    def __init__(self, client: SQSClient, queue_url: str, warn: Callable[..., Any]) -> None:
        self._client = client
        self._queue_url = queue_url
        self._warn = warn

    def ask_for(self, delivery: Delivery) -> None:
        """Ask for another delivery after the first failure. If SQS refuses, the message comes later."""
        if not self._queue_url or not delivery.is_first or not delivery.receipt_handle:
            return
        try:
            self._client.change_message_visibility(
                QueueUrl=self._queue_url,
                ReceiptHandle=delivery.receipt_handle,
                VisibilityTimeout=SOON_SECONDS,
            )
        except (ClientError, BotoCoreError) as error:
            self._warn("no early retry", extra={"problem": str(error)})
