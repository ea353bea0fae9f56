"""The time that a function takes to start, beside importing boto3 and making the same clients.

    python -m lab.speed.cold_start [--release ZIP] [--runs N] [--function NAME ...] [--output JSON]

Each start is a new process; functions and peers take turns. Two starts are measured: the import of the
handler, and this import together with the building of its runtime and clients. The kernel counts the
processor time of each process, which includes the start of Python but not its end. ``wall`` is the time of a
clock. Code is compiled beforehand, as in a layer that is built with the Python that runs it. ``uncompiled``
is a start without compiled code. ``peak`` is resident memory (Linux). ``first_batch`` is ten applications in
a process that has just started, with its stores in memory (``first_batch.py``), and the batches after it.
"""

from __future__ import annotations

import argparse
import json
import os
import pickle
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import IO, Any, Final, cast

from lab.measures import ROOT, describe_run, measured_value, ratio_of_medians, write_result
from library_validator.decisions.application import FIELDS
from library_validator.matching.index import build_index
from library_validator.releases.reading.release import read_release
from library_validator_cli.sample_applications import sample_applications

SAMPLE_RELEASE: Final = ROOT / "events" / "sample" / "pls_sample_fy2022_csv.zip"
RUNS: Final = 9
BATCH: Final = 10
BATCHES: Final = 4
SEED: Final = 1
NOON_MS: Final = 1_795_435_200_000
# The services for which each function makes clients.
FUNCTIONS: Final = {
    "validate_applications": ("dynamodb", "events"),
    "revalidate": ("dynamodb", "events", "sqs"),
    "sweep_results": ("dynamodb", "events"),
    "index_release": ("dynamodb", "events", "s3", "sqs"),
    "fetch_release": ("dynamodb", "events", "s3"),
}
IMPORT: Final = "import handler"
START: Final = "import handler; handler.build_runtime()"
# The kernel's peak of this program: ``ru_maxrss`` would include the process that started it.
# A function does not end after its start, so Python's work at the end is left out on both sides.
_SAY_PEAK_AND_END: Final = """
import os
print(next(line for line in open('/proc/self/status') if line.startswith('VmHWM')), flush=True)
os._exit(0)
"""
SETTINGS: Final = {
    "AWS_ACCESS_KEY_ID": "none",
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_SECRET_ACCESS_KEY": "none",
    "CASEWORK_TABLE": "casework",
    "POWERTOOLS_METRICS_NAMESPACE": "LibraryValidator",
    "POWERTOOLS_SERVICE_NAME": "benchmark",
    "REGISTRY_TABLE": "registry",
    "RELEASES_BUCKET": "releases",
    "RESULTS_BUS": "results",
    "REVALIDATIONS_QUEUE_URL": "https://sqs.us-east-1.amazonaws.com/123456789012/revalidations",
}


@dataclass(frozen=True, slots=True)
class Start:
    """The cost of a process until it was ready."""

    cpu_ms: float
    wall_ms: float
    peak_mb: float


def start_process(code: str, function: str, compiled: Path | None, arguments: Sequence[str] = ()) -> Start:
    """A new process. ``compiled`` is a folder of compiled code; None compiles everything anew."""
    environment = environment_variables(function, compiled)
    started = time.perf_counter()
    command = [sys.executable, "-c", f"{code}\n{_SAY_PEAK_AND_END}", *arguments]
    process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)
    with cast("IO[str]", process.stdout) as stdout:
        said = stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{code!r} ended with {process.returncode}")
    return Start(1_000 * (usage.ru_utime + usage.ru_stime), 1_000 * wall, int(said.split()[-2]) / 1024)


def environment_variables(function: str, compiled: Path | None) -> dict[str, str]:
    path = os.pathsep.join(map(str, (ROOT / "layers" / "core", ROOT / "functions" / function)))
    cache = {"PYTHONPYCACHEPREFIX": str(compiled)} if compiled else _variables_without_cache()
    return {"PATH": os.defpath, "PYTHONPATH": path} | SETTINGS | cache


def _variables_without_cache() -> dict[str, str]:
    return {"PYTHONPYCACHEPREFIX": os.devnull, "PYTHONDONTWRITEBYTECODE": "1"}


def code_for_clients(services: Sequence[str]) -> str:
    return "import boto3; " + "; ".join(f"boto3.client({service!r})" for service in services)


