"""The stack in one process: the real functions on the real adapters with an emulated AWS and a meter.

Each invocation has its use: requests and units, processor time without the time of the emulation, log bytes.
"""

from __future__ import annotations

import copy
import gc
import io
import os
import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from unittest.mock import patch

import boto3
from moto import mock_aws
from moto.dynamodb import models as moto_dynamodb
from moto.dynamodb.models.table import Table

from functions.index_release import handler as index_release
from functions.revalidate import handler as revalidate
from functions.validate_applications import handler as validate_applications
from lab.measures import ROOT
from lab.speed.billed_requests import Meter, Usage, processor_seconds
from lab.speed.read_units import BATCH, batches_of
from tests.builders.aws_resources import (
    CASEWORK_TABLE,
    REGISTRY_TABLE,
    RELEASES_BUCKET,
    RESULTS_BUS,
    create_casework_table,
    create_registry_table,
    create_releases_bucket,
)
from tests.builders.events import Event, application_record, batch_of, queue_message, release_uploaded
from tests.builders.lambda_context import LambdaContext

Fields = dict[str, str]
_FUNCTIONS: Final = {
    "ValidateMemoryMegabytes": validate_applications,
    "RevalidateMemoryMegabytes": revalidate,
    "IndexMemoryMegabytes": index_release,
}


@dataclass(frozen=True, slots=True)
class FunctionUse:
    """The resources that some invocations of a function used."""

    usage: Usage
    processor_ms: float
    invocations: int
    log_bytes: int
    log_lines: int
    megabytes: int


class InProcessStack:
    """The stack in an emulated AWS of this process, its functions, and their use."""

    def __init__(self) -> None:
        self._dynamodb = boto3.client("dynamodb")
        self._s3, self._sqs, self._events = boto3.client("s3"), boto3.client("sqs"), boto3.client("events")
        create_registry_table(self._dynamodb)
        create_casework_table(self._dynamodb)
        create_releases_bucket(self._s3)
        self._events.create_event_bus(Name=RESULTS_BUS)
        self.revalidations = self._sqs.create_queue(QueueName="revalidations")["QueueUrl"]
        os.environ["REVALIDATIONS_QUEUE_URL"] = self.revalidations
        self.meter = Meter(boto3.client("dynamodb"))
        self.log = io.StringIO()
        clients = {"dynamodb": self._dynamodb, "s3": self._s3, "sqs": self._sqs, "events": self._events}
        for client in clients.values():
            self.meter.watch(client)
        for function in _FUNCTIONS.values():
            with patch.object(
                function, "clients_of", lambda *services: [clients[service] for service in services]
            ):
                function.build_runtime.cache_clear()
                function.build_runtime().logger.registered_handler.setStream(self.log)

    def forget_decisions(self) -> None:
        """Empties the casework table."""
        self._dynamodb.delete_table(TableName=CASEWORK_TABLE)
        create_casework_table(self._dynamodb)

    def load(self, release: Path) -> FunctionUse:
        """Uploads ``release`` and loads it with the function."""
        key = f"releases/{release.name}"
        put = self._s3.put_object(Bucket=RELEASES_BUCKET, Key=key, Body=release.read_bytes())
        uploaded = release_uploaded(key, put["VersionId"])
        answers: list[dict[str, Any]] = []
        work = self._invoke(index_release, lambda: answers.append(_call_handler(index_release, uploaded)))
        if answers[0]["status"] != "active":
            raise SystemExit(f"{release.name} was not loaded: {answers[0]['status']}")
        return work

    def decide(self, applications: Sequence[Fields]) -> list[FunctionUse]:
        """Decides ``applications`` in batches of ten. Returns the use of each batch."""
        works = []
        for number, some in enumerate(batches_of(applications, BATCH)):
            records = [
                application_record(dict(fields), message_id=f"{number}-{position}")
                for position, fields in enumerate(some)
            ]
            works.append(
                self._invoke(validate_applications, _caller_of(validate_applications, batch_of(*records)))
            )
        return works

    def decide_again(self) -> FunctionUse:
        """The revalidation after an activation: its start, and a task for each shard."""
        self._sqs.send_message(QueueUrl=self.revalidations, MessageBody='{"task":"revalidate"}')
        works = []
        while taken := self._sqs.receive_message(QueueUrl=self.revalidations).get("Messages"):
            for message in taken:
                self._sqs.delete_message(QueueUrl=self.revalidations, ReceiptHandle=message["ReceiptHandle"])
                task = queue_message(message["Body"], message["MessageId"])
                works.append(self._invoke(revalidate, _caller_of(revalidate, task)))
        return sum_of_uses(works)

    def _invoke(self, function: Any, call: Callable[[], object]) -> FunctionUse:
        self.log.truncate(self.log.seek(0))
        self.meter.take()
        gc.freeze()  # the garbage collection of the emulation's objects is not the function's time
        with redirect_stdout(self.log):
            seconds = processor_seconds(call, self.meter)
        lines = [len(line.encode()) for line in self.log.getvalue().splitlines()]
        return FunctionUse(self.meter.take(), 1_000 * seconds, 1, sum(lines), len(lines), memory_of(function))


