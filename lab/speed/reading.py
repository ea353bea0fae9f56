"""The time to read a release and to build its index, and the memory for it.

    python -m lab.speed.reading [--release ZIP] [--older ZIP ...] [--runs N] [--output JSON]

Reading is measured beside ``csv.reader`` on the same two files, and beside polars if it is installed (``make
bench`` installs it). In turn, each reader unpacks the same zip from memory and decodes the same bytes, in one
process. ``csv.reader`` and polars read rows of text. The product also finds the files and their encodings,
compares them with their checksums, repairs values and builds records. Polars uses every processor, so its
``wall`` is shorter than its ``cpu``.

Memory is the peak resident size of a new process that does nothing else. The whole load reads, checks and
builds as the function ``index_release`` does, from the uploaded bytes on. It is measured with one release,
and after ``--older`` releases were loaded (without their indexes, which no function builds again). It
includes the function's clients, but not their data.
"""

from __future__ import annotations

import argparse
import csv
import gc
import io
import sys
import tempfile
import time
import zipfile
from collections import defaultdict
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

from lab.measures import describe_run, measured_value, ratio_of_medians, write_result
from lab.speed.cold_start import SAMPLE_RELEASE, start_process
from library_validator.matching.index import build_index
from library_validator.releases.reading.release import read_release
from library_validator.releases.records import Release

RUNS: Final = 9
MEMORY_RUNS: Final = 5

Reader = Callable[[bytes, Release], int]


def rows_by_csv_reader(zipped: bytes, release: Release) -> int:
    """Reads the lines of both files, with their headers, by the standard library."""
    rows = 0
    with zipfile.ZipFile(io.BytesIO(zipped)) as opened:
        for file in release.report.files:
            with opened.open(file.member) as member:
                text = io.TextIOWrapper(member, encoding=file.encoding, newline="")
                rows += sum(1 for _ in csv.reader(text))
    return rows


def rows_by_polars(zipped: bytes, release: Release) -> int:
    """Reads both files as frames of text. Polars reads only UTF-8, so Python decodes other encodings."""
    import polars  # noqa: PLC0415 - only the benchmarks' own environment has it

    rows = 0
    with zipfile.ZipFile(io.BytesIO(zipped)) as opened:
        for file in release.report.files:
            content = opened.read(file.member)
            if not file.encoding.startswith("utf-8"):
                content = content.decode(file.encoding).encode()
            rows += polars.read_csv(content, infer_schema=False).height + 1
    return rows


def rows_by_product(zipped: bytes, _release: Release) -> int:
    read = read_release(io.BytesIO(zipped))
    return sum(file.rows + 1 for file in read.report.files)


def readers() -> dict[str, Reader]:
    found: dict[str, Reader] = {"csv.reader": rows_by_csv_reader, "library-validator": rows_by_product}
    if find_spec("polars"):
        found["polars"] = rows_by_polars
    return found


def measure_reading(path: Path, runs: int) -> dict[str, Any]:
    """Every reader in turn, ``runs`` times, after a round that does not count."""
    zipped, release = path.read_bytes(), read_release(path)
    expected = rows_by_csv_reader(zipped, release)
    took: defaultdict[str, list[tuple[float, float]]] = defaultdict(list)
    for number in range(runs + 1):
        for name, read in readers().items():
            gc.collect()
            cpu, wall = time.process_time(), time.perf_counter()
            rows = read(zipped, release)
            seconds = time.process_time() - cpu, time.perf_counter() - wall
            if rows != expected:
                raise SystemExit(f"{name} read {rows} lines, csv.reader {expected}")
            if number:
                took[name].append(seconds)
    return {name: measured_times(seconds) for name, seconds in took.items()}


def measure_build(releases: Sequence[Release], runs: int) -> dict[str, Any]:
    took = []
    for _ in range(runs):
        gc.collect()
        cpu, wall = time.process_time(), time.perf_counter()
        build_index(releases)
        took.append((time.process_time() - cpu, time.perf_counter() - wall))
    return measured_times(took)


def measured_times(seconds: Sequence[tuple[float, float]]) -> dict[str, Any]:
    """Measures of pairs of seconds: of the processor and of the clock."""
    return {
        "cpu": measured_value([1_000 * cpu for cpu, _ in seconds], "ms", 1),
        "wall": measured_value([1_000 * wall for _, wall in seconds], "ms", 1),
    }


