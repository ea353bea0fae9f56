"""After an erasure, no store has a text of the applicant: every item, object and log line is searched."""

from __future__ import annotations

import base64
import io
import json
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import boto3
import pytest
from moto import mock_aws
from typer.testing import CliRunner, Result

from functions.index_release import handler as index_release
from functions.revalidate import handler as revalidate
from functions.validate_applications import handler as validate_applications
from library_validator.adapters.aws.casework_access import _RAW, _dictionary
from library_validator_cli import stack_access
from library_validator_cli.main import app
from library_validator_cli.sample_release import write_sample_release
from library_validator_cli.stack_access import QUEUES
from tests.builders.aws_resources import (
    CASEWORK_TABLE,
    ENVIRONMENT,
    OUTPUTS,
    REGISTRY_TABLE,
    RELEASES_BUCKET,
    create_applications_queue,
    create_results_bus,
    create_stores,
)
from tests.builders.events import application_record, batch_of, queue_message, release_uploaded
from tests.builders.lambda_context import CONTEXT

_FUNCTIONS: Final = (index_release, validate_applications, revalidate)
SENDER: Final = "AROAPARTNERONE"
# Each field has a text of its own that is nowhere else.
FIELDS: Final = {
    "name": "Friends of Xylophonia Quibblewort",
    "street": "4711 Zweibrueckner Lane",
    "city": "Farquharville",
    "state": "Transylvaniana",
    "zip": "zipzap-887",
    "phone": "phonogram-443",
    "website": "https://wolpertinger.example",
    "fscs_id": "FSCS-Bogus-9",
    "country": "Ruritania",
}
CORRELATION: Final = "mrs-bramblethwaite-0001"
WORDS: Final = "Mrs Peverell-Dunstable said so"
TEXTS: Final = (
    "Quibblewort",
    "Zweibrueckner",
    "Farquharville",
    "Transylvaniana",
    "zipzap-887",
    "phonogram-443",
    "wolpertinger",
    "Bogus-9",
    "Ruritania",
    "bramblethwaite",
    "Peverell",
)


class Service:
    """The functions and queues, and a search of everything that they store."""

    def __init__(self, results: str, dead: str) -> None:
        self.results, self.dead = results, dead
        self.log = io.StringIO()
        self.sqs, self.s3, self.dynamodb = boto3.client("sqs"), boto3.client("s3"), boto3.client("dynamodb")

    def load(self) -> None:
        content = io.BytesIO()
        write_sample_release(content, 2022, seed=1)
        key = "releases/pls_fy2022_csv.zip"
        put = self.s3.put_object(Bucket=RELEASES_BUCKET, Key=key, Body=content.getvalue())
        index_release.lambda_handler(release_uploaded(key, put["VersionId"]), CONTEXT)

    def submit(self, application_id: str, sent: datetime | None = None, **changed: Any) -> None:
        sent_ms = int((sent or datetime.now(UTC)).timestamp() * 1_000)
        fields = FIELDS | {"application_id": application_id} | changed
        record = application_record(fields, correlation_id=CORRELATION, sent_ms=sent_ms)
        assert validate_applications.lambda_handler(batch_of(record), CONTEXT) == {"batchItemFailures": []}

    def work(self, **task: Any) -> None:
        revalidate.lambda_handler(queue_message(json.dumps(task)), CONTEXT)

    def stored_texts(self) -> Iterator[tuple[str, str]]:
        """The place and the text of everything in tables, buckets and queues, except delivered events."""
        for table in (CASEWORK_TABLE, REGISTRY_TABLE):
            for page in self.dynamodb.get_paginator("scan").paginate(TableName=table):
                for item in page["Items"]:
                    place = f"{table} {item['pk']['S']} {item['sk']['S']}"
                    yield place, json.dumps(item, default=_text_of_bytes)
        for version in self.s3.list_object_versions(Bucket=RELEASES_BUCKET)["Versions"]:
            found = self.s3.get_object(
                Bucket=RELEASES_BUCKET, Key=version["Key"], VersionId=version["VersionId"]
            )
            yield f"object {version['Key']}", found["Body"].read().decode("latin-1")

    def places_with(self, texts: tuple[str, ...]) -> set[str]:
        return {
            f"{place}: {text}"
            for place, stored in self.stored_texts()
            for text in texts
            if text.casefold() in stored.casefold()
        }


def _text_of_bytes(value: bytes) -> str:
    """A packed decision as its JSON; any other bytes as they are."""
    try:
        inflating = zlib.decompressobj(_RAW, zdict=_dictionary(value[0]))
        return (inflating.decompress(value[1:]) + inflating.flush()).decode()
    except (zlib.error, FileNotFoundError, UnicodeDecodeError):
        return value.decode("latin-1") + base64.b64encode(value).decode()


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Service]:
    monkeypatch.chdir(tmp_path)  # outside of a checkout, commands use the stack in AWS
    with mock_aws():
        sqs = boto3.client("sqs")
        create_stores()
        results = create_results_bus(boto3.client("events"), sqs)
        _, dead = create_applications_queue(sqs)
        other = sqs.create_queue(QueueName="other")["QueueUrl"]
        for name, value in {
            **ENVIRONMENT,
            "REVALIDATIONS_QUEUE_URL": other,
            "APPLICATION_RETENTION_DAYS": "30",
        }.items():
            monkeypatch.setenv(name, value)
        outputs = {
            **dict.fromkeys((f"{queue}Url" for queue in QUEUES.values()), other),
            "ApplicationsDeadLetterQueueUrl": dead,
            "ResultsQueueUrl": results,
            **OUTPUTS,
        }
        monkeypatch.setattr(stack_access, "outputs_of", lambda _client, _name, _place: outputs)
        for function in _FUNCTIONS:
            function.build_runtime.cache_clear()
        made = Service(results, dead)
        for function in _FUNCTIONS:
            # An earlier test may have closed the stream, which ``setStream`` would flush.
            function.build_runtime().logger.registered_handler.stream = made.log
        made.load()
        yield made
    for function in _FUNCTIONS:
        function.build_runtime.cache_clear()


