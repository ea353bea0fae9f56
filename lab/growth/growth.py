"""Measures how time, reads, items, memory and accuracy grow with the registry.

    python -m lab.growth.growth [--release ZIP] [--labelled DIR] [--grown WAY:FACTOR ...] [--runs N]
        --output lab/results/growth.json

Without arguments it takes the bundled sample release, ten times, and applications drawn from it.
``--labelled`` gives applications with their right answers (``library-validator evaluate``). Each registry
is made from the release in memory (``grown_registries``) and measured in its own process: the time and
memory to build its index, then the same applications with it and with the release's own registry, in turn.
Times are of the processor, not of the clock. Every pass runs in a new fork, after a pass over other
applications, so that the caches of one registry do not help the other. Stores are in memory, so DynamoDB's
time is not included. Its billed units are computed from item sizes (``read_units``).

A registry that is measured alone is added to the registries in ``--output``.
"""

from __future__ import annotations

import argparse
import gc
import json
import multiprocessing
import resource
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from lab.growth.grown_registries import WAYS, grow, largest_state
from lab.growth.growth_applicants import (
    NOW,
    draw_rows,
    labelled_rows,
    rows_by_set,
    rows_of_big_cities,
    rows_with_common_names,
    submissions_of_rows,
)
from lab.growth.growth_bounds import ITEM_BYTES
from lab.measures import ROOT, computed_value, describe_run, measured_value
from lab.speed.read_units import (
    SAMPLE_RELEASE,
    batches_of,
    item_bytes,
    look_up_batches,
    measure_reads,
    spread_of,
)
from lab.speed.snapshot import SnapshotRegistry, write_snapshot
from library_validator.adapters.aws.registry_items import posting_key, version_item
from library_validator.adapters.memory.registry import MemoryRegistry
from library_validator.decisions.application import FIELDS
from library_validator.decisions.deciding import Decider
from library_validator.decisions.decision import Submission
from library_validator.matching.applicant import Applicant
from library_validator.matching.index import MAX_CANDIDATES, Index, build_index
from library_validator.matching.query import read_applicant
from library_validator.matching.statistics import Statistics
from library_validator.matching.stored_entries import records_of
from library_validator.registry.store import AcceptedRelease
from library_validator.releases.reading.release import read_release
from library_validator.releases.records import Release
from library_validator_cli.evaluation.labelled import LabelledRow
from library_validator_cli.evaluation.measure import MeasuredRow, measure_rows

GROWN: Final = ("release:1", "places:10", "towns:10", "denser:10", "one_state:1")
RUNS: Final = 5
TIMED: Final = 1_000  # number of applications in a pass
BATCHES: Final = (1, 10, 100, 1_000, 10_000)
KINDS: Final = ("validated_right", "validated_wrong", "review", "not_validated")
# The largest registry whose snapshot is measured, in times of the release. No worker would load a larger
# snapshot as a whole.
MOST_IN_A_SNAPSHOT: Final = 20


@dataclass(frozen=True, slots=True)
class MeasuredRegistry:
    """A registry, and a decider that uses it."""

    store: MemoryRegistry
    decider: Decider  # reads ``store``, or another store with the same postings

    @classmethod
    def of_release(cls, release: Release, index: Index) -> MeasuredRegistry:
        accepted = AcceptedRelease(release.fiscal_year, release.content_sha256, "", "")
        store = MemoryRegistry.of_index(index, [accepted], NOW)
        return cls(store, Decider(store))


# ── one registry, in its own process ──


