"""A second release goes live after applications were decided: activation, shards, changes, the command."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

import boto3
import pytest
from moto import mock_aws
from typer.testing import CliRunner

from functions.index_release import handler as index_release
from functions.revalidate import handler as revalidate
from functions.validate_applications import handler as validate_applications
from library_validator.casework.store import SHARDS
from library_validator.releases.reading import read_release
from library_validator_cli import stack_access
from library_validator_cli.main import app
from library_validator_cli.sample_applications import sample_applications
from library_validator_cli.sample_release import write_sample_release
from tests.casework_resources import CASEWORK_TABLE, create_casework_table, create_results_bus
from tests.messages import record_of
from tests.resources import (
    REGISTRY_TABLE,
    RELEASES_BUCKET,
    RESULTS_BUS,
    create_registry_table,
    create_releases_bucket,
)

APPLICATIONS: Final = 60
_FUNCTIONS: Final = (index_release, validate_applications, revalidate)


class Context:
    """A Lambda context with a minute left."""

    aws_request_id = "request"

    def get_remaining_time_in_millis(self) -> int:
        return 60_000


CONTEXT: Final[Any] = Context()


def packed(fiscal_year: int) -> bytes:
    target = io.BytesIO()
    write_sample_release(target, fiscal_year, seed=1)
    return target.getvalue()


class Service:
    """The functions, and the queues between them."""

    def __init__(self, results: str, revalidations: str) -> None:
        self.results = results
        self.revalidations = revalidations
        self.sqs = boto3.client("sqs")

    def load(self, fiscal_year: int) -> None:
        key = f"releases/pls_fy{fiscal_year}_csv.zip"
        put = boto3.client("s3").put_object(Bucket=RELEASES_BUCKET, Key=key, Body=packed(fiscal_year))
        body = json.dumps({"detail": {"object": {"key": key, "version-id": put["VersionId"]}}})
        answer = index_release.lambda_handler({"Records": [{"messageId": "1", "body": body}]}, CONTEXT)
        assert answer["status"] == "active"

    def submit(self, fiscal_year: int) -> None:
        release = read_release(io.BytesIO(packed(fiscal_year)), file_name=f"pls_fy{fiscal_year}.zip")
        for one in sample_applications(release, APPLICATIONS, seed=fiscal_year):
            fields = {name: value for name, value in asdict(one).items() if name not in ("label", "kind")}
            validate_applications.lambda_handler({"Records": [record_of(fields)]}, CONTEXT)

    def decide_again(self) -> int:
        """Give the function every message of its queue; how many there were."""
        worked = 0
        while messages := self.sqs.receive_message(QueueUrl=self.revalidations).get("Messages"):
            for one in messages:
                record = {"messageId": one["MessageId"], "body": one["Body"]}
                revalidate.lambda_handler({"Records": [record]}, CONTEXT)
                self.sqs.delete_message(QueueUrl=self.revalidations, ReceiptHandle=one["ReceiptHandle"])
                worked += 1
        return worked

    def told(self) -> list[dict[str, Any]]:
        """The events since the last look."""
        found: list[dict[str, Any]] = []
        while messages := self.sqs.receive_message(QueueUrl=self.results, MaxNumberOfMessages=10).get(
            "Messages"
        ):
            for one in messages:
                found.append(json.loads(one["Body"]))
                self.sqs.delete_message(QueueUrl=self.results, ReceiptHandle=one["ReceiptHandle"])
        return found


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Service]:
    monkeypatch.chdir(tmp_path)  # in no checkout: the stack is the one in AWS
    with mock_aws():
        dynamodb, sqs, events = boto3.client("dynamodb"), boto3.client("sqs"), boto3.client("events")
        create_registry_table(dynamodb)
        create_casework_table(dynamodb)
        create_releases_bucket(boto3.client("s3"))
        results = create_results_bus(events, sqs)
        revalidations = sqs.create_queue(QueueName="revalidations")["QueueUrl"]
        pattern = json.dumps({"source": ["library-validator"], "detail-type": ["Registry Activated"]})
        events.put_rule(Name="activations", EventBusName=RESULTS_BUS, EventPattern=pattern)
        target: Any = {"Id": "queue", "Arn": "arn:aws:sqs:us-east-1:123456789012:revalidations"}
        events.put_targets(Rule="activations", EventBusName=RESULTS_BUS, Targets=[target])
        for name, value in {
            "REGISTRY_TABLE": REGISTRY_TABLE,
            "CASEWORK_TABLE": CASEWORK_TABLE,
            "RESULTS_BUS": RESULTS_BUS,
            "RELEASES_BUCKET": RELEASES_BUCKET,
            "REVALIDATIONS_QUEUE_URL": revalidations,
            "POWERTOOLS_SERVICE_NAME": "test",
        }.items():
            monkeypatch.setenv(name, value)
        outputs = {
            "RevalidationsQueueUrl": revalidations,
            "RegistryTable": REGISTRY_TABLE,
            "CaseworkTable": CASEWORK_TABLE,
        }
        monkeypatch.setattr(stack_access, "outputs_of", lambda _client, _name, _place: outputs)
        for function in _FUNCTIONS:
            function.build_runtime.cache_clear()
        yield Service(results, revalidations)
    for function in _FUNCTIONS:
        function.build_runtime.cache_clear()


def test_a_second_release_changes_answers_once_and_the_command_shows_it(service: Service) -> None:
    service.load(2021)
    service.submit(2021)
    service.submit(2022)
    service.decide_again()
    service.told()

    service.load(2022)
    assert service.decide_again() == 1 + SHARDS
    told = service.told()

    changes = [one["detail"] for one in told if one["detail-type"] == "Library Status Changed"]
    assert changes
    assert all(one["data"]["before"] and one["data"]["changes"] for one in changes)
    (end,) = (one["detail"]["data"] for one in told if one["detail-type"] == "Registry Revalidated")
    assert (end["checked"], end["changed"], end["failed"]) == (2 * APPLICATIONS, len(changes), 0)

    started = CliRunner().invoke(app, ["revalidate"])
    assert started.exit_code == 0, started.output
    assert service.decide_again() == 1 + SHARDS
    assert service.told() == []
    shown = json.loads(CliRunner().invoke(app, ["revalidate", "status", "--json"]).stdout)
    assert (shown["done"], shown["checked"], shown["changed"]) == (True, 2 * APPLICATIONS, len(changes))
    assert "8 of 8 shards done" in CliRunner().invoke(app, ["revalidate", "status"]).stderr