# The code of the new processes. Each part continues the part before it.
_START: Final = "import handler; handler.build_runtime()"
_PATHS: Final = """
import io, sys
from pathlib import Path
"""
_READ: Final = f"""{_PATHS}
from library_validator.releases.reading.release import read_release
releases = [read_release(io.BytesIO(Path(path).read_bytes())) for path in sys.argv[1:]]
"""
_BUILD: Final = """
from library_validator.matching.index import build_index
build_index(releases)
"""
_LOAD: Final = """
import math
from dataclasses import replace
from datetime import UTC, datetime
from library_validator.adapters.memory.registry import MemoryRegistry
from library_validator.adapters.memory.event_bus import MemoryEventBus
from library_validator.adapters.memory.releases_bucket import MemoryReleasesBucket
store, bucket, bus = MemoryRegistry(), MemoryReleasesBucket(), MemoryEventBus()
from library_validator.matching.index import Index
from library_validator.registry.activation import LoadPorts, load_release
ports = LoadPorts(store, bucket, bus, lambda: math.inf)
empty = replace(ports, build=lambda releases: Index({}, b"", releases[0].fiscal_year, 0, 0, 0))
for number, path in enumerate(map(Path, sys.argv[1:]), start=2):
    upload = bucket.upload(f"releases/{path.name}", path.read_bytes())
    last = number == len(sys.argv)
    run = load_release(upload, ports if last else empty, lambda: datetime(2026, 1, 1, tzinfo=UTC))
    assert run.status == "active", run
"""


def peak_memory(paths: Sequence[Path], runs: int, compiled: Path) -> dict[str, Any]:
    """Peak memory of new processes that do a part of a load. ``paths`` are in the order of years."""
    newest, many = paths[-1:], f"{len(paths)} releases"
    reading = f"{_START}\n{_READ}"
    parts = {
        "start": (_START, []),
        "reading, one release": (reading, newest),
        "reading and building, one release": (reading + _BUILD, newest),
        "whole load, one release": (_START + _PATHS + _LOAD, newest),
    }
    if len(paths) > 1:
        parts[f"reading and building, {many}"] = (reading + _BUILD, paths)
        parts[f"whole load, the newest beside the older ones, {many}"] = (_START + _PATHS + _LOAD, paths)
    return {
        name: measured_value(
            [
                start_process(code, "index_release", compiled, list(map(str, given))).peak_mb
                for _ in range(runs)
            ],
            "MB",
            1,
        )
        for name, (code, given) in parts.items()
    }


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument(
        "--release", type=Path, default=SAMPLE_RELEASE, help="the newest release, whose reading is measured"
    )
    parser.add_argument(
        "--older",
        type=Path,
        nargs="*",
        default=[],
        help="older releases that are loaded before it, in this order",
    )
    parser.add_argument("--runs", type=int, default=RUNS, help=f"default: {RUNS}")
    parser.add_argument("--output", type=Path, metavar="JSON")
    given = parser.parse_args(arguments)
    reading = measure_reading(given.release, given.runs)
    builds = {"one release": measure_build([read_release(given.release)], given.runs)}
    paths = [*given.older, given.release]
    if given.older:
        builds[f"{len(paths)} releases"] = measure_build([read_release(path) for path in paths], given.runs)
    with tempfile.TemporaryDirectory() as compiled:
        start_process(_START, "index_release", Path(compiled))
        memory = peak_memory(paths, min(given.runs, MEMORY_RUNS), Path(compiled))
    packages = [package for package in ("polars",) if find_spec(package)]
    result = {
        "about": describe_run("speed.reading", sys.argv[1:] if arguments is None else arguments, packages),
        "releases": [path.name for path in paths],
        "reading": reading,
        "ratios": {
            f"{name} to csv.reader": {
                clock: ratio_of_medians(reading[name][clock], reading["csv.reader"][clock])
                for clock in ("cpu", "wall")
            }
            for name in reading
            if name != "csv.reader"
        },
        "building": builds,
        "peak": memory,
    }
    write_result(result, given.output)
    return 0


if __name__ == "__main__":
    sys.exit(main())
