"""The service under faults: the real functions on the real adapters, over moto, in one process.

Each call of a function is a process of its own: it has its own runtime, clock and time. All share AWS.
"""

from __future__ import annotations

import io
import json
import os
from base64 import b64decode
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from types import SimpleNamespace
from typing import Any, Final
from unittest.mock import patch

import boto3
from botocore.exceptions import BotoCoreError, ClientError
from moto import mock_aws
from moto.dynamodb import models as moto_dynamodb

from functions.index_release import handler as index_release
from functions.revalidate import handler as revalidate
from functions.sweep_results import handler as sweep_results
from functions.validate_applications import handler as validate_applications
from lab.faults.copies import TransactionCopy
from lab.faults.deliveries import Applications, Message, Tasks
from lab.faults.network import Call, Fault, Invocation, Killed, Network
from library_validator import entrypoints
from library_validator.adapters.aws.casework_access import read_decision
from library_validator.adapters.aws.clients import clients_of
from library_validator.decisions.decision import Decision
from library_validator.errors import LibraryValidatorError
from library_validator.registry.rollback import roll_back
from tests.builders.aws_resources import (
    ENVIRONMENT,
    REGISTRY_TABLE,
    RELEASES_BUCKET,
    RESULTS_BUS,
    create_stores,
)
from tests.builders.events import Event, batch_of, queue_message, release_uploaded

BATCH: Final = 10
MOST_SKEW_HOURS: Final = 5
_SKEWED: Final = 0.1  # share of processes whose clock is wrong
_ACCOUNT: Final = "https://sqs.us-east-1.amazonaws.com/123456789012"
_TIMEOUTS: Final = {validate_applications: 60, sweep_results: 55, revalidate: 900, index_release: 900}
_ENVIRONMENT: Final = {
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "AWS_DEFAULT_REGION": "us-east-1",
    "LOG_LEVEL": "CRITICAL",
    **ENVIRONMENT,
    "REVALIDATIONS_QUEUE_URL": f"{_ACCOUNT}/revalidations",
    "UNPUBLISHED_AFTER_SECONDS": "0",
}


@dataclass(frozen=True, slots=True)
class StoredDecision:
    """A decision that AWS stored, and the steps at which its process began and stored it."""

    decision: Decision
    begun: int
    stored: int


