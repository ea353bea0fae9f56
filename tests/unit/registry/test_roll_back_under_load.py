"""Roll-backs during validations change only the registry version of each decision."""

from __future__ import annotations

import io
import math
import threading
from concurrent.futures import ThreadPoolExecutor
from queue import SimpleQueue

from library_validator.adapters.memory.event_bus import MemoryEventBus
from library_validator.adapters.memory.registry import MemoryRegistry
from library_validator.adapters.memory.releases_bucket import MemoryReleasesBucket
from library_validator.decisions.application import application_from_fields
from library_validator.decisions.deciding import Decider
from library_validator.decisions.decision import Decision, Submission
from library_validator.registry.activation import LoadPorts, load_release
from library_validator.registry.rollback import roll_back
from library_validator_cli.sample_release import write_sample_release
from tests.builders.spoiled_releases import tables_of
from tests.unit.registry.world import TickingClock

FLIPS, WORKERS = 12, 3


def sample_release(year: int) -> bytes:
    target = io.BytesIO()
    write_sample_release(target, year, 1)
    return target.getvalue()


def submissions_from(release: bytes, clock: TickingClock) -> list[Submission]:
    """Applications of a few libraries, with exactly the listed fields."""
    systems, _ = tables_of(release)
    found = []
    for number, values in enumerate(systems.rows[:8]):
        row = dict(zip(systems.header, values, strict=True))
        fields = {
            "application_id": f"A-{number}",
            "name": row["LIBNAME"],
            "street": row["ADDRESS"],
            "city": row["CITY"],
            "state": row["STABR"],
            "zip": row["ZIP"],
            "phone": row["PHONE"],
        }
        read = application_from_fields(fields)
        found.append(Submission(source="test", application=read.application, sent_at=clock.time))
    return found


def facts_of(decision: Decision) -> tuple[str, str, str | None]:
    match = decision.match
    return decision.application.application_id or "", decision.decision, match.fscs_key if match else None


def test_no_validation_fails_during_roll_backs_and_each_names_the_version_that_it_used() -> None:
    store, bucket, bus, clock = MemoryRegistry(), MemoryReleasesBucket(), MemoryEventBus(), TickingClock()
    ports = LoadPorts(store, bucket, bus, lambda: math.inf)
    expected: dict[str, list[tuple[str, str, str | None]]] = {}
    uploads = []
    submissions = submissions_from(sample_release(2021), clock)
    for year in (2021, 2022):
        uploads.append(bucket.upload(f"releases/pls_fy{year}_csv.zip", sample_release(year)))
        assert load_release(uploads[-1], ports, clock).status == "active"
        live = store.pointer().active
        expected[live] = [facts_of(decision) for decision in Decider(store).decide(submissions, clock.time)]
    over, answers = threading.Event(), []
    used: SimpleQueue[str] = SimpleQueue()

    def validate_once() -> list[list[Decision]]:
        decider, decided = Decider(store), []
        while not over.is_set():
            decided.append(decider.decide(submissions, clock.time))
            used.put(decided[-1][0].registry_version)
        return decided

    with ThreadPoolExecutor(WORKERS) as pool:
        workers = [pool.submit(validate_once) for _ in range(WORKERS)]
        try:
            for number in range(FLIPS):
                while used.get(timeout=30) != store.pointer().active:
                    pass
                roll_back(store, bus, f"flip {number}", clock, "pat", restore=number % 2 == 1)
                load_release(uploads[-1], ports, clock)  # a redelivered upload does not undo the roll-backs
                assert bus.events[-1].data.reason == f"flip {number}"
        finally:
            over.set()
        for worker in workers:
            answers += worker.result()

    assert len(answers) >= FLIPS, "every version decided before the next flip"
    for batch in answers:
        (version,) = {decision.registry_version for decision in batch}
        assert [facts_of(decision) for decision in batch] == expected[version]
    assert {batch[0].registry_version for batch in answers} == set(expected)
    assert len({event.metadata.event_id for event in bus.events}) == len(bus.events) == FLIPS + 2
