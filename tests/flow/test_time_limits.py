"""No function is killed while it waits: a silent or throttled service is found before."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final
from unittest.mock import patch

import boto3
import pytest
from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders
from botocore.exceptions import ReadTimeoutError
from moto import mock_aws

from functions.revalidate import handler as revalidate
from functions.sweep_results import handler as sweep_results
from functions.validate_applications import handler as validate_applications
from library_validator.adapters.aws import clients
from library_validator.adapters.aws.clients import LIMITS, OutOfTime, clients_of, limit_requests
from library_validator.adapters.aws.registry_table import RegistryTable
from tests.builders.applicants import ALDER_FIELDS, BAKERY_FIELDS
from tests.builders.aws_resources import (
    CASEWORK_TABLE,
    REGISTRY_TABLE,
    RESULTS_BUS,
    create_casework_table,
    create_registry_table,
)
from tests.builders.events import Event, application_record, batch_of, example_event, queue_message
from tests.builders.small_registry import NEWEST, registry_of
from tests.template.template_reader import Template, read_template

BATCH: Final = 10
LAST_REQUESTS: Final = 36  # more than the requests of a batch of ten


@dataclass
class Clock:
    """The time of an invocation: it passes only while the function waits."""

    timeout: float
    now: float = 0.0
    aws_request_id: str = "request"

    def get_remaining_time_in_millis(self) -> float:
        return 1_000 * (self.timeout - self.now)

    def sleep(self, seconds: float) -> None:
        self.now += seconds


@dataclass
class Network:
    """Answers every request, until a service breaks down."""

    clock: Clock
    answer: Callable[[Network, str], AWSResponse | None]
    broken: str = ""  # the service
    requests_before: int = 0  # of this service, that are answered
    requests: Counter[str] = field(default_factory=Counter)

    def handle(self, request: Any, event_name: str, **_: object) -> AWSResponse | None:
        service = event_name.split(".")[1].replace("eventbridge", "events")
        self.requests[service] += 1
        if service == self.broken and self.requests[service] > self.requests_before:
            return self.answer(self, request.url)
        return None


def silence(network: Network, url: str) -> None:
    limits = LIMITS[network.broken]
    network.clock.sleep(limits.connect + limits.read)
    raise ReadTimeoutError(endpoint_url=url)


def throttle(_: Network, url: str) -> AWSResponse:
    body = json.dumps({"__type": "com.amazonaws.dynamodb#ThrottlingException", "message": "Rate exceeded"})
    return AWSResponse(url, 400, HTTPHeaders(), _Body(body.encode()))


class _Body:
    def __init__(self, content: bytes) -> None:
        self._content = content

    def stream(self) -> Iterator[bytes]:
        yield self._content


@pytest.fixture
def stack(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A registry, an empty casework table, the bus and a queue, in moto."""
    with mock_aws():
        dynamodb, sqs = boto3.client("dynamodb"), boto3.client("sqs")
        environment = {
            "POWERTOOLS_SERVICE_NAME": "tests",
            "REGISTRY_TABLE": REGISTRY_TABLE,
            "CASEWORK_TABLE": CASEWORK_TABLE,
            "RESULTS_BUS": RESULTS_BUS,
            "UNPUBLISHED_AFTER_SECONDS": "0",
            "REVALIDATIONS_QUEUE_URL": sqs.create_queue(QueueName="revalidations")["QueueUrl"],
        }
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        create_registry_table(dynamodb)
        create_casework_table(dynamodb)
        boto3.client("events").create_event_bus(Name=RESULTS_BUS)
        built, table = registry_of(NEWEST), RegistryTable(dynamodb, REGISTRY_TABLE)
        pointer = built.pointer()
        table.put_version(built.version(pointer.active))
        table.put_postings(pointer.active, built.items[pointer.active])
        table.flip(pointer, expected_active=None)
        yield
    limit_requests(lambda: float("inf"))


@pytest.fixture(scope="module")
def template() -> Template:
    return read_template()


def ten_applications() -> Event:
    fields = [ALDER_FIELDS, BAKERY_FIELDS]
    return batch_of(
        *(
            application_record(dict(fields[n % 2]) | {"application_id": f"A-{n}"}, message_id=f"m-{n}")
            for n in range(BATCH)
        )
    )


FUNCTIONS: Final[dict[str, tuple[Any, Callable[[], Event]]]] = {
    "ValidateApplicationsFunction": (validate_applications, ten_applications),
    "SweepResultsFunction": (sweep_results, lambda: example_event("sweep_results", "schedule")),
    "RevalidateFunction": (revalidate, lambda: queue_message('{"task":"revalidate","shard":0}', "m")),
}


def timeout_of(template: Template, function: str, pace: str) -> int:
    timeout = template.body["Resources"][function]["Properties"]["Timeout"]
    if isinstance(timeout, int):
        return timeout
    return int(template.body["Mappings"][timeout["Fn::FindInMap"][0]][pace]["Timeout"])


