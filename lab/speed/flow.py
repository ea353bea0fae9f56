"""Applications through the local stack: throughput, latency from queue to event, backlog, shares of the time.

    python -m lab.speed.flow [--release ZIP] [--applications FILE ...] [--count N]
        --output lab/results/flow.json

Without arguments it takes the bundled sample release and applications drawn from it. It starts a separate
local stack in ``.local/flow`` and stops it at the end. Sender, consumer, emulator and functions share the
processors of this machine, so the figures show how the parts behave together, not how fast AWS is.

1. ``burst``: all applications at once. It measures the answers a second, the backlog over time, and the time
   of each application from the queue to its event, most of which is waiting in the queue.
2. ``steady``: a tenth as many applications at half that rate. It shows the latency without waiting.
3. ``handler``: the function's handler, called here with batches of ten on the same stack. It shows the share
   of its own processor time, and the time of each kind of call to the stack.
4. ``no_op``: a function that does nothing behind a separate queue. It shows the emulator's time to deliver.

The latency is from the ``SentTimestamp`` of the application's message to that of its event in the results
queue. The stack sets both.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from lab.measures import ROOT, describe_run, measured_value
from lab.speed.flow_shares import (
    BATCH,
    PATIENCE,
    count_messages,
    durations_of_invocations,
    ignore_progress,
    measure_handler,
    measure_no_op_function,
    spread_of_times,
)
from lab.speed.read_units import SAMPLE_RELEASE
from library_validator.decisions.application import FIELDS
from library_validator.intake.applications_file import Row
from library_validator.releases.reading.release import read_release
from library_validator_cli.applications_file import open_applications
from library_validator_cli.following import follow_run
from library_validator_cli.sample_applications import sample_applications
from library_validator_cli.sending import send
from library_validator_cli.stack_access import Stack, open_local_stack
from library_validator_cli.uploading import put_release
from library_validator_devstack.local_stack import STACK_NAME, LocalStack

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

COUNT: Final = 1_000
SEED: Final = 1
STEADY_SHARE: Final = 10  # the steady stage sends every tenth application
DIRECT_BATCHES: Final = 40
EVERY: Final = 1.0  # seconds between two samples of the queues


@dataclass(slots=True)
class Consumer:
    """Takes events from the results queue. Times are the stack's own, in seconds since 1970."""

    sqs: SQSClient
    queue: str
    sent_at: dict[str, float] = field(default_factory=dict)  # of applications, by id
    # times of the first events, by application id
    answered_at: dict[str, float] = field(default_factory=dict)
    again: int = 0  # number of further events of the same applications
    # numbers of events that are not answers, by detail type
    others: Counter[str] = field(default_factory=Counter)
    _stopping: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        while not self._stopping.is_set():
            answer = self.sqs.receive_message(
                QueueUrl=self.queue,
                MaxNumberOfMessages=10,
                WaitTimeSeconds=1,
                MessageSystemAttributeNames=["SentTimestamp"],
            )
            messages = answer.get("Messages", [])
            for message in messages:
                self.take(json.loads(message["Body"]), int(message["Attributes"]["SentTimestamp"]) / 1000)
            if messages:
                self.sqs.delete_message_batch(
                    QueueUrl=self.queue,
                    Entries=[
                        {"Id": str(number), "ReceiptHandle": message["ReceiptHandle"]}
                        for number, message in enumerate(messages)
                    ],
                )

    def take(self, event: dict[str, Any], at: float) -> None:
        data = event["detail"].get("data", {})
        if "application_id" not in data or "sent_at" not in data:
            self.others[event["detail-type"]] += 1
            return
        name = data["application_id"]
        if name in self.answered_at:
            self.again += 1
            return
        self.sent_at[name] = datetime.fromisoformat(data["sent_at"]).timestamp()
        self.answered_at[name] = at

    @contextmanager
    def running(self) -> Iterator[None]:
        with ThreadPoolExecutor(1) as pool:
            ended = pool.submit(self.run)
            try:
                yield
            finally:
                self._stopping.set()
                ended.result()

    def latencies(self, names: Iterable[str]) -> list[float]:
        """Seconds from queue to event, for each application with an event."""
        return [self.answered_at[name] - self.sent_at[name] for name in names if name in self.answered_at]


