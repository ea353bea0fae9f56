"""Answered applications, a registry that changes under them, and the workers that decide again."""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Final

from library_validator.adapters.memory.decisions import MemoryDecisions
from library_validator.adapters.memory.event_bus import MemoryEventBus
from library_validator.adapters.memory.overrides import MemoryOverrides
from library_validator.adapters.memory.partners import MemoryPartners
from library_validator.adapters.memory.registry import MemoryRegistry
from library_validator.adapters.memory.revalidations import MemoryRevalidations
from library_validator.casework.events import RegistryRevalidated
from library_validator.casework.expiry import expire
from library_validator.casework.revalidation import revalidate
from library_validator.casework.tasks import Ports, Task, TaskResult
from library_validator.decisions.answer import Answer
from library_validator.decisions.application import application_from_fields
from library_validator.decisions.deciding import Decider
from library_validator.decisions.decision import Decision, Submission
from library_validator.decisions.events import LibraryStatusChanged
from library_validator.decisions.recording import StoredDecision, record_all
from library_validator.matching.index import build_index
from library_validator.registry.store import AcceptedRelease, Pointer, VersionState
from library_validator.registry.versions import version_record
from library_validator.releases.records import Release
from tests.builders.decisions import NOON, PARTNER
from tests.builders.small_registry import ALDER, OUTLETS, SYSTEMS, WEST_CORAL, outlet, release

VALIDITY: Final = timedelta(days=365)
NOTICE_DAYS: Final = (30, 7)


JUNIPER: Final = replace(
    ALDER,
    fscs_key="VT0009",
    state="VT",
    name="JUNIPER GULCH LIBRARY",
    street="3 CANYON ROAD",
    city="JUNIPER GULCH",
    zip="05711",
    phone="8025550109",
)


def release_of(fiscal_year: int, *changed: Any, without: tuple[str, ...] = ()) -> Release:
    """A release of the small registry; ``changed`` systems replace the systems with the same keys."""
    new = {system.fscs_key: system for system in changed}
    systems = {system.fscs_key: system for system in SYSTEMS} | new
    kept = tuple(system for key, system in systems.items() if key not in without)
    outlets = tuple(outlet for outlet in OUTLETS if outlet.fscs_key not in {*without, *new})
    content = hashlib.sha256(repr((fiscal_year, kept, outlets)).encode()).hexdigest()
    return replace(release(kept, outlets, fiscal_year), content_sha256=content)


# East and West Coral with one key: the system has the address of West Coral, its central outlet of East.
MERGED: Final = replace(WEST_CORAL, fscs_key="ME0004")
MERGED_OUTLET: Final = outlet(
    "ME0004", "002", "EAST CORAL LIBRARY", "1 HARBOR STREET", "CORAL", "04903", "2075550104"
)


class ProcessKilled(BaseException):
    """The process ends here: no code catches this."""


class WatchedPort:
    """Passes calls on, and calls ``step`` before and after each of them."""

    def __init__(self, target: object, step: Callable[[], None]) -> None:
        self._target = target
        self._step = step

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._target, name)

        def call(*arguments: Any, **named: Any) -> Any:
            self._step()
            answer = method(*arguments, **named)
            self._step()
            return answer

        return call


