"""The targets of speed, cost and scale, and whether the results meet them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from lab.pages.tables import markdown_table

Results = Mapping[str, Any]  # the results JSON of each benchmark, by its name
# benchmarks that take more than a few minutes
LONG: Final = frozenset({"decisions_per_second", "growth", "flow"})


@dataclass(frozen=True, slots=True)
class Target:
    """A figure of one benchmark, and the bound that it has to keep."""

    name: str  # its name in the history
    words: str
    benchmark: str
    find: Callable[[Any], float | None]  # in the results of ``benchmark``; None if they do not have it
    at_least: float | None = None  # a target has ``at_least`` or ``at_most``
    at_most: float | None = None
    unit: str = " ×"
    digits: int = 2
    kind: str = "measured"

    def figure(self, results: Results) -> float | None:
        return self.find(results[self.benchmark]) if self.benchmark in results else None

    def is_met(self, figure: float) -> bool:
        return (self.at_least is None or figure >= self.at_least) and (
            self.at_most is None or figure <= self.at_most
        )

    def text(self, figure: float) -> str:
        return f"{figure:,.{self.digits}f}{self.unit}"


def _ratio_one_at_a_time(result: Any, peer: str) -> float:
    rates = result["one_processor"]["one_at_a_time"]
    return float(rates["library-validator"]["per_second"] / rates[peer]["per_second"])


def _ratio_to_batch(result: Any) -> float:
    rates = result["one_processor"]
    product = rates["one_at_a_time"]["library-validator"]["per_second"]
    return float(product / rates["in_batch"]["splink"]["per_second"])


def _ratio_in_batch(result: Any) -> float:
    rates = result["all_processors"]["in_batch"]
    return float(rates["library-validator"]["per_second"] / rates["splink"]["per_second"])


def registry_of(result: Any, way: str, factor: int) -> Any | None:
    """The measurements of one grown registry."""
    for registry in result["registries"]:
        if (registry["way"], registry["factor"]) == (way, factor):
            return registry
    return None


def _requests(result: Any, rank: str) -> float | None:
    registry = registry_of(result, "release", 1) or registry_of(result, "places", 10)
    if registry is None:
        return None
    return float(registry["reads"]["10"]["batch_get_item_requests_per_batch"][rank])


def _ratio_at_ten_times(result: Any) -> float | None:
    registry = registry_of(result, "places", 10)
    return None if registry is None else float(registry["time_per_decision"]["10"]["ratio"]["median"])


TARGETS: Final = (
    Target(
        "one at a time to Splink one at a time",
        "one at a time: at least 1,000 × Splink one at a time",
        "decisions_per_second",
        lambda result: _ratio_one_at_a_time(result, "splink"),
        at_least=1_000,
        digits=0,
    ),
    Target(
        "one at a time to rapidfuzz",
        "one at a time: at least 15 × rapidfuzz over the state",
        "decisions_per_second",
        lambda result: _ratio_one_at_a_time(result, "rapidfuzz"),
        at_least=15,
    ),
    Target(
        "one at a time to Splink in batch",
        "one at a time: at least 0.36 × Splink in batch, one processor for both",
        "decisions_per_second",
        _ratio_to_batch,
        at_least=0.36,
    ),
    Target(
        "in batch to Splink in batch",
        "in batch, all processors for both: at least Splink's rate",
        "decisions_per_second",
        _ratio_in_batch,
        at_least=1,
    ),
    Target(
        "requests of a batch, median",
        "a batch of ten: one `BatchGetItem` in the median",
        "growth",
        lambda result: _requests(result, "median"),
        at_most=1,
        unit="",
        digits=0,
        kind="computed",
    ),
    Target(
        "requests of a batch, p99",
        "a batch of ten: two `BatchGetItem` at p99",
        "growth",
        lambda result: _requests(result, "p99"),
        at_most=2,
        unit="",
        digits=0,
        kind="computed",
    ),
    Target(
        "read units",
        "at most 5 read units an application in the median",
        "cost",
        lambda result: float(result["applications"]["read_units_per_application"]["median"]),
        at_most=5,
        unit=" units",
        kind="computed",
    ),
    Target(
        "reading to csv.reader",
        "reading a release: at most 2 × `csv.reader` over the same bytes",
        "reading",
        lambda result: float(result["ratios"]["library-validator to csv.reader"]["cpu"]["median"]),
        at_most=2,
    ),
    Target(
        "peak memory",
        "peak memory of loading a release: at most 512 MB",
        "reading",
        lambda result: float(max(measure["max"] for measure in result["peak"].values())),
        at_most=512,
        unit=" MB",
        digits=0,
    ),
    Target(
        "import to boto3 and its clients",
        "import of `validate_applications`: at most 1.5 × importing boto3 and making its clients",
        "cold_start",
        lambda result: float(result["ratios"]["validate_applications import"]["cpu"]["median"]),
        at_most=1.5,
    ),
    Target(
        "dollars per 1,000",
        "at most $0.01 per 1,000 applications at list prices",
        "cost",
        lambda result: float(result["applications"]["dollars_per_1000"]["median"]),
        at_most=0.01,
        unit=" dollars",
        digits=4,
        kind="computed",
    ),
    Target(
        "ten times the registry",
        "ten times the registry, new places: at most 1.3 × the time a decision",
        "growth",
        _ratio_at_ten_times,
        at_most=1.3,
    ),
)


def command_of(benchmark: str) -> str:
    """The command that runs a benchmark."""
    return "make bench-long" if benchmark in LONG else "make bench"


def targets_table(results: Results) -> str:
    """Every target with its figure. A target without a figure says which command makes it."""
    return markdown_table(("target", "found", "", ""), _rows(results))


def _rows(results: Results) -> Iterator[tuple[str, ...]]:
    for target in TARGETS:
        if (figure := target.figure(results)) is None:
            yield target.words, "-", "", f"**not run** (`{command_of(target.benchmark)}`)"
        else:
            met = "met" if target.is_met(figure) else "**not met**"
            yield target.words, target.text(figure), target.kind, met
