"""The costs of a reader: time to import, bytes on disk, time per address."""

from __future__ import annotations

import re
import statistics
import subprocess
import sys
import time
from collections.abc import Iterable, Sequence
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Final

from lab.addresses.pairs import Line
from lab.addresses.readers import Read

_REQUIRED: Final = re.compile(r"^[A-Za-z0-9._-]+")
_IMPORT: Final = (
    "import time; began = time.perf_counter(); import {module}; print(time.perf_counter() - began)"
)
REPETITIONS: Final = 7
PASSES: Final = 3


def import_milliseconds(module: str) -> float:
    """Milliseconds to import a module in a new process: the median of seven runs, with cached files."""
    command = [sys.executable, "-c", _IMPORT.format(module=module)]
    runs = [
        float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
        for _ in range(REPETITIONS)
    ]
    return 1_000 * statistics.median(runs)


def microseconds_per_line(read: Read, lines: Sequence[Line]) -> float:
    """Average microseconds to read a line, in the quickest of three passes."""
    passes = []
    for _ in range(PASSES):
        began = time.perf_counter()
        for line in lines:
            read(line)
        passes.append(time.perf_counter() - began)
    return 1e6 * min(passes) / len(lines)


def installed_bytes(packages: Iterable[str]) -> int:
    """Bytes of the files of the packages and of all their requirements, without byte code."""
    total, seen, waiting = 0, set[str](), list(packages)
    while waiting:
        name = waiting.pop().lower().replace("_", "-")
        if name in seen:
            continue
        seen.add(name)
        try:
            package = distribution(name)
        except PackageNotFoundError:
            continue  # not installed: only other platforms or an extra require it
        for file in package.files or ():
            path = Path(str(file.locate()))
            if path.suffix != ".pyc" and path.is_file():
                total += path.stat().st_size
        required = [text for text in package.requires or () if "extra ==" not in text]
        waiting += [found[0] for text in required if (found := _REQUIRED.match(text))]
    return total
