"""Sending applications to the applications queue, ten in a request. Partial failures are sent again."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from library_validator.intake.applications_file import Row

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_sqs.type_defs import SendMessageBatchRequestEntryTypeDef

# Quotas of SendMessageBatch: messages, and bytes of all of them together.
MAX_MESSAGES: Final = 10
MAX_BYTES: Final = 256 * 1024
ATTEMPTS: Final = 5


@dataclass(frozen=True, slots=True)
class NotSent:
    """A row that the queue did not take, and the queue's reason."""

    row: Row
    reason: str


def send(
    client: SQSClient,
    queue_url: str,
    rows: Iterable[Row],
    sent: Callable[[int], None],
    sleep: Callable[[float], None] = time.sleep,
) -> list[NotSent]:
    """Send each row as one message, in order. Returns the rows that the queue did not take in five attempts.

    After each request, ``sent`` is called with the number of rows that the queue took. Errors of a whole
    request, such as no access or no such queue, are raised as botocore raises them.
    """
    failed: list[NotSent] = []
    for chunk in _chunks(rows):
        refused = _send_chunk(client, queue_url, chunk, sleep)
        sent(len(chunk) - len(refused))
        failed += refused
    return failed


def _send_chunk(
    client: SQSClient, queue_url: str, chunk: list[Row], sleep: Callable[[float], None]
) -> list[NotSent]:
    waiting = {str(position): row for position, row in enumerate(chunk)}
    reasons: dict[str, str] = {}
    for attempt in range(ATTEMPTS):
        if attempt:
            sleep(0.1 * 2**attempt)
        entries: list[SendMessageBatchRequestEntryTypeDef] = [
            {"Id": position, "MessageBody": row.message()} for position, row in waiting.items()
        ]
        answer = client.send_message_batch(QueueUrl=queue_url, Entries=entries)
        failures = answer.get("Failed", [])
        if not failures:
            return []
        reasons = {
            failure["Id"]: f"{failure['Code']}: {failure.get('Message', '')}".rstrip(": ")
            for failure in failures
        }
        waiting = {position: waiting[position] for position in reasons}
        if all(failure["SenderFault"] for failure in failures):
            break  # the queue would refuse the same messages again
    return [NotSent(row, reasons[position]) for position, row in waiting.items()]


def _chunks(rows: Iterable[Row]) -> Iterator[list[Row]]:
    chunk: list[Row] = []
    size = 0
    for row in rows:
        added = len(row.message())
        if chunk and (len(chunk) == MAX_MESSAGES or size + added > MAX_BYTES):
            yield chunk
            chunk, size = [], 0
        chunk.append(row)
        size += added
    if chunk:
        yield chunk
