"""The cost of the service at list prices: 1,000 applications, a release, 1,000 applications decided again.

    python -m lab.speed.cost [--release OLDER NEWER] [--applications FILE] [--negatives FILE ...]
        [--count N] [--output JSON]

Without files it takes the sample releases and applications drawn from them. The real functions run on the
real adapters with an AWS in this process. They load both releases, decide ``--count`` applications with the
older release, decide them again when the newer release is live, and decide as many new applications in
batches of ten.

- *counted*: requests, events and log bytes of the functions.
- *computed*: read and write units, from the items that were sent (rules in ``billed_requests``); requests of
  others (the sender, Lambda's poller, EventBridge's delivery, the consumer: single sends, receives and
  deletes of ten); dollars, by ``prices.toml``.
- *measured*: processor time of the functions without the time of the emulation. The time that Lambda bills
  also has the milliseconds that ``prices.toml`` assumes for each request, one request at a time.

The price of an application leaves out logs and storage, which have their own lines, cold starts, and the cost
of an idle stack (``lab.speed.idle_cost``).
"""

from __future__ import annotations

import argparse
import json
import math
import random
import sys
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import chain
from pathlib import Path
from typing import Any, Final

from lab.measures import (
    ROOT,
    computed_value,
    counted_values,
    describe_run,
    measured_value,
    report_progress,
    write_result,
)
from lab.speed.billed_requests import CHUNK
from lab.speed.in_process_stack import Fields, FunctionUse, in_process_stack, sum_of_uses
from lab.speed.read_units import BATCH, SAMPLE_RELEASE
from library_validator.decisions.application import FIELDS
from library_validator.releases.reading.release import read_release
from library_validator_cli.evaluation.labelled import LabelledRow, read_labelled
from library_validator_cli.sample_applications import sample_applications
from library_validator_cli.sample_release import BUNDLED_SEED, write_sample_release

COUNT: Final = 1_000
RUNS: Final = 5
SEED: Final = 1
NEGATIVES: Final = 0.2  # share of applications that are not from libraries
PRICES: Final = Path(__file__).parents[1] / "prices.toml"
PACKAGES: Final = ("boto3", "moto", "pydantic", "rapidfuzz")

_COUNTED: Final = {"eventbridge_events", "lambda_requests", "s3_puts", "s3_gets"}


@dataclass(frozen=True, slots=True)
class Prices:
    """``prices.toml``, read."""

    listed: Mapping[str, Mapping[str, Any]]
    assumed: Mapping[str, Any]

    @classmethod
    def read(cls) -> Prices:
        body = tomllib.loads(PRICES.read_text("utf-8"))
        return cls(body["prices"], body["assumed"])

    def dollars(self, unit: str, quantity: float) -> float:
        price = self.listed[unit]
        return float(quantity * price["dollars"] / price["per"])

    def waited_milliseconds(self, requests: Mapping[str, int]) -> float:
        """The time of ``requests`` on the network, one after the other."""
        each = self.assumed["milliseconds_a_request"]
        return float(sum(each[operation] * times for operation, times in requests.items()))

    def billed_milliseconds(self, processor: float, requests: Mapping[str, int], megabytes: int) -> float:
        """The dollars of a function that needs ``processor`` milliseconds of a whole processor."""
        share = min(1.0, megabytes / self.assumed["megabytes_a_processor"])
        return float(processor / share + self.waited_milliseconds(requests))


def lines_of(work: FunctionUse, others: Mapping[str, float], prices: Prices) -> list[dict[str, Any]]:
    """The cost of ``work``, with a line for each billed quantity.

    ``others`` are the SQS requests of other programs, by program.
    """
    usage = work.usage
    billed = prices.billed_milliseconds(work.processor_ms, usage.requests, work.megabytes)
    sent = usage.requests["SendMessage"]
    made = {
        **{(f"write: {what}", "dynamodb_write_units"): n for what, n in sorted(usage.write_units.items())},
        **{(f"read: {what}", "dynamodb_read_units"): n for what, n in sorted(usage.read_units.items())},
        **{(who, "sqs_requests"): number for who, number in others.items()},
        ("tasks sent", "sqs_requests"): sent,
        ("events", "eventbridge_events"): usage.events,
        ("invocations", "lambda_requests"): work.invocations,
        ("duration", "lambda_gigabyte_seconds"): billed / 1_000 * work.megabytes / 1_024,
        ("objects written", "s3_puts"): usage.requests["PutObject"],
        ("objects read", "s3_gets"): usage.requests["GetObject"] + usage.requests["HeadObject"],
    }
    return [
        {
            "service": unit.partition("_")[0],
            "what": what,
            "quantity": round(quantity, 4),
            "unit": unit.partition("_")[2].replace("_", " "),
            "dollars": prices.dollars(unit, quantity),
            "kind": "counted" if unit in _COUNTED else "computed",
        }
        for (what, unit), quantity in made.items()
        if quantity
    ]