def percentiles(seconds: Sequence[float]) -> dict[str, Any]:
    """The spread of a latency, in seconds."""
    ranked = sorted(seconds)

    def value_at(share: float) -> float:
        return round(ranked[min(len(ranked) - 1, int(share * len(ranked)))], 3)

    return {
        "kind": "measured",
        "unit": "s",
        "count": len(ranked),
        "min": value_at(0),
        **{f"p{percent}": value_at(percent / 100) for percent in (10, 50, 90, 95, 99)},
        "max": round(ranked[-1], 3),
    }


def throughput(answered_at: Iterable[float]) -> dict[str, Any]:
    """Events per second: in the whole time, and in each tenth of the time."""
    ranked = sorted(answered_at)
    first, last = ranked[0], ranked[-1]
    length = max(last - first, 0.001)
    tenths = Counter(min(9, int((at - first) / length * 10)) for at in ranked)
    return {
        **measured_value([tenths[tenth] / (length / 10) for tenth in range(10)], "events a second", 1),
        "whole": round(len(ranked) / length, 1),
        "seconds": round(length, 1),
    }


# ── the applications ──


def read_rows(release: Path, files: Sequence[Path], count: int) -> list[Row]:
    """``count`` applications, mixed from the files or drawn from the release."""
    if files:
        rows: list[Row] = []
        for file in files:
            with open_applications(file) as found:
                rows += [row for row in found if isinstance(row, Row)]
        if len(rows) < count:
            raise SystemExit(
                f"the files have {len(rows)} applications, fewer than {count}; use a lower --count"
            )
        return random.Random(SEED).sample(rows, count)
    drawn = sample_applications(read_release(release), count, SEED)
    fields = [asdict(sample) for sample in drawn]
    kept = ("application_id", *FIELDS)
    return [
        Row(line, given["application_id"], {name: given[name] for name in kept if given[name]})
        for line, given in enumerate(fields, 1)
    ]


def with_new_ids(rows: Iterable[Row], prefix: str) -> list[Row]:
    """The same applications with new ids."""
    return [
        Row(number, f"{prefix}-{number}", {**row.fields, "application_id": f"{prefix}-{number}"})
        for number, row in enumerate(rows)
    ]


# ── the stages ──


def measure_burst(stack: Stack, consumer: Consumer, rows: Sequence[Row]) -> dict[str, Any]:
    """Sends all applications at once."""
    names = [row.application_id for row in rows]
    backlog: list[dict[str, float]] = []
    started = time.time()
    with ThreadPoolExecutor(1) as pool:
        sending = pool.submit(_send_all, stack, rows)
        _wait_for_events(stack, consumer, names, started, backlog)
        sending.result()
    sent = sorted(consumer.sent_at[name] for name in names if name in consumer.sent_at)
    answered = [consumer.answered_at[name] for name in names if name in consumer.answered_at]
    return {
        "applications": len(rows),
        "answered": len(answered),
        "sending": {
            "kind": "measured",
            "unit": "messages a second",
            "median": round(len(sent) / max(sent[-1] - sent[0], 0.001), 1),
        },
        "throughput": throughput(answered),
        "latency": percentiles(consumer.latencies(names)),
        "backlog": {"kind": "measured", "samples": _thin_samples(backlog, 60)},
    }


def measure_steady(stack: Stack, consumer: Consumer, rows: Sequence[Row], rate: float) -> dict[str, Any]:
    """Sends applications at a steady rate that leaves the queue empty."""
    names = [row.application_id for row in rows]
    sqs = stack.own_sqs
    started = time.monotonic()
    for start in range(0, len(rows), BATCH):
        pause = started + start / rate - time.monotonic()
        if pause > 0:
            time.sleep(pause)
        send(sqs, stack.output("ApplicationsQueueUrl"), rows[start : start + BATCH], ignore_progress)
    _wait_for_events(stack, consumer, names, time.time(), [])
    return {
        "applications": len(rows),
        "answered": len(consumer.latencies(names)),
        "messages_a_second": round(rate, 1),
        "latency": percentiles(consumer.latencies(names)),
    }