def measure_starts(functions: Sequence[str], runs: int, compiled: Path) -> dict[str, Any]:
    """All processes in turn, ``runs`` times, after a first round that compiles."""
    peers = sorted({FUNCTIONS[function] for function in functions})
    rounds = [("python", "pass", functions[0])]
    rounds += [
        ("boto3 " + " ".join(services), code_for_clients(services), functions[0]) for services in peers
    ]
    for function in functions:
        rounds += [(f"{function} import", IMPORT, function), (f"{function} start", START, function)]
    found: defaultdict[str, list[Start]] = defaultdict(list)
    for number in range(runs + 1):
        for name, code, function in rounds:
            started = start_process(code, function, compiled)
            if number:
                found[name].append(started)
    return {name: measures_of(starts) for name, starts in found.items()}


def measures_of(starts: Sequence[Start]) -> dict[str, Any]:
    return {
        "cpu": measured_value([start.cpu_ms for start in starts], "ms", 1),
        "wall": measured_value([start.wall_ms for start in starts], "ms", 1),
        "peak": measured_value([start.peak_mb for start in starts], "MB", 1),
    }


def ratios_to_peers(functions: Sequence[str], starts: dict[str, Any]) -> dict[str, Any]:
    """Each function beside boto3 and the same clients."""
    found = {}
    for function in functions:
        peer = starts["boto3 " + " ".join(FUNCTIONS[function])]
        for what in ("import", "start"):
            mine = starts[f"{function} {what}"]
            found[f"{function} {what}"] = {
                clock: ratio_of_medians(mine[clock], peer[clock]) for clock in ("cpu", "wall")
            }
    return found


def measure_batches(release: Path, runs: int, compiled: Path, directory: Path) -> dict[str, Any]:
    """``runs`` new processes, each of which decides a few batches of ten."""
    prepared = directory / "registry.pickle"
    prepared.write_bytes(pickle.dumps(registry_and_batches(release)))
    program = [sys.executable, str(Path(__file__).parent / "first_batch.py"), str(prepared)]
    environment = environment_variables("validate_applications", compiled)
    found: defaultdict[str, list[float]] = defaultdict(list)
    for number in range(runs + 1):
        done = subprocess.run(program, env=environment, capture_output=True, text=True, check=True)
        if number:
            for name, milliseconds in json.loads(done.stderr.splitlines()[-1]).items():
                found[name].append(milliseconds)
    return {name: measured_value(values, "ms", 2) for name, values in found.items()}


def registry_and_batches(release: Path) -> dict[str, Any]:
    """Plain values only, so that reading them imports no module."""
    read = read_release(release)
    index = build_index([read])
    drawn = sample_applications(read, BATCH * BATCHES, SEED)
    names = (*FIELDS, "application_id")
    bodies = [json.dumps({name: getattr(sample, name) for name in names}) for sample in drawn]
    return {
        "index": {field.name: getattr(index, field.name) for field in fields(index)},
        "release": (read.fiscal_year, read.content_sha256, "releases/benchmark.zip", "1"),
        "batches": list(_batches(bodies)),
    }


def _batches(bodies: Sequence[str]) -> Iterator[dict[str, Any]]:
    for begin in range(0, len(bodies), BATCH):
        yield {
            "Records": [
                {
                    "messageId": f"m-{begin + place}",
                    "body": body,
                    "attributes": {"SenderId": "AROABENCHMARK:sender", "SentTimestamp": str(NOON_MS)},
                    "messageAttributes": {},
                }
                for place, body in enumerate(bodies[begin : begin + BATCH])
            ]
        }


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--release", type=Path, default=SAMPLE_RELEASE, help="the release of the first batch")
    parser.add_argument("--runs", type=int, default=RUNS, help=f"default: {RUNS}")
    parser.add_argument("--function", nargs="+", choices=FUNCTIONS, default=list(FUNCTIONS))
    parser.add_argument("--output", type=Path, metavar="JSON")
    given = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as made:
        directory = Path(made)
        compiled = directory / "compiled"
        starts = measure_starts(given.function, given.runs, compiled)
        uncompiled = [start_process(START, "validate_applications", None) for _ in range(given.runs)]
        batches = measure_batches(given.release, given.runs, compiled, directory)
    result = {
        "about": describe_run("speed.cold_start", sys.argv[1:] if arguments is None else arguments, PACKAGES),
        "release": given.release.name,
        "starts": starts,
        "uncompiled": {"validate_applications start": measures_of(uncompiled)},
        "ratios": ratios_to_peers(given.function, starts),
        "batches": batches,
    }
    write_result(result, given.output)
    return 0


PACKAGES: Final = ("boto3", "pydantic", "aws-lambda-powertools", "rapidfuzz")

if __name__ == "__main__":
    sys.exit(main())
