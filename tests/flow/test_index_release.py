"""From an upload in the bucket to the table and the bus, by the queue's own messages."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from functools import cache
from typing import Any

import boto3
import pytest
from moto import mock_aws

from functions.index_release.handler import build_runtime, lambda_handler
from library_validator.adapters.aws.registry_table import RegistryTable
from library_validator.errors import NoActiveRegistry
from library_validator.registry.store import Pointer, Run
from library_validator_cli.sample_release import write_sample_release
from tests.resources import (
    REGISTRY_TABLE,
    RELEASES_BUCKET,
    RESULTS_BUS,
    create_registry_table,
    create_releases_bucket,
)

UPLOADS = {
    "source": ["aws.s3"],
    "detail-type": ["Object Created"],
    "detail": {"object": {"key": [{"prefix": "releases/"}]}},
}
ACCOUNT = "arn:aws:sqs:us-east-1:123456789012"


class Context:
    """A Lambda context with a minute left."""

    aws_request_id = "request"

    def get_remaining_time_in_millis(self) -> int:
        return 60_000


class Stack:
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
        """What the queue holds, as Lambda is given it; the messages stay there."""
        found = self.sqs.receive_message(QueueUrl=self.releases, MaxNumberOfMessages=10).get("Messages", [])
        return [
            {
                "Records": [{"messageId": one["MessageId"], "body": one["Body"]}],
                "handle": one["ReceiptHandle"],
            }
            for one in found
        ]

    def deliver(self) -> list[dict[str, Any]]:
        """Let the function take every message, one by one; messages that it raised on stay."""
        responses = []
        for message in self.messages():
            responses.append(lambda_handler(message, Context()))  # type: ignore[arg-type]
            self.sqs.delete_message(QueueUrl=self.releases, ReceiptHandle=message["handle"])
        return responses

    def published(self) -> list[dict[str, Any]]:
        found = self.sqs.receive_message(QueueUrl=self.results, MaxNumberOfMessages=10).get("Messages", [])
        return [json.loads(one["Body"]) for one in found]

    def pointer(self) -> Pointer:
        return self.table.pointer()

    def runs(self) -> list[Run]:
        return self.table.runs()


@pytest.fixture
def stack(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stack]:
    for name, value in {
        "POWERTOOLS_SERVICE_NAME": "index_release",
        "REGISTRY_TABLE": REGISTRY_TABLE,
        "RELEASES_BUCKET": RELEASES_BUCKET,
        "RESULTS_BUS": RESULTS_BUS,
    }.items():
        monkeypatch.setenv(name, value)
    with mock_aws():
        build_runtime.cache_clear()
        yield Stack()
        build_runtime.cache_clear()


@cache
def sample(year: int, seed: int = 1) -> bytes:
    target = io.BytesIO()
    write_sample_release(target, year, seed)
    return target.getvalue()


def test_an_uploaded_release_is_live_and_announced(stack: Stack) -> None:
    stack.upload(sample(2022))
    [response] = stack.deliver()

    assert response["status"] == "active"
    record = stack.table.version(stack.pointer().active)
    assert record.version == response["version"]
    assert (record.fiscal_year, record.state) == (2022, "active")
    [run] = stack.runs()
    assert run.report
    assert (run.report["systems"], run.report["outlets"]) == (record.systems, record.outlets)
    [event] = stack.published()
    assert (event["source"], event["detail-type"]) == ("library-validator", "Registry Activated")
    assert event["detail"]["metadata"]["registry_version"] == record.version
    assert event["detail"]["data"]["systems"] == record.systems > 100


def test_the_manifest_in_the_bucket_lists_what_can_be_read(stack: Stack) -> None:
    stack.upload(sample(2022))
    stack.deliver()

    runtime = build_runtime()
    record = stack.table.version(stack.pointer().active)
    keys = runtime.bucket.manifest(record.version)
    assert len(keys) == record.postings
    assert stack.table.postings(record.version, keys).keys() == keys


def test_a_newer_release_flips_and_the_older_one_stays_readable(stack: Stack) -> None:
    stack.upload(sample(2021), key="releases/pls_sample_fy2021_csv.zip")
    stack.upload(sample(2022))
    first, second = stack.deliver()

    pointer = stack.pointer()
    assert (pointer.active, pointer.previous) == (second["version"], first["version"])
    record = stack.table.version(second["version"])
    assert [release.fiscal_year for release in record.releases] == [2021, 2022]


def test_the_same_message_again_is_a_no_op(stack: Stack) -> None:
    stack.upload(sample(2022))
    [message] = stack.messages()
    first = lambda_handler(message, Context())  # type: ignore[arg-type]
    pointer = stack.pointer()
    assert lambda_handler(message, Context()) == first  # type: ignore[arg-type]
    assert stack.pointer() == pointer
    assert len(stack.published()) == 1


def test_an_event_without_a_version_reads_the_object_that_stands_there(stack: Stack) -> None:
    stack.upload(sample(2022))
    [message] = stack.messages()
    body = json.loads(message["Records"][0]["body"])
    version = body["detail"]["object"].pop("version-id")
    message["Records"][0]["body"] = json.dumps(body)

    response = lambda_handler(message, Context())  # type: ignore[arg-type]
    assert response["status"] == "active"
    assert response["run_id"] == f"releases/pls_sample_fy2022_csv.zip@{version}"


def test_a_key_is_taken_as_it_is(stack: Stack) -> None:
    """EventBridge does not encode keys, and a release may be called anything."""
    stack.upload(sample(2022), key="releases/pls fy2022+ä%20.zip")
    [response] = stack.deliver()
    assert response["status"] == "active"
    assert response["run_id"].startswith("releases/pls fy2022+ä%20.zip@")


@pytest.mark.parametrize("content", [b"", b"<html>Not found</html>", sample(2022)[:5_000]])
def test_what_is_no_release_is_refused_and_told(stack: Stack, content: bytes) -> None:
    stack.upload(content)
    [response] = stack.deliver()

    assert response["status"] == "refused"
    with pytest.raises(NoActiveRegistry):
        stack.pointer()
    [event] = stack.published()
    assert event["detail-type"] == "Release Refused"
    assert event["detail"]["data"]["problems"][0]["message"] == stack.runs()[0].problems[0]["message"]


def test_other_content_for_the_live_year_is_quarantined(stack: Stack) -> None:
    stack.upload(sample(2022))
    stack.upload(sample(2022, seed=2))
    first, second = stack.deliver()

    assert second["status"] == "quarantined"
    assert stack.pointer().active == first["version"]
    assert {event["detail-type"] for event in stack.published()} == {"Registry Activated", "Release Refused"}


def test_a_folder_made_in_the_console_is_ignored(stack: Stack) -> None:
    stack.upload(b"", key="releases/2022/")
    assert [response["status"] for response in stack.deliver()] == ["ignored"]
    assert stack.runs() == []


def test_an_object_that_is_gone_before_its_event_is_refused(stack: Stack) -> None:
    stack.upload(sample(2022))
    [message] = stack.messages()
    for version in stack.s3.list_object_versions(Bucket=RELEASES_BUCKET)["Versions"]:
        stack.s3.delete_object(Bucket=RELEASES_BUCKET, Key=version["Key"], VersionId=version["VersionId"])
    assert lambda_handler(message, Context())["status"] == "refused"  # type: ignore[arg-type]


def test_a_message_that_nobody_understands_goes_back_to_the_queue(stack: Stack) -> None:
    with pytest.raises(ValueError, match="body"):
        lambda_handler({"Records": [{"body": "{}"}]}, Context())  # type: ignore[arg-type]


def test_metrics_and_logs_tell_counts(
    stack: Stack, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    stack.upload(sample(2022))
    stack.deliver()

    record = stack.table.version(stack.pointer().active)
    metrics = [json.loads(line) for line in capsys.readouterr().out.splitlines() if '"_aws"' in line]
    counts = {name: value for line in metrics for name, value in line.items() if name.startswith("Release")}
    assert counts["ReleaseRuns"] == [1.0]
    assert counts["ReleaseSystems"] == [record.systems]
    [told] = [vars(line) for line in caplog.records if line.message == "release loaded"]
    assert (told["version"], told["outlets"]) == (record.version, record.outlets)
