"""The part of the stack that loads releases, on moto: bucket, rule, queue, function, table and results
bus."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from typing import Any

import boto3
from aws_lambda_powertools import Logger

from functions.index_release.handler import build_runtime, lambda_handler
from library_validator.adapters.aws.registry_table import RegistryTable
from library_validator.adapters.aws.releases_queue import ReleasesMessage
from library_validator.entrypoints.index_release import handler
from library_validator.registry.store import Pointer, Run
from library_validator_cli.sample_release import write_sample_release
from tests.builders.aws_resources import (
    REGISTRY_TABLE,
    RELEASES_BUCKET,
    RESULTS_BUS,
    create_registry_table,
    create_releases_bucket,
)
from tests.builders.events import queue_message
from tests.builders.lambda_context import CONTEXT

UPLOADS = {
    "source": ["aws.s3"],
    "detail-type": ["Object Created"],
    "detail": {"object": {"key": [{"prefix": "releases/"}]}},
}
ACCOUNT = "arn:aws:sqs:us-east-1:123456789012"


def load(message: dict[str, Any]) -> object:
    """The function takes a message."""
    return lambda_handler(message, CONTEXT)


def load_beside_a_command(message: dict[str, Any]) -> object:
    """The function takes a message in a thread while a test runs a command and captures standard output.

    The log of the function is written elsewhere, because it would be mixed into that output.
    """
    runtime = replace(build_runtime(), logger=Logger(service="index_release_unheard", stream=io.StringIO()))
    return handler(ReleasesMessage.model_validate(message), runtime, lambda: datetime.now(UTC))


class ReleaseStack:
    """Bucket → EventBridge → FIFO queue → function, and a queue behind the results bus."""

    def __init__(self) -> None:
        self.s3, self.sqs, events = boto3.client("s3"), boto3.client("sqs"), boto3.client("events")
        dynamodb = boto3.client("dynamodb")
        create_registry_table(dynamodb)
        create_releases_bucket(self.s3)
        self.table = RegistryTable(dynamodb, REGISTRY_TABLE)
        self.releases = self.sqs.create_queue(
            QueueName="releases.fifo",
            Attributes={"FifoQueue": "true", "ContentBasedDeduplication": "true"},
        )["QueueUrl"]
        self.results = self.sqs.create_queue(QueueName="results")["QueueUrl"]
        events.create_event_bus(Name=RESULTS_BUS)
        self._route(events, "default", UPLOADS, "releases.fifo", MessageGroupId="releases")
        self._route(events, RESULTS_BUS, {"source": ["library-validator"]}, "results")
        self.s3.put_bucket_notification_configuration(
            Bucket=RELEASES_BUCKET, NotificationConfiguration={"EventBridgeConfiguration": {}}
        )

    def _route(self, events: Any, bus: str, pattern: object, queue: str, **sqs: str) -> None:
        events.put_rule(Name=f"to-{queue}", EventBusName=bus, EventPattern=json.dumps(pattern))
        target: dict[str, Any] = {"Id": "queue", "Arn": f"{ACCOUNT}:{queue}"}
        if sqs:
            target["SqsParameters"] = sqs
        events.put_targets(Rule=f"to-{queue}", EventBusName=bus, Targets=[target])

    def upload(self, content: bytes, key: str = "releases/pls_sample_fy2022_csv.zip") -> None:
        self.s3.put_object(Bucket=RELEASES_BUCKET, Key=key, Body=content)

    def messages(self) -> list[dict[str, Any]]:
        """The messages of the queue in the form that Lambda gets; they stay in the queue."""
        found = self.sqs.receive_message(QueueUrl=self.releases, MaxNumberOfMessages=10).get("Messages", [])
        return [
            queue_message(message["Body"], message["MessageId"]) | {"handle": message["ReceiptHandle"]}
            for message in found
        ]

    def deliver(self, take: Callable[[dict[str, Any]], object] = load) -> list[Any]:
        """Give each message to the function; a message stays in the queue if the function raises."""
        responses = []
        for message in self.messages():
            responses.append(take(message))
            self.sqs.delete_message(QueueUrl=self.releases, ReceiptHandle=message["handle"])
        return responses

    def published(self) -> list[dict[str, Any]]:
        found = self.sqs.receive_message(QueueUrl=self.results, MaxNumberOfMessages=10).get("Messages", [])
        return [json.loads(message["Body"]) for message in found]

    def pointer(self) -> Pointer:
        return self.table.pointer()

    def runs(self) -> list[Run]:
        return self.table.runs()


@cache
def sample(year: int, seed: int = 1) -> bytes:
    target = io.BytesIO()
    write_sample_release(target, year, seed)
    return target.getvalue()
