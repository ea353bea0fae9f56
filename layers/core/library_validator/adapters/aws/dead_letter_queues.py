"""Dead letters in SQS.

SQS keeps the sender and the sent time of a message that it moves to a dead-letter queue (a FIFO queue counts
the retention from the move). ``StartMessageMoveTask`` would lose both, and the local stack does not have it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import BotoCoreError, ClientError

from library_validator.adapters.aws.applications_queue import (
    FIRST_SENDER,
    FIRST_SENT_AT,
    moment_of,
    principal_of,
    redrive_attributes,
)
from library_validator.errors import ApplicationUnreadable, QueueUnavailable
from library_validator.recovery.queues import (
    AnyQueue,
    DeadLetter,
    DeadLetterQueue,
    Queue,
    QueueDepth,
    name_of,
)

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_sqs.type_defs import MessageAttributeValueTypeDef, MessageTypeDef

HIDDEN_SECONDS: Final = 120  # longer than a person's command needs for a batch of ten
WAIT_SECONDS: Final = 1  # with any wait, SQS asks all its servers, and an empty answer means an empty queue
_GONE: Final = ("ReceiptHandleIsInvalid", "InvalidParameterValue", "MessageNotInflight")


class DeadLetterQueues:
    """``DeadLetterStore``. ``urls``: of each queue, by its name in ``EVERY_QUEUE``. ``redrivers``: unique ids
    of the senders whose messages name a first sender."""

    def __init__(self, client: SQSClient, urls: Mapping[str, str], redrivers: Collection[str] = ()) -> None:
        self._client = client
        self._urls = urls
        self._redrivers = redrivers

    def depth(self, queue: AnyQueue) -> QueueDepth:
        with _raising(queue, "give its number of messages"):
            answer = self._client.get_queue_attributes(
                QueueUrl=self._urls[name_of(queue)],
                AttributeNames=[
                    "ApproximateNumberOfMessages",
                    "ApproximateNumberOfMessagesDelayed",
                    "ApproximateNumberOfMessagesNotVisible",
                ],
            )
        counts = {name: int(count) for name, count in answer["Attributes"].items()}
        in_work = counts.pop("ApproximateNumberOfMessagesNotVisible", 0)
        return QueueDepth(waiting=sum(counts.values()), in_work=in_work)

    def receive(self, queue: DeadLetterQueue, limit: int) -> list[DeadLetter]:
        with _raising(queue, "give its messages"):
            answer = self._client.receive_message(
                QueueUrl=self._urls[name_of(queue)],
                MaxNumberOfMessages=limit,
                VisibilityTimeout=HIDDEN_SECONDS,
                WaitTimeSeconds=WAIT_SECONDS,
                MessageSystemAttributeNames=["All"],
                MessageAttributeNames=["All"],
            )
        return [self._letter(queue, message) for message in answer.get("Messages", [])]

    def show_again(self, letters: Sequence[DeadLetter]) -> None:
        for letter in letters:
            with _raising(letter.queue, "show a message again"), _ignoring_gone():
                self._client.change_message_visibility(
                    QueueUrl=self._urls[name_of(letter.queue)],
                    ReceiptHandle=letter.receipt,
                    VisibilityTimeout=0,
                )

    def send(self, letter: DeadLetter, to: Queue) -> None:
        with _raising(to, "take a message"):
            if to is Queue.RELEASES:
                self._client.send_message(
                    QueueUrl=self._urls[name_of(to)],
                    MessageBody=letter.body,
                    MessageGroupId="releases",
                    # Not the hash of the body: SQS would drop a letter that failed within five minutes.
                    MessageDeduplicationId=f"redrive-{letter.message_id}",
                )
            else:
                attributes = letter.attributes if to is Queue.APPLICATIONS else {}
                self._client.send_message(
                    QueueUrl=self._urls[name_of(to)],
                    MessageBody=letter.body,
                    MessageAttributes=_as_message_attributes(attributes),
                )

    def delete(self, letter: DeadLetter) -> None:
        with _raising(letter.queue, "delete a message"), _ignoring_gone():
            self._client.delete_message(
                QueueUrl=self._urls[name_of(letter.queue)], ReceiptHandle=letter.receipt
            )

    def _letter(self, queue: DeadLetterQueue, message: MessageTypeDef) -> DeadLetter:
        system = message["Attributes"]
        sent_at, source, problem = (
            moment_of(int(system["SentTimestamp"])),
            principal_of(system["SenderId"]),
            "",
        )
        attributes = _texts_of(message.get("MessageAttributes", {}))
        if queue is DeadLetterQueue.APPLICATIONS:
            try:
                again = _texts_of(redrive_attributes(message, self._redrivers))
                sent_at, source = moment_of(int(again[FIRST_SENT_AT])), again[FIRST_SENDER]
                attributes = again
            except ApplicationUnreadable as error:
                problem = str(error)
        return DeadLetter(
            queue=queue,
            message_id=message["MessageId"],
            receipt=message["ReceiptHandle"],
            body=message["Body"],
            first_sent_at=sent_at,
            source=source,
            receives=int(system.get("ApproximateReceiveCount", "0")),
            attributes=attributes,
            problem=problem,
        )


@contextmanager
def _raising(queue: AnyQueue, operation: str) -> Iterator[None]:
    try:
        yield
    except (ClientError, BotoCoreError) as error:
        raise QueueUnavailable(name_of(queue), operation, str(error)) from error


@contextmanager
def _ignoring_gone() -> Iterator[None]:
    """Ignores that the message was deleted, or that its hiding is over."""
    try:
        yield
    except ClientError as error:
        if error.response["Error"].get("Code", "").rpartition(".")[2] not in _GONE:
            raise


def _texts_of(attributes: Mapping[str, Any]) -> dict[str, str]:
    return {name: value["StringValue"] for name, value in attributes.items() if "StringValue" in value}


def _as_message_attributes(texts: Mapping[str, str]) -> dict[str, MessageAttributeValueTypeDef]:
    return {name: {"DataType": "String", "StringValue": text} for name, text in texts.items()}
