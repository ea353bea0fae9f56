"""The handler on memory adapters and a small registry."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from library_validator.adapters.aws.applications_queue import ApplicationsBatch
from library_validator.adapters.memory.decisions import MemoryDecisions
from library_validator.adapters.memory.event_bus import MemoryEventBus
from library_validator.adapters.memory.partners import MemoryPartners
from library_validator.adapters.memory.registry import MemoryRegistry
from library_validator.adapters.memory.source_counts import MemorySourceCounts
from library_validator.casework.limits import Limits
from library_validator.casework.partners import KnownPartners
from library_validator.config import ValidateApplicationsSettings
from library_validator.decisions.answer import Answer
from library_validator.decisions.application import FIELDS
from library_validator.decisions.deciding import SUBMISSION, Decider
from library_validator.decisions.decision import Cause, Decision, Submission
from library_validator.decisions.store import RecordResult
from library_validator.entrypoints.validate_applications import Runtime, handler
from library_validator.errors import CaseworkUnavailable, RegistryError
from library_validator.event_bus import Event
from library_validator.observability import Metrics, build_logger
from tests.builders.applicants import ALDER_FIELDS, BAKERY_FIELDS
from tests.builders.decisions import NOON, PARTNER
from tests.builders.events import NOON_MS, application_record, batch_of
from tests.builders.small_registry import (
    ALDER_ELSEWHERE,
    EAST_CORAL,
    NEWEST,
    WEST_CORAL,
    registry_of,
    release,
)


def settings_of(service: str) -> ValidateApplicationsSettings:
    return ValidateApplicationsSettings.from_environment(
        {
            "POWERTOOLS_SERVICE_NAME": service,
            "REGISTRY_TABLE": "registry",
            "CASEWORK_TABLE": "casework",
            "RESULTS_BUS": "results",
        }
    )


@dataclass
class Service:
    registry: MemoryRegistry = field(default_factory=lambda: registry_of(NEWEST))
    store: MemoryDecisions = field(default_factory=MemoryDecisions)
    bus: MemoryEventBus = field(default_factory=MemoryEventBus)
    decider: Decider | None = None
    name: str = "validate_applications"
    counts: MemorySourceCounts = field(default_factory=MemorySourceCounts)
    claims_share: float = 0.5
    applications_per_hour: int = 0
    partners: MemoryPartners = field(init=False)

    def __post_init__(self) -> None:
        self.partners = MemoryPartners(self.store)

    @property
    def known_partners(self) -> KnownPartners:
        return KnownPartners(self.partners, lambda: NOON)

    @property
    def runtime(self) -> Runtime:
        settings = settings_of(self.name)
        return Runtime(
            decider=self.decider or Decider(self.registry),
            requests=self.registry.requests,
            store=self.store,
            partners=self.known_partners,
            limits=Limits(self.counts, self.claims_share, self.applications_per_hour),
            bus=self.bus,
            logger=build_logger(settings),
            metrics=Metrics(settings),
        )

    def receive(self, *records: dict[str, Any], runtime: Runtime | None = None) -> list[str]:
        """The ids of the messages that have to come again."""
        event = ApplicationsBatch.model_validate(batch_of(*records))
        return handler(event, runtime or self.runtime, NOON).failed_ids

    def current_decision(self, application_id: str, source: str = PARTNER) -> Decision:
        decision = self.store.get(source, application_id)
        assert decision is not None
        return decision

    @property
    def published(self) -> list[Event]:
        return self.bus.events


@pytest.fixture
def service() -> Service:
    return Service()


def message(application_id: str, fields: dict[str, Any], **record: Any) -> dict[str, Any]:
    record.setdefault("message_id", f"m-{application_id}")
    return application_record({"application_id": application_id, **fields}, **record)


class TestAnswers:
    def test_a_listed_library_is_validated_stored_and_published(self, service: Service) -> None:
        assert service.receive(message("A-1", ALDER_FIELDS, correlation_id="order 17")) == []

        decision = service.current_decision("A-1")
        assert decision.decision is Answer.VALIDATED
        assert decision.match is not None
        assert decision.match.fscs_key == "ME0001"
        assert decision.registry_version == service.registry.pointer().active
        (event,) = service.published
        assert event.detail_type == "Library Application Validated"
        assert event.metadata.event_id == decision.event_id
        assert event.metadata.correlation_id == "order 17"

    def test_a_bakery_is_not_validated(self, service: Service) -> None:
        service.receive(message("A-1", BAKERY_FIELDS))

        assert service.current_decision("A-1").decision is Answer.NOT_VALIDATED

    def test_an_application_with_an_unusable_field_is_answered_and_does_not_fail(
        self, service: Service
    ) -> None:
        assert service.receive(message("A-1", ALDER_FIELDS | {"zip": ["04901"]})) == []

        decision = service.current_decision("A-1")
        assert decision.decision is Answer.NEEDS_REVIEW
        assert "INVALID_FIELD" in decision.reason_codes
        assert any("zip" in reason.staff for reason in decision.reasons)

    def test_a_second_application_for_a_claimed_system_needs_review(self, service: Service) -> None:
        service.receive(
            message("A-1", ALDER_FIELDS), message("A-2", ALDER_FIELDS, sender_id="AROAPARTNERTWO:x")
        )

        assert service.current_decision("A-1").decision is Answer.VALIDATED
        second = service.current_decision("A-2", "AROAPARTNERTWO")
        assert second.decision is Answer.NEEDS_REVIEW
        assert second.reason_codes[0] == "SECOND_CLAIMANT"

    def test_the_source_is_the_sender_even_if_the_body_names_another(self, service: Service) -> None:
        service.receive(message("A-1", ALDER_FIELDS | {"source": "AROAPARTNERTWO"}))

        assert service.store.get("AROAPARTNERTWO", "A-1") is None
        assert service.current_decision("A-1").source == PARTNER

    def test_a_batch_is_decided_against_one_version_with_one_pointer_read_and_one_batched_read(
        self, service: Service
    ) -> None:
        runtime = service.runtime
        service.receive(message("A-0", ALDER_FIELDS), runtime=runtime)  # the term statistics are read once
        service.registry.requests.clear()

        service.receive(*(message(f"A-{n}", ALDER_FIELDS) for n in range(1, 11)), runtime=runtime)

        assert service.registry.requests == {"GetItem": 1, "BatchGetItem": 1}
        assert {event.metadata.registry_version for event in service.published} == {
            service.registry.pointer().active
        }


class TestMessagesThatComeAgain:
    def test_one_unreadable_message_among_ten_fails_alone(self, service: Service) -> None:
        records = [message(f"A-{n}", BAKERY_FIELDS) for n in range(9)]
        records.insert(4, application_record("{not json", message_id="poison"))

        assert service.receive(*records) == ["poison"]
        assert len(service.published) == 9

    def test_a_batch_of_unreadable_messages_does_not_read_the_registry(self, service: Service) -> None:
        service.registry.requests.clear()

        failed = service.receive(*(application_record("{", message_id=f"p-{n}") for n in range(3)))

        assert failed == ["p-0", "p-1", "p-2"]
        assert service.registry.requests == {}

    def test_a_message_without_an_id_fails(self, service: Service) -> None:
        assert service.receive(application_record(ALDER_FIELDS, message_id="nameless")) == ["nameless"]

    def test_without_a_registry_every_message_waits(self, service: Service) -> None:
        service.registry = MemoryRegistry()
        records = [
            message("A-1", ALDER_FIELDS),
            application_record("{", message_id="poison"),
            message("A-2", BAKERY_FIELDS),
        ]

        assert set(service.receive(*records)) == {"m-A-1", "poison", "m-A-2"}
        assert service.store == MemoryDecisions()
        assert service.published == []

    def test_waiting_messages_are_decided_when_there_is_a_registry(self, service: Service) -> None:
        service.registry = MemoryRegistry()
        service.receive(message("A-1", ALDER_FIELDS))
        service.registry = registry_of(NEWEST)

        assert service.receive(message("A-1", ALDER_FIELDS)) == []
        assert service.current_decision("A-1").decision is Answer.VALIDATED

    def test_no_application_is_decided_if_the_registry_returns_only_some_of_the_postings(
        self, service: Service
    ) -> None:
        class ThrottledRegistry(MemoryRegistry):
            def postings(self, *_: Any, **__: Any) -> dict[str, bytes]:
                raise RegistryError("the table is throttled")

        throttled = ThrottledRegistry()
        throttled.__dict__.update(registry_of(NEWEST).__dict__)
        service.registry = throttled

        assert service.receive(message("A-1", ALDER_FIELDS)) == ["m-A-1"]
        assert service.store == MemoryDecisions()

    def test_a_decision_that_cannot_be_stored_fails_alone(self, service: Service) -> None:
        class RefusingStore(MemoryDecisions):
            def record(self, decision: Decision, replacing: Decision | None, **options: Any) -> RecordResult:
                if decision.application_id == "A-2":
                    raise CaseworkUnavailable("store a decision", "throttled")
                return super().record(decision, replacing, **options)

        service.store = RefusingStore()

        assert service.receive(*(message(f"A-{n}", BAKERY_FIELDS) for n in (1, 2, 3))) == ["m-A-2"]
        assert [event.data.application_id for event in service.published] == ["A-1", "A-3"]

    def test_an_application_that_causes_an_unexpected_error_fails_alone_and_is_not_quoted(
        self, service: Service, capsys: pytest.CaptureFixture[str]
    ) -> None:
        service.name = "defects of a test"

        class DefectiveDecider(Decider):
            def decide(
                self,
                submissions: Sequence[Submission],
                now: datetime,
                cause: Cause = SUBMISSION,
            ) -> list[Decision]:
                if any(submission.application.name == "Defect" for submission in submissions):
                    raise ValueError("cannot divide Defect")
                return super().decide(submissions, now, cause)

        service.decider = DefectiveDecider(service.registry)
        records = [message(f"A-{n}", BAKERY_FIELDS) for n in range(10)]
        records[3] = message("A-3", BAKERY_FIELDS | {"name": "Defect"})

        assert service.receive(*records) == ["m-A-3"]
        assert len(service.published) == 9
        assert "cannot divide" not in capsys.readouterr().out

    def test_no_message_fails_if_the_bus_refuses_every_event(self, service: Service) -> None:
        service.bus.down = True

        assert service.receive(message("A-1", ALDER_FIELDS)) == []
        assert service.store.marked == {service.current_decision("A-1").event_id}


class TestOrder:
    def test_two_messages_of_one_application_are_decided_in_the_order_in_which_they_were_sent(
        self, service: Service
    ) -> None:
        newer = message("A-1", ALDER_FIELDS, message_id="newer", sent_ms=NOON_MS + 5_000)
        older = message("A-1", BAKERY_FIELDS, message_id="older", sent_ms=NOON_MS)

        assert service.receive(newer, older) == []

        assert [event.data.decision for event in service.published] == ["not_validated", "validated"]
        assert service.current_decision("A-1").decision is Answer.VALIDATED

    def test_an_older_message_that_arrives_late_is_answered_with_the_current_decision(
        self, service: Service
    ) -> None:
        service.receive(message("A-1", ALDER_FIELDS, sent_ms=NOON_MS + 5_000))

        assert service.receive(message("A-1", BAKERY_FIELDS, sent_ms=NOON_MS)) == []

        current = service.current_decision("A-1")
        assert current.decision is Answer.VALIDATED
        assert [event.metadata.event_id for event in service.published] == [current.event_id] * 2
        assert len(service.store.history(PARTNER, "A-1")) == 2

    def test_a_message_that_comes_three_times_makes_one_decision_and_one_event(
        self, service: Service
    ) -> None:
        for _ in range(3):
            assert service.receive(message("A-1", ALDER_FIELDS)) == []

        assert len(service.store.history(PARTNER, "A-1")) == 1
        assert len(service.published) == 1

    def test_a_redelivery_after_a_new_release_keeps_the_first_answer(self, service: Service) -> None:
        service.receive(message("A-1", ALDER_FIELDS))
        before = service.current_decision("A-1")
        service.registry = registry_of(release((EAST_CORAL, WEST_CORAL, ALDER_ELSEWHERE), fiscal_year=2023))

        assert service.receive(message("A-1", ALDER_FIELDS)) == []
        assert service.current_decision("A-1") == before


class TestLogsAndMetrics:
    def test_logs_have_ids_and_reasons_and_no_words_of_the_applicant(
        self, service: Service, capsys: pytest.CaptureFixture[str]
    ) -> None:
        service.name = "logs of a test"  # a new logger, with the present output stream
        person = {"contact_name": "Ada Lovelace", "email": "ada@example.org"}
        service.receive(
            message("A-1", ALDER_FIELDS | person, correlation_id="order 17"),
            message("A-2", BAKERY_FIELDS | person | {"zip": ["75001"]}),
            application_record(
                '{"contact_name": "Ada Lovelace", "email": ada@example.org}', message_id="poison"
            ),
        )

        written = capsys.readouterr().out
        assert written
        for text in ("Alder", "North Fork", "Rolling", "Crust", "04901", "Ada", "ada@"):
            assert text not in written
        lines = {line["message_id"]: line for line in map(json.loads, written.splitlines())}
        assert lines["m-A-1"]["application_id"] == "A-1"
        assert lines["m-A-1"]["correlation_id"] == "order 17"
        assert lines["m-A-1"]["reason_codes"][0] == "MATCH"
        assert lines["poison"]["level"] == "ERROR"

    def test_metrics_count_answers_and_never_name_an_application(
        self, service: Service, capsys: pytest.CaptureFixture[str]
    ) -> None:
        runtime = service.runtime
        service.receive(
            message("A-1", ALDER_FIELDS),
            message("A-1", ALDER_FIELDS, message_id="again"),
            message("A-2", BAKERY_FIELDS),
            application_record("{", message_id="poison"),
            runtime=runtime,
        )
        capsys.readouterr()

        runtime.metrics.flush()

        written = capsys.readouterr().out
        counted = [json.loads(line) for line in written.splitlines()]
        decided = {
            line["decision"]: line["ApplicationsDecided"] for line in counted if "ApplicationsDecided" in line
        }
        assert decided == {"validated": [1.0], "not_validated": [1.0]}
        assert sum(line.get("ApplicationsUnreadable", [0])[0] for line in counted) == 1
        assert sum(line.get("EventsPublished", [0])[0] for line in counted) == 2
        assert "A-1" not in written


_TELLING = (
    "Alder Point|Lbrary|Friends of|Briar Cnty Lib|ME|Maine|04901-1234|(207) 555-0101 x5|12 North Fork Road|"
    "PO Box 12|ME0001|VT0001-002|1|-|&|%#/\\'\""
)
_LONG = [character * 300 for character in ("\ufdfa", "\U0001f4da", "0")]
WRITTEN = st.text(max_size=40) | st.sampled_from([*_TELLING.split("|"), *_LONG])


@example([{"name": "B", "fscs_id": "ME0001"}])
@hypothesis_settings(max_examples=60, deadline=None)
@given(st.lists(st.fixed_dictionaries({}, optional=dict.fromkeys(FIELDS, WRITTEN)), min_size=1, max_size=4))
def test_an_application_with_any_text_is_answered(applications: list[dict[str, str]]) -> None:
    service = Service()

    failed = service.receive(*(message(f"A-{n}", fields) for n, fields in enumerate(applications)))

    assert failed == []
    assert len(service.published) == len(applications)