def _call_handler(function: Any, event: Event) -> dict[str, Any]:
    answer: dict[str, Any] = function.lambda_handler(event, LambdaContext(seconds_left=900))
    return answer


def _caller_of(function: Any, event: Event) -> Callable[[], object]:
    def call() -> None:
        answer = _call_handler(function, event)
        if answer.get("batchItemFailures"):
            raise SystemExit(f"{len(answer['batchItemFailures'])} applications were not decided")

    return call


def memory_of(function: Any) -> int:
    """The memory of a function in megabytes, as the template sets it."""
    (parameter,) = (name for name, known in _FUNCTIONS.items() if known is function)
    found = re.search(rf"^  {parameter}:\n    Type: Number\n    Default: (\d+)$", template(), re.MULTILINE)
    if not found:
        raise SystemExit(f"template.yaml has no default of {parameter}")
    return int(found[1])


def template() -> str:
    """The text of template.yaml."""
    return (ROOT / "template.yaml").read_text("utf-8")


def sum_of_uses(works: Sequence[FunctionUse]) -> FunctionUse:
    """The sum of ``works`` of the same function."""
    usage = Usage()
    for work in works:
        usage.requests += work.usage.requests
        usage.write_units += work.usage.write_units
        for operation, units in work.usage.read_units.items():
            usage.read_units[operation] += units
        usage.events += work.usage.events
        usage.event_bytes += work.usage.event_bytes
        usage.stored_bytes += work.usage.stored_bytes
        usage.stored_items += work.usage.stored_items
    return FunctionUse(
        usage,
        sum(work.processor_ms for work in works),
        sum(work.invocations for work in works),
        sum(work.log_bytes for work in works),
        sum(work.log_lines for work in works),
        works[0].megabytes,
    )


class _MotoCopy:
    """``copy`` for moto, which copies a whole table for every part of a transaction.

    The copy keeps references to the items. After the refusal of a transaction, its puts and deletes are
    undone, but its updates are not. In the product, a refusal may follow only the update of a claim, and the
    product sends that update again.
    """

    @staticmethod
    def deepcopy(value: Any) -> Any:
        if not isinstance(value, Table):
            return copy.deepcopy(value)
        kept = copy.copy(value)
        kept.items = defaultdict(dict, {key: dict(items) for key, items in value.items.items()})
        return kept


@contextmanager
def in_process_stack() -> Iterator[InProcessStack]:
    """An empty stack with its functions, until the block ends."""
    environment = {
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "AWS_DEFAULT_REGION": "us-east-1",
        "POWERTOOLS_SERVICE_NAME": "library_validator",
        "REGISTRY_TABLE": REGISTRY_TABLE,
        "CASEWORK_TABLE": CASEWORK_TABLE,
        "RESULTS_BUS": RESULTS_BUS,
        "RELEASES_BUCKET": RELEASES_BUCKET,
    }
    with patch.dict(os.environ, environment), mock_aws(), patch.object(moto_dynamodb, "copy", _MotoCopy):
        try:
            yield InProcessStack()
        finally:
            gc.unfreeze()
            for function in _FUNCTIONS.values():
                function.build_runtime.cache_clear()
