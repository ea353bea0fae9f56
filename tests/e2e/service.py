"""The service as those who use it see it: an operator, a sender, a consumer of results."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterable
from contextlib import closing
from io import BytesIO
from pathlib import Path
from typing import Any, Final, TypeVar
from unittest import mock

import boto3

from library_validator.adapters.aws.casework_table import CaseworkTable
from library_validator.adapters.aws.event_bus import EventBus
from library_validator.adapters.aws.registry_bus import RegistryEventBus
from library_validator.adapters.aws.registry_table import RegistryTable
from library_validator.errors import NoActiveRegistry
from library_validator.registry.store import Run
from library_validator_cli.local_stack import LocalStack
from library_validator_cli.sample_release import write_sample_release

ROOT: Final = Path(__file__).parents[2]
DEADLINE: Final = 180.0  # seconds; two retries of a minute and a cold start on a busy machine fit in it
ENDED: Final = frozenset({"active", "unchanged", "quarantined", "refused", "failed"})

Found = TypeVar("Found")


def eventually(look: Callable[[], Found | None], what: str, deadline: float = DEADLINE) -> Found:
    """What ``look`` finds, once it finds something; fails with ``what`` was waited for."""
    until = time.monotonic() + deadline
    while (found := look()) is None or found is False:
        if time.monotonic() > until:
            raise AssertionError(f"not within {deadline:.0f} s: {what}")
        time.sleep(0.3)
    return found


def sample_release(fiscal_year: int, seed: int = 1) -> bytes:
    target = BytesIO()
    write_sample_release(target, fiscal_year, seed)
    return target.getvalue()


class Service:
    """A deployed stack. Its clients are made here, while the environment points to it."""

    def __init__(self, stack: LocalStack) -> None:
        self.stack = stack
        self.outputs = stack.outputs()
        self.events: list[dict[str, Any]] = []  # everything that the results queue has given so far
        with mock.patch.dict(os.environ, stack.environment_over(os.environ), clear=True):
            account = boto3.Session()
            with closing(account.client("sts")) as sts:
                role = sts.assume_role(RoleArn=self.outputs["OperatorRoleArn"], RoleSessionName="operator")[
                    "Credentials"
                ]
            operator = boto3.Session(role["AccessKeyId"], role["SecretAccessKey"], role["SessionToken"])
            stranger = boto3.Session("AKIAUNKNOWNUNKNOWN00", "no such key")
            self.operator_s3 = operator.client("s3")
            self.operator_dynamodb = operator.client("dynamodb")
            operator_events = operator.client("events")
            self.stranger_s3 = stranger.client("s3")
            self.s3 = account.client("s3")
            self.sqs = account.client("sqs")
            self.cloudformation = account.client("cloudformation")
            dynamodb = account.client("dynamodb")
        self._clients = (
            self.operator_s3,
            self.operator_dynamodb,
            operator_events,
            self.stranger_s3,
            self.s3,
            self.sqs,
            self.cloudformation,
            dynamodb,
        )
        self.operator_registry = RegistryTable(self.operator_dynamodb, self.outputs["RegistryTable"])
        self.operator_bus = RegistryEventBus(EventBus(operator_events, self.outputs["ResultsBus"]))
        self.registry = RegistryTable(dynamodb, self.outputs["RegistryTable"])
        self.casework = CaseworkTable(dynamodb, self.outputs["CaseworkTable"])

    def close(self) -> None:
        for client in self._clients:
            client.close()

    def upload(self, name: str, content: bytes) -> None:
        self.operator_s3.put_object(
            Bucket=self.outputs["ReleasesBucket"], Key=f"releases/{name}", Body=content
        )

    def active_version(self) -> str | None:
        try:
            return self.registry.pointer().active
        except NoActiveRegistry:
            return None

    def ended_runs(self, names: Iterable[str]) -> list[Run] | None:
        """One run for each of the named uploads, in the order they were started; None until all ended."""
        prefixes = [f"releases/{name}@" for name in names]
        runs = [run for run in self.registry.runs() if run.run_id.startswith(tuple(prefixes))]
        done = [run for run in runs if run.status in ENDED and run.events_published]
        return sorted(done, key=lambda run: run.started_at) if len(done) == len(prefixes) else None

    def send(self, *bodies: str) -> None:
        for body in bodies:
            self.sqs.send_message(QueueUrl=self.outputs["ApplicationsQueueUrl"], MessageBody=body)

    def take_results(self) -> None:
        """Move what waits in the results queue to ``events``."""
        queue = self.outputs["ResultsQueueUrl"]
        while messages := self.sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages"):
            for message in messages:
                self.events.append(json.loads(message["Body"]))
                self.sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])

    def decision_events(self, application_ids: Iterable[str]) -> list[dict[str, Any]]:
        """Every decision event about these applications that has come so far."""
        self.take_results()
        wanted = set(application_ids)
        return [one for one in self.events if one["detail"]["data"].get("application_id") in wanted]

    def wait_for_decisions(self, application_ids: Iterable[str]) -> list[dict[str, Any]]:
        """The events about these applications, once each of them has one."""
        wanted = set(application_ids)

        def all_decided() -> list[dict[str, Any]] | None:
            events = self.decision_events(wanted)
            decided = {one["detail"]["data"]["application_id"] for one in events}
            return events if decided == wanted else None

        return eventually(all_decided, f"a decision on each of {len(wanted)} applications")
