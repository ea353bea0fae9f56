"""A new process of ``validate_applications``: the time of its first batches, with stores in memory.

``cold_start`` runs it as a script with the file of registry and batches. The last line of its standard error
is JSON: milliseconds of the processor.
"""

from __future__ import annotations

import json
import sys
import time
from contextlib import redirect_stdout
from dataclasses import replace
from datetime import UTC, datetime
from importlib import import_module
from io import StringIO
from pathlib import Path

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def main(prepared: Path) -> None:
    took = {}
    started = time.process_time()
    handler = import_module("handler")  # the handler of the function whose folder is on the path

    took["import"] = time.process_time() - started
    started = time.process_time()
    runtime = handler.build_runtime()
    took["runtime"] = time.process_time() - started

    import pickle  # noqa: PLC0415 - imported after the measured part

    from library_validator.adapters.aws.applications_queue import ApplicationsBatch  # noqa: PLC0415
    from library_validator.adapters.memory.decisions import MemoryDecisions  # noqa: PLC0415
    from library_validator.adapters.memory.event_bus import MemoryEventBus  # noqa: PLC0415
    from library_validator.adapters.memory.partners import MemoryPartners  # noqa: PLC0415
    from library_validator.adapters.memory.registry import MemoryRegistry  # noqa: PLC0415
    from library_validator.casework.partners import KnownPartners  # noqa: PLC0415
    from library_validator.entrypoints.validate_applications import handler as answer  # noqa: PLC0415
    from library_validator.matching.index import Index  # noqa: PLC0415
    from library_validator.registry.store import AcceptedRelease  # noqa: PLC0415

    held = pickle.loads(prepared.read_bytes())  # noqa: S301 - our own file
    registry = MemoryRegistry.of_index(Index(**held["index"]), [AcceptedRelease(*held["release"])], NOON)
    decider = handler.Decider(registry, runtime.decider.validity)
    store = MemoryDecisions()
    partners = KnownPartners(MemoryPartners(store), lambda: NOON)
    runtime = replace(runtime, decider=decider, store=store, partners=partners, bus=MemoryEventBus())
    times = []
    for batch in held["batches"]:
        started = time.process_time()
        with redirect_stdout(StringIO()):
            response = answer(ApplicationsBatch.model_validate(batch), runtime, NOON)
            runtime.metrics.flush()
            response.model_dump()
        times.append(time.process_time() - started)
        if response.failed_ids:
            raise SystemExit(f"{len(response.failed_ids)} messages failed")
    took["first batch"], *_, took["later batch"] = times
    print(json.dumps({name: 1_000 * seconds for name, seconds in took.items()}), file=sys.stderr)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