@dataclass
class World:
    registry: MemoryRegistry = field(default_factory=MemoryRegistry)
    decisions: MemoryDecisions = field(default_factory=MemoryDecisions)
    overrides: MemoryOverrides = field(default_factory=MemoryOverrides)
    bus: MemoryEventBus = field(default_factory=MemoryEventBus)
    time: datetime = NOON
    revalidations: MemoryRevalidations = field(init=False)
    partners: MemoryPartners = field(init=False)

    def __post_init__(self) -> None:
        self.partners = MemoryPartners(self.decisions)
        self.revalidations = MemoryRevalidations(self.decisions.changed)

    def now(self) -> datetime:
        """The time, which is a millisecond later at each call."""
        self.time += timedelta(milliseconds=1)
        return self.time

    def let_days_pass(self, days: float) -> None:
        self.time += timedelta(days=days)

    @property
    def decider(self) -> Decider:
        return Decider(self.registry, VALIDITY)

    @property
    def ports(self) -> Ports:
        partners = self.partners.partners
        return Ports(self.decisions, self.revalidations, self.registry, self.decider, self.bus, partners)

    def watched_ports(self, step: Callable[[], None]) -> Ports:
        decisions: Any = WatchedPort(self.decisions, step)
        revalidations: Any = WatchedPort(self.revalidations, step)
        bus: Any = WatchedPort(self.bus, step)
        partners = self.partners.partners
        return Ports(decisions, revalidations, self.registry, self.decider, bus, partners)

    # The registry

    def activate(self, *releases: Release) -> None:
        """A version built from ``releases`` goes live."""
        accepted = [AcceptedRelease(new.fiscal_year, new.content_sha256, "a.zip", "1") for new in releases]
        index = build_index(releases)
        record = version_record(accepted, index, VersionState.ACTIVE)
        self.registry.put_version(record)
        self.registry.put_postings(record.version, index.postings)
        self._flip(record.version, back=False)

    def roll_back(self) -> None:
        previous = self.registry.pointer().previous
        assert previous
        self._flip(previous, back=True)

    def _flip(self, version: str, *, back: bool) -> None:
        live = self.registry._pointer
        record = self.registry.version(version)
        active = live.active if live else None
        activated_at = self.now().isoformat()
        pointer = Pointer(version, active, record.fiscal_year, record.index_format, activated_at, "test")
        self.registry.flip(pointer, active, back=back)

    @property
    def activation(self) -> str:
        pointer = self.registry.pointer()
        return f"{pointer.active}@{pointer.activated_at}"

    # Applications

    def submit(self, application_id: str, *, source: str = PARTNER, **fields: Any) -> Decision:
        """Send an application now; returns its current decision."""
        read = application_from_fields({"application_id": application_id, **fields})
        submission = Submission(
            source=source, application=read.application, sent_at=self.now(), problems=read.problems
        )
        return self.decide(submission)

    def decide(self, submission: Submission) -> Decision:
        """Deliver a submission, for the first time or again."""
        decisions = self.decider.decide([submission], self.now())
        partners = self.partners.partners()
        (outcome,), _ = record_all(decisions, self.decisions, self.bus, self.decider, partners)
        assert isinstance(outcome, StoredDecision)
        return outcome.decision

    def current(self, application_id: str, source: str = PARTNER) -> Decision:
        decision = self.decisions.get(source, application_id)
        assert decision
        return decision

    def answer(self, application_id: str) -> tuple[Answer, str | None]:
        decision = self.current(application_id)
        return decision.decision, decision.match.fscs_key if decision.match else None

    # Deciding again

    def work(self, task: Task, ports: Ports | None = None, time_left: Sequence[float] = ()) -> TaskResult:
        left = iter(time_left)
        do = revalidate if task.task == "revalidate" else _expire
        return do(task, ports or self.ports, self.now, lambda: next(left, 900.0))

    def run(self, task: Task | None = None, ports: Ports | None = None) -> list[TaskResult]:
        """Do a task, or else a revalidation, and all tasks that follow it."""
        waiting = deque([task or Task(task="revalidate")])
        outcomes = []
        while waiting:
            outcomes.append(self.work(waiting.popleft(), ports))
            waiting += outcomes[-1].follow
        return outcomes

    def start(self) -> list[TaskResult]:
        """Decide everything again because a person asks for it."""
        return self.run(Task(task="revalidate", activation=self.activation, asked_at=self.now()))

    def expire(self) -> list[TaskResult]:
        return self.run(Task(task="expiry"))

    @property
    def changes(self) -> list[LibraryStatusChanged]:
        return [event for event in self.bus.events if isinstance(event, LibraryStatusChanged)]

    @property
    def ends(self) -> list[RegistryRevalidated]:
        return [event for event in self.bus.events if isinstance(event, RegistryRevalidated)]

    def published(self) -> Iterator[str]:
        """The detail types of the events published since the last call, in order."""
        for event in self.bus.events:
            yield event.detail_type
        self.bus.events.clear()


def _expire(
    task: Task, ports: Ports, now: Callable[[], datetime], time_left: Callable[[], float]
) -> TaskResult:
    return expire(task, ports, NOTICE_DAYS, now, time_left)