def run(*arguments: str) -> Result:
    result = CliRunner().invoke(app, list(arguments))
    assert result.exit_code == 0, result.output
    return result


def erase(*options: str) -> Result:
    return run("erase", "A-1", "--source", SENDER, "--reason", "asked by letter", *options)


def test_no_store_and_no_log_has_a_text_of_the_applicant_after_erase(service: Service) -> None:
    noon = datetime.now(UTC) - timedelta(hours=5)
    service.submit("A-1", noon)
    service.submit("A-1", noon + timedelta(hours=2), revision=2, street="5 Zweibrueckner Court")
    service.submit("A-1", noon + timedelta(hours=1), revision=1, city="Upper Farquharville")  # it is late
    override = ["override", "set", "A-1", "--source", SENDER, "--answer", "not_validated", "--yes"]
    run(*override, "--reason", "NOT_THE_LIBRARY", "--words", WORDS)
    service.submit("A-2", noon, name="Another Club", city="Neverwhere")
    before = service.places_with(TEXTS)
    # The search finds each text, so it would find it after the erasure.
    assert {place.rpartition(": ")[2] for place in before} == set(TEXTS)

    shown = json.loads(erase("--yes", "--json").stdout)

    assert (shown["overrides"], shown["claim"]) == (1, None)
    assert shown["decisions"] >= 3
    left = {place for place in service.places_with(TEXTS) if "#A-1" in place}
    assert left == set()
    assert {place for place in service.places_with(TEXTS) if "#A-2" in place}  # it was not erased
    explained = run("explain", "A-1", "--source", SENDER).stdout
    assert "erased on" in explained
    listed = json.loads(run("explain", "A-1", "--source", SENDER, "--json").stdout)
    assert listed["erased"]["by"]
    assert len(listed["history"]) == shown["decisions"]
    assert not [text for text in TEXTS if text.casefold() in json.dumps(listed).casefold()]
    logged = service.log.getvalue()
    assert '"application_id":"A-1"' in logged
    # The correlation id is the partner's own number for a message, and is logged (docs/person-data.md).
    typed = set(TEXTS) - {"bramblethwaite"}
    assert not [text for text in typed if text.casefold() in logged.casefold()]


def test_the_daily_task_erases_what_nobody_needs_after_the_days(service: Service) -> None:
    service.submit("A-1")
    later = datetime.now(UTC) + timedelta(days=29)
    service.work(task="retention", at=later.isoformat())
    assert service.places_with(TEXTS)

    service.work(task="retention", at=(later + timedelta(days=3)).isoformat())

    assert service.places_with(TEXTS) == set()
    run("explain", "A-1", "--source", SENDER)
    # A revalidation and the daily renewal leave the record alone.
    before = sorted(text for _, text in service.stored_texts() if "A-1" in text)
    service.work(task="revalidate")
    for shard in range(8):
        service.work(task="revalidate", shard=shard, asked_at=datetime.now(UTC).isoformat())
        service.work(task="expiry", shard=shard, at=(later + timedelta(days=800)).isoformat())
    assert sorted(text for _, text in service.stored_texts() if "A-1" in text) == before


def test_the_daily_expiry_starts_the_retention(service: Service) -> None:
    service.work(task="expiry")
    sent = service.sqs.receive_message(
        QueueUrl=boto3.client("sqs").get_queue_url(QueueName="other")["QueueUrl"], MaxNumberOfMessages=10
    )["Messages"]
    assert [json.loads(message["Body"])["task"] for message in sent].count("retention") == 1


def test_the_command_names_dead_letters_about_the_application_and_keeps_them(service: Service) -> None:
    service.submit("A-1")
    for body in ({"application_id": "A-1", **FIELDS}, {"application_id": "B-1"}):
        service.sqs.send_message(QueueUrl=service.dead, MessageBody=json.dumps(body))

    shown = erase("--yes")

    said = " ".join(shown.stderr.split())
    assert said.count("a dead letter names the application: library-validator dlq discard applications") == 1
    assert "not reached: backups of the casework table" in " ".join(shown.stderr.split())
    kept = service.sqs.receive_message(QueueUrl=service.dead, MaxNumberOfMessages=10)["Messages"]
    assert len(kept) == 2


def test_without_agreement_nothing_is_erased(service: Service) -> None:
    service.submit("A-1")
    before = sorted(service.stored_texts())
    result = CliRunner().invoke(
        app, ["erase", "A-1", "--source", SENDER, "--reason", "asked by letter"], input="n\n"
    )
    assert result.exit_code == 1
    assert "nothing was erased" in result.stderr
    assert sorted(service.stored_texts()) == before
