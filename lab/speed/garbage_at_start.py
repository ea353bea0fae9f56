"""The processor time that garbage collection takes while a function is imported, with and without a pause.

``python -m lab.speed.garbage_at_start`` prints the medians for each function (docs/adr/0025).
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
from pathlib import Path
from typing import Final

from lab.measures import ROOT

RUNS: Final = 11
# Without the pause, an empty module is in the place of ``library_validator.starting``.
WITHOUT_PAUSE: Final = """
import sys, types, library_validator
library_validator.starting = types.ModuleType("starting")
library_validator.starting.finish_imports = lambda: None
sys.modules["library_validator.starting"] = library_validator.starting
"""
MEASURED: Final = """
import gc, time
began, collecting = [0.0], [0.0]
def note(phase, info):
    now = time.process_time()
    if phase == "start":
        began[0] = now
    else:
        collecting[0] += now - began[0]
gc.callbacks.append(note)
import handler
print(1000 * collecting[0], 1000 * time.process_time())
"""


def measure_import(function: Path, code: str) -> tuple[float, float]:
    """Milliseconds of garbage collection, and of the whole process, in one fresh process."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "layers" / "core")}
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, cwd=function, env=environment, capture_output=True, text=True, check=True)
    collecting, whole = map(float, done.stdout.split())
    return collecting, whole


def main() -> None:
    for function in sorted(path.parent for path in (ROOT / "functions").glob("*/handler.py")):
        for name, code in (("paused", MEASURED), ("not paused", WITHOUT_PAUSE + MEASURED)):
            runs = [measure_import(function, code) for _ in range(RUNS)]
            collecting, whole = (statistics.median(column) for column in zip(*runs, strict=True))
            print(
                f"{function.name:22} {name:10} collecting garbage takes {collecting:5.1f} of {whole:6.1f} ms"
            )


if __name__ == "__main__":
    main()
