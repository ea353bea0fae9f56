"""What had to be shown of speed, cost and scale, and what the results say. Figures are looked up, not typed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

Results = Mapping[str, Any]  # the results JSON of each benchmark, by its name


@dataclass(frozen=True, slots=True)
class Found:
    """A figure and whether it meets its target."""

    text: str
    kind: str
    met: bool


@dataclass(frozen=True, slots=True)
class Line:
    target: str
    benchmark: str
    find: Callable[[Any], Found | None]  # in the results of ``benchmark``; None: they do not have it


def at_least(value: float, bound: float, kind: str = "measured") -> Found:
    return Found(f"{value:,.2f} ×" if value < 100 else f"{value:,.0f} ×", kind, value >= bound)


def at_most(value: float, bound: float, unit: str = " ×", kind: str = "measured", digits: int = 2) -> Found:
    return Found(f"{value:,.{digits}f}{unit}", kind, value <= bound)


def _one_at_a_time(result: Any, peer: str) -> float:
    rates = result["one_processor"]["one_at_a_time"]
    return float(rates["library-validator"]["per_second"] / rates[peer]["per_second"])


def _beside_batch(result: Any) -> float:
    one = result["one_processor"]
    mine = one["one_at_a_time"]["library-validator"]["per_second"]
    return float(mine / one["in_batch"]["splink"]["per_second"])


def _in_batch(result: Any) -> float:
    rates = result["all_processors"]["in_batch"]
    return float(rates["library-validator"]["per_second"] / rates["splink"]["per_second"])


def grown(result: Any, way: str, factor: int) -> Any | None:
    """What was measured of one grown registry."""
    registries = result["registries"]
    return next((one for one in registries if (one["way"], one["factor"]) == (way, factor)), None)


def _requests(result: Any) -> Found | None:
    if (one := grown(result, "release", 1) or grown(result, "places", 10)) is None:
        return None
    spread = one["reads"]["10"]["batch_get_item_requests_per_batch"]
    met = spread["median"] <= 1 and spread["p99"] <= 2
    return Found(f"{spread['median']:.0f} in the median, {spread['p99']:.0f} at p99", "computed", met)


def _peak(result: Any) -> Found:
    megabytes = max(measure["max"] for measure in result["peak"].values())
    return at_most(megabytes, 512, " MB", digits=0)


def _ten_times(result: Any) -> Found | None:
    one = grown(result, "places", 10)
    return None if one is None else at_most(one["time_per_decision"]["10"]["ratio"]["median"], 1.3)


LINES: Final = (
    Line(
        "one at a time: at least 1,000 × Splink one at a time",
        "decisions_per_second",
        lambda result: at_least(_one_at_a_time(result, "splink"), 1_000),
    ),
    Line(
        "one at a time: at least 15 × rapidfuzz over the state",
        "decisions_per_second",
        lambda result: at_least(_one_at_a_time(result, "rapidfuzz"), 15),
    ),
    Line(
        "one at a time: at least 0.36 × Splink in batch, one processor for both",
        "decisions_per_second",
        lambda result: at_least(_beside_batch(result), 0.36),
    ),
    Line(
        "in batch, all processors for both: at least Splink's rate",
        "decisions_per_second",
        lambda result: at_least(_in_batch(result), 1),
    ),
    Line("a batch of ten: one `BatchGetItem` in the median, two at p99", "growth", _requests),
    Line(
        "at most 5 read units an application in the median",
        "cost",
        lambda result: at_most(
            result["applications"]["read_units_per_application"]["median"], 5, " units", "computed"
        ),
    ),
    Line(
        "reading a release: at most 2 × `csv.reader` over the same bytes",
        "reading",
        lambda result: at_most(result["ratios"]["library-validator to csv.reader"]["cpu"]["median"], 2),
    ),
    Line("peak memory of loading a release: at most 512 MB", "reading", _peak),
    Line(
        "import of `validate_applications`: at most 1.5 × importing boto3 and making its clients",
        "cold_start",
        lambda result: at_most(result["ratios"]["validate_applications import"]["cpu"]["median"], 1.5),
    ),
    Line(
        "at most $0.01 per 1,000 applications at list prices",
        "cost",
        lambda result: at_most(
            result["applications"]["dollars_per_1000"]["median"], 0.01, " dollars", "computed", 4
        ),
    ),
    Line("ten times the registry, new places: at most 1.3 × the time a decision", "growth", _ten_times),
)


def table(results: Results) -> Iterator[str]:
    yield "| target | found | | |"
    yield "| --- | ---: | --- | --- |"
    for line in LINES:
        found = line.find(results[line.benchmark]) if line.benchmark in results else None
        if found is None:
            yield f"| {line.target} | - | | not run |"
        else:
            yield f"| {line.target} | {found.text} | {found.kind} | {'met' if found.met else '**not met**'} |"
