"""Tasks are sent to the revalidations queue, and events of casework to the bus, in moto."""

from __future__ import annotations

import json
from typing import Any

import boto3
import pytest
from moto import mock_aws

from library_validator.adapters.aws.event_bus import EventBridgeBus
from library_validator.adapters.aws.revalidations_queue import RevalidationsQueue, TasksNotSent
from library_validator.casework.events import registry_revalidated
from library_validator.casework.progress import ShardProgress
from library_validator.casework.tasks import Task
from tests.builders.aws_resources import RESULTS_BUS, create_results_bus

ACTIVATION = "2022.1.aa@2026-11-23T12:00:00+00:00"


def test_a_task_for_all_shards_waits_until_earlier_batches_have_ended() -> None:
    with mock_aws():
        sqs = boto3.client("sqs")
        url = sqs.create_queue(QueueName="revalidations", Attributes={"DelaySeconds": "900"})["QueueUrl"]

        RevalidationsQueue(sqs, url).send([Task(task="revalidate", activation=ACTIVATION)])

        counts = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
        assert counts["ApproximateNumberOfMessages"] == "0"
        assert counts["ApproximateNumberOfMessagesDelayed"] == "1"


def test_a_task_for_a_shard_is_a_message_without_delay() -> None:
    with mock_aws():
        sqs = boto3.client("sqs")
        url = sqs.create_queue(QueueName="revalidations", Attributes={"DelaySeconds": "900"})["QueueUrl"]
        tasks = [Task(task="revalidate", activation=ACTIVATION, shard=shard) for shard in range(8)]

        RevalidationsQueue(sqs, url).send(tasks)

        received: list[Any] = []
        while messages := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
            received += messages
        found = [Task.model_validate_json(message["Body"]) for message in received]
        assert sorted(found, key=lambda task: task.shard or 0) == tasks


def test_a_task_fails_if_its_following_tasks_cannot_be_sent() -> None:
    with mock_aws():
        queue = RevalidationsQueue(boto3.client("sqs"), "https://sqs.us-east-1.amazonaws.com/1/none")
        with pytest.raises(TasksNotSent, match="2 tasks were not taken"):
            queue.send([Task(task="expiry", shard=shard) for shard in range(2)])


def progress(shard: int) -> ShardProgress:
    return ShardProgress(ACTIVATION, shard, "1/1", None, True, 5, 0, "2026-11-23T12:01:00+00:00", 2)


def test_the_end_of_a_revalidation_reaches_the_bus() -> None:
    with mock_aws():
        sqs = boto3.client("sqs")
        queue = create_results_bus(boto3.client("events"), sqs)
        event = registry_revalidated([progress(shard) for shard in range(8)])
        bus = EventBridgeBus(boto3.client("events"), RESULTS_BUS, lambda *_, **__: None)

        assert bus.publish([event]) == []

        (message,) = sqs.receive_message(QueueUrl=queue)["Messages"]
        delivered = json.loads(message["Body"])
        assert delivered["detail-type"] == "Registry Revalidated"
        assert delivered["detail"]["data"] == {
            "version": "2022.1.aa",
            "activated_at": "2026-11-23T12:00:00Z",
            "checked": 56,
            "changed": 16,
            "failed": 0,
        }
