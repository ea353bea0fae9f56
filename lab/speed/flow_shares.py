"""The shares of a flow's time: the handler alone, and a function that does nothing, on the same stack."""

from __future__ import annotations

import importlib.util
import io
import os
import re
import sys
import time
import zipfile
from collections import defaultdict
from collections.abc import Sequence
from contextlib import redirect_stdout
from itertools import chain
from typing import TYPE_CHECKING, Any, Final

from botocore.session import Session, get_session

from lab.measures import ROOT, measured_value
from lab.speed.read_units import spread_of
from library_validator.intake.applications_file import Row
from library_validator_cli.sending import send
from library_validator_cli.stack_access import Stack
from library_validator_devstack.local_stack import STACK_NAME

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

BATCH: Final = 10
WARM_UP: Final = 5  # batches
PATIENCE: Final = 120.0  # seconds without any change
_DURATION: Final = re.compile(r"^REPORT RequestId: \S+\tDuration: ([0-9.]+) ms")


def measure_handler(stack: Stack, rows: Sequence[Row]) -> dict[str, Any]:
    """Measures the handler, called in this process: wall time, own processor time and time in calls, for a
    batch of ten."""
    name = stack.output("ValidateApplicationsFunction")
    functions = stack.own.client("lambda")
    variables = functions.get_function_configuration(FunctionName=name)["Environment"]["Variables"]
    os.environ.update(variables)
    session, timer = get_session(), CallTimer()
    timer.listen(session)
    validate = _load_handler()
    validate.clients_of = lambda *services: [session.create_client(service) for service in services]
    walls, own = [], []
    batches = [rows[start : start + BATCH] for start in range(0, len(rows) - BATCH + 1, BATCH)]
    for number, batch in enumerate(batches):
        if number == WARM_UP:
            timer.clear()
        event = _event_of(batch)
        wall, processor = time.perf_counter(), time.process_time()
        with redirect_stdout(io.StringIO()):
            failed = validate.lambda_handler(event, None)["batchItemFailures"]
        if failed:
            raise RuntimeError(f"{len(failed)} messages of batch {number} failed")
        walls.append((time.perf_counter() - wall) * 1000)
        own.append((time.process_time() - processor) * 1000)
    timed = len(batches) - WARM_UP
    return {
        "batches": timed,
        "wall": measured_value(walls[WARM_UP:], "ms a batch", 1),
        "own_processor": measured_value(own[WARM_UP:], "ms a batch", 1),
        "calls": {
            operation: {**spread_of_times(times, "ms a call"), "per_batch": round(len(times) / timed, 2)}
            for operation, times in sorted(timer.milliseconds.items())
        },
        "in_calls": measured_value(
            [sum(sum(times) for times in timer.milliseconds.values()) / timed], "ms a batch", 1
        ),
    }


class CallTimer:
    """Milliseconds of each call to the stack, by operation, with signing and reading the answer."""

    def __init__(self) -> None:
        self.milliseconds: defaultdict[str, list[float]] = defaultdict(list)
        self._started = 0.0

    def listen(self, session: Session) -> None:
        session.register("before-call.*", self._on_call)
        session.register("after-call.*", self._on_answer)

    def clear(self) -> None:
        self.milliseconds.clear()

    def _on_call(self, **_: Any) -> None:
        self._started = time.perf_counter()

    def _on_answer(self, **event: Any) -> None:
        self.milliseconds[event["model"].name].append((time.perf_counter() - self._started) * 1000)


def measure_no_op_function(stack: Stack, count: int) -> dict[str, Any]:
    """Measures a function that does nothing, behind a queue with the settings of the applications' queue."""
    functions, sqs = stack.own.client("lambda"), stack.own_sqs
    like = functions.get_function_configuration(FunctionName=stack.output("ValidateApplicationsFunction"))
    code = io.BytesIO()
    with zipfile.ZipFile(code, "w") as packed:
        packed.writestr("nothing.py", "def handler(event, context):\n    return {'batchItemFailures': []}\n")
    name = f"{STACK_NAME}-nothing"
    functions.create_function(
        FunctionName=name,
        Runtime=like["Runtime"],
        Role=like["Role"],
        Handler="nothing.handler",
        Code={"ZipFile": code.getvalue()},
    )
    queue = sqs.create_queue(QueueName=name)["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    rows = [Row(number, str(number), {"application_id": str(number)}) for number in range(count)]
    send(sqs, queue, rows, ignore_progress)
    started = time.time()
    functions.create_event_source_mapping(
        EventSourceArn=arn,
        FunctionName=name,
        BatchSize=BATCH,
        MaximumBatchingWindowInSeconds=1,
        ScalingConfig={"MaximumConcurrency": 2},
        FunctionResponseTypes=["ReportBatchItemFailures"],
    )
    while count_messages(sqs, queue) and time.time() < started + PATIENCE:
        time.sleep(0.2)
    seconds = time.time() - started
    if count_messages(sqs, queue):
        raise RuntimeError(f"the function that does nothing did not empty its queue in {PATIENCE:.0f} s")
    return {
        "messages": count,
        "throughput": measured_value([count / seconds], "messages a second", 1),
        "duration": spread_of_times(durations_of_invocations(stack, f"/aws/lambda/{name}", started)),
    }


def durations_of_invocations(stack: Stack, group: str, since: float) -> list[float]:
    """Milliseconds of each invocation, as the stack reports them in the log."""
    pages = (
        stack.own.client("logs")
        .get_paginator("filter_log_events")
        .paginate(logGroupName=group, filterPattern="REPORT", startTime=int(since * 1000))
    )
    lines = chain.from_iterable(page["events"] for page in pages)
    return [float(found[1]) for line in lines if (found := _DURATION.match(line["message"]))]


def spread_of_times(milliseconds: Sequence[float], unit: str = "ms an invocation") -> dict[str, Any]:
    shape = {name: round(value, 1) for name, value in spread_of(milliseconds).items()}
    return {"kind": "measured", "unit": unit, "count": len(milliseconds), **shape}


def count_messages(sqs: SQSClient, queue: str) -> int:
    """Messages that wait or are being processed."""
    answer = sqs.get_queue_attributes(
        QueueUrl=queue,
        AttributeNames=["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"],
    )
    return sum(int(count) for count in answer["Attributes"].values())


def _event_of(rows: Sequence[Row]) -> dict[str, Any]:
    sent = str(int(time.time() * 1000))
    return {
        "Records": [
            {
                "messageId": row.application_id,
                "body": row.message(),
                "attributes": {"SenderId": "benchmark", "SentTimestamp": sent},
                "messageAttributes": {},
            }
            for row in rows
        ]
    }


def _load_handler() -> Any:
    path = ROOT / "functions" / "validate_applications" / "handler.py"
    spec = importlib.util.spec_from_file_location("validate_applications_handler", path)
    if spec is None or spec.loader is None:
        raise RuntimeError(f"{path} cannot be imported")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look up their module
    spec.loader.exec_module(module)
    return module


def ignore_progress(_said: object) -> None:
    """Ignores progress, because the benchmark itself reports it."""
