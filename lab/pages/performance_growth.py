"""The section of ``docs/performance.md`` on registries many times the release."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from lab.growth.growth_bounds import (
    applications_until_loading_pays,
    bounds,
    dollars_of_reads,
    loading_seconds,
    writing_seconds,
)
from lab.pages.performance_acceptance import Results, grown
from lab.pages.performance_sections import made_by

_BOUNDS: Final = {
    "version_item": "the version's record: its term statistics come to DynamoDB's 400 KB an item",
    "memory_as_shipped": "memory as shipped (2,048 MB)",
    "time": "time (900 s), writing one request at a time",
    "time_of_eight": "time, writing eight requests at a time",
    "memory_at_most": "memory at most (10,240 MB)",
}
_KINDS: Final = ("rows", "validated_right", "validated_wrong", "review", "not_validated")


def growth(results: Results) -> Iterator[str]:
    result = results["growth"]
    registries = result["registries"]
    yield "## Growth"
    yield ""
    yield "Registries made from the release, measured beside it in turn: microseconds of the processor a decision, in"
    yield "batches of ten, and the ratio to the release's own registry. *places*: new towns in new states; *towns*: new"
    yield "towns in the states that there are; *denser*: the towns that there are, with so many times their libraries;"
    yield "*one state*: the largest state alone, beside all. *Statistics*: of terms, which a worker reads once, before its"
    yield "first batch on a registry. Read units and sizes are computed."
    yield ""
    yield "![Time a decision as the registry grows](performance/growth.svg)"
    yield ""
    yield "| registry | entries | postings | their MB | µs a decision | ratio | read units an application | statistics, ms | build, s | peak, MB |"
    yield "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |"
    for one in registries:
        times, items = one["time_per_decision"]["10"], one["items"]
        yield (
            f"| {_name(one)} | {items['entries']:,} | {items['postings']:,} | {items['megabytes']:,.0f} "
            f"| {times['grown']['median']:,.0f} | {times['ratio']['median']:.2f} "
            f"| {one['reads']['10']['units_per_application_in_batches']:.2f} "
            f"| {one['statistics']['median']:,.1f} | {one['build']['median']:,.1f} | {one['peak_memory']['median']:,.0f} |"
        )
    yield from _batches(registries)
    yield from _worst_cases(registries)
    yield from _answers(registries)
    yield from _in_memory(registries)
    yield from _ends(registries)
    told: list[str] = []
    for one in registries:
        if one["about"]["command"] not in told:
            told.append(one["about"]["command"])
            yield from made_by(one["about"])


def _name(one: Mapping[str, Any]) -> str:
    return f"{one['way'].replace('_', ' ')} × {one['factor']}"


def _batches(registries: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    sizes = list(registries[0]["time_per_decision"])
    yield ""
    yield "### Batches"
    yield ""
    yield "Time a decision in batches of so many applications, beside the release's own registry in the same batches:"
    yield ""
    yield f"| registry | {' | '.join(f'{int(size):,}' for size in sizes)} |"
    yield f"| --- |{' ---: |' * len(sizes)}"
    for one in registries:
        ratios = (one["time_per_decision"][size]["ratio"]["median"] for size in sizes)
        yield f"| {_name(one)} | {' | '.join(f'{ratio:.2f}' for ratio in ratios)} |"
    yield ""
    yield "What such a batch reads, computed: `BatchGetItem` requests in the median and at p99, and read units an application:"
    yield ""
    yield f"| registry | {' | '.join(f'{int(size):,}' for size in sizes)} |"
    yield f"| --- |{' ---: |' * len(sizes)}"
    for one in registries:
        yield f"| {_name(one)} | {' | '.join(_read(one['reads'][size]) for size in sizes)} |"


def _read(reads: Mapping[str, Any]) -> str:
    requests = reads["batch_get_item_requests_per_batch"]
    return f"{requests['median']:,}, {requests['p99']:,}; {reads['units_per_application_in_batches']:.2f}"


def _worst_cases(registries: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    yield ""
    yield "### The worst cases"
    yield ""
    yield "Bearers of the commonest names, with name, city and state alone, and libraries of the cities that have most,"
    yield "without a phone: in batches of ten."
    yield ""
    yield "| applications | registry | µs a decision | ratio | candidates: median, p99 | comparisons | validated right, of |"
    yield "| --- | --- | ---: | ---: | ---: | ---: | ---: |"
    for one in registries:
        for name, case in one["worst_cases"].items():
            times, judged = case["time_per_decision"], case["judged"]
            candidates, comparisons = (
                judged["candidates_per_application"],
                judged["comparisons_per_application"],
            )
            yield (
                f"| {name.replace('_', ' ')} | {_name(one)} | {times['grown']['median']:,.0f} "
                f"| {times['ratio']['median']:.2f} | {candidates['median']:,}, {candidates['p99']:,} "
                f"| {comparisons['median']:,}, {comparisons['p99']:,} "
                f"| {judged['validated_right']:,}, {judged['rows']:,} |"
            )


def _answers(registries: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    yield ""
    yield "### Answers"
    yield ""
    yield "Counted; for one state its own applications."
    yield ""
    yield "| applications | registry | rows | validated right | validated wrong | to review | told no |"
    yield "| --- | --- | ---: | ---: | ---: | ---: | ---: |"
    for name in registries[0]["judged"]:
        for one in registries:
            if counts := one["judged"].get(name):  # one state may have none of a set
                yield f"| {name} | {_name(one)} | {' | '.join(f'{counts[kind]:,}' for kind in _KINDS)} |"


def _in_memory(registries: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    yield ""
    yield "### Postings, or the whole registry in memory"
    yield ""
    yield "The same postings as one file that every worker loads (`lab/speed/snapshot.py`). *There after*: fetched from S3 at"
    yield "an assumed 50 MB a second, and loaded. *Time*: a decision, beside postings without the wait for DynamoDB. *Pays*: from"
    yield "so many applications of one worker on, at list prices."
    yield ""
    yield "| registry | file, MB | there after, s | memory, MB | time | reads it saves, dollars per 1,000 | pays |"
    yield "| --- | ---: | ---: | ---: | ---: | ---: | ---: |"
    for one in registries:
        if snapshot := one.get("snapshot"):
            yield (
                f"| {_name(one)} | {snapshot['file']['median']:,.1f} | {loading_seconds(one):,.2f} "
                f"| {snapshot['memory']['median']:,.0f} | {snapshot['time_per_decision']['ratio']['median']:.2f} "
                f"| {dollars_of_reads(one):.6f} | {applications_until_loading_pays(one):,.0f} |"
            )


def _ends(registries: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    base = next((one for one in registries if one["way"] == "release"), None)
    ten = grown({"registries": registries}, "places", 10)
    if base is None or ten is None:
        return
    yield ""
    yield "### Where one indexing function ends"
    yield ""
    seconds = (f"{writing_seconds(one['items']['postings']):,.0f}" for one in (base, ten))
    yield "Computed on a straight line through the release and ten times its places, in times of the release; written one"
    yield f"request after another, their postings take {' and '.join(seconds)} seconds at an assumed 12 ms a request. The way"
    yield "out: [ADR 15](adr/0015-postings-at-ten-times-the-registry.md)."
    yield ""
    yield "| what runs out | at so many times the release |"
    yield "| --- | ---: |"
    found = bounds(base, ten)
    for name in sorted(_BOUNDS, key=found.__getitem__):
        yield f"| {_BOUNDS[name]} | {found[name]:,.1f} |"
