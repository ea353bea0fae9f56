"""The contract of ``ErasureStore``: each test runs in memory and on moto's DynamoDB."""

from __future__ import annotations

from datetime import date, timedelta

from library_validator.casework.erasing import ErasureRecord
from library_validator.decisions.answer import Answer
from library_validator.decisions.decision import Cause, Decision, Erasure
from library_validator.decisions.erased import erased_decision, erased_override
from library_validator.decisions.store import ClaimedByAnother, CurrentDecisionChanged, Recorded
from tests.builders.decisions import (
    NOON,
    OTHER_PARTNER,
    PARTNER,
    decision_of,
    minutes_after_noon,
    submission_of,
)
from tests.contract.conftest import CaseworkStores
from tests.contract.test_override_store import override_of

ERASURE = Erasure(at=minutes_after_noon(50), by="somebody")


def recorded(casework: CaseworkStores, decision: Decision, replacing: Decision | None = None) -> Decision:
    assert casework.decisions.record(decision, replacing) == Recorded()
    return decision


def in_current_pages(casework: CaseworkStores, decision: Decision) -> bool:
    return decision.event_id in {
        found.event_id for found in casework.decisions.current_page(decision.shard, None, 10).decisions
    }


def test_an_application_that_ended_is_read_erased_and_is_no_current_work(casework: CaseworkStores) -> None:
    decision = recorded(casework, decision_of(submission_of()))
    assert in_current_pages(casework, decision)

    for _ in range(2):
        assert casework.erasures.end_current(decision, ERASURE)

    assert casework.decisions.get(PARTNER, "A-1") == erased_decision(decision, ERASURE)
    assert not in_current_pages(casework, decision)


def test_a_decision_that_is_not_current_any_more_does_not_end_the_application(
    casework: CaseworkStores,
) -> None:
    first = recorded(casework, decision_of(submission_of()))
    second = recorded(casework, decision_of(submission_of(sent_at=minutes_after_noon(1), zip="99501")), first)

    assert not casework.erasures.end_current(first, ERASURE)

    assert casework.decisions.get(PARTNER, "A-1") == second
    assert in_current_pages(casework, second)


def test_only_a_writer_that_knows_the_erased_decision_replaces_it(casework: CaseworkStores) -> None:
    decision = recorded(casework, decision_of(submission_of()))
    casework.erasures.end_current(decision, ERASURE)
    cause = Cause(kind="registry", detail="another")

    # A worker read the decision before its texts were erased.
    again = decision_of(submission_of(), Answer.NEEDS_REVIEW, cause=cause)
    erased = erased_decision(decision, ERASURE)
    assert casework.decisions.record(again, decision) == CurrentDecisionChanged(erased)

    new = recorded(casework, decision_of(submission_of(sent_at=minutes_after_noon(60), zip="1")), erased)
    assert casework.decisions.get(PARTNER, "A-1") == new
    assert in_current_pages(casework, new)


def test_a_rewritten_decision_keeps_its_place_and_its_mark(casework: CaseworkStores) -> None:
    decision = recorded(casework, decision_of(submission_of()))
    erased = erased_decision(decision, ERASURE)

    for _ in range(2):
        casework.erasures.rewrite_decision(erased)

    assert casework.decisions.history(PARTNER, "A-1") == [erased]
    assert list(casework.decisions.unpublished_decisions(minutes_after_noon(10))) == [erased]
    assert list(casework.decisions.recent_decisions(NOON)) == [erased]


def test_a_claim_is_given_back_by_its_holder_only(casework: CaseworkStores) -> None:
    decision = recorded(casework, decision_of(submission_of()))
    other = decision_of(submission_of("B-1", source=OTHER_PARTNER))
    assert isinstance(casework.decisions.record(other, None), ClaimedByAnother)

    assert not casework.erasures.give_back_claim(other)
    assert not casework.erasures.give_back_claim(decision_of(submission_of("C-1"), Answer.NOT_VALIDATED))
    assert casework.decisions.holder_of("AK0001")

    assert casework.erasures.give_back_claim(decision)
    assert not casework.erasures.give_back_claim(decision)
    assert casework.decisions.holder_of("AK0001") is None


def test_a_rewritten_override_keeps_its_place(casework: CaseworkStores) -> None:
    first, second = override_of(1), override_of(2)
    casework.overrides.append(first)
    casework.overrides.append(second)

    casework.erasures.rewrite_override(erased_override(first))

    assert casework.overrides.of_application(PARTNER, "A-1") == [erased_override(first), second]


def test_records_of_erasures_are_kept_oldest_first(casework: CaseworkStores) -> None:
    made = [
        ErasureRecord(
            source=PARTNER,
            application_id="A-1",
            at=minutes_after_noon(minute),
            by="somebody",
            reason="asked by letter",
            decisions=2,
            overrides=minute,
        )
        for minute in (1, 2)
    ]
    for record in made:
        casework.erasures.append(record)

    assert casework.erasures.records(PARTNER, "A-1") == made
    assert casework.erasures.records(OTHER_PARTNER, "A-1") == []


def test_the_decisions_of_a_day_are_read_page_by_page_with_the_late_ones(casework: CaseworkStores) -> None:
    today = [
        recorded(casework, decision_of(submission_of(f"A-{number}"), Answer.NOT_VALIDATED))
        for number in range(5)
    ]
    late = decision_of(submission_of("A-1", sent_at=minutes_after_noon(-60), zip="1"), Answer.NOT_VALIDATED)
    casework.decisions.record_late(late, today[1])
    tomorrow = submission_of("A-9", sent_at=NOON + timedelta(days=1))
    recorded(casework, decision_of(tomorrow, Answer.NOT_VALIDATED))

    found, cursor, pages = set(), None, 0
    while pages == 0 or cursor:
        page = casework.erasures.decided_on(NOON.date(), cursor, 2)
        found |= {decision.event_id for decision in page.decisions}
        cursor, pages = page.cursor, pages + 1

    assert found == {decision.event_id for decision in [*today, late]}
    assert pages >= 3
    assert casework.erasures.decided_on(date(2026, 1, 1), None, 10).decisions == ()


def test_the_place_of_the_retention_task_never_goes_back(casework: CaseworkStores) -> None:
    assert casework.erasures.looked_at_through() is None
    for day in (2, 3, 1):
        casework.erasures.note_looked_at(date(2026, 11, day))
    assert casework.erasures.looked_at_through() == date(2026, 11, 3)
