"""The sweeper on memory adapters."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from library_validator.adapters.memory.decisions import MemoryDecisions
from library_validator.adapters.memory.event_bus import MemoryEventBus
from library_validator.config import SweepResultsSettings
from library_validator.decisions.answer import Answer
from library_validator.decisions.recording import record
from library_validator.entrypoints.sweep_results import Runtime, SweepEvent, handler
from library_validator.observability import Metrics, build_logger
from tests.builders.decisions import decider_without_registry, decision_of, minutes_after_noon, submission_of


@pytest.fixture
def runtime() -> Runtime:
    settings = SweepResultsSettings.from_environment(
        {"POWERTOOLS_SERVICE_NAME": "sweep_results", "CASEWORK_TABLE": "casework", "RESULTS_BUS": "results"}
    )
    store = MemoryDecisions()
    for minute in range(6):
        submission = submission_of(f"A-{minute}")
        record(
            decision_of(submission, Answer.NOT_VALIDATED, decided_at=minutes_after_noon(minute)),
            store,
            decider_without_registry(),
        )
    return Runtime(
        store=store,
        bus=MemoryEventBus(),
        unpublished_after=timedelta(seconds=settings.unpublished_after_seconds),
        logger=build_logger(settings),
        metrics=Metrics(settings),
    )


def test_unpublished_decisions_are_published_after_the_time_that_their_writer_had(
    runtime: Runtime, capsys: pytest.CaptureFixture[str]
) -> None:
    response = handler(SweepEvent(), runtime, minutes_after_noon(6))

    assert response.model_dump() == {"published": 4, "left": 0}
    assert isinstance(runtime.bus, MemoryEventBus)
    assert [event.data.application_id for event in runtime.bus.events] == ["A-0", "A-1", "A-2", "A-3"]
    capsys.readouterr()
    runtime.metrics.flush()
    counted = json.loads(capsys.readouterr().out)
    assert counted["EventsPublishedBySweeper"] == [4.0]


def test_a_second_sweep_publishes_the_decisions_that_were_too_young_for_the_first(runtime: Runtime) -> None:
    handler(SweepEvent(), runtime, minutes_after_noon(6))

    assert handler(SweepEvent(), runtime, minutes_after_noon(8)).published == 2
    assert handler(SweepEvent(), runtime, minutes_after_noon(60)).published == 0


def test_any_json_object_starts_a_sweep() -> None:
    assert SweepEvent.model_validate({"source": "aws.scheduler", "detail": {}}) == SweepEvent()