def _wait_for_events(
    stack: Stack, consumer: Consumer, names: Sequence[str], started: float, backlog: list[dict[str, float]]
) -> None:
    """Waits until each application has its event, or until no event has come for ``PATIENCE`` seconds.
    Samples the queues meanwhile."""
    answered, last_new = 0, time.time()
    while answered < len(names):
        now = sum(name in consumer.answered_at for name in names)
        if now > answered:
            answered, last_new = now, time.time()
        elif time.time() > last_new + PATIENCE:
            return
        backlog.append(
            {
                "second": round(time.time() - started, 1),
                "applications": count_messages(stack.sqs, stack.output("ApplicationsQueueUrl")),
                "results": count_messages(stack.sqs, stack.output("ResultsQueueUrl")),
                "answered": answered,
            }
        )
        time.sleep(EVERY)


def _send_all(stack: Stack, rows: Sequence[Row]) -> None:
    refused = send(stack.own_sqs, stack.output("ApplicationsQueueUrl"), rows, ignore_progress)
    if refused:
        raise RuntimeError(f"the queue refused {len(refused)} applications: {refused[0].reason}")


def _thin_samples(samples: Sequence[dict[str, float]], count: int) -> list[dict[str, float]]:
    """About ``count`` evenly spread samples, with the last sample."""
    step = max(1, len(samples) // count)
    return [*islice(samples, 0, max(0, len(samples) - 1), step), *samples[-1:]]


def measure_flow(given: argparse.Namespace, stack: Stack) -> dict[str, Any]:
    """Every stage, on a deployed and empty stack."""
    with given.release.open("rb") as body:
        loaded = follow_run(stack.registry, put_release(stack, body, given.release.name), print, 900)
    if loaded.status != "active":
        raise RuntimeError(f"the release did not go live: {loaded.status} {loaded.problems}")
    few = max(BATCH, given.count // STEADY_SHARE)
    rows = read_rows(given.release, given.applications, given.count + few + BATCH * DIRECT_BATCHES)
    at_once, steadily, directly = rows[: given.count], rows[given.count :][:few], rows[given.count + few :]
    consumer = Consumer(stack.own_sqs, stack.output("ResultsQueueUrl"))
    group = f"/aws/lambda/{STACK_NAME}/validate_applications"
    report: dict[str, Any] = {
        "schema_version": 1,
        "about": describe_run("speed.flow", sys.argv[1:], ("botocore",)),
        "registry_version": loaded.version,
    }
    with consumer.running():
        started = time.time()
        report["burst"] = measure_burst(stack, consumer, with_new_ids(at_once, "burst"))
        report["burst"]["function_duration"] = spread_of_times(
            durations_of_invocations(stack, group, started)
        )
        print(json.dumps({**report["burst"], "backlog": "…"}), flush=True)
        rate = report["burst"]["throughput"]["whole"] / 2
        started = time.time()
        report["steady"] = measure_steady(stack, consumer, with_new_ids(steadily, "steady"), rate)
        report["steady"]["function_duration"] = spread_of_times(
            durations_of_invocations(stack, group, started)
        )
        print(json.dumps(report["steady"]), flush=True)
    report["events_told_again"] = consumer.again
    report["other_events"] = dict(consumer.others)
    report["dead_letters"] = count_messages(stack.sqs, stack.output("ApplicationsDeadLetterQueueUrl"))
    report["handler"] = measure_handler(stack, with_new_ids(directly, "direct"))
    print(json.dumps(report["handler"]), flush=True)
    report["no_op"] = measure_no_op_function(stack, few)
    print(json.dumps(report["no_op"]), flush=True)
    return report


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--release", type=Path, default=SAMPLE_RELEASE)
    parser.add_argument("--applications", type=Path, nargs="+", default=[], help="CSV or JSON Lines")
    parser.add_argument("--count", type=int, default=COUNT)
    parser.add_argument("--output", type=Path, metavar="JSON")
    given = parser.parse_args()
    local = LocalStack(ROOT, ROOT / ".local" / "flow", progress=print)
    local.stop()
    try:
        local.start()
        local.deploy()
        report = measure_flow(given, open_local_stack(local))
    finally:
        local.stop()
    if given.output:
        given.output.write_text(json.dumps(report, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