class Connections:
    """The functions' own clients. They are made once, since that takes longer than a batch."""

    def __init__(self) -> None:
        self.network = Network(Clock(60), silence)
        self._made: dict[str, Any] = {}

    def clients_of(self, *services: str) -> list[Any]:
        for service in services:
            if service not in self._made:
                (self._made[service],) = clients_of(service)
                # A throttled request is not carried out; the answer of a silent service is lost.
                self._made[service].meta.events.register_first("before-send", self._refuse)
                self._made[service].meta.events.register_last("before-send", self._lose_answer)
        return [self._made[service] for service in services]

    def _refuse(self, **sent: Any) -> AWSResponse | None:
        return self.network.handle(**sent) if self.network.answer is throttle else None

    def _lose_answer(self, **sent: Any) -> AWSResponse | None:
        return self.network.handle(**sent) if self.network.answer is silence else None


CONNECTIONS: Final = Connections()


def invoke(function: str, network: Network) -> Any:
    """Call the function in this network. Returns its answer, or its error."""
    handler, event = FUNCTIONS[function]
    handler.build_runtime.cache_clear()
    CONNECTIONS.network = network
    with (
        patch.object(handler, "clients_of", CONNECTIONS.clients_of),
        patch("time.sleep", network.clock.sleep),
    ):
        try:
            return handler.lambda_handler(event(), network.clock)
        except Exception as error:  # noqa: BLE001 - a function may fail; it must not be killed
            return error
        finally:
            handler.build_runtime.cache_clear()


@pytest.mark.parametrize("pace", ["patient", "brisk"])
@pytest.mark.parametrize("service", ["dynamodb", "events"])
@pytest.mark.parametrize("function", FUNCTIONS)
def test_whichever_request_is_the_first_without_an_answer_the_function_ends_in_time(
    stack: None, template: Template, function: str, service: str, pace: str
) -> None:
    if function != "ValidateApplicationsFunction":
        invoke("ValidateApplicationsFunction", Network(Clock(60), silence, "events"))
    for requests_before in range(LAST_REQUESTS):
        clock = Clock(timeout_of(template, function, pace))
        network = Network(clock, silence, service, requests_before)
        invoke(function, network)
        assert clock.now < clock.timeout, f"silent after {requests_before} requests"
        if network.requests[service] <= requests_before:
            break


def test_after_a_silent_table_the_messages_come_again(stack: None) -> None:
    answer = invoke("ValidateApplicationsFunction", Network(Clock(8), silence, "dynamodb", 3))

    assert len(answer["batchItemFailures"]) == BATCH


def test_a_throttled_registry_costs_the_requests_of_one_try(stack: None) -> None:
    network = Network(Clock(60), throttle, "dynamodb")

    answer = invoke("ValidateApplicationsFunction", network)

    assert len(answer["batchItemFailures"]) == BATCH
    assert network.requests["dynamodb"] == LIMITS["dynamodb"].tries
    assert network.clock.now < 4


def test_a_registry_that_is_throttled_while_postings_are_read_costs_the_requests_of_one_try(
    stack: None,
) -> None:
    """The pointer and the version are read, then every request is throttled."""
    network = Network(Clock(60), throttle, "dynamodb", requests_before=2)

    assert len(invoke("ValidateApplicationsFunction", network)["batchItemFailures"]) == BATCH
    assert network.requests["dynamodb"] == 2 + LIMITS["dynamodb"].tries


def test_a_throttled_registry_ends_a_revalidation_after_the_requests_of_one_try(stack: None) -> None:
    network = Network(Clock(900), throttle, "dynamodb")

    assert isinstance(invoke("RevalidateFunction", network), Exception)
    assert network.requests["dynamodb"] == LIMITS["dynamodb"].tries


def test_a_request_that_could_outlast_the_function_is_not_sent(stack: None) -> None:
    (dynamodb,) = clients_of("dynamodb")
    limit_requests(lambda: LIMITS["dynamodb"].longest_try - 0.1)

    with pytest.raises(OutOfTime, match="was about to be stopped"):
        dynamodb.list_tables()

    limit_requests(lambda: LIMITS["dynamodb"].longest_try)
    assert REGISTRY_TABLE in dynamodb.list_tables()["TableNames"]


@pytest.mark.parametrize("service", ["dynamodb", "events", "sqs", "s3"])
def test_each_service_has_time_outs_and_few_tries(stack: None, service: str) -> None:
    (client,) = clients_of(service)
    config = client.meta.config

    assert (config.connect_timeout, config.read_timeout) == (LIMITS[service].connect, LIMITS[service].read)
    assert config.retries == {"mode": "standard", "total_max_attempts": LIMITS[service].tries}
    assert LIMITS[service].tries <= 3


def test_a_pause_that_would_leave_no_time_is_skipped() -> None:
    limit_requests(lambda: 3.0)
    with patch("time.sleep") as sleep:
        clients.pause(2.9)
        assert not sleep.called
        clients.pause(0.1)
        assert sleep.called
    limit_requests(lambda: float("inf"))
