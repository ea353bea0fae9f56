"""Each spoiled upload is reported with a sentence and changes no answer."""

from __future__ import annotations

import io
import math
from functools import cache

import pytest

from library_validator.adapters.memory.event_bus import MemoryEventBus
from library_validator.adapters.memory.registry import MemoryRegistry
from library_validator.adapters.memory.releases_bucket import MemoryReleasesBucket
from library_validator.decisions.application import application_from_fields
from library_validator.decisions.deciding import Decider
from library_validator.decisions.decision import Submission
from library_validator.registry.activation import LoadPorts, load_release
from library_validator.registry.events import ReleaseRefusedEvent
from library_validator.registry.store import Run
from library_validator_cli.sample_release import write_sample_release
from tests.builders.spoiled_releases import SPOILED, SpoiledRelease, spoiled_releases, tables_of
from tests.unit.registry.world import TickingClock

LIVE = "releases/pls_fy2021_csv.zip"


@cache
def sample_release(year: int) -> bytes:
    target = io.BytesIO()
    write_sample_release(target, year, 1)
    return target.getvalue()


class Service:
    """A registry in which ``live`` is the live release, with the real loader."""

    def __init__(self, live: bytes) -> None:
        self.store, self.bucket, self.bus = MemoryRegistry(), MemoryReleasesBucket(), MemoryEventBus()
        self.clock = TickingClock()
        self.run = self.upload(LIVE, live)
        systems, _ = tables_of(live)
        row = dict(zip(systems.header, systems.rows[0], strict=True))
        self.applicant = {
            "application_id": "A-1",
            "name": row["LIBNAME"],
            "street": row["ADDRESS"],
            "city": row["CITY"],
            "state": row["STABR"],
            "zip": row["ZIP"],
            "phone": row["PHONE"],
        }

    def upload(self, key: str, content: bytes) -> Run:
        ports = LoadPorts(self.store, self.bucket, self.bus, lambda: math.inf)
        return load_release(self.bucket.upload(key, content), ports, self.clock)

    def current_answer(self) -> tuple[str, str]:
        """The decision on a library of the live release, and its registry version."""
        read = application_from_fields(self.applicant)
        submission = Submission(
            source="test", application=read.application, sent_at=self.clock.time, problems=read.problems
        )
        (decision,) = Decider(self.store).decide([submission], self.clock.time)
        return decision.decision, decision.registry_version


@pytest.fixture(scope="module")
def service() -> Service:
    return Service(sample_release(2021))


def check_upload(service: Service, spoiled: SpoiledRelease) -> None:
    pointer, postings = service.store.pointer(), set(service.store.items)
    before = len(service.bus.events)
    run = service.upload(spoiled.key, spoiled.content)

    assert run.status == spoiled.status, run.problems
    assert service.store.pointer() == pointer
    assert set(service.store.items) == postings, "something was written"
    assert service.current_answer() == ("validated", pointer.active)
    if run.status == "unchanged":
        return
    reasons = [problem for problem in run.problems if problem["severity"] != "warning"]
    assert any(spoiled.message in f"{problem['code']}: {problem['message']}" for problem in reasons), reasons
    assert all(20 < len(problem["message"]) < 700 and "\n" not in problem["message"] for problem in reasons)
    (event,) = service.bus.events[before:]
    assert isinstance(event, ReleaseRefusedEvent)
    assert (event.data.status, event.metadata.registry_version) == (run.status, pointer.active)
    assert [problem.message for problem in event.data.problems] == [
        problem["message"] for problem in run.problems
    ]


@pytest.fixture(scope="module")
def spoiled_samples() -> dict[str, SpoiledRelease]:
    every = spoiled_releases(sample_release(2021), sample_release(2022), sample_release(2020))
    return {spoiled.case: spoiled for spoiled in every}


def test_an_undamaged_release_goes_live() -> None:
    service = Service(sample_release(2021))
    assert service.run.status == "active"
    assert service.current_answer()[0] == "validated"
    assert service.upload("releases/pls_fy2022_csv.zip", sample_release(2022)).status == "active"


@pytest.mark.parametrize("case", SPOILED)
def test_a_spoiled_release_is_reported_and_changes_nothing(
    service: Service, spoiled_samples: dict[str, SpoiledRelease], case: str
) -> None:
    check_upload(service, spoiled_samples[case])