def measure_grown(
    path: Path, labelled: Path | None, way: str, factor: int, runs: int, timed: int, batches: Sequence[int]
) -> dict[str, Any]:
    """All measures of a grown registry, beside the release's own registry."""
    release = read_release(path)
    grown = grow(release, way, factor)
    started = time.process_time()
    index = build_index([grown])
    seconds = time.process_time() - started
    found: dict[str, Any] = {
        "way": way,
        "factor": factor,
        "systems": len(grown.systems),
        "outlets": len(grown.outlets),
        "build": measured_value([seconds], "s"),
        "peak_memory": measured_value([peak_megabytes()], "MB", 0),
    }
    large = MeasuredRegistry.of_release(grown, index)
    found["items"] = sizes_of(index, large.store)
    del grown
    loaded = None
    if factor <= MOST_IN_A_SNAPSHOT:
        with TemporaryDirectory() as folder:
            snapshot = Path(folder) / "snapshot"
            found["snapshot"] = snapshot_of(index, snapshot, runs)
            loaded = MeasuredRegistry(large.store, Decider(SnapshotRegistry(snapshot, large.store)))
    del index
    small = MeasuredRegistry.of_release(release, build_index([release]))
    rows = labelled_rows(release, labelled)
    if way == "one_state":
        state = found["state"] = largest_state(release)
        rows = [row for row in rows if row.application.state.strip().upper() == state]
    gc.collect()
    gc.freeze()  # forks share the registries if the garbage collector does not touch them
    chosen = draw_rows([row for row in rows if row.is_library], max(timed, *batches))
    found["applications"] = len(chosen)
    found["time_per_decision"] = {
        str(size): time_both_registries(small, large, chosen[: max(size, timed)], runs, size)
        for size in batches
    }
    if loaded:
        found["snapshot"]["time_per_decision"] = time_both_registries(large, loaded, chosen[:timed], runs, 10)
    found["statistics"] = measured_value(
        [run_in_fork(partial(time_statistics, large)) for _ in range(runs)], "ms", 1
    )
    found["reads"] = reads_of_batches(large.store, chosen, timed, batches)
    if way == "one_state":
        found["reads_base"] = reads_of_batches(small.store, chosen, timed, batches)
        found["judged_base"] = {
            part: measure_answers(small.store, some) for part, some in rows_by_set(rows).items()
        }
    found["judged"] = {part: measure_answers(large.store, some) for part, some in rows_by_set(rows).items()}
    found["worst_cases"] = {}
    for set_name, some in worst_of(release, way).items():
        found["worst_cases"][set_name] = {
            "time_per_decision": time_both_registries(small, large, some, runs, 10),
            "reads": reads_of_rows(large.store, some),
            "judged": measure_answers(large.store, some),
        }
    return found


def snapshot_of(index: Index, path: Path, runs: int) -> dict[str, Any]:
    """A file of all postings: its size, and the cost of loading it in new processes."""
    size = write_snapshot(index.postings, path)
    command = [sys.executable, "-m", "lab.speed.snapshot", str(path)]
    loads = [
        json.loads(subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True).stdout)
        for _ in range(runs)
    ]
    return {
        "file": computed_value(size / 2**20, "MB", 2),
        "load": measured_value([load["seconds"] for load in loads], "s"),
        "peak_memory": measured_value([load["peak"] for load in loads], "MB", 1),
        "memory": measured_value([load["resident"] for load in loads], "MB", 1),
    }


def worst_of(release: Release, way: str) -> dict[str, list[LabelledRow]]:
    """Applicants that are hard to distinguish. The registry of a single state has none of them."""
    if way == "one_state":
        return {}
    return {"common_names": rows_with_common_names(release), "big_cities": rows_of_big_cities(release)}


def reads_of_batches(
    registry: MemoryRegistry, rows: Sequence[LabelledRow], timed: int, batches: Sequence[int]
) -> dict[str, Any]:
    return {str(size): reads_of_rows(registry, rows[: max(size, timed)], size) for size in batches}


