"""Which of two submissions of one application is newer, and how late messages and resends are answered."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

import pytest

from library_validator.adapters.memory.decisions import MemoryDecisions
from library_validator.adapters.memory.event_bus import MemoryEventBus
from library_validator.decisions.answer import Answer
from library_validator.decisions.decision import Cause, Decision, Submission
from library_validator.decisions.order import is_newer
from library_validator.decisions.recording import StoredDecision, record, record_all
from tests.builders.decisions import (
    OTHER_PARTNER,
    PARTNER,
    decider_without_registry,
    decision_of,
    minutes_after_noon,
    submission_of,
)

HUGE: Final = 10**18 - 1
DECIDER: Final = decider_without_registry()


def sent(minute: float, name: str = "Anytown", revision: int | None = None) -> Submission:
    return submission_of(name=name, revision=revision, sent_at=minutes_after_noon(minute))


@dataclass
class Service:
    """Messages of one application arrive, each in a batch of its own."""

    store: MemoryDecisions = field(default_factory=MemoryDecisions)
    bus: MemoryEventBus = field(default_factory=MemoryEventBus)

    def receive(
        self, submission: Submission, answer: Answer = Answer.NEEDS_REVIEW, fscs_key: str = "AK0001"
    ) -> StoredDecision:
        decision = decision_of(submission, answer, fscs_key=fscs_key)
        ((result,), _) = record_all([decision], self.store, self.bus, DECIDER)
        assert isinstance(result, StoredDecision)
        return result

    @property
    def current(self) -> Decision:
        decision = self.store.get(PARTNER, "A-1")
        assert decision is not None
        return decision

    @property
    def published(self) -> list[str]:
        """The names in the published answers, in order."""
        by_id = {
            decision.event_id: decision
            for decisions in self.store.decisions.values()
            for decision in decisions.values()
        }
        return [by_id[event.metadata.event_id].application.name for event in self.bus.events]


@pytest.fixture
def service() -> Service:
    return Service()


class TestOrder:
    def test_the_revision_orders_two_submissions_that_have_one(self) -> None:
        assert is_newer(sent(0, revision=2), sent(5, revision=1))
        assert not is_newer(sent(5, revision=1), sent(0, revision=2))
        assert is_newer(sent(5, revision=1), sent(0, revision=1))

    @pytest.mark.parametrize(("first", "second"), [(None, 7), (7, None), (None, None)])
    def test_the_sent_time_orders_them_if_one_of_them_has_no_revision(
        self, first: int | None, second: int | None
    ) -> None:
        assert is_newer(sent(5, revision=first), sent(0, revision=second))
        assert not is_newer(sent(0, revision=first), sent(5, revision=second))

    def test_a_message_without_a_revision_replaces_a_revision_that_was_sent_before_it(
        self, service: Service
    ) -> None:
        service.receive(sent(0, "First", revision=7))

        assert service.receive(sent(1, "Second")).how == "recorded"

        assert service.published == ["First", "Second"]

    def test_a_huge_revision_blocks_an_application_only_until_a_message_without_one(
        self, service: Service
    ) -> None:
        service.receive(sent(0, "Wrong", revision=HUGE))
        assert service.receive(sent(1, "Right", revision=8)).how == "late"

        assert service.receive(sent(2, "Right")).how == "recorded"
        assert service.receive(sent(3, "Later", revision=9)).how == "recorded"

        assert service.current.application.name == "Later"

    def test_a_dead_letter_with_an_unknown_first_time_replaces_no_current_decision(
        self, service: Service
    ) -> None:
        moved = sent(9, "Old").model_copy(update={"order_time": datetime(1970, 1, 1, tzinfo=UTC)})
        service.receive(sent(0, "Current"))

        assert service.receive(moved).how == "late"

        assert service.published == ["Current", "Current"]

    def test_revisions_order_also_a_dead_letter_with_an_unknown_first_time(self, service: Service) -> None:
        moved = sent(9, "New", revision=2).model_copy(update={"order_time": datetime(1970, 1, 1, tzinfo=UTC)})
        service.receive(sent(0, "Old", revision=1))

        assert service.receive(moved).how == "recorded"


class TestLateMessages:
    def test_a_late_message_is_kept_and_answered_with_the_current_decision(self, service: Service) -> None:
        newer = service.receive(sent(5, "Newer"))

        late = service.receive(sent(1, "Older"))

        assert (late.how, late.answer) == ("late", newer.decision)
        assert service.current == newer.decision
        assert [decision.application.name for decision in service.store.history(PARTNER, "A-1")] == [
            "Older",
            "Newer",
        ]
        assert [event.metadata.event_id for event in service.bus.events] == [newer.decision.event_id] * 2
        assert service.store.marked == set()

    def test_a_redelivered_late_message_changes_nothing(self, service: Service) -> None:
        service.receive(sent(5, "Newer"))
        service.receive(sent(1, "Older"))

        assert service.receive(sent(1, "Older")).how == "already_decided"

        assert service.published == ["Newer", "Newer"]

    def test_the_sweeper_finds_the_answer_to_a_late_message_after_a_crash(self, service: Service) -> None:
        newer = service.receive(sent(5, "Newer"))

        record(decision_of(sent(1, "Older")), service.store, DECIDER)  # the process ends here

        assert [*service.store.unpublished_decisions(minutes_after_noon(60))] == [newer.decision]

    def test_an_older_message_that_meets_a_newer_decision_while_it_is_stored_is_answered_with_that_decision(
        self,
    ) -> None:
        newest = decision_of(sent(9, "Newest"), Answer.NEEDS_REVIEW)

        class OvertakenDecisions(MemoryDecisions):
            """Before the late decision is stored, another worker stores the newest one."""

            def record_late(self, decision: Decision, current: Decision):  # type: ignore[no-untyped-def]
                if current.event_id != newest.event_id:
                    record(newest, self, DECIDER)
                return super().record_late(decision, current)

        service = Service(OvertakenDecisions())
        service.receive(sent(5, "Newer"))

        assert service.receive(sent(1, "Older")).answer == newest
        assert service.published[-1] == "Newest"


class TestResends:
    def test_a_b_and_a_again_ends_with_a_under_a_cause_that_names_b(self, service: Service) -> None:
        service.receive(sent(0, "A"))
        replaced = service.receive(sent(1, "B")).decision

        again = service.receive(sent(2, "A"))

        assert again.how == "recorded"
        assert service.current == again.decision
        assert again.decision.cause == Cause(kind="submission", detail=str(replaced.event_id))
        assert again.decision.before is None
        assert service.published == ["A", "B", "A"]
        assert len({event.metadata.event_id for event in service.bus.events}) == 3

    def test_a_redelivery_of_the_third_message_changes_nothing(self, service: Service) -> None:
        for minute, name in enumerate("ABA"):
            service.receive(sent(minute, name))
        current = service.current

        for minute, name in enumerate("ABA"):
            assert service.receive(sent(minute, name)).how == "already_decided"

        assert service.current == current
        assert service.published == ["A", "B", "A"]

    def test_an_application_can_change_back_and_forth(self, service: Service) -> None:
        for minute, name in enumerate("ABABAB"):
            assert service.receive(sent(minute, name)).how == "recorded"

        assert service.published == [*"ABABAB"]
        assert len({event.metadata.event_id for event in service.bus.events}) == 6

    def test_a_resend_that_is_older_than_the_current_decision_is_answered_with_it(
        self, service: Service
    ) -> None:
        service.receive(sent(0, "A"))
        service.receive(sent(9, "B"))

        late = service.receive(sent(5, "A"))

        assert (late.how, late.answer) == ("late", service.current)
        assert service.published == ["A", "B", "B"]

    def test_an_unchanged_resend_of_the_current_decision_makes_no_event(self, service: Service) -> None:
        first = service.receive(sent(0, "A"))

        again = service.receive(sent(5, "A"))

        assert (again.how, again.decision) == ("already_decided", first.decision)
        assert service.published == ["A"]

    def test_an_older_message_that_comes_after_such_a_resend_is_late(self, service: Service) -> None:
        service.receive(sent(0, "A"))
        service.receive(sent(5, "A"))

        assert service.receive(sent(3, "B")).how == "late"

        assert service.current.application.name == "A"

    def test_an_unchanged_resend_after_another_registry_went_live_makes_no_event(
        self, service: Service
    ) -> None:
        first = service.receive(sent(0, "A")).decision
        renewed = decision_of(sent(0, "A"), cause=Cause(kind="registry", detail="2023.1.ffff@x"))
        service.store.record(renewed, first)

        again = service.receive(sent(5, "A"))

        assert (again.how, again.decision.event_id) == ("already_decided", renewed.event_id)
        assert service.published == ["A"]

    def test_the_library_that_a_squatter_kept_waiting_is_validated_when_it_sends_again(
        self, service: Service
    ) -> None:
        squatter = submission_of("S-1", source=OTHER_PARTNER)
        service.receive(squatter, Answer.VALIDATED)
        assert service.receive(sent(1), Answer.VALIDATED).decision.decision is Answer.NEEDS_REVIEW
        service.receive(
            submission_of("S-1", source=OTHER_PARTNER, name="Gone", sent_at=minutes_after_noon(2)),
            Answer.NOT_VALIDATED,
        )
        waiting = service.current

        again = service.receive(sent(3), Answer.VALIDATED)

        assert again.decision.decision is Answer.VALIDATED
        assert again.decision.cause.detail == str(waiting.event_id)
        assert service.receive(sent(3), Answer.VALIDATED).how == "already_decided"
        assert service.current == again.decision
        assert service.bus.events[-1].metadata.event_id == again.decision.event_id

    def test_while_the_squatter_holds_the_claim_an_unchanged_resend_makes_no_event(
        self, service: Service
    ) -> None:
        service.receive(submission_of("S-1", source=OTHER_PARTNER), Answer.VALIDATED)
        service.receive(sent(1), Answer.VALIDATED)
        events = len(service.bus.events)

        assert service.receive(sent(3), Answer.VALIDATED).how == "already_decided"

        assert len(service.bus.events) == events


class CountedDecisions(MemoryDecisions):
    """Counts the requests to the store."""

    def __getattribute__(self, name: str) -> object:
        if name in {"record", "record_late", "answer_again", "note_resend", "get", "holder_of"}:
            CALLS.append(name)
        return super().__getattribute__(name)


CALLS: Final[list[str]] = []


def test_a_new_application_costs_one_request_and_a_redelivery_too() -> None:
    service = Service(CountedDecisions())
    CALLS.clear()

    record(decision_of(sent(0)), service.store, DECIDER)
    assert CALLS.count("record") == 1
    CALLS.clear()
    record(decision_of(sent(0)), service.store, DECIDER)

    assert CALLS == ["record"]


def random_submissions(random_source: random.Random, *, mixed: bool) -> list[Submission]:
    """Submissions of one application, each sent a minute after the last. Revisions, if any, only rise."""
    revisions = random_source.random() < 0.5
    return [
        sent(
            minute,
            random_source.choice("ABC"),
            minute if revisions and not (mixed and random_source.random() < 0.4) else None,
        )
        for minute in range(random_source.randint(2, 7))
    ]


@pytest.mark.parametrize("mixed", [False, True], ids=["all or none with a revision", "some with a revision"])
@pytest.mark.parametrize("seed", range(300))
def test_in_whatever_order_messages_arrive_the_newest_becomes_current_and_each_is_answered(
    seed: int, *, mixed: bool
) -> None:
    random_source, service = random.Random(f"{seed} {mixed}"), Service()
    submissions = random_submissions(random_source, mixed=mixed)
    deliveries = submissions + random_source.choices(submissions, k=random_source.randint(0, 5))
    random_source.shuffle(deliveries)

    for position, submission in enumerate(deliveries):
        events = len(service.bus.events)
        result = service.receive(submission)
        answered = [event.metadata.event_id for event in service.bus.events[events:]]
        if result.how == "already_decided":
            assert not answered
            decided_before = {each.identity for each in deliveries[:position]}
            assert submission.identity in decided_before
        else:
            assert answered == [service.current.event_id]

    assert service.current.submission.identity == submissions[-1].identity
    assert service.current.effective_time == submissions[-1].sent_at
    assert service.store.marked == set()
    assert service.bus.events[-1].metadata.event_id == service.current.event_id
