"""The first failure of a message comes again after a minute: on SQS as moto imitates it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from moto import mock_aws

from library_validator.adapters.aws.early_retries import SOON_SECONDS, Delivery, EarlyRetries
from tests.builders.events import lambda_record


class Queue:
    """A queue with the visibility timeout of the template, in which one message is in work."""

    def __init__(self) -> None:
        self.sqs = boto3.client("sqs")
        self.url = self.sqs.create_queue(
            QueueName="loads.fifo",
            Attributes={
                "FifoQueue": "true",
                "ContentBasedDeduplication": "true",
                "VisibilityTimeout": "5400",
            },
        )["QueueUrl"]
        self.sqs.send_message(QueueUrl=self.url, MessageBody="{}", MessageGroupId="releases")
        self.warnings: list[str] = []
        self.visible_in: list[int] = []
        self.sqs.meta.events.register("before-parameter-build.sqs.ChangeMessageVisibility", self._note)
        self.retries = EarlyRetries(self.sqs, self.url, self._warn)

    def delivery(self, **changed: Any) -> Delivery:
        (message,) = self.sqs.receive_message(QueueUrl=self.url, AttributeNames=["All"])["Messages"]
        return Delivery.model_validate(lambda_record(message) | changed)

    def _note(self, params: dict[str, Any], **_: Any) -> None:
        self.visible_in.append(params["VisibilityTimeout"])

    def _warn(self, text: str, **_: Any) -> None:
        self.warnings.append(text)


@pytest.fixture
def queue() -> Iterator[Queue]:
    with mock_aws():
        yield Queue()


def test_the_first_failure_comes_again_after_a_minute(queue: Queue) -> None:
    queue.retries.ask_for(queue.delivery())
    assert (queue.visible_in, queue.warnings) == ([SOON_SECONDS], [])


def test_a_later_failure_waits_for_the_visibility_timeout(queue: Queue) -> None:
    queue.retries.ask_for(queue.delivery(attributes={"ApproximateReceiveCount": "2"}))
    assert queue.visible_in == []


def test_a_refusal_of_sqs_is_a_warning(queue: Queue) -> None:
    queue.retries.ask_for(queue.delivery(receiptHandle="unknown"))
    assert queue.warnings == ["no early retry"]


def test_a_message_without_a_receipt_comes_again_by_itself(queue: Queue) -> None:
    queue.retries.ask_for(Delivery.model_validate({"messageId": "1", "body": "{}"}))
    assert queue.visible_in == []