def peak_megabytes() -> float:
    """The peak memory of this process."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1024 * 1024 if sys.platform == "darwin" else 1024)


def sizes_of(index: Index, registry: MemoryRegistry) -> dict[str, Any]:
    """The items of a registry version, with their bytes as DynamoDB counts them."""
    record = registry.version(registry.pointer().active)
    biggest, total, units, at_bound = 0, 0, 0, Counter[str]()
    for key, posting in index.postings.items():
        size = item_bytes({**posting_key(record.version, key), "b": {"B": posting}})
        biggest, total = max(biggest, size), total + size
        units += -(-size // 1024)
        at_bound[key[0]] += len(records_of(posting)) >= MAX_CANDIDATES
    version_bytes = item_bytes(version_item(record))
    return {
        "kind": "computed",
        "entries": index.entries,
        "postings": len(index.postings),
        "megabytes": round(total / 2**20, 1),
        "biggest_posting_bytes": biggest,
        "write_units": units,
        "postings_at_bound": {family: count for family, count in sorted(at_bound.items()) if count},
        "version_item_bytes": version_bytes,
        "version_item_fits": version_bytes <= ITEM_BYTES,
        "statistics_bytes": len(index.statistics),
    }


def time_both_registries(
    small: MeasuredRegistry, large: MeasuredRegistry, rows: Sequence[LabelledRow], runs: int, size: int
) -> dict[str, Any]:
    """Microseconds for each decision, in batches of ``size``, on both registries in turn, and their ratio."""
    submissions = submissions_of(rows, size)
    times: dict[str, list[float]] = {"base": [], "grown": []}
    for _ in range(runs):
        times["base"].append(run_in_fork(partial(time_pass, small, submissions, size)))
        times["grown"].append(run_in_fork(partial(time_pass, large, submissions, size)))
    ratios = [grown / base for base, grown in zip(times["base"], times["grown"], strict=True)]
    return {
        **{name: measured_value(values, "µs", 1) for name, values in times.items()},
        "ratio": measured_value(ratios, "times"),
    }


def submissions_of(rows: Sequence[LabelledRow], size: int) -> list[Submission]:
    """The applications of ``rows``, repeated if they are fewer than ``size``."""
    submissions = submissions_of_rows(rows)
    return (submissions * -(-size // len(submissions)))[: max(size, len(submissions))]


def time_pass(registry: MeasuredRegistry, submissions: Sequence[Submission], size: int) -> float:
    """Microseconds for each decision, in batches of ``size``. The first half of the batches fills the caches.
    If there is only one batch, its first application fills them, because term statistics are read once."""
    parts = list(batches_of(submissions, size))
    for batch in parts[: len(parts) // 2] or [parts[0][:1]]:
        registry.decider.decide(batch, NOW)
    timed = parts[len(parts) // 2 :]
    gc.collect()
    started = time.process_time()
    for batch in timed:
        registry.decider.decide(batch, NOW)
    return (time.process_time() - started) / (len(timed) * size) * 1e6


def time_statistics(registry: MeasuredRegistry) -> float:
    """Milliseconds to read a version's term statistics, which a worker does before its first batch."""
    encoded = registry.store.version(registry.store.pointer().active).statistics
    started = time.process_time()
    Statistics.decode(encoded)
    return (time.process_time() - started) * 1e3


def run_in_fork(work: Callable[[], float]) -> float:
    """The result of ``work`` in a new fork."""
    context = multiprocessing.get_context("fork")
    receiving, sending = context.Pipe(duplex=False)

    def send(connection: Connection) -> None:
        connection.send(work())

    process = context.Process(target=send, args=(sending,))
    process.start()
    sending.close()
    try:
        return float(receiving.recv())
    finally:
        process.join()


def reads_of_rows(registry: MemoryRegistry, rows: Sequence[LabelledRow], size: int = 10) -> dict[str, Any]:
    """Keys, requests and read units, computed by ``read_units``."""
    submissions = submissions_of(rows, size)
    if size == 10:
        kept = (
            "keys_per_application",
            "units_per_application_alone",
            "batch_get_item_requests_per_batch",
            "kilobytes_per_batch",
            "units_per_application_in_batches",
        )
        all_of_it = measure_reads(registry, submissions)
        return {"kind": "computed", **{name: all_of_it[name] for name in kept}}
    metered = look_up_batches(registry, batches_of(submissions, size))
    units = sum(lookup.units for lookup in metered.lookups) + metered.pointer_reads
    return {
        "kind": "computed",
        "batch_get_item_requests_per_batch": spread_of([lookup.requests for lookup in metered.lookups]),
        "kilobytes_per_batch": spread_of([round(lookup.item_bytes / 1024, 1) for lookup in metered.lookups]),
        "units_per_application_in_batches": round(units / (len(metered.lookups) * size), 2),
    }


def measure_answers(registry: MemoryRegistry, rows: Sequence[LabelledRow]) -> dict[str, Any]:
    """The results of the answers, the share of libraries found, and the numbers of candidates."""
    with measure_rows(rows, registry) as stream:
        measured_rows = list(stream)
    libraries = [measured for measured in measured_rows if measured.row.is_library]
    return {
        "kind": "counted",
        "rows": len(measured_rows),
        **count_results(measured_rows),
        "libraries": len(libraries),
        "libraries_found": sum(measured.right_rank > 0 for measured in libraries),
        "candidates_per_application": spread_of(count_candidates(registry, rows)),
        "comparisons_per_application": spread_of([measured.candidates for measured in measured_rows]),
    }


