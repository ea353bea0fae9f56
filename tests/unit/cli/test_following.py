"""Following a load until it ends, and decisions as they are made."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import count, islice

import pytest

from library_validator.adapters.memory.decisions import MemoryDecisions
from library_validator.decisions.decision import Decision
from library_validator.registry.store import Run
from library_validator.terms import RunStatus, RunStep
from library_validator_cli.failures import CommandFailed
from library_validator_cli.following import follow_decisions, follow_run
from tests.builders.decisions import NOON, decision_of, minutes_after_noon, submission_of


class FakeRuns:
    """Returns the next run at each call. The last run stays."""

    def __init__(self, *looks: Run | None) -> None:
        self._looks = list(looks)

    def run(self, run_id: str) -> Run | None:
        assert run_id == "releases/a.zip@1"
        return self._looks.pop(0) if len(self._looks) > 1 else self._looks[0]


def run_with(status: RunStatus, step: RunStep = "done") -> Run:
    return Run("releases/a.zip@1", status, step, "2026-11-23T12:00:00", "2026-11-23T12:00:00")


def follow(runs: FakeRuns, timeout: float = 10) -> tuple[Run, list[str]]:
    steps: list[str] = []
    ticks = count()
    found = follow_run(
        runs, "releases/a.zip@1", steps.append, timeout, sleep=lambda _s: None, clock=lambda: next(ticks)
    )
    return found, steps


@pytest.mark.parametrize("status", ["active", "unchanged", "quarantined", "refused", "failed"])
def test_a_load_is_followed_to_its_end(status: RunStatus) -> None:
    found, steps = follow(
        FakeRuns(None, run_with("loading", "reading"), run_with("loading", "writing"), run_with(status))
    )
    assert found.status == status
    assert steps == ["waiting for the load to begin", "loading: reading", "loading: writing"]


def test_the_message_of_a_timeout_names_the_step_of_the_load_and_the_next_command() -> None:
    with pytest.raises(CommandFailed, match=r"still loading \(writing\).*release list"):
        follow(FakeRuns(run_with("loading", "writing")), timeout=3)
    with pytest.raises(CommandFailed, match="has not begun"):
        follow(FakeRuns(None), timeout=3)


def test_an_upload_that_another_upload_of_the_name_overtook_ends_with_the_other_run() -> None:
    other = Run("releases/a.zip@2", "active", "done", "2026-11-23T12:00:00", "2026-11-23T12:00:00")

    class Runs:
        def run(self, run_id: str) -> Run | None:
            return other if run_id == other.run_id else None

    found = follow_run(
        Runs(), "releases/a.zip@1", lambda _: None, 10, lambda _: None, newer_run_id=lambda: other.run_id
    )
    assert found == other


class GrowingStore:
    """A store that has one more decision at each query. Decision times may run backwards."""

    def __init__(self, *decisions: Decision) -> None:
        self._decisions = list(decisions)
        self.looks = 0

    def recent_decisions(self, since: datetime) -> Iterator[Decision]:
        self.looks += 1
        there = sorted(self._decisions[: self.looks], key=lambda decision: decision.decided_at)
        return iter([decision for decision in there if decision.decided_at >= since])


def decision_at(number: int, at: datetime) -> Decision:
    return decision_of(submission_of(f"A-{number}"), decided_at=at)


def test_a_decision_that_becomes_readable_late_is_shown_once() -> None:
    late = decision_at(2, NOON + timedelta(seconds=30))
    store = GrowingStore(
        decision_at(1, NOON),
        decision_at(3, minutes_after_noon(1)),
        late,
        decision_at(4, minutes_after_noon(20)),
    )
    following = follow_decisions(store, NOON, sleep=lambda _s: None)  # type: ignore[arg-type]
    shown = [decision.application_id for decision in islice(following, 14) if decision is not None]
    assert shown == ["A-1", "A-3", "A-2", "A-4"]


def test_decisions_of_a_real_store_are_followed() -> None:
    store = MemoryDecisions()
    store.record(decision_at(1, NOON), replacing=None)
    following = follow_decisions(store, NOON, sleep=lambda _s: None)
    first = next(following)
    assert first is not None
    assert first.application_id == "A-1"
    assert next(following) is None
