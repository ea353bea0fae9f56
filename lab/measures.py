"""The parts of a benchmark's result: how and where it ran, and measures with their kind.

A measure is ``measured`` by a clock or the kernel (with all runs), ``counted``, or ``computed`` from others.
"""

from __future__ import annotations

import hashlib
import json
import math
import os
import platform
import shlex
import statistics
import subprocess
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).parents[1]

Measure = Mapping[str, Any]


def describe_run(benchmark: str, arguments: Sequence[str], packages: Sequence[str] = ()) -> dict[str, Any]:
    """How and where a benchmark ran, and its ``packages``."""
    versions = {package: version(package) for package in packages}
    return {**describe_circumstances(benchmark, arguments), "versions": versions}


def describe_circumstances(benchmark: str, arguments: Sequence[str]) -> dict[str, Any]:
    """How and where a benchmark ran. The command repeats it from the repository."""
    git = ["git", "rev-parse", "--short=12", "HEAD"]
    commit = subprocess.run(git, cwd=ROOT, capture_output=True, text=True, check=False).stdout.strip()
    return {
        "command": shlex.join(["python", "-m", f"lab.{benchmark}", *map(_from_root, arguments)]),
        "date": datetime.now(UTC).date().isoformat(),
        "commit": commit or None,
        "processors": os.cpu_count(),
        "machine": platform.machine(),
        "python": platform.python_version(),
    }


def sha256_of(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def report_progress(text: str) -> None:
    """Reports progress on standard error."""
    print(text, file=sys.stderr, flush=True)


def _from_root(argument: str) -> str:
    """Makes an absolute path relative, because results never name the folders of a machine."""
    return os.path.relpath(argument, ROOT) if argument.startswith("/") else argument


def measured_value(runs: Sequence[float], unit: str, digits: int = 3) -> dict[str, Any]:
    return {"runs": [round(run, digits) for run in runs], **_median_and_range(runs, digits), "unit": unit} | {
        "kind": "measured"
    }


def counted_values(values: Sequence[float], unit: str, digits: int = 3) -> dict[str, Any]:
    """The spread of many values. Percentiles are nearest ranks."""
    ranked = sorted(values)
    return {
        "count": len(ranked),
        "mean": round(sum(ranked) / len(ranked), digits),
        **_median_and_range(ranked, digits),
        "p99": ranked[math.ceil(len(ranked) * 0.99) - 1],
        "unit": unit,
        "kind": "counted",
    }


def ratio_of_medians(above: Measure, below: Measure) -> dict[str, Any]:
    return computed_value(above["median"] / below["median"], "times")


def computed_value(value: float, unit: str, digits: int = 3) -> dict[str, Any]:
    return {"median": round(value, digits), "unit": unit, "kind": "computed"}


def write_result(result: Mapping[str, Any], output: Path | None) -> None:
    """Writes to a file, or to the terminal without ``output``."""
    text = json.dumps(result, indent=2, ensure_ascii=False)
    if output:
        output.write_text(text + "\n", encoding="utf-8")
    else:
        print(text)


def _median_and_range(values: Sequence[float], digits: int) -> dict[str, float]:
    return {
        "median": round(statistics.median(values), digits),
        "min": round(min(values), digits),
        "max": round(max(values), digits),
    }
