"""The current decisions in a ``DecisionStore``: their shards, notices and claims."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

import pytest

from library_validator.decisions.answer import Answer
from library_validator.decisions.decision import SHARDS, Cause, Decision, Holder, shard_of
from library_validator.decisions.store import ClaimedByAnother, DecisionStore, Recorded
from tests.builders.decisions import NOON, PARTNER, decision_of, submission_of
from tests.contract.conftest import CaseworkStores


@pytest.fixture
def store(casework: CaseworkStores) -> DecisionStore:
    return casework.decisions


def application_ids_in_shard(shard: int, many: int) -> list[str]:
    """Ids of applications of ``PARTNER`` in ``shard``."""
    ids = (f"A-{number}" for number in range(10_000))
    return [name for name in ids if shard_of(PARTNER, name) == shard][:many]


def decision_with_end(
    application_id: str, valid_until: datetime | None, fscs_key: str = "AK0001"
) -> Decision:
    answer = Answer.VALIDATED if valid_until else Answer.NEEDS_REVIEW
    decision = decision_of(submission_of(application_id), answer, fscs_key=fscs_key)
    return decision.model_copy(update={"valid_until": valid_until})


def pages_of_shard(
    store: DecisionStore, shard: int, limit: int, until: datetime | None = None
) -> list[list[str]]:
    found, cursor = [], None
    while True:
        page = store.current_page(shard, cursor, limit, ending_before=until)
        found.append([decision.application_id for decision in page.decisions])
        cursor = page.cursor
        if cursor is None:
            return [page for page in found if page]


def test_the_shards_hold_every_current_decision_once(store: DecisionStore) -> None:
    for number in range(40):
        store.record(decision_of(submission_of(f"A-{number}"), Answer.NEEDS_REVIEW), replacing=None)

    found = [name for shard in range(SHARDS) for page in pages_of_shard(store, shard, 3) for name in page]

    assert sorted(found) == sorted(f"A-{number}" for number in range(40))


def test_the_decisions_of_a_shard_are_ordered_by_their_end(store: DecisionStore) -> None:
    ids = application_ids_in_shard(3, 4)
    for application_id, days in zip(ids, (30, None, 10, 20), strict=True):
        ends = NOON + timedelta(days=days) if days else None
        store.record(decision_with_end(application_id, ends, fscs_key=f"AK{days or 0:04}"), replacing=None)

    assert pages_of_shard(store, 3, 2) == [[ids[2], ids[3]], [ids[0], ids[1]]]
    assert pages_of_shard(store, 3, 2, NOON + timedelta(days=20)) == [[ids[2]]]
    assert pages_of_shard(store, 3, 2, NOON + timedelta(days=9)) == []


def test_the_next_page_begins_after_the_last_decision_even_if_that_decision_moved(
    store: DecisionStore,
) -> None:
    ids = sorted(application_ids_in_shard(5, 4))
    for position, application_id in enumerate(ids):
        store.record(
            decision_with_end(application_id, NOON + timedelta(days=position + 1), f"AK000{position}"),
            replacing=None,
        )
    first = store.current_page(5, None, 2)

    renewed = first.decisions[1].model_copy(
        update={"event_id": UUID(int=1), "valid_until": NOON + timedelta(days=400)}
    )
    store.record(renewed, replacing=first.decisions[1])
    rest = [decision.application_id for decision in store.current_page(5, first.cursor, 10).decisions]

    assert rest == [ids[2], ids[3], ids[1]]


def test_a_page_has_only_the_current_decision_of_an_application(store: DecisionStore) -> None:
    first = decision_of(submission_of(), Answer.NEEDS_REVIEW)
    second = decision_of(submission_of(), Answer.NOT_VALIDATED, cause=Cause(kind="registry", detail="2@t"))
    store.record(first, replacing=None)
    store.record(second, replacing=first)

    assert store.current_page(shard_of(PARTNER, "A-1"), None, 10).decisions == (second,)


def test_the_notice_of_a_decision_is_noted_until_the_decision_is_replaced(store: DecisionStore) -> None:
    shard = shard_of(PARTNER, "A-1")
    first = decision_with_end("A-1", NOON + timedelta(days=20))
    store.record(first, replacing=None)

    store.note_notice(first, 30)
    assert store.current_page(shard, None, 10).notified == {str(first.event_id): 30}

    second = first.model_copy(update={"event_id": UUID(int=2)})
    store.record(second, replacing=first)
    store.note_notice(first, 7)
    assert store.current_page(shard, None, 10).notified == {}


def test_a_validated_decision_that_takes_no_claim_is_stored_although_the_system_is_claimed(
    store: DecisionStore,
) -> None:
    holder = decision_of(submission_of("A-1"))
    beside = decision_of(submission_of("A-2"))
    store.record(holder, replacing=None)
    assert isinstance(store.record(beside, replacing=None), ClaimedByAnother)

    assert store.record(beside, replacing=None, claim=False) == Recorded()

    third = store.record(decision_of(submission_of("A-3")), replacing=None)
    assert isinstance(third, ClaimedByAnother)
    assert third.application_id == "A-1"


def test_an_application_without_a_claim_does_not_release_the_claim_of_another(store: DecisionStore) -> None:
    store.record(decision_of(submission_of("A-1")), replacing=None)
    beside = decision_of(submission_of("A-2"))
    store.record(beside, replacing=None, claim=False)

    gone = decision_of(submission_of("A-2"), Answer.NOT_VALIDATED, cause=Cause(kind="registry", detail="2"))
    assert store.record(gone, replacing=beside) == Recorded()

    assert isinstance(store.record(decision_of(submission_of("A-3")), None), ClaimedByAnother)


def test_a_holder_that_is_recorded_without_a_claim_keeps_its_claim(store: DecisionStore) -> None:
    first = decision_of(submission_of("A-1"))
    store.record(first, replacing=None)
    again = decision_of(submission_of("A-1"), cause=Cause(kind="registry", detail="2"))

    store.record(again, replacing=first, claim=False)

    assert isinstance(store.record(decision_of(submission_of("A-2")), None), ClaimedByAnother)


def test_a_holder_that_is_validated_as_a_claimed_system_releases_its_own_claim(store: DecisionStore) -> None:
    first = decision_of(submission_of("A-1"), fscs_key="AK0001")
    store.record(first, replacing=None)
    store.record(decision_of(submission_of("A-2"), fscs_key="AK0002"), replacing=None)
    merged = decision_of(submission_of("A-1"), fscs_key="AK0002", cause=Cause(kind="registry", detail="2"))

    store.record(merged, replacing=first, claim=False)

    assert store.record(decision_of(submission_of("A-3"), fscs_key="AK0001"), None) == Recorded()


def test_the_holder_of_a_claim_is_found_by_the_fscs_key(store: DecisionStore) -> None:
    first = decision_of(submission_of("A-1"), fscs_key="AK0001")
    store.record(first, replacing=None)

    assert store.holder_of("AK0001") == Holder(source=PARTNER, application_id="A-1")
    assert store.holder_of("AK0002") is None

    gone = decision_of(submission_of("A-1"), Answer.NOT_VALIDATED, cause=Cause(kind="policy", detail="2"))
    store.record(gone, replacing=first)
    assert store.holder_of("AK0001") is None
