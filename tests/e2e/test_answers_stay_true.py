"""Earlier answers change with each release that goes live or is rolled back, on a stack of their own."""

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
from tests.e2e.service import Service, deployed_service, sample_release, wait_until

CHANGED: Final = "Library Status Changed"
ACTIVATED: Final = "Registry Activated"
REVALIDATED: Final = "Registry Revalidated"
OLDER: Final = "sample 2020.zip"
OUTSIDE_THE_SURVEY: Final = "of-TX7004"  # the survey lists this library from FY2022 on


@pytest.fixture(scope="module")
def service() -> Iterator[Service]:
    with deployed_service("e2e-answers") as service:
        yield service


@dataclass(frozen=True, slots=True)
class ExpectedAnswers:
    """The answers of the rules with each set of releases, computed without the service."""

    applications: list[Fields]  # no two of them claim the same system
    answers: dict[str, Answers]  # by registry version


@pytest.fixture(scope="module")
def expected() -> ExpectedAnswers:
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
    return ExpectedAnswers(without_rivals(distinct, list(answers.values())), answers)


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
    """The registry version that is live after a change, and the events that followed the change."""

    version: str
    events: Sequence[dict[str, Any]]

    def change_events(self) -> list[dict[str, Any]]:
        return [event for event in self.events if event["detail-type"] == CHANGED]

    def changes(self) -> dict[str, Any]:
        """The changes by application id. Each change has one event."""
        changed = self.change_events()
        assert len(changed) == len({_application_id(event) for event in changed})
        return {_application_id(event): change_in(event) for event in changed}


def _application_id(event: dict[str, Any]) -> str:
    found: str = event["detail"]["data"]["application_id"]
    return found


def _load_release(service: Service, year: int) -> str:
    """Loads the sample release of a year; returns the version that is live then."""
    name = f"sample {year}.zip"
    service.upload(name, sample_release(year))
    (run,) = wait_until(lambda: service.ended_runs([name]), f"FY{year} is loaded")
    assert run.status == "active", run.problems
    assert run.version is not None
    return run.version


def _chapter_since(service: Service, version: str, since: int) -> Chapter:
    """Waits for the revalidation after an activation; its events begin with the number ``since``."""

    def revalidation_has_ended() -> bool:
        return any(
            event["detail"]["metadata"]["registry_version"] == version
            for event in service.events_of(REVALIDATED)
            if event in service.events[since:]
        )

    wait_until(revalidation_has_ended, f"every application is decided again by {version}")
    service.wait_until_done("RevalidationsQueue")
    service.take_results()
    return Chapter(version, service.events[since:])


@pytest.fixture(scope="module")
def first_chapter(service: Service, expected: ExpectedAnswers) -> Chapter:
    """FY2021 is live, and every application is answered."""
    version = _load_release(service, 2021)
    _chapter_since(service, version, since=0)  # there is no decision yet
    since = len(service.events)
    service.send_all(expected.applications)
    service.wait_for_decisions(application["application_id"] for application in expected.applications)
    return Chapter(version, service.events[since:])


