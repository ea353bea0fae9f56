"""The tables of ``docs/performance.md``, except those on growth."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from lab.pages.performance_charts import MATCHERS
from lab.pages.performance_history import run_of_result
from lab.pages.performance_targets import Results
from lab.pages.tables import markdown_table

Block = Callable[[Results], str]

_FUNCTION_MEGABYTES: Final = (512, 1_024, 1_769)
_WHOLE_PROCESSOR: Final = 1_769  # MB of memory at which a function gets a whole processor


def figure_text(measure: Mapping[str, Any], digits: int = 0) -> str:
    return f"{measure['median']:,.{digits}f} {measure['unit']}"


def spread(measure: Mapping[str, Any], digits: int = 0) -> str:
    """Median, lowest and highest run."""
    low, high = (f"{measure[end]:,.{digits}f}" for end in ("min", "max"))
    return f"{measure['median']:,.{digits}f} ({low} to {high})"


def run_of(benchmark: str) -> Block:
    """How and where the results of a benchmark were made."""
    return lambda results: run_description(run_of_result(results[benchmark]))


def run_description(about: Mapping[str, Any]) -> str:
    packages = "".join(f", {package} {version}" for package, version in about["versions"].items())
    commit = f", commit `{str(about['commit'])[:12]}`" if about["commit"] else ""
    return (
        f"{about['date']}{commit}: Python {about['python']} on {about['processors']} processors "
        f"({about['machine']}){packages}.\n\n    {about['command']}"
    )


def decisions(results: Results) -> str:
    result = results["decisions_per_second"]
    one_processor, all_processors = result["one_processor"], result["all_processors"]
    ways = {
        "one at a time": one_processor["one_at_a_time"],
        "in batch": one_processor["in_batch"],
        f"in batch, {run_of_result(result)['processors']} processors": all_processors["in_batch"],
    }
    rows = [
        (title, *(_rate_text(rates[name]) for rates in ways.values())) for name, title in MATCHERS.items()
    ]
    counts = [
        (title, *(f"{rates[name]['applications']:,}" for rates in ways.values()))
        for name, title in MATCHERS.items()
    ]
    return (
        "![Decisions per second](performance/decisions.svg)\n\n"
        f"{markdown_table(('applications a second', *ways), rows)}\n\n"
        f"{markdown_table(('applications in a run', *ways), counts)}\n\n{result['runs']} runs."
    )


def _rate_text(rate: Mapping[str, Any]) -> str:
    return (
        f"{rate['per_second']:,.1f} ({rate['slowest_per_second']:,.1f} to {rate['fastest_per_second']:,.1f})"
    )


def answer_models(results: Results) -> str:
    result = results["answer_models"]
    rows = [
        (name, spread(times), f"{result['ratios'][f'{name} to judged']['median']:.2f} ×")
        for name, times in result["times"].items()
        if name != "judged"
    ]
    judged = ("judged", spread(result["times"]["judged"]), "1")
    return markdown_table(("", "µs an application", "to judging"), [judged, *rows])


def cost(results: Results) -> str:
    result = results["cost"]
    rows = [
        (title, f"{measure['median']:.5f}", _services(measure))
        for title, measure in (
            ("1,000 applications", result["applications"]["dollars_per_1000"]),
            ("loading one release", result["release"]["dollars"]),
            ("1,000 applications decided again", result["revalidation"]["dollars_per_1000"]),
        )
    ]
    rows += [
        (name, f"{measure['median']:.5f}", "")
        for name, measure in result["peer"].items()
        if name != "times_as_much"
    ]
    prices = result["prices"]
    return (
        f"List prices of {prices['region']}, {prices['date']}.\n\n"
        + markdown_table(("", "dollars", "by service"), rows)
        + f"\n\nThe managed service costs {figure_text(result['peer']['times_as_much'])} as much."
    )


def _services(measure: Mapping[str, Any]) -> str:
    return ", ".join(f"{name} {dollars:.6f}" for name, dollars in measure["services"].items())


def cost_of_application(results: Results) -> str:
    applications = results["cost"]["applications"]
    return markdown_table(
        ("median", ""),
        (
            ("write units an application", figure_text(applications["write_units_per_application"], 1)),
            ("read units an application", figure_text(applications["read_units_per_application"], 1)),
            ("requests a batch of ten", figure_text(applications["requests_per_batch"])),
            ("processor time a batch of ten", figure_text(applications["processor_per_batch"])),
        ),
    )


def idle_cost(results: Results) -> str:
    result = results["idle_cost"]
    prices = result["prices"]
    rows = [
        (line["what"], f"{line['quantity']:,.1f} {line['unit']}", f"{line['dollars']:.2f}")
        for line in result["lines"]
    ]
    rows += [
        ("all of it", "", f"{result['dollars']['median']:.2f}"),
        ("without the dashboard", "", f"{result['without_dashboard']['median']:.2f}"),
    ]
    return f"List prices of {prices['region']}, {prices['date']}.\n\n" + markdown_table(
        ("", "", "dollars a month"), rows
    )


def reading(results: Results) -> str:
    result = results["reading"]
    rows = []
    for name, clocks in result["reading"].items():
        ratio = result["ratios"].get(f"{name} to csv.reader")
        beside = f"{ratio['cpu']['median']:.2f} ×" if ratio else "1"
        rows.append((f"read by {name}", spread(clocks["cpu"]), spread(clocks["wall"]), beside))
    rows += [
        (f"index built, {name}", spread(clocks["cpu"]), spread(clocks["wall"]), "")
        for name, clocks in result["building"].items()
    ]
    return markdown_table(("", "processor, ms", "clock, ms", "to `csv.reader`, processor"), rows)


def peak_memory(results: Results) -> str:
    peaks = results["reading"]["peak"]
    return markdown_table(("", "MB"), ((name, spread(measure)) for name, measure in peaks.items()))


def cold_start(results: Results) -> str:
    result = results["cold_start"]
    rows = []
    for name, measures in result["starts"].items():
        ratio = result["ratios"].get(name)
        beside = f"{ratio['cpu']['median']:.2f} ×" if ratio else ""
        rows.append((name, spread(measures["cpu"]), beside, f"{measures['peak']['median']:,.0f}"))
    rows += [
        (f"{name}, without compiled code", spread(measures["cpu"]), "", "")
        for name, measures in result["uncompiled"].items()
    ]
    return markdown_table(("", "processor, ms", "to boto3 and its clients", "peak memory, MB"), rows)


def first_batches(results: Results) -> str:
    batches = results["cold_start"]["batches"]
    cells = [spread(batches[name], 1) for name in ("import", "runtime", "first batch", "later batch")]
    return markdown_table(("import", "runtime", "first batch", "fourth batch"), [cells], words=0)


def memory_sizes(results: Results) -> str:
    batches = results["cold_start"]["batches"]
    first = sum(batches[name]["median"] for name in ("import", "runtime", "first batch"))
    later = batches["later batch"]["median"]
    head = ("memory", "share of a processor", "first batch after a start, ms", "later batch, ms",
            "processor, dollars per 1,000")  # fmt: skip
    return markdown_table(head, _memory_rows(first, later, _gigabyte_second(results)), words=0)


def _memory_rows(first: float, later: float, price: float) -> Iterable[tuple[str, ...]]:
    for megabytes in _FUNCTION_MEGABYTES:
        share = min(1.0, megabytes / _WHOLE_PROCESSOR)
        dollars = f"{later / share / 1_000 * megabytes / 1_024 * price * 100:.6f}" if price else "-"
        yield f"{megabytes:,} MB", f"{share:.2f}", f"{first / share:,.0f}", f"{later / share:,.0f}", dollars


def _gigabyte_second(results: Results) -> float:
    if "cost" not in results:
        return 0.0
    listed = results["cost"]["prices"]["prices"]["lambda_gigabyte_seconds"]
    return float(listed["dollars"] / listed["per"])


def candidates(results: Results) -> str:
    result = results["candidates"]
    rows = [
        (
            name,
            f"{measures['keys']['count']:,}",
            *(_ranks(measures[what]) for what in ("keys", "candidates", "comparisons")),
        )
        for name, measures in result["sets"].items()
    ]
    head = ("set", "applications", "keys: median, p99, most", "candidates", "comparisons")
    return f"{markdown_table(head, rows)}\n\nLargest posting: {result['most_a_posting_holds']} entries."


def _ranks(measure: Mapping[str, float]) -> str:
    return ", ".join(f"{measure[rank]:.0f}" for rank in ("median", "p99", "max"))


def flow(results: Results) -> str:
    result = results["flow"]
    burst, steady = result["burst"], result["steady"]
    rows = [
        (title, f"{part['applications']:,}", f"{rate:,.1f}", _latencies(part["latency"]))
        for title, part, rate in (
            ("all at once", burst, burst["throughput"]["median"]),
            ("at a steady rate", steady, steady["messages_a_second"]),
        )
    ]
    head = ("", "applications", "events a second", "from queue to event, s: p10, median, p90, p99, most")
    return f"![Messages waiting](performance/backlog.svg)\n\n{markdown_table(head, rows)}"


def _latencies(latency: Mapping[str, float]) -> str:
    return ", ".join(f"{latency[rank]:,.2f}" for rank in ("p10", "p50", "p90", "p99", "max"))


def flow_function(results: Results) -> str:
    result = results["flow"]
    handler = result["handler"]
    return markdown_table(
        ("a batch of ten in the function", "median"),
        (
            ("time of the clock", figure_text(handler["wall"])),
            ("of it in calls of the emulated services", figure_text(handler["in_calls"])),
            ("its own processor time, some of it within the calls", figure_text(handler["own_processor"])),
            ("the stack's limit: a function that does nothing", figure_text(result["no_op"]["throughput"])),
        ),
    )


BLOCKS: Final[Mapping[str, tuple[str, Block]]] = {
    "decisions": ("decisions_per_second", decisions),
    "answer-models": ("answer_models", answer_models),
    "cost": ("cost", cost),
    "cost-of-application": ("cost", cost_of_application),
    "idle-cost": ("idle_cost", idle_cost),
    "reading": ("reading", reading),
    "peak-memory": ("reading", peak_memory),
    "cold-start": ("cold_start", cold_start),
    "first-batches": ("cold_start", first_batches),
    "memory-sizes": ("cold_start", memory_sizes),
    "candidates": ("candidates", candidates),
    "flow": ("flow", flow),
    "flow-function": ("flow", flow_function),
}
