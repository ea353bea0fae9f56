"""Writes what one deployment stores, with the code of that deployment: the fixtures that later code reads.

Run it with the checkout of the deployment, from the checkout of this version:

    git worktree add /tmp/deployment fc24244
    .venv/bin/python lab/stored_forms/write.py /tmp/deployment --output tests/fixtures/fc24244

The functions, stores and commands are those of the given checkout; only this file is new. It loads two
sample releases, decides some applications of each answer, overrides two of them, and leaves one event
unpublished. It writes every item of both tables, and every event, as moto has them.
"""

from __future__ import annotations

import argparse
import base64
import io
import json
import lzma
import os
import sys
from datetime import UTC, datetime, timedelta
from importlib import import_module
from pathlib import Path
from typing import Any, Final
from unittest.mock import patch

import boto3
from moto import mock_aws

SOURCE: Final = "AROAPARTNERONE"
SETTINGS: Final = {
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "AWS_DEFAULT_REGION": "us-east-1",
    "POWERTOOLS_SERVICE_NAME": "library_validator",
    "REGISTRY_TABLE": "registry",
    "CASEWORK_TABLE": "casework",
    "RESULTS_BUS": "results",
    "RELEASES_BUCKET": "releases-of-a-test",
}
# Who is overridden, with the arguments of the ruling.
RULINGS: Final[tuple[dict[str, Any], ...]] = (
    {
        "application_id": "demo-14-moved",
        "answer": "validated",
        "reason_code": "RENAMED_OR_MOVED",
        "words": "It moved to Station Road in spring.",
    },
    {
        "application_id": "demo-23-second-claimant",
        "answer": "validated",
        "reason_code": "CONFIRMED_BY_PHONE",
        "words": "The director confirmed it at the listed number.",
        "beside_holder": True,
    },
    {
        "application_id": "demo-15-name-only",
        "answer": "not_validated",
        "reason_code": "NOT_THE_LIBRARY",
        "words": "A reading club, by its own letter.",
    },
    {
        "application_id": "demo-13-town-or-county",
        "answer": "not_validated",
        "reason_code": "NO_REPLY",
        "words": "No reply for three weeks.",
    },
    {
        "application_id": "demo-13-town-or-county",
        "answer": "needs_review",
        "reason_code": "LOOK_AGAIN",
        "words": "The reply came after all.",
    },
)


