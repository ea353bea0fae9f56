"""The cost of a month in which nobody sends an application and no release comes, at list prices.

    python -m lab.speed.idle_cost [--output JSON]

Everything is computed from ``template.yaml``, with its parameters at their defaults, and from
``prices.toml``; nothing is deployed. Free tiers are left out: the first ten alarms, three dashboards and a
million requests of an account cost nothing.

- *alarms* and the *dashboard*: those that the defaults make.
- *metrics*: the names that each function's code counts in a quiet month. A metric is billed for each hour in
  which it has a value.
- *polling*: Lambda's long polls of each queue that starts a function.
- *schedules*: their starts, and the time of the functions. A start is assumed to make one query of DynamoDB.
- *storage*: two registry versions, from the result of ``lab.speed.cost`` beside the output, if there is one.
"""

from __future__ import annotations

import argparse
import json
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from lab.measures import ROOT, computed_value, describe_run, write_result
from lab.speed.cost import PRICES, Prices
from tests.template.counted_metrics import metrics_in
from tests.template.template_reader import Template, read_template

HOURS: Final = 730  # of a month
ENTRYPOINTS: Final = ROOT / "layers" / "core" / "library_validator" / "entrypoints"
COST: Final = ROOT / "lab" / "results" / "cost.json"
_UNITS: Final = {"minute": 1 / 60, "hour": 1, "day": 24}


def hours_between(rate: str) -> float:
    """The hours between two starts of a schedule: ``rate(5 minutes)``."""
    number, _, unit = rate.removeprefix("rate(").removesuffix(")").partition(" ")
    return int(number) * _UNITS[unit.removesuffix("s")]


def rates_of(template: Template) -> dict[str, str]:
    """The rate at which each function is started in a quiet month, by the folder of the function."""
    folders = template.body["Mappings"]["Functions"]
    found = {
        folders[name.removesuffix("Function")]["Folder"]: template.resolve(
            event["Properties"]["ScheduleExpression"]
        )
        for name, function in template.of_type("AWS::Serverless::Function").items()
        for event in function.get("Events", {}).values()
        if event["Type"] == "ScheduleV2"
    }
    return found | {"revalidate": template.properties("ExpirySchedule")["ScheduleExpression"]}


def metric_months_of(folder: str, rate: str) -> float:
    """The billed months of the metrics of a function, which have values in the hours of its runs."""
    names = {name for name, _ in metrics_in(ENTRYPOINTS / f"{folder}.py")}
    return len(names) * min(1.0, 1 / hours_between(rate))


def lines_of_idle_month(template: Template, prices: Prices) -> Iterator[tuple[str, float, str, float]]:
    """Each line: what, how many, of what, dollars."""
    assumed, rates = prices.assumed, rates_of(template)
    starts = {folder: HOURS / hours_between(rate) for folder, rate in rates.items()}
    queues = sum(
        1
        for function in template.of_type("AWS::Serverless::Function").values()
        for event in function.get("Events", {}).values()
        if event["Type"] == "SQS"
    )
    polls = queues * assumed["pollers_a_queue"] * HOURS * 3_600 / assumed["poll_seconds"]
    memory = {
        template.body["Mappings"]["Functions"][name.removesuffix("Function")]["Folder"]: template.resolve(
            function["MemorySize"]
        )
        for name, function in template.of_type("AWS::Serverless::Function").items()
    }
    seconds = prices.waited_milliseconds({"Query": 1}) / 1_000
    gigabyte_seconds = sum(starts[folder] * seconds * memory[folder] / 1_024 for folder in starts)
    log_gigabytes = sum(starts.values()) * assumed["log_bytes_an_invocation"] / 1e9
    for what, unit, quantity in (
        ("alarms", "alarms", len(template.of_type("AWS::CloudWatch::Alarm"))),
        ("dashboard", "dashboards", len(template.of_type("AWS::CloudWatch::Dashboard"))),
        ("metrics", "metric_months", sum(metric_months_of(folder, rate) for folder, rate in rates.items())),
        ("polling of queues", "sqs_requests", polls),
        ("starts of schedules", "scheduler_starts", sum(starts.values())),
        ("starts of functions", "lambda_requests", sum(starts.values())),
        ("time of functions", "lambda_gigabyte_seconds", gigabyte_seconds),
        ("logs", "log_gigabytes", log_gigabytes),
    ):
        yield what, quantity, unit.replace("_", " "), prices.dollars(unit, quantity)


def idle_month(prices: Prices, cost: Path) -> dict[str, Any]:
    lines: list[dict[str, Any]] = [
        {"what": what, "quantity": round(quantity, 4), "unit": unit, "dollars": round(dollars, 4)}
        for what, quantity, unit, dollars in lines_of_idle_month(read_template(), prices)
    ]
    if cost.exists():
        year = json.loads(cost.read_text("utf-8"))["release"]["storage_of_two_versions_a_year"]["median"]
        lines.append({"what": "storage of two registry versions", "quantity": 1, "unit": "month",
                      "dollars": round(year / 12, 4)})  # fmt: skip
    whole = sum(line["dollars"] for line in lines)
    dashboard = sum(line["dollars"] for line in lines if line["what"] == "dashboard")
    return {
        "lines": lines,
        "dollars": computed_value(whole, "dollars", 2),
        "without_dashboard": computed_value(whole - dashboard, "dollars", 2),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description="The cost of an idle month at list prices.")
    parser.add_argument("--output", type=Path, help="JSON")
    output = parser.parse_args().output
    prices = Prices.read()
    result = {
        "schema_version": 1,
        **describe_run("speed.idle_cost", sys.argv[1:]),
        **idle_month(prices, output.with_name("cost.json") if output else COST),
        "prices": tomllib.loads(PRICES.read_text("utf-8")),
    }
    for line in result["lines"]:
        print(f"{line['what']:<36} {line['quantity']:>14,.2f} {line['unit']:<24} ${line['dollars']:.4f}")
    print(f"an idle month: ${result['dollars']['median']:.2f}")
    if output:
        write_result(result, output)


if __name__ == "__main__":
    main()
