"""The sweeper on memory adapters."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from library_validator.adapters.memory.decisions import MemoryDecisions
from library_validator.adapters.memory.event_bus import MemoryEventBus
from library_validator.config import SweepResultsSettings
from library_validator.decisions.answer import Answer
from library_validator.decisions.decision import Decision
from library_validator.decisions.recording import CHUNK, record
from library_validator.decisions.store import DecisionStore
from library_validator.entrypoints.sweep_results import Runtime, SweepEvent, handler
from library_validator.errors import CaseworkUnavailable
from library_validator.observability import Metrics, build_logger
from tests.builders.decisions import decider_without_registry, decision_of, minutes_after_noon, submission_of


@pytest.fixture
def runtime() -> Runtime:
    settings = SweepResultsSettings.from_environment(
        {"POWERTOOLS_SERVICE_NAME": "sweep_results", "CASEWORK_TABLE": "casework", "RESULTS_BUS": "results"}
    )
    store = MemoryDecisions()
    store_decisions(store, range(6))
    return Runtime(
        store=store,
        bus=MemoryEventBus(),
        unpublished_after=timedelta(seconds=settings.unpublished_after_seconds),
        logger=build_logger(settings),
        metrics=Metrics(settings),
    )


def store_decisions(store: DecisionStore, minutes: Iterable[int]) -> None:
    for minute in minutes:
        submission = submission_of(f"A-{minute}")
        record(
            decision_of(submission, Answer.NOT_VALIDATED, decided_at=minutes_after_noon(minute)),
            store,
            decider_without_registry(),
        )


class FailingAfter(MemoryDecisions):
    """Lists the waiting decisions of another store, then fails."""

    def __init__(self, store: DecisionStore) -> None:
        super().__init__()
        self._store = store

    def unpublished_decisions(self, before: datetime, *, newest_first: bool = False) -> Iterator[Decision]:
        yield from self._store.unpublished_decisions(before, newest_first=newest_first)
        raise CaseworkUnavailable("list decisions", "throttled")


def spoil_oldest(runtime: Runtime) -> Decision:
    """Store the oldest decision as one that contradicts itself: it has no event."""
    oldest = next(runtime.store.unpublished_decisions(minutes_after_noon(60)))
    broken = oldest.model_copy(update={"decision": Answer.VALIDATED})
    assert isinstance(runtime.store, MemoryDecisions)
    runtime.store.decisions[oldest.source, oldest.application_id][oldest.event_id] = broken
    return broken


def counted_by(runtime: Runtime, capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    capsys.readouterr()
    runtime.metrics.flush()
    counted: dict[str, Any] = json.loads(capsys.readouterr().out or "{}")
    return counted


def test_unpublished_decisions_are_published_after_the_time_that_their_writer_had(
    runtime: Runtime, capsys: pytest.CaptureFixture[str]
) -> None:
    response = handler(SweepEvent(), runtime, minutes_after_noon(6))

    assert response.model_dump() == {"published": 4, "left": 0}
    assert isinstance(runtime.bus, MemoryEventBus)
    assert [event.data.application_id for event in runtime.bus.events] == ["A-0", "A-1", "A-2", "A-3"]
    assert counted_by(runtime, capsys)["EventsPublishedBySweeper"] == [4.0]


def test_the_events_that_are_left_are_counted_also_if_there_are_none(
    runtime: Runtime, capsys: pytest.CaptureFixture[str]
) -> None:
    handler(SweepEvent(), runtime, minutes_after_noon(60))

    assert counted_by(runtime, capsys)["EventsLeftUnpublished"] == [0.0]


def test_a_decision_without_an_event_is_counted_as_left(
    runtime: Runtime, capsys: pytest.CaptureFixture[str]
) -> None:
    spoil_oldest(runtime)

    handler(SweepEvent(), runtime, minutes_after_noon(60))

    assert counted_by(runtime, capsys)["EventsLeftUnpublished"] == [1.0]


def test_if_the_table_fails_in_the_middle_the_decisions_without_an_event_are_still_logged(
    runtime: Runtime, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    store_decisions(runtime.store, range(6, CHUNK))
    broken = spoil_oldest(runtime)
    failing = replace(runtime, store=FailingAfter(runtime.store))

    with pytest.raises(CaseworkUnavailable):
        handler(SweepEvent(), failing, minutes_after_noon(60))

    assert str(broken.event_id) in [record.__dict__.get("event_id") for record in caplog.records]
    assert counted_by(runtime, capsys)["EventsLeftUnpublished"] == [1.0]


def test_a_sweeper_that_cannot_read_the_table_gives_no_sign_of_life(
    runtime: Runtime, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(CaseworkUnavailable):
        handler(SweepEvent(), replace(runtime, store=FailingAfter(MemoryDecisions())), minutes_after_noon(60))

    assert "EventsLeftUnpublished" not in counted_by(runtime, capsys)


def test_a_second_sweep_publishes_the_decisions_that_were_too_young_for_the_first(runtime: Runtime) -> None:
    handler(SweepEvent(), runtime, minutes_after_noon(6))

    assert handler(SweepEvent(), runtime, minutes_after_noon(8)).published == 2
    assert handler(SweepEvent(), runtime, minutes_after_noon(60)).published == 0


def test_any_json_object_starts_a_sweep() -> None:
    assert SweepEvent.model_validate({"source": "aws.scheduler", "detail": {}}) == SweepEvent()