def queue_requests(applications: int, event_bytes: float) -> dict[str, float]:
    """The SQS requests for ``applications``: each has a message in and a message out, received and deleted in
    tens."""
    # SQS requests that are billed to receive ten events
    chunks = max(1, math.ceil(BATCH * event_bytes / CHUNK))
    tens = applications / BATCH
    return {
        "sent by the partner": applications,
        "received and deleted by Lambda": 2 * tens,
        "delivered to the results queue": applications,
        "received and deleted by the consumer": (chunks + 1) * tens,
    }


def cost_of_applications(works: Sequence[FunctionUse], prices: Prices) -> dict[str, Any]:
    """The cost of batches of ten. Dollars are for 1,000 applications."""
    whole = sum_of_uses(works)
    applications = BATCH * len(works)
    scale = 1_000 / applications
    event_bytes = whole.usage.event_bytes / max(1, whole.usage.events)
    lines = [
        line | {"quantity": round(line["quantity"] * scale, 4), "dollars": line["dollars"] * scale}
        for line in lines_of(whole, queue_requests(applications, event_bytes), prices)
    ]
    size = math.ceil(len(works) / RUNS)
    runs = [sum_of_uses(works[start : start + size]) for start in range(0, len(works), size)]
    log = whole.log_bytes + whole.log_lines * prices.assumed["log_bytes_a_line"]
    log += whole.invocations * prices.assumed["log_bytes_an_invocation"]
    stored = whole.usage.stored_bytes
    stored += whole.usage.stored_items * prices.assumed["storage_bytes_an_item"]
    return {
        "dollars_per_1000": _sum_of_dollars(lines),
        "lines": _round_dollars(lines),
        "write_units_per_application": _spread_of_units(
            [work.usage.writes / BATCH for work in works], "write units"
        ),
        "read_units_per_application": _spread_of_units(
            [work.usage.reads / BATCH for work in works], "read units"
        ),
        "requests_per_batch": counted_values([work.usage.requests.total() for work in works], "requests"),
        "processor_per_batch": measured_value([run.processor_ms / run.invocations for run in runs], "ms"),
        "billed_per_batch": computed_value(
            prices.billed_milliseconds(whole.processor_ms, whole.usage.requests, whole.megabytes)
            / len(works),
            "ms",
        ),
        "event_size": computed_value(event_bytes, "bytes", 0),
        "beside": {
            "logs_per_1000": computed_value(prices.dollars("log_gigabytes", log * scale / 1e9), "dollars", 6),
            "log_bytes_per_application": computed_value(log / applications, "bytes", 0),
            "storage_per_1000_and_year": computed_value(
                prices.dollars("dynamodb_gigabyte_months", 12 * stored * scale / 1e9), "dollars", 6
            ),
            "stored_bytes_per_application": computed_value(stored / applications, "bytes", 0),
        },
    }


def _spread_of_units(values: Sequence[float], unit: str) -> dict[str, Any]:
    """The spread of the units that batches need. They are computed from items, because nothing reports
    them."""
    return counted_values(values, unit) | {"kind": "computed"}


def cost_of_release(work: FunctionUse, prices: Prices) -> dict[str, Any]:
    """The cost of a release that goes live after another, with the deletion of the version before both."""
    usage = work.usage
    # A deletion costs as much as writing. The deleted version is assumed to be as large as the new version.
    usage.write_units["deleting the version before the previous"] = usage.write_units["BatchWriteItem put"]
    deleting = Counter({"BatchWriteItem": usage.requests["BatchWriteItem"]})
    usage.requests += deleting
    lines = lines_of(work, {"message sent, received, deleted": 3}, prices)
    return {
        "dollars": _sum_of_dollars(lines),
        "lines": _round_dollars(lines),
        "items_written": usage.stored_items,
        "stored": computed_value(usage.stored_bytes / 1e6, "MB"),
        "storage_of_two_versions_a_year": computed_value(
            prices.dollars("dynamodb_gigabyte_months", 24 * usage.stored_bytes / 1e9), "dollars", 4
        ),
        "processor": measured_value([work.processor_ms / 1_000], "seconds"),
        "billed": computed_value(
            prices.billed_milliseconds(work.processor_ms, usage.requests, work.megabytes) / 1_000,
            "seconds",
            1,
        ),
    }


def cost_of_revalidation(work: FunctionUse, applications: int, prices: Prices) -> dict[str, Any]:
    changed = work.usage.requests["TransactWriteItems"]
    tasks = work.invocations
    others = {
        "received and deleted by Lambda": 2 * tasks,
        "delivered to the results queue": work.usage.events,
        "received and deleted by the consumer": 2 * work.usage.events / BATCH,
    }
    scale = 1_000 / applications
    lines = [
        line | {"quantity": round(line["quantity"] * scale, 4), "dollars": line["dollars"] * scale}
        for line in lines_of(work, others, prices)
    ]
    return {
        "dollars_per_1000": _sum_of_dollars(lines),
        "lines": _round_dollars(lines),
        "applications": applications,
        "transactions": changed,
        "processor": measured_value([work.processor_ms / 1_000], "seconds"),
    }