@dataclass
class Service:
    """The functions, their queues, and a record of what AWS did."""

    network: Network
    applications: Applications
    tasks: Tasks = field(default_factory=Tasks)
    flips: list[tuple[int, str]] = field(default_factory=list)  # step, version that went live
    stored: list[StoredDecision] = field(default_factory=list)
    events: defaultdict[str, list[dict[str, Any]]] = field(default_factory=lambda: defaultdict(list))
    clients: dict[str, Any] = field(default_factory=dict)

    def validate(self, messages: Sequence[Message], random: Random | None) -> None:
        """Deliver a batch of applications to the function."""
        event = batch_of(*(message.record for message in messages))

        def race() -> None:
            self._invoke(validate_applications, event, None)

        failed = [message.message_id for message in messages]
        answer = self._invoke(validate_applications, event, random, race)
        if answer is not None:
            failed = [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]
        self.applications.settle(messages, failed)

    def sweep(self, random: Random | None, ahead: timedelta = timedelta(0)) -> dict[str, Any] | None:
        return self._invoke(sweep_results, {}, random, skew=ahead)

    def work_on_task(self, random: Random | None, body: str) -> dict[str, Any] | None:
        """Do a task of the revalidations queue. It stays in the queue if the function fails."""
        answer = self._invoke(revalidate, queue_message(body), random)
        if answer is None:
            self.tasks.put(body)
        return answer

    def load(self, random: Random | None, key: str, version: str) -> bool:
        """Load an upload. Returns whether the function ended well: otherwise the message comes again."""
        return self._invoke(index_release, release_uploaded(key, version), random) is not None

    def roll_back(self, random: Random | None) -> None:
        """A person goes back to the previous registry, or forward again."""
        with self._call(index_release, random):
            runtime = index_release.build_runtime.__wrapped__()
            now = lambda: datetime.now(UTC)  # noqa: E731
            roll_back(runtime.store, runtime.bus, "injected", now, "nobody", restore=True)

    def upload(self, content: bytes, key: str) -> str:
        put = self.clients["s3"].put_object(Bucket=RELEASES_BUCKET, Key=key, Body=content)
        return str(put["VersionId"])

    def _invoke(
        self,
        function: Any,
        event: Event,
        random: Random | None,
        race: Callable[[], None] | None = None,
        skew: timedelta = timedelta(0),
    ) -> dict[str, Any] | None:
        """The function's answer; None if it failed or was killed."""
        answers: list[dict[str, Any]] = []
        with self._call(function, random, race, skew) as invocation:
            answers.append(function.entrypoint(function.build_runtime.__wrapped__, event, invocation))
        return answers[0] if answers else None

    @contextmanager
    def _call(
        self,
        function: Any,
        random: Random | None,
        race: Callable[[], None] | None = None,
        skew: timedelta = timedelta(0),
    ) -> Iterator[Invocation]:
        """A process of ``function``. Errors of the service and of AWS end here, as they end in Lambda.

        Any other error is a defect, and is raised.
        """
        if random and random.random() < _SKEWED:
            skew = timedelta(hours=random.uniform(-MOST_SKEW_HOURS, MOST_SKEW_HOURS))
            self.network.count("clock_of_the_writer_is_hours_wrong")
        invocation = Invocation(_TIMEOUTS[function], random, skew, race)
        try:
            with self.network.invocation(invocation):
                yield invocation
        except Killed:
            pass
        except (LibraryValidatorError, BotoCoreError, ClientError):
            if random is None:
                raise

    def watch(self) -> None:
        """Record what AWS did, also if the answer to it was lost."""
        self.network.observers = {
            ("events", "PutEvents"): self._keep_events,
            ("sqs", "SendMessage"): lambda call, _answer, _step: self.tasks.put(call.body["MessageBody"]),
            ("dynamodb", "UpdateItem"): self._keep_flip,
            ("dynamodb", "TransactWriteItems"): self._keep_decision,
        }

    def _keep_events(self, call: Call, _answer: dict[str, Any], _step: int) -> None:
        for entry in call.body["Entries"]:
            detail = json.loads(entry["Detail"])
            event = {"source": entry["Source"], "detail-type": entry["DetailType"], "detail": detail}
            self.events[detail["metadata"]["event_id"]].append(event)
            if entry["DetailType"] == "Registry Activated":
                self.tasks.put(json.dumps(event))

    def _keep_flip(self, call: Call, _answer: dict[str, Any], step: int) -> None:
        if call.body["TableName"] == REGISTRY_TABLE and call.body["Key"]["pk"] == {"S": "POINTER"}:
            self.flips.append((step, call.body["ExpressionAttributeValues"][":active"]["S"]))

    def _keep_decision(self, call: Call, _answer: dict[str, Any], step: int) -> None:
        for write in call.body["TransactItems"]:
            item = write.get("Put", {}).get("Item", {})
            if "body" in item and item["sk"]["S"].startswith("DECISION#"):
                decision = read_decision({"body": _with_bytes(item["body"])})
                self.stored.append(StoredDecision(decision, call.invocation.started, step))


def _with_bytes(attribute: dict[str, str]) -> dict[str, Any]:
    """An attribute of a request, with its bytes decoded as boto3 does it."""
    return {"B": b64decode(attribute["B"])} if "B" in attribute else dict(attribute)


@contextmanager
def service_under_faults(faults: dict[str, Fault], rate: float) -> Iterator[Service]:
    """A service without a registry and without applications, until the block ends."""
    network = Network(faults, rate)
    service = Service(network, Applications(network))
    clock = SimpleNamespace(now=network.now)
    with (
        patch.dict(os.environ, _ENVIRONMENT),
        mock_aws(),
        patch.object(moto_dynamodb, "copy", TransactionCopy),
        patch("time.sleep", network.sleep),
        redirect_stdout(io.StringIO()),
    ):
        _create_resources()
        names = ("dynamodb", "events", "s3", "sqs")
        made = clients_of(*names)
        service.clients = {name: network.connect(client) for name, client in zip(names, made, strict=True)}
        service.watch()
        with _patched(service, clock):
            yield service


def _create_resources() -> None:
    create_stores()
    boto3.client("events").create_event_bus(Name=RESULTS_BUS)
    boto3.client("sqs").create_queue(QueueName="revalidations")


@contextmanager
def _patched(service: Service, clock: Any) -> Iterator[None]:
    """The functions use the clients of ``service``, and the clock of their process."""

    def connected(*names: str) -> list[Any]:
        return [service.clients[name] for name in names]

    with (
        patch.object(validate_applications, "clients_of", connected),
        patch.object(sweep_results, "clients_of", connected),
        patch.object(revalidate, "clients_of", connected),
        patch.object(index_release, "clients_of", connected),
        patch.object(entrypoints.validate_applications, "datetime", clock),
        patch.object(entrypoints.sweep_results, "datetime", clock),
        patch.object(entrypoints.revalidate, "datetime", clock),
    ):
        yield