@pytest.fixture(scope="module")
def override_decision(service: Service, first_chapter: Chapter) -> Decision:
    """A person with the operator role alone validates a library that the survey does not list."""
    now = datetime.now(UTC)
    ruling = Ruling(
        source=first_chapter.events[0]["detail"]["data"]["source"],
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
def newer_chapter(service: Service, override_decision: Decision) -> Chapter:
    """FY2022 is live too."""
    assert override_decision.decision is Answer.VALIDATED
    service.take_results()
    since = len(service.events)
    return _chapter_since(service, _load_release(service, 2022), since)


@pytest.fixture(scope="module")
def ids_sent_during_roll_back(service: Service, newer_chapter: Chapter) -> list[str]:
    """Applications that are decided while an operator rolls back: their ids."""
    applications = [
        {"application_id": f"flow-{number}", "name": f"Nowhere Reading Room {number}", "state": "IA"}
        for number in range(300)
    ]
    service.send_all(applications[:150])
    service.wait_for_decisions(["flow-0"])
    registry, bus = service.operator_registry, service.operator_bus
    pointer = roll_back(registry, bus, "FY2022 misses a county", lambda: datetime.now(UTC), "e2e")
    assert pointer.previous == newer_chapter.version
    service.send_all(applications[150:])
    return [application["application_id"] for application in applications]


@pytest.fixture(scope="module")
def roll_back_chapter(
    service: Service, first_chapter: Chapter, newer_chapter: Chapter, ids_sent_during_roll_back: list[str]
) -> Chapter:
    """FY2021 is live again, and every answer follows it."""
    service.wait_for_decisions(ids_sent_during_roll_back)
    return _chapter_since(
        service, first_chapter.version, since=service.events.index(newer_chapter.events[-1]) + 1
    )


@pytest.fixture(scope="module")
def older_year_chapter(service: Service, roll_back_chapter: Chapter) -> Chapter:
    """FY2020 is in the registry too, because an operator accepted it."""
    assert roll_back_chapter.version == service.active_version()
    service.upload(OLDER, sample_release(2020))
    (run,) = wait_until(lambda: service.ended_runs([OLDER]), "FY2020 is read")
    assert (run.status, [problem["code"] for problem in run.problems]) == ("quarantined", ["superseded"])
    service.take_results()
    since = len(service.events)
    registry, bucket = service.operator_registry, service.operator_bucket
    again = accept_release(run.run_id, "history", "e2e", registry, bucket, lambda: datetime.now(UTC))

    def accepted_version() -> str | None:
        load = service.registry.run(again.run_id)
        return load.version if load and load.status == "active" else None

    return _chapter_since(service, wait_until(accepted_version, "the accepted release is loaded"), since)


def test_the_first_answers_are_the_answers_of_the_rules(
    first_chapter: Chapter, expected: ExpectedAnswers
) -> None:
    answered = {_application_id(event): event["detail"]["data"] for event in first_chapter.events}
    ruled = expected.answers[first_chapter.version]
    assert {name: data["decision"] for name, data in answered.items()} == {
        application["application_id"]: ruled[application["application_id"]].decision
        for application in expected.applications
    }


def test_a_newer_release_publishes_exactly_its_changes(
    first_chapter: Chapter, newer_chapter: Chapter, expected: ExpectedAnswers
) -> None:
    followed = [
        application
        for application in expected.applications
        if application["application_id"] != OUTSIDE_THE_SURVEY
    ]
    changes = changes_between(
        expected.answers[first_chapter.version], expected.answers[newer_chapter.version], followed
    )
    assert changes.keys() == {"of-IA7003", "of-IL7004", "of-MA7003", "of-NY7004"}
    assert newer_chapter.changes() == changes


def test_a_change_names_the_registry_that_caused_it(service: Service, newer_chapter: Chapter) -> None:
    activated_at = next(
        event["detail"]["metadata"]["occurred_at"]
        for event in service.events_of(ACTIVATED)
        if event["detail"]["metadata"]["registry_version"] == newer_chapter.version
    )
    assert newer_chapter.change_events()
    for event in newer_chapter.change_events():
        cause = event["detail"]["data"]["cause"]
        assert cause["kind"] == "registry"
        version, _, at = cause["detail"].partition("@")
        assert (version, datetime.fromisoformat(at)) == (
            newer_chapter.version,
            datetime.fromisoformat(activated_at),
        )


def test_the_answer_of_a_person_stays_current_after_a_newer_release(
    service: Service, override_decision: Decision, newer_chapter: Chapter
) -> None:
    assert OUTSIDE_THE_SURVEY not in newer_chapter.changes()
    current = service.decisions.get(override_decision.source, OUTSIDE_THE_SURVEY)
    assert current is not None
    assert (current.decision, current.override) == (Answer.VALIDATED, override_decision.override)


def test_a_redelivered_activation_event_publishes_nothing(service: Service, newer_chapter: Chapter) -> None:
    (activated,) = [event for event in newer_chapter.events if event["detail-type"] == ACTIVATED]
    before = len(service.events)
    service.put_event(ACTIVATED, activated["detail"])
    wait_until(lambda: service.waiting("RevalidationsQueue") > 0, "the event reached the queue")
    service.wait_until_done("RevalidationsQueue")
    service.take_results()
    assert [event["detail-type"] for event in service.events[before:]] == [ACTIVATED]


def test_no_validation_fails_while_an_operator_rolls_back(
    service: Service, first_chapter: Chapter, newer_chapter: Chapter, ids_sent_during_roll_back: list[str]
) -> None:
    events = service.wait_for_decisions(ids_sent_during_roll_back)
    assert len({event["detail"]["metadata"]["event_id"] for event in events}) == len(
        ids_sent_during_roll_back
    )
    versions = {event["detail"]["metadata"]["registry_version"] for event in events}
    assert versions == {first_chapter.version, newer_chapter.version}
    # An event can arrive before Lambda deletes the messages of its batch.
    service.wait_until_done("ApplicationsQueue")
    assert service.waiting("ApplicationsDeadLetterQueue") == 0
    assert service.errors_logged("validate_applications") == []


def test_a_roll_back_reverts_exactly_the_changes(
    newer_chapter: Chapter, roll_back_chapter: Chapter, expected: ExpectedAnswers
) -> None:
    followed = [
        application
        for application in expected.applications
        if application["application_id"] != OUTSIDE_THE_SURVEY
    ]
    answers = expected.answers
    back = changes_between(answers[newer_chapter.version], answers[roll_back_chapter.version], followed)
    assert back.keys() == newer_chapter.changes().keys()
    assert roll_back_chapter.changes() == back


def test_a_redelivered_upload_does_not_undo_a_roll_back(service: Service, roll_back_chapter: Chapter) -> None:
    (run,) = service.ended_runs(["sample 2022.zip"]) or []
    service.redeliver(run)
    service.wait_until_done("ReleasesQueue")
    assert service.active_version() == roll_back_chapter.version
    service.take_results()
    after = service.events[service.events.index(roll_back_chapter.events[-1]) + 1 :]
    assert [event for event in after if event["detail-type"] == ACTIVATED] == []


def test_an_accepted_older_year_joins_the_registry_and_publishes_its_changes(
    service: Service, roll_back_chapter: Chapter, older_year_chapter: Chapter, expected: ExpectedAnswers
) -> None:
    releases = service.registry.version(older_year_chapter.version).releases
    assert [release.fiscal_year for release in releases] == [2020, 2021]
    followed = [
        application
        for application in expected.applications
        if application["application_id"] != OUTSIDE_THE_SURVEY
    ]
    answers = expected.answers
    new_changes = changes_between(
        answers[roll_back_chapter.version], answers[older_year_chapter.version], followed
    )
    assert older_year_chapter.changes() == new_changes


def test_a_release_from_a_mirror_waits_for_a_person(service: Service, older_year_chapter: Chapter) -> None:
    with web_server() as web:
        mirror = web.serve("/pls_fy2022_csv.zip", lambda request: request.respond(200, sample_release(2022)))
        source = {"id": "mirror", "kind": "file", "url": mirror, "hosts": ["127.0.0.1"]}
        answer = service.invoke(
            "FetchReleaseFunction",
            FETCH_SOURCES=json.dumps({"plain_http": True, "sources": [source]}),
        )
    assert (answer["outcome"], answer["fiscal_year"]) == ("uploaded", 2022)

    def ended_run() -> Run | None:
        run = service.registry.run(answer["run_id"])
        return run if run and run.status != "loading" else None

    run = wait_until(ended_run, "the load of the fetched release ended")
    assert run.status == "quarantined"
    assert "from_mirror" in {problem["code"] for problem in run.problems}
    assert (run.provenance["source-id"], run.provenance["official"]) == ("mirror", "no")
    assert service.active_version() == older_year_chapter.version


def test_a_decision_that_ends_is_renewed_after_a_notice(
    service: Service, older_year_chapter: Chapter, expected: ExpectedAnswers
) -> None:
    assert older_year_chapter.version == service.active_version()
    first_chapter, second = [application["application_id"] for application in expected.applications[:2]]
    ended = _decision_that_ends_in(service, first_chapter, timedelta(days=-1))
    _decision_that_ends_in(service, second, timedelta(days=5))
    service.take_results()
    since = len(service.events)
    service.operator_sqs.send_message(
        QueueUrl=service.outputs["RevalidationsQueueUrl"], MessageBody='{"task": "expiry"}'
    )
    service.wait_until_done("RevalidationsQueue")
    service.take_results()
    events = {_application_id(event): event for event in service.events[since:]}
    assert {name: event["detail-type"] for name, event in events.items()} == {
        first_chapter: "Library Application Validated",
        second: "Library Decision Expiring",
    }
    assert events[first_chapter]["detail"]["data"]["cause"]["kind"] == "expiry"
    assert events[second]["detail"]["data"]["outlook"]["changes"] == []
    renewed = service.decisions.get(ended.source, first_chapter)
    assert renewed is not None
    assert renewed.valid_until is not None
    assert renewed.valid_until > datetime.now(UTC) + timedelta(days=364)


def _decision_that_ends_in(service: Service, application_id: str, left: timedelta) -> Decision:
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