class Deployment:
    """The deployment's functions on moto."""

    def __init__(self) -> None:
        resources, casework = import_module("tests.resources"), import_module("tests.casework_resources")
        self.dynamodb, self.s3, self.sqs = boto3.client("dynamodb"), boto3.client("s3"), boto3.client("sqs")
        resources.create_registry_table(self.dynamodb)
        casework.create_casework_table(self.dynamodb)
        resources.create_releases_bucket(self.s3)
        self.results = casework.create_results_bus(boto3.client("events"), self.sqs)
        self.tasks = self.sqs.create_queue(QueueName="revalidations")["QueueUrl"]
        os.environ["REVALIDATIONS_QUEUE_URL"] = self.tasks

    def load(self, key: str, content: bytes) -> str:
        put = self.s3.put_object(Bucket=SETTINGS["RELEASES_BUCKET"], Key=key, Body=content)
        body = json.dumps({"detail": {"object": {"key": key, "version-id": put["VersionId"]}}})
        return str(_call("index_release", {"messageId": "1", "body": body})["status"])

    def submit(self, *applications: dict[str, Any], sent: datetime) -> None:
        record_of = import_module("tests.messages").record_of
        for application in applications:
            record = record_of(application, sent_ms=int(sent.timestamp() * 1_000), correlation_id="fixture-1")
            _call("validate_applications", record)

    def decide_again(self) -> None:
        self.sqs.send_message(QueueUrl=self.tasks, MessageBody='{"task":"revalidate"}')
        while taken := self.sqs.receive_message(QueueUrl=self.tasks).get("Messages"):
            for message in taken:
                self.sqs.delete_message(QueueUrl=self.tasks, ReceiptHandle=message["ReceiptHandle"])
                _call("revalidate", {"messageId": message["MessageId"], "body": message["Body"]})

    def override(self, now: datetime, **ruling: Any) -> None:
        ports, overriding = _runtime().ports, import_module("library_validator.casework.overriding")
        answer = import_module("library_validator.decisions.decision").Answer(ruling.pop("answer"))
        store, bus, decider = ports.store, ports.results, ports.decider
        current = store.get(SOURCE, ruling["application_id"])
        fscs = current.match.fscs_key if answer == "validated" else ""
        request = overriding.Ruling(
            source=SOURCE, answer=answer, by="arn:aws:iam::123456789012:user/staff", fscs=fscs, **ruling
        )
        overriding.carry_out(overriding.propose(request, store, decider, now), store, bus)

    def events(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        while taken := self.sqs.receive_message(QueueUrl=self.results, MaxNumberOfMessages=10).get(
            "Messages"
        ):
            found += [json.loads(message["Body"]) for message in taken]
            for message in taken:
                self.sqs.delete_message(QueueUrl=self.results, ReceiptHandle=message["ReceiptHandle"])
        return found

    def items(self, table: str) -> list[dict[str, Any]]:
        pages = self.dynamodb.get_paginator("scan").paginate(TableName=table)
        items = [item for page in pages for item in page["Items"]]
        return sorted(items, key=lambda item: (item["pk"]["S"], item["sk"]["S"]))


def _runtime() -> Any:
    return import_module("functions.revalidate.handler").build_runtime()


def _call(function: str, record: dict[str, Any]) -> dict[str, Any]:
    handler = import_module(f"functions.{function}.handler")
    context = type("Context", (), {"get_remaining_time_in_millis": lambda _self: 900_000})()
    with patch("sys.stdout", io.StringIO()):
        answer: dict[str, Any] = handler.lambda_handler({"Records": [record]}, context)
    if answer.get("batchItemFailures"):
        raise SystemExit(f"{function} did not do {record['body']}")
    return answer


def _sample_release(year: int) -> bytes:
    target = io.BytesIO()
    import_module("library_validator_cli.sample_release").write_sample_release(target, year, seed=1)
    return target.getvalue()


def _applications(checkout: Path) -> list[dict[str, Any]]:
    lines = (checkout / "events" / "demo-applications.jsonl").read_text("utf-8").splitlines()
    return [
        {name: value for name, value in json.loads(line).items() if name not in ("about", "expected")}
        for line in lines
    ]


def _application_of_a_vanishing_library() -> dict[str, Any]:
    """A system that only the older of the two releases lists: the newer one changes its answer."""
    read_release = import_module("library_validator.releases.reading").read_release
    older, newer = (
        {
            system.fscs_key: system
            for system in read_release(
                io.BytesIO(_sample_release(year)), file_name=f"pls_fy{year}.zip"
            ).systems
        }
        for year in (2021, 2022)
    )
    system = older[min(set(older) - set(newer))]
    fields = ("name", "street", "city", "state", "zip", "phone")
    return {name: getattr(system, name) for name in fields} | {"application_id": "vanishing"}


def work(deployment: Deployment, checkout: Path) -> None:
    """Everything that is stored in some form of its own happens once."""
    noon = datetime(2026, 11, 23, 12, tzinfo=UTC)
    deployment.load("releases/pls_sample_fy2021_csv.zip", _sample_release(2021))
    applications = [*_applications(checkout), _application_of_a_vanishing_library()]
    deployment.submit(*applications, sent=noon)
    for ruling in RULINGS:
        deployment.override(datetime.now(UTC), **ruling)
    deployment.load("releases/pls_sample_fy2022_csv.zip", _sample_release(2022))
    deployment.load("releases/damaged.zip", b"not a release")
    deployment.decide_again()
    first = applications[0]
    deployment.submit(first | {"phone": "", "revision": 2}, sent=noon + timedelta(hours=1))
    deployment.submit(first | {"street": "", "revision": 1}, sent=noon + timedelta(hours=2))  # it is late
    _keep_fetch_state(deployment)
    _leave_unpublished(deployment, applications[1] | {"application_id": "unpublished"}, noon)
    _store_as_text(deployment, "demo-03-abbreviated")


def _keep_fetch_state(deployment: Deployment) -> None:
    fetching = import_module("library_validator.releases.fetching")
    taken = fetching.Taken(fetching.Validators("etag", "Mon, 23 Nov 2026"), "0" * 64, "2026-11-23T12:00:00")
    state = fetching.SourceState(
        source_id="imls",
        official=True,
        last_outcome="not_modified",
        last_said="answered that nothing changed",
        addresses={"https://www.imls.gov/sites/default/files/pls_fy2022_csv.zip": taken},
        uploads={"0" * 64: "run-1"},
    )
    table = import_module("library_validator.adapters.aws.fetch_states").FetchStatesTable
    table(deployment.dynamodb, SETTINGS["REGISTRY_TABLE"]).put_state(state)


def _leave_unpublished(deployment: Deployment, application: dict[str, Any], sent: datetime) -> None:
    bus = import_module("library_validator.adapters.aws.results_bus").EventBridgeResultsBus
    with patch.object(bus, "publish", lambda _bus, _decisions: []):
        deployment.submit(application, sent=sent)


def _store_as_text(deployment: Deployment, application_id: str) -> None:
    """The form that deployments before this one stored: the decision as JSON text."""
    store = _runtime().ports.store
    decision = store.get(SOURCE, application_id)
    deployment.dynamodb.update_item(
        TableName=SETTINGS["CASEWORK_TABLE"],
        Key={
            "pk": {"S": f"APP#{SOURCE}#{application_id}"},
            "sk": {"S": f"DECISION#{decision.event_id}"},
        },
        UpdateExpression="SET body = :text",
        ExpressionAttributeValues={":text": {"S": decision.model_dump_json()}},
    )


def _registry_items(deployment: Deployment) -> list[dict[str, Any]]:
    """Every record, and the postings of the live version."""
    items = deployment.items(SETTINGS["REGISTRY_TABLE"])
    (live,) = (item["active"]["S"] for item in items if item["pk"]["S"] == "POINTER")
    return [item for item in items if "b" not in item or item["pk"]["S"].startswith(f"{live}#")]


def _plain(value: object) -> str:
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    raise TypeError(f"{type(value)} is in no item")


def _write(path: Path, rows: list[dict[str, Any]]) -> None:
    text = "".join(f"{json.dumps(row, default=_plain, sort_keys=True)}\n" for row in rows)
    path.write_bytes(lzma.compress(text.encode()) if path.suffix == ".xz" else text.encode())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("checkout", type=Path, help="a checkout of the deployment")
    parser.add_argument("--output", type=Path, required=True)
    arguments = parser.parse_args()
    checkout = arguments.checkout.resolve()
    sys.path[:] = [str(checkout / folder) for folder in ("", "layers/core", "cli")] + [
        path for path in sys.path if not path.endswith(("layers/core", "cli", "devstack"))
    ]
    with patch.dict(os.environ, SETTINGS), mock_aws():
        deployment = Deployment()
        work(deployment, checkout)
        arguments.output.mkdir(parents=True, exist_ok=True)
        _write(arguments.output / "casework.jsonl", deployment.items(SETTINGS["CASEWORK_TABLE"]))
        _write(arguments.output / "registry.jsonl.xz", _registry_items(deployment))
        _write(arguments.output / "events.jsonl", deployment.events())


if __name__ == "__main__":
    main()