def _sum_of_dollars(lines: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    services = {line["service"]: 0.0 for line in lines}
    for line in lines:
        services[line["service"]] += line["dollars"]
    whole = computed_value(sum(services.values()), "dollars", 6)
    return whole | {"services": {name: round(dollars, 6) for name, dollars in services.items()}}


def _round_dollars(lines: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    return [{**line, "dollars": round(line["dollars"], 8)} for line in lines]


def mix_applications(libraries: Sequence[Fields], others: Sequence[Fields], count: int) -> list[Fields]:
    """``count`` applications, drawn and shuffled. With negatives, a fifth are not from libraries."""
    drawing = random.Random(SEED)
    negative = round(count * NEGATIVES) if others else 0
    drawn = drawing.sample(libraries, count - negative) + drawing.sample(others, negative)
    drawing.shuffle(drawn)
    return drawn


def labelled_applications(paths: Sequence[Path]) -> list[Fields]:
    """The applications of labelled files, with ids that are unique over the files."""
    files = read_labelled(paths) if paths else []
    return [_fields(row) for row in chain.from_iterable(file.rows for file in files)]


def _fields(row: LabelledRow) -> Fields:
    application = row.application
    values = {name: str(getattr(application, name) or "") for name in FIELDS}
    return {
        "application_id": application.application_id,
        **{name: value for name, value in values.items() if value},
    }


def draw_applications(release: Path, count: int) -> list[Fields]:
    drawn = map(asdict, sample_applications(read_release(release), count, SEED))
    names = ("application_id", *FIELDS)
    return [{name: sample[name] for name in names if sample[name]} for sample in drawn]


def measure_cost(
    releases: tuple[Path, Path], applications: Sequence[Fields], prices: Prices
) -> dict[str, Any]:
    with in_process_stack() as stack:
        report_progress(f"loading {releases[0].name}")
        stack.load(releases[0])
        report_progress(f"deciding {len(applications):,} applications")
        stack.decide(applications)
        report_progress(f"loading {releases[1].name}")
        loaded = stack.load(releases[1])
        report_progress("deciding them again")
        again = stack.decide_again()
        stack.forget_decisions()
        report_progress("deciding new applications")
        works = stack.decide(applications)
    answer = {
        "applications": cost_of_applications(works, prices),
        "release": cost_of_release(loaded, prices),
        "revalidation": cost_of_revalidation(again, BATCH * len(works), prices),
    }
    ours = answer["applications"]["dollars_per_1000"]["median"]
    theirs = prices.dollars("entity_resolution_records", 1_000)
    answer["peer"] = {
        "AWS Entity Resolution, 1,000 records": computed_value(theirs, "dollars", 4),
        "times_as_much": computed_value(theirs / ours, "times", 1),
    }
    return answer


def cost_table(result: Mapping[str, Any]) -> Iterator[str]:
    for title, part, dollars in (
        ("1,000 applications", result["applications"], result["applications"]["dollars_per_1000"]),
        ("one release", result["release"], result["release"]["dollars"]),
        (
            "1,000 applications decided again",
            result["revalidation"],
            result["revalidation"]["dollars_per_1000"],
        ),
    ):
        yield f"{title}: ${dollars['median']:.6f}"
        for line in part["lines"]:
            what = f"{line['service']}: {line['what']}"
            yield (
                f"  {what:<60} {line['quantity']:>12,.2f} {line['unit']:<18} ${line['dollars']:.6f}  "
                f"{line['kind']}"
            )


def main() -> None:
    parser = argparse.ArgumentParser(description="The cost of the service at list prices.")
    parser.add_argument("--release", type=Path, nargs=2, metavar=("OLDER", "NEWER"))
    parser.add_argument("--applications", type=Path, nargs="+", help="labelled files of libraries")
    parser.add_argument("--negatives", type=Path, nargs="*", default=[], help="labelled files of others")
    parser.add_argument("--count", type=int, default=COUNT, help=f"applications; default: {COUNT:,}")
    parser.add_argument("--output", type=Path, help="JSON")
    given = parser.parse_args()
    prices = Prices.read()
    releases = tuple(given.release) if given.release else sample_releases()
    others = labelled_applications(given.negatives)
    libraries = (
        labelled_applications(given.applications)
        if given.applications
        else draw_applications(releases[1], given.count)
    )
    applications = mix_applications(libraries, others, given.count)
    result = {
        "schema_version": 1,
        **describe_run("speed.cost", sys.argv[1:], PACKAGES),
        "count": len(applications),
        "share_of_no_library": NEGATIVES if others else None,
        **measure_cost(releases, applications, prices),
        "prices": tomllib.loads(PRICES.read_text("utf-8")),
    }
    print("\n".join(cost_table(result)))
    if given.output:
        write_result(json.loads(json.dumps(result, default=str)), given.output)


def sample_releases() -> tuple[Path, Path]:
    older = ROOT / ".local" / "pls_sample_fy2021_csv.zip"
    older.parent.mkdir(exist_ok=True)
    with older.open("wb") as target:
        write_sample_release(target, 2021, BUNDLED_SEED)
    return older, SAMPLE_RELEASE


if __name__ == "__main__":
    main()
