"""The tables of ``docs/performance.md`` on registries many times the release."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final

from lab.growth.growth_bounds import (
    applications_until_loading_pays,
    dollars_of_reads,
    limits_of_growth,
    loading_seconds,
    writing_seconds,
)
from lab.pages.performance_tables import Block, run_description
from lab.pages.performance_targets import registry_of
from lab.pages.tables import markdown_table

Registries = Sequence[Mapping[str, Any]]

_BOUNDS: Final = {
    "version_item": "the version's record: its term statistics reach DynamoDB's 400 KB an item",
    "memory_as_shipped": "memory as shipped (2,048 MB)",
    "time": "time (900 s), one write request at a time",
    "time_of_eight": "time (900 s), eight write requests at a time",
    "memory_at_most": "the most memory that a function can have (10,240 MB)",
}
_APPLICANTS: Final = {"no libraries": "not libraries"}  # name in the results -> name on the page
_KINDS: Final = ("rows", "validated_right", "validated_wrong", "review", "not_validated")


def growth_table(registries: Registries) -> str:
    rows = []
    for registry in registries:
        times, items = registry["time_per_decision"]["10"], registry["items"]
        rows.append(
            (
                _name(registry),
                f"{items['entries']:,}",
                f"{items['postings']:,}",
                f"{items['megabytes']:,.0f}",
                f"{times['grown']['median']:,.0f}",
                f"{times['ratio']['median']:.2f}",
                f"{registry['reads']['10']['units_per_application_in_batches']:.2f}",
                f"{registry['statistics']['median']:,.1f}",
                f"{registry['build']['median']:,.1f}",
                f"{registry['peak_memory']['median']:,.0f}",
            )
        )
    head = ("registry", "entries", "postings", "their MB", "µs a decision", "ratio",
            "read units an application", "statistics, ms", "build, s", "peak, MB")  # fmt: skip
    return f"![Time a decision as the registry grows](performance/growth.svg)\n\n{markdown_table(head, rows)}"


def _name(registry: Mapping[str, Any]) -> str:
    return f"{registry['way'].replace('_', ' ')} × {registry['factor']}"


def batches_table(registries: Registries) -> str:
    return _by_batch_size(
        registries,
        lambda registry, size: f"{registry['time_per_decision'][size]['ratio']['median']:.2f}",
    )


def batch_reads_table(registries: Registries) -> str:
    def read(registry: Mapping[str, Any], size: str) -> str:
        reads = registry["reads"][size]
        requests = reads["batch_get_item_requests_per_batch"]
        units = reads["units_per_application_in_batches"]
        return f"{requests['median']:,}, {requests['p99']:,}; {units:.2f}"

    return _by_batch_size(registries, read)


def _by_batch_size(registries: Registries, cell: Callable[[Mapping[str, Any], str], str]) -> str:
    sizes = list(registries[0]["time_per_decision"])
    rows = ((_name(registry), *(cell(registry, size) for size in sizes)) for registry in registries)
    return markdown_table(("registry", *(f"{int(size):,}" for size in sizes)), rows)


def worst_cases_table(registries: Registries) -> str:
    rows = [
        (name.replace("_", " "), _name(registry), *_worst_case(case))
        for registry in registries
        for name, case in registry["worst_cases"].items()
    ]
    head = ("applications", "registry", "µs a decision", "ratio", "candidates: median, p99",
            "comparisons: median, p99", "validated right", "of")  # fmt: skip
    return markdown_table(head, rows, words=2)


def _worst_case(case: Mapping[str, Any]) -> Iterable[str]:
    times, judged = case["time_per_decision"], case["judged"]
    yield f"{times['grown']['median']:,.0f}"
    yield f"{times['ratio']['median']:.2f}"
    for counted in (judged["candidates_per_application"], judged["comparisons_per_application"]):
        yield f"{counted['median']:,}, {counted['p99']:,}"
    yield f"{judged['validated_right']:,}"
    yield f"{judged['rows']:,}"


def answers_table(registries: Registries) -> str:
    rows = [
        (_APPLICANTS.get(name, name), _name(registry), *(f"{counts[kind]:,}" for kind in _KINDS))
        for name in registries[0]["judged"]
        for registry in registries
        # the registry of a single state may have no application of a set
        if (counts := registry["judged"].get(name))
    ]
    head = ("applications", "registry", "rows", "validated right", "validated wrong", "to review",
            "not validated")  # fmt: skip
    return markdown_table(head, rows, words=2)


def snapshot_table(registries: Registries) -> str:
    rows = [
        (
            _name(registry),
            f"{snapshot['file']['median']:,.1f}",
            f"{loading_seconds(registry):,.2f}",
            f"{snapshot['memory']['median']:,.0f}",
            f"{snapshot['time_per_decision']['ratio']['median']:.2f}",
            f"{dollars_of_reads(registry):.6f}",
            f"{applications_until_loading_pays(registry):,.0f}",
        )
        for registry in registries
        if (snapshot := registry.get("snapshot"))
    ]
    head = ("registry", "file, MB", "loaded after, s", "memory, MB", "time", "reads saved, dollars per 1,000",
            "pays from")  # fmt: skip
    return markdown_table(head, rows)


def limits_table(registries: Registries) -> str:
    release = next((registry for registry in registries if registry["way"] == "release"), None)
    ten_times = registry_of({"registries": registries}, "places", 10)
    if release is None or ten_times is None:
        return "Not computed: it needs the release and ten times its places."
    found = limits_of_growth(release, ten_times)
    rows = ((_BOUNDS[name], f"{found[name]:,.1f}") for name in sorted(_BOUNDS, key=found.__getitem__))
    writing = (
        (_name(registry), f"{writing_seconds(registry['items']['postings']):,.0f}")
        for registry in (release, ten_times)
    )
    return (
        f"{markdown_table(('limit', 'reached at so many times the release'), rows)}\n\n"
        f"{markdown_table(('writing the postings of', 'seconds'), writing)}"
    )


def commands_of_runs(registries: Registries) -> str:
    """Each command once, with the time and the machine of its run."""
    by_command: dict[str, Mapping[str, Any]] = {}
    for registry in registries:
        by_command.setdefault(registry["about"]["command"], registry["about"])
    return "\n\n".join(map(run_description, by_command.values()))


def _table_of_registries(block: Callable[[Registries], str]) -> tuple[str, Block]:
    return "growth", lambda results: block(results["growth"]["registries"])


BLOCKS: Final[Mapping[str, tuple[str, Block]]] = {
    "growth": _table_of_registries(growth_table),
    "batches": _table_of_registries(batches_table),
    "batch-reads": _table_of_registries(batch_reads_table),
    "worst-cases": _table_of_registries(worst_cases_table),
    "answers": _table_of_registries(answers_table),
    "in-memory": _table_of_registries(snapshot_table),
    "limits": _table_of_registries(limits_table),
    "growth-run": _table_of_registries(commands_of_runs),
}