def count_results(measured_rows: Iterable[MeasuredRow]) -> dict[str, int]:
    """The numbers of right answers, wrong answers, reviews and refusals."""
    results = Counter(measured.result.value for measured in measured_rows)
    wrong = sum(
        count
        for result, count in results.items()
        if result not in ("validated_right", "review", "not_validated")
    )
    return {
        "validated_right": results["validated_right"],
        "validated_wrong": wrong,
        "review": results["review"],
        "not_validated": results["not_validated"],
    }


def count_candidates(registry: MemoryRegistry, rows: Iterable[LabelledRow]) -> list[int]:
    """Different entries in the postings of each application."""
    version = registry.pointer().active
    terms = Statistics.decode(registry.version(version).statistics)
    counts = []
    for row in rows:
        applicant = Applicant(**{name: getattr(row.application, name) for name in FIELDS})
        found = registry.postings(version, read_applicant(applicant, terms).keys)
        counts.append(len({record for posting in found.values() for record in records_of(posting)}))
    return counts


# ── all registries ──


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--release", type=Path, default=SAMPLE_RELEASE)
    parser.add_argument("--labelled", type=Path, metavar="DIR")
    parser.add_argument("--grown", nargs="+", metavar="WAY:FACTOR", default=GROWN, help=", ".join(WAYS))
    parser.add_argument("--runs", type=int, default=RUNS)
    parser.add_argument("--timed", type=int, default=TIMED, help="applications of a pass")
    parser.add_argument("--batches", type=int, nargs="+", default=BATCHES)
    parser.add_argument("--output", type=Path, metavar="JSON")
    parser.add_argument("--alone", action="store_true", help="measure one registry in this process")
    given = parser.parse_args()
    if given.alone:
        way, factor = given.grown[0].split(":")
        result = measure_grown(
            given.release, given.labelled, way, int(factor), given.runs, given.timed, given.batches
        )
        print(json.dumps(result))
        return
    report: dict[str, Any] = {"schema_version": 1, "registries": []}
    if given.output and given.output.exists():
        report = json.loads(given.output.read_text(encoding="utf-8"))
    for which in given.grown:
        way, factor = which.split(":")
        found = _measure_in_new_process(which) | {
            "about": describe_run("growth.growth", sys.argv[1:], ("rapidfuzz", "pydantic"))
        }
        kept = [
            other for other in report["registries"] if (other["way"], other["factor"]) != (way, int(factor))
        ]
        report["registries"] = [*kept, found]
        print("\n".join(lines_of(found)), flush=True)
        if given.output:
            given.output.write_text(json.dumps(report, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def _measure_in_new_process(which: str) -> dict[str, Any]:
    """The measures of one registry, from this command in a new process."""
    command = [sys.executable, "-m", "lab.growth.growth", *sys.argv[1:], "--grown", which, "--alone"]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def lines_of(found: dict[str, Any]) -> list[str]:
    """The main measures as lines of text."""
    times, counted = found["time_per_decision"], found["items"]
    head = (
        f"{found['way']} by {found['factor']}: {counted['entries']:,} entries, "
        f"{counted['postings']:,} postings, {counted['megabytes']:,} MB; "
        f"built in {found['build']['median']:.0f} s with {found['peak_memory']['median']:,.0f} MB; "
        f"version item {counted['version_item_bytes']:,} bytes"
    )
    lines = [head] + [
        f"  in batches of {size}: {compared['base']['median']:,.0f} → {compared['grown']['median']:,.0f} µs "
        f"for an application, ratio {compared['ratio']['median']:.2f}; "
        f"{found['reads'][size]['units_per_application_in_batches']} read units for an application"
        for size, compared in times.items()
    ]
    for part, some in found["judged"].items():
        lines.append(f"  {part}: " + ", ".join(f"{kind} {some[kind]}" for kind in KINDS))
    return lines


if __name__ == "__main__":
    main()
