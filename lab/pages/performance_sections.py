"""The sections of ``docs/performance.md``: one for each results file, and only where that file is there."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from lab.pages.performance_acceptance import Results
from lab.pages.performance_charts import MATCHERS
from lab.pages.performance_history import about_of

Lines = Iterator[str]


def figure(measure: Mapping[str, Any], digits: int = 0) -> str:
    return f"{measure['median']:,.{digits}f} {measure['unit']}"


def spread(measure: Mapping[str, Any], digits: int = 0) -> str:
    """Median, and the least and the most of the runs."""
    low, high = (f"{measure[end]:,.{digits}f}" for end in ("min", "max"))
    return f"{measure['median']:,.{digits}f} ({low} to {high})"


def command(result: Mapping[str, Any]) -> Lines:
    """How to make the figures again, and what they were made on."""
    yield from made_by(about_of(result))


def made_by(about: Mapping[str, Any]) -> Lines:
    named = "".join(f", {package} {version}" for package, version in about["versions"].items())
    commit = f", commit `{str(about['commit'])[:12]}`" if about["commit"] else ""
    yield ""
    yield (
        f"{about['date']}{commit}: Python {about['python']} on {about['processors']} processors "
        f"({about['machine']}){named}."
    )
    yield ""
    yield f"    {about['command']}"


def decisions(results: Results) -> Lines:
    result = results["decisions_per_second"]
    yield "## Decisions per second"
    yield ""
    yield "Measured, applications a second; the slowest and the fastest run in brackets. The product's answer is"
    yield "the whole decision with its evidence, in batch the line of JSON that `match` writes of it, its processes"
    yield "started anew in each run; a peer's answer is its best library and a score."
    yield ""
    yield "![Decisions per second](performance/decisions.svg)"
    yield ""
    one, everyone = result["one_processor"], result["all_processors"]
    ways = {
        "one at a time": one["one_at_a_time"],
        "in batch": one["in_batch"],
        f"in batch, {about_of(result)['processors']} processors": everyone["in_batch"],
    }
    yield f"| | {' | '.join(ways)} |"
    yield f"| --- |{' ---: |' * len(ways)}"
    for name, title in MATCHERS.items():
        yield f"| {title} | {' | '.join(_rate(rates[name]) for rates in ways.values())} |"
    yield ""
    for way in ("one at a time", "in batch"):
        given = ", ".join(f"{name} {rate['applications']:,}" for name, rate in ways[way].items())
        yield f"Applications of a run {way}: {given}."
    yield f"{result['runs']} runs; one processor unless said."
    yield from command(result)


def _rate(one: Mapping[str, Any]) -> str:
    return f"{one['per_second']:,.1f} ({one['slowest_per_second']:,.1f} to {one['fastest_per_second']:,.1f})"


def reading(results: Results) -> Lines:
    result = results["reading"]
    yield "## Reading a release and building its index"
    yield ""
    yield "Measured, milliseconds; the least and the most of the runs in brackets. Each reader unpacks the same zip"
    yield "and decodes the same bytes by itself, in turn, in one process. `csv.reader` and polars end with rows of"
    yield "text; the product also holds the files to checksum and hash, finds their encodings, repairs values and"
    yield "builds records. Polars uses every processor."
    yield ""
    yield "| | processor | clock | to `csv.reader`, processor |"
    yield "| --- | ---: | ---: | ---: |"
    for name, clocks in result["reading"].items():
        ratio = result["ratios"].get(f"{name} to csv.reader")
        beside = f"{ratio['cpu']['median']:.2f} ×" if ratio else "1"
        yield f"| read by {name} | {spread(clocks['cpu'])} | {spread(clocks['wall'])} | {beside} |"
    for name, clocks in result["building"].items():
        yield f"| index built, {name} | {spread(clocks['cpu'])} | {spread(clocks['wall'])} | |"
    yield ""
    yield "Peak resident memory of a fresh process, measured. The whole loads keep in the process what S3 and DynamoDB"
    yield "hold otherwise: the function itself needs less."
    yield ""
    yield "| | MB |"
    yield "| --- | ---: |"
    for name, measure in result["peak"].items():
        yield f"| {name} | {spread(measure)} |"
    yield from command(result)


def cold_start(results: Results) -> Lines:
    result = results["cold_start"]
    yield "## Cold start"
    yield ""
    yield "Fresh processes, start of Python included and its end left out, measured: milliseconds of the processor, and"
    yield "peak memory."
    yield "*Import* is importing the handler; *start* also makes its clients and reads its settings. Beside each"
    yield "stands importing boto3 and making the same clients."
    yield ""
    yield "| | processor, ms | beside boto3 and its clients | peak, MB |"
    yield "| --- | ---: | ---: | ---: |"
    for name, measures in result["starts"].items():
        ratio = result["ratios"].get(name)
        beside = f"{ratio['cpu']['median']:.2f} ×" if ratio else ""
        yield f"| {name} | {spread(measures['cpu'])} | {beside} | {figure(measures['peak'])[:-3]} |"
    for name, measures in result["uncompiled"].items():
        yield f"| {name}, nothing compiled beforehand | {spread(measures['cpu'])} | | |"
    yield ""
    yield "The layer holds compiled code where it is built with the Python that runs it: that is the difference"
    yield "between the last line and the start above it."
    yield ""
    yield "The first ten applications in such a process, stores in memory, milliseconds of the processor, measured:"
    yield ""
    yield "| import | runtime | first batch | fourth batch |"
    yield "| ---: | ---: | ---: | ---: |"
    batches = result["batches"]
    cells = (spread(batches[name], 1) for name in ("import", "runtime", "first batch", "later batch"))
    yield f"| {' | '.join(cells)} |"
    yield from command(result)
    yield from _memory_sizes(batches, results)


_SIZES: Final = (512, 1_024, 1_769)
_WHOLE_PROCESSOR: Final = 1_769  # MB


def _memory_sizes(batches: Mapping[str, Any], results: Results) -> Lines:
    yield ""
    yield "### Memory size and architecture"
    yield ""
    yield "A function gets processor by its memory: a whole one at 1,769 MB. What a batch takes at a smaller share"
    yield "cannot be measured on a machine that has no such shares, and nothing here ran on arm64: the table is"
    yield "computed from the milliseconds above. Until a whole processor is reached the processor's part of the"
    yield "price stays the same and its time shrinks; waiting for DynamoDB and EventBridge costs by the megabyte."
    yield ""
    yield "| memory | share of a processor | first batch after a start, ms | a later batch, ms | processor, dollars per 1,000 |"
    yield "| ---: | ---: | ---: | ---: | ---: |"
    first = sum(batches[name]["median"] for name in ("import", "runtime", "first batch"))
    later = batches["later batch"]["median"]
    price = _gigabyte_second(results)
    for size in _SIZES:
        share = min(1.0, size / _WHOLE_PROCESSOR)
        dollars = f"{later / share / 1_000 * size / 1_024 * price * 100:.6f}" if price else "-"
        yield f"| {size:,} MB | {share:.2f} | {first / share:,.0f} | {later / share:,.0f} | {dollars} |"


def _gigabyte_second(results: Results) -> float:
    if "cost" not in results:
        return 0.0
    listed = results["cost"]["prices"]["prices"]["lambda_gigabyte_seconds"]
    return float(listed["dollars"] / listed["per"])


def candidates(results: Results) -> Lines:
    result = results["candidates"]
    yield "## Candidates and comparisons"
    yield ""
    yield "Counted, for each application: the blocking keys that are looked up, the different entries in their"
    yield "postings, and those that are compared. The last three sets are the worst that the release itself has."
    yield ""
    yield "| set | applications | keys: median, p99, most | candidates | comparisons |"
    yield "| --- | ---: | ---: | ---: | ---: |"
    for name, measures in result["sets"].items():
        cells = (
            ", ".join(f"{measures[what][which]:.0f}" for which in ("median", "p99", "max"))
            for what in ("keys", "candidates", "comparisons")
        )
        yield f"| {name} | {measures['keys']['count']:,} | {' | '.join(cells)} |"
    yield ""
    yield f"A posting holds {result['most_a_posting_holds']} entries at most."
    yield from command(result)


def cost(results: Results) -> Lines:
    result = results["cost"]
    yield "## Cost"
    yield ""
    yield f"At list prices of {result['prices']['region']}, {result['prices']['date']}: requests counted, read and write"
    yield "units computed from the items that were sent, milliseconds of the processor measured. What had to be assumed"
    yield "stands in [`prices.toml`](../lab/prices.toml), with the source of each price."
    yield ""
    yield "| | dollars | of it: |"
    yield "| --- | ---: | --- |"
    for title, measure in (
        ("1,000 applications", result["applications"]["dollars_per_1000"]),
        ("loading one release", result["release"]["dollars"]),
        ("1,000 decided again", result["revalidation"]["dollars_per_1000"]),
    ):
        parts = ", ".join(f"{name} {dollars:.6f}" for name, dollars in measure["services"].items())
        yield f"| {title} | {measure['median']:.5f} | {parts} |"
    peers = [name for name in result["peer"] if name != "times_as_much"]
    for name in peers:
        yield f"| {name} | {result['peer'][name]['median']:.5f} | |"
    yield ""
    applications = result["applications"]
    yield (
        f"All are computed. {name_of_peer(peers)} costs {figure(result['peer']['times_as_much'])} as much. An application "
        f"takes {figure(applications['write_units_per_application'], 1)} and "
        f"{figure(applications['read_units_per_application'], 1)} in the median, a batch "
        f"{figure(applications['requests_per_batch'])} and {figure(applications['processor_per_batch'])} of the "
        "processor."
    )
    yield from command(result)


def name_of_peer(peers: list[str]) -> str:
    return peers[0].partition(",")[0] if peers else "The peer"


def flow(results: Results) -> Lines:
    result = results["flow"]
    burst, steady = result["burst"], result["steady"]
    yield "## Flow"
    yield ""
    yield "Through the local stack, measured: how it behaves, not how fast AWS is. Most of the time is the emulator's."
    yield ""
    yield "![Messages waiting](performance/backlog.svg)"
    yield ""
    yield "| | applications | events a second | from queue to event, s: p10, median, p90, p99, most |"
    yield "| --- | ---: | ---: | ---: |"
    for title, part, rate in (
        ("all at once", burst, figure(burst["throughput"], 1).split(" ")[0]),
        ("at a steady rate", steady, f"{steady['messages_a_second']:,.1f}"),
    ):
        latency = part["latency"]
        spread_of = ", ".join(f"{latency[rank]:,.2f}" for rank in ("p10", "p50", "p90", "p99", "max"))
        yield f"| {title} | {part['applications']:,} | {rate} | {spread_of} |"
    yield ""
    handler = result["handler"]
    clock, calls, own = (f"{handler[part]['median']:,.0f}" for part in ("wall", "in_calls", "own_processor"))
    yield f"A batch of ten takes the function {clock} ms of the clock, {calls} of them in calls of the emulated services;"
    yield f"its own processor works for {own} ms, some of that within the calls. The same stack hands"
    yield f"{figure(result['no_op']['throughput'])} to a function that does nothing."
    yield from command(result)


SECTIONS: Final[Mapping[str, Callable[[Results], Lines]]] = {
    "decisions_per_second": decisions,
    "cost": cost,
    "reading": reading,
    "cold_start": cold_start,
    "candidates": candidates,
    "flow": flow,
}
