"""Earlier answers follow the releases that come, go and come back, on a stack of their own."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any, Final
from uuid import uuid4

import pytest

from library_validator.adapters.memory.registry import MemoryRegistry
from library_validator.casework.overriding import Ruling, carry_out, propose
from library_validator.decisions.answer import Answer
from library_validator.decisions.deciding import Decider
from library_validator.decisions.decision import Decision
from library_validator.decisions.store import Recorded
from library_validator.registry.review import accept_release
from library_validator.registry.rollback import roll_back
from library_validator.registry.store import Run
from library_validator.releases.reading.release import read_release
from library_validator.releases.records import Outlet, Release, System
from tests.builders.web_server import web_server
from tests.e2e.full_comparison import (
    Answers,
    Fields,
    answers_of,
    change_in,
    changes_between,
    registry_of,
    without_rivals,
)
from tests.e2e.service import Service, deployed_service, eventually, sample_release

CHANGED: Final = "Library Status Changed"
ACTIVATED: Final = "Registry Activated"
REVALIDATED: Final = "Registry Revalidated"
OLDER: Final = "sample 2020.zip"
OUTSIDE_THE_SURVEY: Final = "of-TX7004"  # listed for the first time in FY2022


@pytest.fixture(scope="module")
def service() -> Iterator[Service]:
    with deployed_service("e2e-answers") as service:
        yield service


@dataclass(frozen=True, slots=True)
class Expected:
    """The answers of the rules under each set of releases, computed without the service."""

    applications: list[Fields]  # no two of them claim the same system
    answers: dict[str, Answers]  # by registry version


@pytest.fixture(scope="module")
def expected() -> Expected:
    of_year = {year: _release(year) for year in (2020, 2021, 2022)}
    registries = [
        registry_of(of_year[year] for year in years) for years in ((2021,), (2021, 2022), (2020, 2021))
    ]
    # Branches first: some applications name a branch, and no other application names its system.
    records: list[System | Outlet] = []
    for year in (2021, 2022):
        records += [outlet for outlet in of_year[year].outlets if outlet.type == "BR"]
        records += of_year[year].systems
    applications = [_application(record) for record in records]
    distinct = list({application["application_id"]: application for application in applications}.values())
    answers = {_version(registry): answers_of(registry, distinct) for registry in registries}
    return Expected(without_rivals(distinct, list(answers.values())), answers)


def _release(year: int) -> Release:
    return read_release(BytesIO(sample_release(year)), file_name=f"{year}.zip")


def _version(registry: MemoryRegistry) -> str:
    return registry.pointer().active


def _application(record: System | Outlet) -> Fields:
    name = record.fscs_id if isinstance(record, Outlet) else record.fscs_key
    return {
        "application_id": f"of-{name}",
        "name": record.name,
        "street": record.street,
        "city": record.city,
        "state": record.state,
        "zip": record.zip,
        "phone": record.phone,
    }


@dataclass(frozen=True, slots=True)
class Chapter:
    """One part of the story: the registry version that is live, and the events that followed."""

    version: str
    events: Sequence[dict[str, Any]]

    def changed(self) -> list[dict[str, Any]]:
        return [event for event in self.events if event["detail-type"] == CHANGED]

    def changes(self) -> dict[str, Any]:
        """The changes by application id. Each change has one event."""
        changed = self.changed()
        assert len(changed) == len({_application_id(event) for event in changed})
        return {_application_id(event): change_in(event) for event in changed}


def _application_id(event: dict[str, Any]) -> str:
    found: str = event["detail"]["data"]["application_id"]
    return found


def _load(service: Service, year: int) -> str:
    """Loads the sample release of a year; returns the version that is live then."""
    name = f"sample {year}.zip"
    service.upload(name, sample_release(year))
    (run,) = eventually(lambda: service.ended_runs([name]), f"FY{year} is loaded")
    assert run.status == "active", run.problems
    assert run.version is not None
    return run.version


def _revalidated(service: Service, version: str, since: int) -> Chapter:
    """The revalidation after an activation; its events begin with the number ``since``."""

    def ended() -> bool:
        return any(
            event["detail"]["metadata"]["registry_version"] == version
            for event in service.events_of(REVALIDATED)
            if event in service.events[since:]
        )

    eventually(ended, f"every application is decided again by {version}")
    service.wait_until_done("RevalidationsQueue")
    service.take_results()
    return Chapter(version, service.events[since:])


@pytest.fixture(scope="module")
def first(service: Service, expected: Expected) -> Chapter:
    """FY2021 is live, and every application is answered."""
    version = _load(service, 2021)
    _revalidated(service, version, since=0)  # of nobody
    since = len(service.events)
    service.send_all(expected.applications)
    service.wait_for_decisions(application["application_id"] for application in expected.applications)
    return Chapter(version, service.events[since:])


@pytest.fixture(scope="module")
def overridden(service: Service, first: Chapter) -> Decision:
    """A person with the operator role alone validates a library that the survey does not list."""
    now = datetime.now(UTC)
    ruling = Ruling(
        source=first.events[0]["detail"]["data"]["source"],
        application_id=OUTSIDE_THE_SURVEY,
        answer=Answer.VALIDATED,
        reason_code="EVIDENCE_OUTSIDE_SURVEY",
        words="The charter was shown.",
        by="arn:aws:sts::111122223333:assumed-role/operator/somebody",
    )
    proposal = propose(
        ruling,
        service.operator_decisions,
        service.operator_overrides,
        Decider(service.operator_registry),
        now,
    )
    done = carry_out(proposal, service.operator_decisions, service.operator_overrides, service.operator_bus)
    assert done.published
    return done.decision


@pytest.fixture(scope="module")
def newer(service: Service, overridden: Decision) -> Chapter:
    """FY2022 is live too."""
    assert overridden.decision is Answer.VALIDATED
    service.take_results()
    since = len(service.events)
    return _revalidated(service, _load(service, 2022), since)


@pytest.fixture(scope="module")
def flowing(service: Service, newer: Chapter) -> list[str]:
    """Applications that are decided while an operator rolls back: their ids."""
    applications = [
        {"application_id": f"flow-{number}", "name": f"Nowhere Reading Room {number}", "state": "IA"}
        for number in range(300)
    ]
    service.send_all(applications[:150])
    service.wait_for_decisions(["flow-0"])
    registry, bus = service.operator_registry, service.operator_bus
    pointer = roll_back(registry, bus, "FY2022 misses a county", lambda: datetime.now(UTC), "e2e")
    assert pointer.previous == newer.version
    service.send_all(applications[150:])
    return [application["application_id"] for application in applications]


@pytest.fixture(scope="module")
def rolled_back(service: Service, first: Chapter, newer: Chapter, flowing: list[str]) -> Chapter:
    """FY2021 is live again, and every answer follows it."""
    service.wait_for_decisions(flowing)
    return _revalidated(service, first.version, since=service.events.index(newer.events[-1]) + 1)


@pytest.fixture(scope="module")
def older_year(service: Service, rolled_back: Chapter) -> Chapter:
    """FY2020 is in the registry too, because an operator accepted it."""
    assert rolled_back.version == service.active_version()
    service.upload(OLDER, sample_release(2020))
    (run,) = eventually(lambda: service.ended_runs([OLDER]), "FY2020 is read")
    assert (run.status, [problem["code"] for problem in run.problems]) == ("quarantined", ["superseded"])
    service.take_results()
    since = len(service.events)
    registry, bucket = service.operator_registry, service.operator_bucket
    again = accept_release(run.run_id, "history", "e2e", registry, bucket, lambda: datetime.now(UTC))

    def loaded() -> str | None:
        load = service.registry.run(again.run_id)
        return load.version if load and load.status == "active" else None

    return _revalidated(service, eventually(loaded, "the accepted release is loaded"), since)


def test_the_first_answers_are_those_of_the_rules(first: Chapter, expected: Expected) -> None:
    answered = {_application_id(event): event["detail"]["data"] for event in first.events}
    ruled = expected.answers[first.version]
    assert {name: data["decision"] for name, data in answered.items()} == {
        application["application_id"]: ruled[application["application_id"]].decision
        for application in expected.applications
    }


def test_a_newer_release_publishes_exactly_its_changes(
    first: Chapter, newer: Chapter, expected: Expected
) -> None:
    followed = [
        application
        for application in expected.applications
        if application["application_id"] != OUTSIDE_THE_SURVEY
    ]
    changes = changes_between(expected.answers[first.version], expected.answers[newer.version], followed)
    assert changes.keys() == {"of-IA7003", "of-IL7004", "of-MA7003", "of-NY7004"}
    assert newer.changes() == changes


def test_a_change_names_the_registry_that_caused_it(service: Service, newer: Chapter) -> None:
    activated_at = next(
        event["detail"]["metadata"]["occurred_at"]
        for event in service.events_of(ACTIVATED)
        if event["detail"]["metadata"]["registry_version"] == newer.version
    )
    assert newer.changed()
    for event in newer.changed():
        cause = event["detail"]["data"]["cause"]
        assert cause["kind"] == "registry"
        version, _, at = cause["detail"].partition("@")
        assert (version, datetime.fromisoformat(at)) == (newer.version, datetime.fromisoformat(activated_at))


def test_a_persons_answer_survives_a_newer_release(
    service: Service, overridden: Decision, newer: Chapter
) -> None:
    assert OUTSIDE_THE_SURVEY not in newer.changes()
    current = service.decisions.get(overridden.source, OUTSIDE_THE_SURVEY)
    assert current is not None
    assert (current.decision, current.override) == (Answer.VALIDATED, overridden.override)


def test_a_replayed_activation_publishes_nothing(service: Service, newer: Chapter) -> None:
    (activated,) = [event for event in newer.events if event["detail-type"] == ACTIVATED]
    before = len(service.events)
    service.put_event(ACTIVATED, activated["detail"])
    eventually(lambda: service.waiting("RevalidationsQueue") > 0, "the event reached the queue")
    service.wait_until_done("RevalidationsQueue")
    service.take_results()
    assert [event["detail-type"] for event in service.events[before:]] == [ACTIVATED]


def test_no_validation_fails_while_an_operator_rolls_back(
    service: Service, first: Chapter, newer: Chapter, flowing: list[str]
) -> None:
    events = service.wait_for_decisions(flowing)
    assert len({event["detail"]["metadata"]["event_id"] for event in events}) == len(flowing)
    versions = {event["detail"]["metadata"]["registry_version"] for event in events}
    assert versions == {first.version, newer.version}
    assert service.waiting("ApplicationsQueue") == service.waiting("ApplicationsDeadLetterQueue") == 0
    assert service.errors_logged("validate_applications") == []


def test_a_roll_back_reverts_exactly_the_changes(
    newer: Chapter, rolled_back: Chapter, expected: Expected
) -> None:
    followed = [
        application
        for application in expected.applications
        if application["application_id"] != OUTSIDE_THE_SURVEY
    ]
    answers = expected.answers
    back = changes_between(answers[newer.version], answers[rolled_back.version], followed)
    assert back.keys() == newer.changes().keys()
    assert rolled_back.changes() == back


def test_a_redelivered_upload_does_not_undo_a_roll_back(service: Service, rolled_back: Chapter) -> None:
    (run,) = service.ended_runs(["sample 2022.zip"]) or []
    service.redeliver(run)
    service.wait_until_done("ReleasesQueue")
    assert service.active_version() == rolled_back.version
    service.take_results()
    after = service.events[service.events.index(rolled_back.events[-1]) + 1 :]
    assert [event for event in after if event["detail-type"] == ACTIVATED] == []


def test_an_accepted_older_year_joins_the_registry_and_publishes_its_changes(
    service: Service, rolled_back: Chapter, older_year: Chapter, expected: Expected
) -> None:
    releases = service.registry.version(older_year.version).releases
    assert [release.fiscal_year for release in releases] == [2020, 2021]
    followed = [
        application
        for application in expected.applications
        if application["application_id"] != OUTSIDE_THE_SURVEY
    ]
    answers = expected.answers
    news = changes_between(answers[rolled_back.version], answers[older_year.version], followed)
    assert older_year.changes() == news


def test_a_release_from_a_mirror_waits_for_a_person(service: Service, older_year: Chapter) -> None:
    with web_server() as web:
        mirror = web.serve("/pls_fy2022_csv.zip", lambda request: request.answer(200, sample_release(2022)))
        source = {"id": "mirror", "kind": "file", "url": mirror, "hosts": ["127.0.0.1"]}
        answer = service.invoke(
            "FetchReleaseFunction",
            FETCH_SOURCES=json.dumps({"plain_http": True, "sources": [source]}),
        )
    assert (answer["outcome"], answer["fiscal_year"]) == ("uploaded", 2022)

    def checked() -> Run | None:
        run = service.registry.run(answer["run_id"])
        return run if run and run.status != "loading" else None

    run = eventually(checked, "the load of the fetched release ended")
    assert run.status == "quarantined"
    assert "from_mirror" in {problem["code"] for problem in run.problems}
    assert (run.provenance["source-id"], run.provenance["official"]) == ("mirror", "no")
    assert service.active_version() == older_year.version


def test_a_decision_that_ends_is_renewed_after_a_notice(
    service: Service, older_year: Chapter, expected: Expected
) -> None:
    assert older_year.version == service.active_version()
    first, second = [application["application_id"] for application in expected.applications[:2]]
    ended = _ending(service, first, timedelta(days=-1))
    _ending(service, second, timedelta(days=5))
    service.take_results()
    since = len(service.events)
    service.operator_sqs.send_message(
        QueueUrl=service.outputs["RevalidationsQueueUrl"], MessageBody='{"task": "expiry"}'
    )
    service.wait_until_done("RevalidationsQueue")
    service.take_results()
    events = {_application_id(event): event for event in service.events[since:]}
    assert {name: event["detail-type"] for name, event in events.items()} == {
        first: "Library Application Validated",
        second: "Library Decision Expiring",
    }
    assert events[first]["detail"]["data"]["cause"]["kind"] == "expiry"
    assert events[second]["detail"]["data"]["outlook"]["changes"] == []
    renewed = service.decisions.get(ended.source, first)
    assert renewed is not None
    assert renewed.valid_until is not None
    assert renewed.valid_until > datetime.now(UTC) + timedelta(days=364)


def _ending(service: Service, application_id: str, left: timedelta) -> Decision:
    """The decision on an application, aged until it is valid for ``left``."""
    event = next(
        event for event in service.events if event["detail"]["data"].get("application_id") == application_id
    )
    current = service.decisions.get(event["detail"]["data"]["source"], application_id)
    assert current is not None
    assert current.decision is Answer.VALIDATED
    aged = current.model_copy(update={"event_id": uuid4(), "valid_until": datetime.now(UTC) + left})
    assert service.decisions.record(aged, current) == Recorded()
    service.decisions.clear_mark([aged])
    return aged
