"""The service as an operator, a sender and a consumer of results see it."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from io import BytesIO
from pathlib import Path
from typing import Any, Final, TypeVar
from unittest import mock
from uuid import uuid4

import boto3

from library_validator.adapters.aws.casework_access import CaseworkAccess
from library_validator.adapters.aws.decision_table import DecisionTable
from library_validator.adapters.aws.event_bus import EventBridgeBus
from library_validator.adapters.aws.override_table import OverrideTable
from library_validator.adapters.aws.registry_table import RegistryTable
from library_validator.adapters.aws.releases_bucket import ReleasesBucket
from library_validator.adapters.aws.revalidation_table import RevalidationTable
from library_validator.errors import NoActiveRegistry
from library_validator.registry.bucket import Upload
from library_validator.registry.store import Run
from library_validator.terms import MOST_RELEASE_BYTES
from library_validator_cli.sample_release import write_sample_release
from library_validator_devstack.local_stack import STACK_NAME, LocalStack

ROOT: Final = Path(__file__).parents[2]
DEADLINE: Final = 180.0  # seconds; two retries of a minute and a cold start on a busy machine fit in it
ENDED: Final = frozenset({"active", "unchanged", "quarantined", "refused", "failed"})

DEPTHS: Final = frozenset(
    {
        "ApproximateNumberOfMessages",
        "ApproximateNumberOfMessagesNotVisible",
        "ApproximateNumberOfMessagesDelayed",
    }
)

Found = TypeVar("Found")


def wait_until(look: Callable[[], Found | None], what: str, deadline: float = DEADLINE) -> Found:
    """Calls ``look`` until it returns something, and returns that; ``what`` is the text of a failure."""
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
    """A deployed stack, and clients that were made while the environment variables named this stack."""

    def __init__(self, stack: LocalStack, outputs: Mapping[str, str] | None = None) -> None:
        """``outputs`` are those of another stack on the same server."""
        self.stack = stack
        self.outputs = dict(outputs or stack.outputs())
        self.events: list[dict[str, Any]] = []  # everything from the results queue so far
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
            self.operator_events = operator.client("events")
            self.stranger_s3 = stranger.client("s3")
            self.s3 = account.client("s3")
            self.sqs = account.client("sqs")
            self.logs = account.client("logs")
            self.functions = account.client("lambda")
            self.operator_sqs = operator.client("sqs")
            self.cloudformation = account.client("cloudformation")
            dynamodb = account.client("dynamodb")
        self._clients = (
            self.operator_s3,
            self.operator_dynamodb,
            self.operator_events,
            self.stranger_s3,
            self.s3,
            self.sqs,
            self.logs,
            self.functions,
            self.operator_sqs,
            self.cloudformation,
            dynamodb,
        )
        self.operator_registry = RegistryTable(self.operator_dynamodb, self.outputs["RegistryTable"])
        self.operator_bus = EventBridgeBus(self.operator_events, self.outputs["ResultsBus"], warn=print)
        operator_casework = CaseworkAccess(self.operator_dynamodb, self.outputs["CaseworkTable"])
        self.operator_decisions = DecisionTable(operator_casework)
        self.operator_overrides = OverrideTable(operator_casework)
        self.operator_revalidations = RevalidationTable(operator_casework)
        self.operator_bucket = ReleasesBucket(
            self.operator_s3, self.outputs["ReleasesBucket"], max_bytes=MOST_RELEASE_BYTES
        )
        self.registry = RegistryTable(dynamodb, self.outputs["RegistryTable"])
        casework = CaseworkAccess(dynamodb, self.outputs["CaseworkTable"])
        self.decisions = DecisionTable(casework)
        self.overrides = OverrideTable(casework)
        self.revalidations = RevalidationTable(casework)

    def close(self) -> None:
        for client in self._clients:
            client.close()

    def resources_of_type(self, kind: str) -> set[str]:
        """Logical ids of the stack's resources of a type."""
        pages = self.cloudformation.get_paginator("list_stack_resources").paginate(StackName=STACK_NAME)
        resources = [resource for page in pages for resource in page["StackResourceSummaries"]]
        return {resource["LogicalResourceId"] for resource in resources if resource["ResourceType"] == kind}

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
        """The run of each named upload, in the order of their starts; None until all have ended."""
        prefixes = [f"releases/{name}@" for name in names]
        runs = [run for run in self.registry.runs() if run.run_id.startswith(tuple(prefixes))]
        done = [run for run in runs if run.status in ENDED and run.events_published]
        return sorted(done, key=lambda run: run.started_at) if len(done) == len(prefixes) else None

    def send(self, *bodies: str) -> None:
        for body in bodies:
            self.sqs.send_message(QueueUrl=self.outputs["ApplicationsQueueUrl"], MessageBody=body)

    def send_all(self, applications: Sequence[Mapping[str, str]]) -> None:
        """Send applications ten at a time."""
        for start in range(0, len(applications), 10):
            entries = [
                {"Id": str(number), "MessageBody": json.dumps(application)}
                for number, application in enumerate(applications[start : start + 10])
            ]
            answer = self.sqs.send_message_batch(
                QueueUrl=self.outputs["ApplicationsQueueUrl"],
                Entries=entries,  # type: ignore[arg-type]
            )
            assert not answer.get("Failed")

    def waiting(self, queue: str) -> int:
        """The number of a queue's messages: visible, hidden or delayed; ``queue`` as in the template."""
        attributes = self.sqs.get_queue_attributes(
            QueueUrl=self.outputs[f"{queue}Url"], AttributeNames=["All"]
        )["Attributes"]
        return sum(int(count) for name, count in attributes.items() if name in DEPTHS)

    def wait_until_done(self, queue: str) -> None:
        """Waits until a queue is empty."""
        wait_until(lambda: self.waiting(queue) == 0, f"{queue} is empty")

    def put_event(self, detail_type: str, detail: Mapping[str, Any]) -> None:
        """Puts an event on the results bus, as the service does."""
        entry = {
            "EventBusName": self.outputs["ResultsBus"],
            "Source": "library-validator",
            "DetailType": detail_type,
            "Detail": json.dumps(detail),
        }
        answer = self.operator_events.put_events(Entries=[entry])  # type: ignore[list-item]
        assert answer["FailedEntryCount"] == 0

    def invoke(self, output: str, **settings: str) -> Any:
        """The answer of a function with other settings than the deployed ones."""
        name = self.outputs[output]
        kept = self.functions.get_function_configuration(FunctionName=name)["Environment"]["Variables"]
        self.functions.update_function_configuration(
            FunctionName=name, Environment={"Variables": {**kept, **settings}}
        )
        answer = self.functions.invoke(FunctionName=name, Payload=b"{}")
        body = json.loads(answer["Payload"].read())
        assert "FunctionError" not in answer, body
        return body

    def redeliver(self, run: Run) -> None:
        """Delivers the upload event of a run again, as EventBridge may do days later."""
        upload = Upload.of_run(run.run_id)
        example = json.loads((ROOT / "events" / "index_release" / "release-uploaded.json").read_text())
        event = json.loads(example["Records"][0]["body"])
        event["detail"]["bucket"]["name"] = self.outputs["ReleasesBucket"]
        event["detail"]["object"] |= {"key": upload.key, "version-id": upload.version}
        self.sqs.send_message(
            QueueUrl=self.outputs["ReleasesQueueUrl"],
            MessageBody=json.dumps(event),
            MessageGroupId="releases",
            MessageDeduplicationId=str(uuid4()),
        )

    def errors_logged(self, function: str) -> list[str]:
        """Log lines of a function that report an error."""
        pages = self.logs.get_paginator("filter_log_events").paginate(
            logGroupName=f"/aws/lambda/{STACK_NAME}/{function}"
        )
        lines = [event["message"] for page in pages for event in page["events"]]
        return [line for line in lines if '"level":"ERROR"' in line or "Traceback" in line]

    def events_of(self, detail_type: str) -> list[dict[str, Any]]:
        """Every event of a type that has arrived so far."""
        self.take_results()
        return [event for event in self.events if event["detail-type"] == detail_type]

    def take_results(self) -> None:
        """Moves the messages of the results queue to ``events``."""
        queue = self.outputs["ResultsQueueUrl"]
        while messages := self.sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages"):
            for message in messages:
                self.events.append(json.loads(message["Body"]))
                self.sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])

    def decision_events(self, application_ids: Iterable[str]) -> list[dict[str, Any]]:
        """Every decision event about these applications that has arrived so far."""
        self.take_results()
        wanted = set(application_ids)
        return [event for event in self.events if event["detail"]["data"].get("application_id") in wanted]

    def wait_for_decisions(
        self, application_ids: Iterable[str], deadline: float = DEADLINE
    ) -> list[dict[str, Any]]:
        """The events about these applications, as soon as each application has an event."""
        wanted = set(application_ids)

        def all_decided() -> list[dict[str, Any]] | None:
            events = self.decision_events(wanted)
            decided = {event["detail"]["data"]["application_id"] for event in events}
            return events if decided == wanted else None

        return wait_until(all_decided, f"a decision on each of {len(wanted)} applications", deadline)


def deployed_outputs(cloudformation: Any, name: str) -> dict[str, str]:
    (stack,) = cloudformation.describe_stacks(StackName=name)["Stacks"]
    return {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}


@contextmanager
def deployed_service(name: str) -> Iterator[Service]:
    """An empty stack of its own until the block ends; its state is in the folder ``name``."""
    stack = LocalStack(ROOT, ROOT / ".local" / name)
    stack.stop()
    try:
        stack.start()
        stack.deploy()
        with closing(Service(stack)) as service:
            yield service
    finally:
        stack.stop()
