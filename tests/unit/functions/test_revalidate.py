"""The function that decides again, on memory adapters: it takes tasks and sends tasks."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from library_validator.adapters.aws.early_retries import Delivery
from library_validator.adapters.aws.revalidations_queue import RevalidationsMessage, TasksNotSent
from library_validator.adapters.memory.fetch_states import MemoryFetchStates
from library_validator.casework.tasks import Task
from library_validator.config import RevalidateSettings
from library_validator.decisions import deciding
from library_validator.decisions.decision import SHARDS
from library_validator.entrypoints.revalidate import Runtime, handler
from library_validator.observability import Metrics, build_logger
from library_validator.registry.events import registry_activated
from library_validator.registry.store import Run
from library_validator.releases.fetching.source_states import SourceState
from tests.builders.applicants import EAST_FIELDS, JUNIPER_FIELDS
from tests.builders.decisions import PARTNER
from tests.builders.events import bus_message, queue_message
from tests.unit.casework.world import JUNIPER, World, release_of


class Service:
    def __init__(self) -> None:
        settings = RevalidateSettings.from_environment(
            {
                "POWERTOOLS_SERVICE_NAME": "revalidate",
                "REGISTRY_TABLE": "registry",
                "CASEWORK_TABLE": "casework",
                "RESULTS_BUS": "results",
                "REVALIDATIONS_QUEUE_URL": "https://queue",
            }
        )
        self.world = World()
        self.world.activate(release_of(2021))
        self.queue: list[str] = []
        self.fetch_states = MemoryFetchStates()
        self.recounts: list[object] = []
        self.runtime = Runtime(
            ports=self.world.ports,
            notice_days=settings.expiry_notice_days,
            fetch_states=self.fetch_states,
            send=self._send,
            recount_claims=lambda: self.recounts.append(self.world.time),
            logger=build_logger(settings),
            metrics=Metrics(settings),
        )

    def _send(self, tasks: Sequence[Task]) -> None:
        self.queue += [task.model_dump_json(exclude_defaults=True) for task in tasks]

    def activation_event(self, activated_at: str = "") -> dict[str, Any]:
        """The event of the activation of the live registry, or of an activation at another moment."""
        pointer = self.world.registry.pointer()
        pointer = replace(pointer, activated_at=activated_at or pointer.activated_at)
        run = Run("a.zip@1", "active", "done", pointer.activated_at, pointer.activated_at)
        event = registry_activated(run, pointer, self.world.registry.version(pointer.active))
        return bus_message(event)

    def receive(self, body: Any) -> Any:
        message = RevalidationsMessage.model_validate(queue_message(body))
        return handler(message, self.runtime, self.world.now)

    def receive_all(self) -> None:
        while self.queue:
            self.receive(self.queue.pop(0))


@pytest.fixture
def service() -> Service:
    return Service()


def test_an_activation_is_split_into_shards_that_decide_everything_again(service: Service) -> None:
    service.world.submit("A-1", **JUNIPER_FIELDS)
    service.world.activate(release_of(2022, JUNIPER))

    response = service.receive(service.activation_event())

    assert (response.status, len(service.queue)) == ("split", SHARDS)
    service.receive_all()
    assert [event.data.decision for event in service.world.changes] == ["validated"]


def test_a_task_that_fails_is_asked_for_again_soon(service: Service) -> None:
    asked: list[Delivery] = []
    message = RevalidationsMessage.model_validate(queue_message({"task": "revalidate", "shard": 0}))

    def refuse(_tasks: Sequence[Task]) -> None:
        raise TasksNotSent("SQS did not answer")

    runtime = replace(service.runtime, send=refuse, retry_soon=asked.append)
    with pytest.raises(TasksNotSent):
        handler(message, runtime, service.world.now)
    assert asked == [message.delivery]
    handler(message, replace(service.runtime, retry_soon=asked.append), service.world.now)
    assert len(asked) == 1


def test_an_activation_that_is_not_the_current_activation_is_superseded(service: Service) -> None:
    assert service.receive(service.activation_event("2020-01-01T00:00:00+00:00")).status == "superseded"
    assert service.queue == []


def test_a_person_may_start_a_revalidation_without_naming_the_activation(service: Service) -> None:
    service.world.submit("A-1", **JUNIPER_FIELDS)
    service.world.activate(release_of(2022, JUNIPER))

    service.receive({"task": "revalidate"})
    service.receive_all()

    assert len(service.world.changes) == 1


def test_a_shard_that_ran_out_of_time_is_sent_again(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("library_validator.casework.revalidation.CHUNK", 1)
    for number in range(40):
        service.world.submit(f"A-{number}", **JUNIPER_FIELDS)
    service.world.activate(release_of(2022))
    service.runtime = replace(service.runtime, time_left=lambda: 3.0)

    service.receive({"task": "revalidate", "shard": 1})

    (again,) = service.queue
    assert json.loads(again)["shard"] == 1
    service.receive_all()
    (progress,) = service.world.revalidations.progress(service.world.activation)
    assert progress.done


def test_the_daily_run_counts_the_age_of_the_registry(
    service: Service, capsys: pytest.CaptureFixture[str]
) -> None:
    service.receive({"task": "expiry"})
    service.runtime.metrics.flush()

    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    metrics = {name: value for line in lines if "_aws" in line for name, value in line.items()}
    assert metrics["RegistryAgeDays"] == [(service.world.time.date() - date(2021, 12, 31)).days]
    assert len(service.queue) == SHARDS


def test_the_daily_run_counts_the_days_since_a_source_of_releases_answered(
    service: Service, capsys: pytest.CaptureFixture[str]
) -> None:
    answered = service.world.time - timedelta(days=9, hours=1)
    for source_id, at in (
        ("page", answered.isoformat()),
        ("mirror", "2020-01-01T00:00:00+00:00"),
        ("never", ""),
    ):
        service.fetch_states.put_state(SourceState(source_id, last_answer=at))
    service.receive({"task": "expiry"})
    service.runtime.metrics.flush()

    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line["DaysSinceFetch"] for line in lines if "DaysSinceFetch" in line] == [[9]]


def test_before_the_first_release_there_is_nothing_to_do(service: Service) -> None:
    service.runtime = replace(service.runtime, ports=World().ports)
    for task in ("expiry", "revalidate"):
        assert service.receive({"task": task}).status == "done"
    assert service.queue == []


def test_the_daily_run_counts_the_claims_of_every_sender_again(service: Service) -> None:
    service.receive({"task": "expiry"})
    service.receive({"task": "expiry", "shard": 3})

    assert len(service.recounts) == 1


def test_the_daily_run_renews_decisions_that_ended(service: Service) -> None:
    service.world.submit("A-1", **EAST_FIELDS)
    service.world.let_days_pass(400)

    service.receive({"task": "expiry"})
    service.receive_all()

    assert service.world.current("A-1").cause.kind == "expiry"


def test_a_failing_application_is_logged_without_the_words_of_the_applicant(
    service: Service, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    service.world.submit("A-1", **JUNIPER_FIELDS)
    service.world.activate(release_of(2022, JUNIPER))

    def fail_on_everyone(query: Any, *_given: Any, **_named: Any) -> Any:
        raise ValueError(query.applicant.name)

    monkeypatch.setattr(deciding, "verdict_of", fail_on_everyone)
    service.receive({"task": "revalidate"})
    service.receive_all()

    (logged,) = [record for record in caplog.records if record.message == "application not decided again"]
    extra = vars(logged)
    assert (extra["source"], extra["application_id"], extra["problem"]) == (PARTNER, "A-1", "ValueError")
    assert not any(JUNIPER_FIELDS["name"] in str(vars(record)) for record in caplog.records)


@pytest.mark.parametrize(
    "body", ["", "no JSON", "[]", "{}", '{"task":"other"}', '{"task":"revalidate","shard":8}']
)
def test_a_message_that_is_not_a_task_fails(service: Service, body: str) -> None:
    with pytest.raises(ValidationError):
        service.receive(body)
