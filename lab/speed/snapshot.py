"""Another way to keep a registry: a file for each version, which every worker loads into its memory.

    python -m lab.speed.snapshot FILE

Loads a file from ``write_snapshot`` and prints the cost of loading as JSON: seconds of the processor, and the
megabytes by which the process has grown, at its peak and at the end. The file has each entry once, and each
key with the numbers of its entries. No smaller file is possible without another index. ``growth`` compares it
with postings in a table. ADR 15 has the conclusion.
"""

from __future__ import annotations

import json
import resource
import sys
import time
import zlib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from library_validator.adapters.memory.registry import MemoryRegistry
from library_validator.matching.stored_entries import FIELD, RECORD, records_of
from library_validator.registry.store import Pointer, VersionRecord

_LINE = b"\n"


def write_snapshot(postings: Mapping[str, bytes], path: Path) -> int:
    """Writes a file of all postings. Returns its size in bytes."""
    numbers: dict[bytes, int] = {}
    lines = []
    for key, posting in postings.items():
        listed = [str(numbers.setdefault(record, len(numbers))) for record in records_of(posting)]
        lines.append(f"{key}{FIELD}{' '.join(listed)}".encode())
    return path.write_bytes(zlib.compress(_LINE.join([RECORD.join(numbers), *lines])))


class SnapshotRegistry:
    """A ``RegistryReader`` of such a file, with the pointer and the version of its registry."""

    def __init__(self, path: Path, like: MemoryRegistry | None = None) -> None:
        self._like = like
        entries, *lines = zlib.decompress(path.read_bytes()).split(_LINE)
        self._entries = entries.split(RECORD)
        self._numbers = dict(line.decode().split(FIELD) for line in lines)

    def pointer(self) -> Pointer:
        assert self._like is not None  # noqa: S101 - the file has the postings of only one version
        return self._like.pointer()

    def version(self, version: str) -> VersionRecord:
        assert self._like is not None  # noqa: S101
        return self._like.version(version)

    def postings(self, _version: str, keys: Iterable[str]) -> dict[str, bytes]:
        return {
            key: RECORD.join([self._entries[int(number)] for number in self._numbers[key].split()])
            for key in set(keys)
            if key in self._numbers
        }


def load_snapshot(path: Path) -> dict[str, Any]:
    """The cost of loading ``path`` in this process."""
    before, peak_before = _resident_megabytes(), _peak_megabytes()
    started = time.process_time()
    registry = SnapshotRegistry(path)
    seconds = time.process_time() - started
    found = {
        "seconds": seconds,
        "peak": _peak_megabytes() - peak_before,
        "resident": _resident_megabytes() - before,
    }
    del registry
    return found


def _peak_megabytes() -> float:
    """The peak of this process in megabytes, without the memory of the process that started it."""
    return _status_value("VmHWM")


def _resident_megabytes() -> float:
    """The memory of this process in megabytes."""
    return _status_value("VmRSS")


def _status_value(name: str) -> float:
    """A line of Linux's status of this process. Other systems report only the peak."""
    status = Path("/proc/self/status")
    if not status.exists():
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return peak / (1024 * 1024 if sys.platform == "darwin" else 1024)
    lines = dict(line.split(":", 1) for line in status.read_text().splitlines())
    return int(lines[name].split()[0]) / 1024


if __name__ == "__main__":
    print(json.dumps(load_snapshot(Path(sys.argv[1]))))
