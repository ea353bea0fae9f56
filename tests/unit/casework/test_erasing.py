"""Erasing one application, and erasing after a time, on the service in memory."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest

from library_validator.adapters.memory.erasures import MemoryErasures
from library_validator.casework.erasing import (
    ErasureResult,
    ErasureStores,
    erase,
    erase_application,
    texts_of,
)
from library_validator.casework.overriding import Ruling, carry_out, propose
from library_validator.casework.retention import Retention, erase_what_is_due
from library_validator.casework.tasks import Task, TaskResult
from library_validator.decisions.answer import Answer
from library_validator.decisions.decision import Decision, Erasure
from library_validator.errors import ApplicationUnknown, ErasureRefused, OverrideRefused, WordsRefused
from tests.builders.applicants import ALDER_FIELDS, EAST_FIELDS, JUNIPER_FIELDS
from tests.builders.decisions import PARTNER
from tests.unit.casework.world import WatchedPort, World, release_of

NOT_LISTED: dict[str, Any] = {
    "name": "Tremaine Reading Friends",
    "street": "77 Quibble Lane",
    "city": "Zanzibar Falls",
    "state": "ME",
    "zip": "04999",
    "phone": "207-555-0177",
    "website": "https://tremaine.example",
}
WHY = "the applicant asked for it by letter"


@dataclass
class Service(World):
    erasures: MemoryErasures = field(init=False)

    def __post_init__(self) -> None:
        super().__post_init__()
        self.erasures = MemoryErasures(self.decisions, self.overrides)
        self.activate(release_of(2022))

    @property
    def stores(self) -> ErasureStores:
        return ErasureStores(self.decisions, self.overrides, self.erasures)

    def erase(self, application_id: str, reason: str = WHY) -> ErasureResult:
        texts = texts_of(PARTNER, application_id, self.stores)
        return erase(texts, "dana", reason, self.stores, self.now())

    def override(self, application_id: str, answer: Answer, words: str) -> Decision:
        code = {"validated": "CONFIRMED_BY_PHONE", "not_validated": "NOT_THE_LIBRARY"}[answer.value]
        ruling = Ruling(PARTNER, application_id, answer, code, words, "dana")
        proposal = propose(ruling, self.decisions, self.overrides, self.decider, self.now())
        return carry_out(proposal, self.decisions, self.overrides, self.bus).decision

    def retain(self, days: int, time_left: float = 900.0) -> list[TaskResult]:
        """The daily task, and the tasks that follow it."""
        waiting, results = [Task(task="retention")], []
        while waiting:
            retention = Retention(days, self.stores)
            results.append(erase_what_is_due(waiting.pop(), retention, self.now, lambda: time_left))
            waiting += results[-1].follow
        return results

    def is_erased(self, application_id: str) -> bool:
        history = self.decisions.history(PARTNER, application_id)
        kept = {decision.erased is not None for decision in history}
        assert len(kept) == 1, "some decisions of the application are erased and others are not"
        return kept.pop()


@pytest.fixture
def service() -> Service:
    return Service()


class TestErase:
    def test_every_decision_loses_its_texts_and_keeps_its_record(self, service: Service) -> None:
        first = service.submit("A-1", **NOT_LISTED)
        service.submit("A-1", **NOT_LISTED | {"revision": 2, "zip": "not a zip"})

        result = service.erase("A-1")

        assert (result.decisions, result.overrides, result.claim) == (2, 0, None)
        kept = {each.event_id: each for each in service.decisions.history(PARTNER, "A-1")}
        record = kept[first.event_id]
        texts = [text for text in NOT_LISTED.values() if text != "ME"] + ["not a zip"]
        for decision in kept.values():
            stored = decision.model_dump_json()
            assert not [text for text in texts if text.casefold() in stored.casefold()]
            assert decision.erased
            assert decision.erased.by == "dana"
        same = ("event_id", "source", "sent_at", "decided_at", "cause", "decision", "match", "reason_codes")
        for name in (*same, "registry_version", "policy_version", "confidence", "revision"):
            assert getattr(record, name) == getattr(first, name)
        assert record.application_id == "A-1"
        levels = [(each.field, each.level, each.listed, each.bits) for each in record.evidence]
        assert levels == [(each.field, each.level, each.listed, each.bits) for each in first.evidence]

    def test_a_validated_application_gives_back_its_claim_and_is_not_decided_again(
        self, service: Service
    ) -> None:
        assert service.submit("A-1", **EAST_FIELDS).decision is Answer.VALIDATED
        assert service.submit("B-1", **EAST_FIELDS).reason_codes[0] == "SAME_SENDER_AGAIN"

        assert service.erase("A-1").claim == "ME0004"

        list(service.published())
        service.let_days_pass(400)
        service.activate(release_of(2023))
        service.run()
        service.expire()
        erased = service.current("A-1")
        assert (erased.decision, erased.erased is not None) == (Answer.VALIDATED, True)
        assert len(service.decisions.history(PARTNER, "A-1")) == 1
        assert "A-1" not in {getattr(event.data, "application_id", "") for event in service.bus.events}
        assert service.submit("C-1", **EAST_FIELDS).decision is Answer.VALIDATED

    def test_a_redelivery_brings_nothing_back_and_a_resend_is_decided_as_a_new_one(
        self, service: Service
    ) -> None:
        first = service.submit("A-1", **EAST_FIELDS)
        service.erase("A-1")

        redelivered = service.decide(first.submission)
        assert (redelivered.event_id, service.is_erased("A-1")) == (first.event_id, True)
        resent = service.submit("A-1", **EAST_FIELDS)

        assert resent.event_id != first.event_id
        assert (resent.decision, resent.application.name) == (Answer.VALIDATED, EAST_FIELDS["name"])
        assert resent == service.current("A-1")
        assert service.decisions.holder_of("ME0004")
        assert service.erase("A-1").decisions == 1
        assert service.is_erased("A-1")
        assert service.submit("A-1", **EAST_FIELDS).event_id not in (first.event_id, resent.event_id)

    def test_words_of_overrides_go_and_who_overrode_when_stays(self, service: Service) -> None:
        service.submit("A-1", **NOT_LISTED)
        service.override("A-1", Answer.NOT_VALIDATED, "Their letterhead says Tremaine Reading Friends.")

        assert service.erase("A-1").overrides == 1

        (override,) = service.overrides.of_application(PARTNER, "A-1")
        assert (override.words, override.by, override.reason_code) == ("(erased)", "dana", "NOT_THE_LIBRARY")
        assert service.current("A-1").override == override
        # Nobody saw the new submission: unless the rules agree, a person looks at it.
        assert service.submit("A-1", **EAST_FIELDS).decision is Answer.NEEDS_REVIEW

    def test_an_override_of_an_erased_application_cannot_be_withdrawn_but_replaced(
        self, service: Service
    ) -> None:
        service.submit("A-1", **NOT_LISTED)
        service.override("A-1", Answer.NOT_VALIDATED, "It is a bookshop.")
        service.erase("A-1")
        ruling = Ruling(PARTNER, "A-1", Answer.NEEDS_REVIEW, "DECIDED_IN_ERROR", "a mistake", "dana")

        with pytest.raises(OverrideRefused, match="were erased"):
            propose(ruling, service.decisions, service.overrides, service.decider, service.now())

        assert service.override("A-1", Answer.NOT_VALIDATED, "It is a club.").application.name == ""

    def test_an_event_that_was_not_published_goes_out_without_the_texts(self, service: Service) -> None:
        decision = service.submit("A-1", **NOT_LISTED)
        service.decisions.marked.add(decision.event_id)  # as after a crash before the event was published
        service.erase("A-1")

        (waiting,) = service.decisions.unpublished_decisions(service.now())
        assert waiting.event_id == decision.event_id
        assert waiting.erased

    def test_it_leaves_an_audit_entry_with_who_when_and_why(self, service: Service) -> None:
        service.submit("A-1", **NOT_LISTED)
        service.erase("A-1")

        (record,) = service.erasures.records(PARTNER, "A-1")
        assert (record.by, record.reason, record.decisions) == ("dana", WHY, 1)

    def test_what_cannot_be_erased_is_refused_in_a_sentence(self, service: Service) -> None:
        with pytest.raises(ApplicationUnknown):
            service.erase("A-1")
        service.submit("A-1", **NOT_LISTED)
        with pytest.raises(WordsRefused):
            service.erase("A-1", "jane@example.org asked for it")
        assert not service.is_erased("A-1")
        service.erase("A-1")
        with pytest.raises(ErasureRefused, match="nothing to erase"):
            service.erase("A-1")

    def test_an_erasure_that_was_interrupted_is_finished_by_the_same_command(self, service: Service) -> None:
        current = service.submit("A-1", **EAST_FIELDS)
        service.erasures.end_current(current, Erasure(at=service.now(), by="dana"))
        assert service.current("A-1").application.name == ""  # what is left cannot be seen any more

        assert service.erase("A-1").decisions == 1
        assert service.is_erased("A-1")

    def test_a_decision_that_comes_meanwhile_is_erased_as_well(self, service: Service) -> None:
        first = service.submit("A-1", **EAST_FIELDS)
        service.submit("A-1", **EAST_FIELDS | {"zip": ""})

        erase_application(first, Erasure(at=service.now(), by="dana"), service.stores)

        assert service.is_erased("A-1")


class TestRetention:
    def test_only_final_refusals_are_erased_after_the_days(self, service: Service) -> None:
        service.submit("refused", **NOT_LISTED)
        service.submit("validated", **EAST_FIELDS)
        service.submit("waits", **ALDER_FIELDS | {"phone": "", "street": "", "zip": "", "city": ""})
        answers = {name: service.current(name).decision for name in ("refused", "validated", "waits")}
        assert [answer.value for answer in answers.values()] == ["not_validated", "validated", "needs_review"]

        service.let_days_pass(30)
        service.retain(days=30)
        assert not service.is_erased("refused")

        service.let_days_pass(2)
        results = service.retain(days=30)
        assert sum(result.changed for result in results) == 1
        assert [service.is_erased(name) for name in answers] == [True, False, False]
        assert {name: service.current(name).decision for name in answers} == answers
        erased = service.current("refused").erased
        assert erased
        assert erased.by == "retention"

    def test_a_replaced_decision_is_erased_and_the_current_one_stays(self, service: Service) -> None:
        first = service.submit("A-1", **EAST_FIELDS)
        service.let_days_pass(20)
        second = service.submit("A-1", **EAST_FIELDS | {"zip": ""})
        service.let_days_pass(15)
        service.retain(days=30)
        assert not any(each.erased for each in service.decisions.history(PARTNER, "A-1"))

        service.let_days_pass(20)
        service.retain(days=30)

        kept = {each.event_id: each.erased is not None for each in service.decisions.history(PARTNER, "A-1")}
        assert kept == {first.event_id: True, second.event_id: False}
        assert service.decisions.holder_of("ME0004")

    def test_the_work_of_a_day_goes_on_where_it_stopped(self, service: Service) -> None:
        names = [f"A-{number}" for number in range(120)]
        for name in names:
            service.submit(name, **NOT_LISTED)
        service.let_days_pass(40)

        results = service.retain(days=30, time_left=0)

        assert {result.status for result in results} == {"unfinished", "done"}
        assert all(result.checked <= 50 for result in results)
        assert all(service.is_erased(name) for name in names)
        assert [result.checked for result in service.retain(days=30)] == [0]

    def test_an_application_that_was_decided_again_is_not_final(self, service: Service) -> None:
        service.submit("A-1", **NOT_LISTED)
        service.let_days_pass(25)
        service.submit("A-1", **NOT_LISTED | {"zip": "04998"})
        service.let_days_pass(10)

        service.retain(days=30)

        assert service.current("A-1").erased is None
        service.let_days_pass(30)
        service.retain(days=30)
        assert service.is_erased("A-1")

    def test_a_shorter_retention_reaches_the_days_between(self, service: Service) -> None:
        service.submit("old", **NOT_LISTED)
        service.let_days_pass(50)
        service.submit("newer", **JUNIPER_FIELDS | {"name": "Tremaine Reading Friends"})
        service.let_days_pass(50)
        service.retain(days=60)
        assert [service.is_erased(name) for name in ("old", "newer")] == [True, False]
        service.retain(days=10)
        expected = service.current("newer").decision is Answer.NOT_VALIDATED
        assert service.is_erased("newer") is expected is True


@pytest.mark.parametrize("step", range(1, 19))
def test_an_application_that_is_corrected_while_retention_looks_at_it_is_not_erased(
    service: Service, step: int
) -> None:
    decided = service.submit("A-1", **NOT_LISTED)
    service.erasures.note_looked_at(decided.decided_at.date() - timedelta(days=1))
    service.let_days_pass(40)
    steps = 0

    def correct_before_step() -> None:
        nonlocal steps
        steps += 1
        if steps == step:
            service.submit("A-1", **EAST_FIELDS)

    decisions: Any = WatchedPort(service.decisions, correct_before_step)
    erasures: Any = WatchedPort(service.erasures, correct_before_step)
    stores = ErasureStores(decisions, service.overrides, erasures)

    erase_what_is_due(Task(task="retention"), Retention(30, stores), service.now, lambda: 900.0)

    assert service.current("A-1").erased is None
    assert service.current("A-1").application.name == EAST_FIELDS["name"]
    assert service.decisions.holder_of("ME0004")


def test_an_erased_application_is_a_stored_application_of_this_time(service: Service) -> None:
    """Its decision is read from its stored form as any other, and has the event id that partners know."""
    decision = service.submit("A-1", **NOT_LISTED)
    service.erase("A-1")
    stored = service.current("A-1").model_dump_json()
    assert Decision.model_validate_json(stored) == service.current("A-1")
    assert service.current("A-1").event_id == decision.event_id
    assert service.now() - decision.decided_at < timedelta(days=1)
