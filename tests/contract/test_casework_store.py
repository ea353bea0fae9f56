"""What every ``CaseworkStore`` does besides: each test runs in memory and on moto's DynamoDB."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

import boto3
import pytest

from library_validator.adapters.aws.casework_table import CaseworkTable
from library_validator.adapters.memory.casework import MemoryCasework
from library_validator.casework.store import SHARDS, CaseworkStore, ShardProgress, shard_of
from library_validator.decisions.answer import Answer
from library_validator.decisions.decision import Cause, Decision, Holder, Override
from library_validator.decisions.store import ClaimedByAnother, Recorded, Revalidation
from tests.builders.aws_resources import CASEWORK_TABLE, create_casework_table
from tests.builders.decisions import NOON, OTHER_PARTNER, PARTNER, decision_of, minutes, submission_of

ACTIVATION = "2022.1.0123456789ab@2026-11-23T12:00:00+00:00"


@pytest.fixture(params=["memory", "aws"])
def store(request: pytest.FixtureRequest) -> CaseworkStore:
    if request.param == "memory":
        return MemoryCasework()
    request.getfixturevalue("aws")
    dynamodb = boto3.client("dynamodb")
    create_casework_table(dynamodb)
    return CaseworkTable(dynamodb, CASEWORK_TABLE, clock=lambda: minutes(60), sleep=lambda _: None)


def in_shard(shard: int, many: int) -> list[str]:
    """Ids of applications of ``PARTNER`` that lie in ``shard``."""
    ids = (f"A-{number}" for number in range(10_000))
    return [one for one in ids if shard_of(PARTNER, one) == shard][:many]


def ending(application_id: str, valid_until: datetime | None, fscs_key: str = "AK0001") -> Decision:
    answer = Answer.VALIDATED if valid_until else Answer.NEEDS_REVIEW
    decision = decision_of(submission_of(application_id), answer, fscs_key=fscs_key)
    return decision.model_copy(update={"valid_until": valid_until})


def pages(store: CaseworkStore, shard: int, limit: int, until: datetime | None = None) -> list[list[str]]:
    found, cursor = [], None
    while True:
        page = store.current_page(shard, cursor, limit, ending_before=until)
        found.append([decision.application_id for decision in page.decisions])
        cursor = page.cursor
        if cursor is None:
            return [one for one in found if one]


def test_the_shards_hold_every_current_decision_once(store: CaseworkStore) -> None:
    for number in range(40):
        store.record(decision_of(submission_of(f"A-{number}"), Answer.NEEDS_REVIEW), replacing=None)

    found = [one for shard in range(SHARDS) for page in pages(store, shard, 3) for one in page]

    assert sorted(found) == sorted(f"A-{number}" for number in range(40))


def test_a_shard_is_in_the_order_in_which_its_decisions_end(store: CaseworkStore) -> None:
    ids = in_shard(3, 4)
    for one, days in zip(ids, (30, None, 10, 20), strict=True):
        ends = NOON + timedelta(days=days) if days else None
        store.record(ending(one, ends, fscs_key=f"AK{days or 0:04}"), replacing=None)

    assert pages(store, 3, 2) == [[ids[2], ids[3]], [ids[0], ids[1]]]
    assert pages(store, 3, 2, NOON + timedelta(days=20)) == [[ids[2]]]
    assert pages(store, 3, 2, NOON + timedelta(days=9)) == []


def test_a_page_goes_on_after_its_last_decision_though_that_one_moved(store: CaseworkStore) -> None:
    ids = sorted(in_shard(5, 4))
    for position, one in enumerate(ids):
        store.record(ending(one, NOON + timedelta(days=position + 1), f"AK000{position}"), replacing=None)
    first = store.current_page(5, None, 2)

    renewed = first.decisions[1].model_copy(
        update={"event_id": UUID(int=1), "valid_until": NOON + timedelta(days=400)}
    )
    store.record(renewed, replacing=first.decisions[1])
    rest = [one.application_id for one in store.current_page(5, first.cursor, 10).decisions]

    assert rest == [ids[2], ids[3], ids[1]]


def test_only_the_current_decision_of_an_application_is_found(store: CaseworkStore) -> None:
    first = decision_of(submission_of(), Answer.NEEDS_REVIEW)
    second = decision_of(submission_of(), Answer.NOT_VALIDATED, cause=Cause(kind="registry", detail="2@t"))
    store.record(first, replacing=None)
    store.record(second, replacing=first)

    assert store.current_page(shard_of(PARTNER, "A-1"), None, 10).decisions == (second,)


def test_a_notice_is_remembered_until_the_decision_is_replaced(store: CaseworkStore) -> None:
    shard = shard_of(PARTNER, "A-1")
    first = ending("A-1", NOON + timedelta(days=20))
    store.record(first, replacing=None)

    store.note_notice(first, 30)
    assert store.current_page(shard, None, 10).notified == {str(first.event_id): 30}

    second = first.model_copy(update={"event_id": UUID(int=2)})
    store.record(second, replacing=first)
    store.note_notice(first, 7)
    assert store.current_page(shard, None, 10).notified == {}


def test_without_a_claim_an_answer_stands_beside_the_holder(store: CaseworkStore) -> None:
    holder = decision_of(submission_of("A-1"))
    beside = decision_of(submission_of("A-2"))
    store.record(holder, replacing=None)
    assert isinstance(store.record(beside, replacing=None), ClaimedByAnother)

    assert store.record(beside, replacing=None, claim=False) == Recorded()

    third = store.record(decision_of(submission_of("A-3")), replacing=None)
    assert isinstance(third, ClaimedByAnother)
    assert third.application_id == "A-1"


def test_one_that_stood_beside_a_holder_gives_back_nothing_of_the_holders(store: CaseworkStore) -> None:
    store.record(decision_of(submission_of("A-1")), replacing=None)
    beside = decision_of(submission_of("A-2"))
    store.record(beside, replacing=None, claim=False)

    gone = decision_of(submission_of("A-2"), Answer.NOT_VALIDATED, cause=Cause(kind="registry", detail="2"))
    assert store.record(gone, replacing=beside) == Recorded()

    assert isinstance(store.record(decision_of(submission_of("A-3")), None), ClaimedByAnother)


def test_a_holder_that_is_recorded_without_a_claim_keeps_the_one_it_has(store: CaseworkStore) -> None:
    first = decision_of(submission_of("A-1"))
    store.record(first, replacing=None)
    again = decision_of(submission_of("A-1"), cause=Cause(kind="registry", detail="2"))

    store.record(again, replacing=first, claim=False)

    assert isinstance(store.record(decision_of(submission_of("A-2")), None), ClaimedByAnother)


def test_a_holder_that_moves_to_anothers_key_without_a_claim_gives_its_own_back(store: CaseworkStore) -> None:
    first = decision_of(submission_of("A-1"), fscs_key="AK0001")
    store.record(first, replacing=None)
    store.record(decision_of(submission_of("A-2"), fscs_key="AK0002"), replacing=None)
    merged = decision_of(submission_of("A-1"), fscs_key="AK0002", cause=Cause(kind="registry", detail="2"))

    store.record(merged, replacing=first, claim=False)

    assert store.record(decision_of(submission_of("A-3"), fscs_key="AK0001"), None) == Recorded()


def override_of(number: int, application_id: str = "A-1", source: str = PARTNER) -> Override:
    return Override(
        override_id=UUID(int=number),
        source=source,
        application_id=application_id,
        answer=Answer.VALIDATED,
        fscs_key="AK0001",
        reason_code="CALLED_THE_LIBRARY",
        words="I called them",
        by="somebody",
        at=minutes(number),
        fields_sha256="00",
        seen_keys=["AK0001"],
    )


def test_overrides_are_kept_for_good_oldest_first(store: CaseworkStore) -> None:
    second, first = override_of(2), override_of(1)
    for one in (second, first, second, override_of(3, "A-2"), override_of(4, source=OTHER_PARTNER)):
        store.append_override(one)
    store.append_override(first.model_copy(update={"words": "something else"}))

    assert store.overrides(PARTNER, "A-1") == [first, second]
    assert store.overrides(PARTNER, "A-9") == []


def progress_of(
    shard: int = 0, unchanged: int = 0, *, done: bool = False, policy: str = "1/1", asked: str = ""
) -> ShardProgress:
    cursor = None if done else f"after {unchanged}"
    return ShardProgress(
        ACTIVATION, shard, policy, cursor, done, unchanged, 0, NOON.isoformat(), asked_at=asked
    )


def test_progress_is_told_by_shard(store: CaseworkStore) -> None:
    assert list(store.progress(ACTIVATION)) == []
    ten, two = progress_of(2, 10), progress_of(0, 2, done=True)
    store.put_progress(ten)
    store.put_progress(two)

    assert list(store.progress(ACTIVATION)) == [two, ten]
    assert list(store.progress("2021.1.ffff@2026-11-23T12:00:00+00:00")) == []


@pytest.mark.parametrize(
    ("stored", "later", "stands"),
    [
        (progress_of(unchanged=10), progress_of(unchanged=20), "later"),
        (progress_of(unchanged=20), progress_of(unchanged=10), "stored"),
        (progress_of(unchanged=20), progress_of(unchanged=10, done=True), "later"),
        (progress_of(unchanged=10, done=True), progress_of(unchanged=20), "stored"),
        (progress_of(unchanged=10, done=True), progress_of(unchanged=0, policy="2/1"), "later"),
        (progress_of(unchanged=10, done=True), progress_of(asked="2026-11-24"), "later"),
        (progress_of(unchanged=10, done=True, asked="2026-11-24"), progress_of(asked="2026-11-25"), "later"),
        (progress_of(asked="2026-11-24"), progress_of(unchanged=10, done=True), "stored"),
        (progress_of(asked="2026-11-24"), progress_of(unchanged=10, policy="2/1"), "stored"),
        (progress_of(asked="2026-11-24"), progress_of(asked="2026-11-24", done=True), "later"),
        (progress_of(asked="2026-11-24", done=True), progress_of(asked="2026-11-24"), "stored"),
        (progress_of(asked="2026-11-24"), progress_of(asked="2026-11-24", policy="2/1"), "later"),
    ],
    ids=[
        "further",
        "behind",
        "done first",
        "done stays",
        "another policy begins anew",
        "a person who asks begins anew",
        "a person who asks again begins anew",
        "what nobody asked for is behind",
        "what nobody asked for is behind under another policy too",
        "further, as asked",
        "done stays, as asked",
        "another policy begins anew, as asked",
    ],
)
def test_progress_only_moves_forward(
    store: CaseworkStore, stored: ShardProgress, later: ShardProgress, stands: str
) -> None:
    assert store.put_progress(stored)

    assert store.put_progress(later) is (stands == "later")

    assert list(store.progress(ACTIVATION)) == [later if stands == "later" else stored]


def test_that_the_end_was_told_is_not_forgotten(store: CaseworkStore) -> None:
    told = replace(progress_of(unchanged=5, done=True), announced=True)
    store.put_progress(told)
    store.put_progress(progress_of(unchanged=5, done=True))

    assert list(store.progress(ACTIVATION)) == [told]


def test_the_end_of_an_earlier_revalidation_does_not_hide_a_later_one(store: CaseworkStore) -> None:
    later = progress_of(asked="2026-11-24")
    for ended in (progress_of(done=True), progress_of(done=True, policy="2/1", asked="2026-11-24")):
        store.put_progress(ended)
        store.put_progress(later)
        store.put_progress(replace(ended, announced=True))

        assert list(store.progress(ACTIVATION)) == [later]


def test_a_holder_is_known_by_the_key_that_it_holds(store: CaseworkStore) -> None:
    first = decision_of(submission_of("A-1"), fscs_key="AK0001")
    store.record(first, replacing=None)

    assert store.holder_of("AK0001") == Holder(source=PARTNER, application_id="A-1")
    assert store.holder_of("AK0002") is None

    gone = decision_of(submission_of("A-1"), Answer.NOT_VALIDATED, cause=Cause(kind="policy", detail="2"))
    store.record(gone, replacing=first)
    assert store.holder_of("AK0001") is None


def test_a_change_is_counted_with_its_decision_and_once(store: CaseworkStore) -> None:
    shard = shard_of(PARTNER, "A-1")
    first = decision_of(submission_of())
    changed = decision_of(
        submission_of(), Answer.NOT_VALIDATED, cause=Cause(kind="registry", detail=ACTIVATION)
    )
    store.record(first, replacing=None)
    store.put_progress(progress_of(shard))

    store.record(changed, replacing=None, revalidation=Revalidation(ACTIVATION))
    assert [one.changed for one in store.progress(ACTIVATION)] == [0]
    for _ in range(2):
        store.record(changed, replacing=first, revalidation=Revalidation(ACTIVATION))

    assert [(one.changed, one.checked) for one in store.progress(ACTIVATION)] == [(1, 1)]


def test_changes_are_counted_for_each_time_that_a_person_asks(store: CaseworkStore) -> None:
    shard = shard_of(PARTNER, "A-1")
    first = decision_of(submission_of())
    changed = decision_of(submission_of(), Answer.NOT_VALIDATED, cause=Cause(kind="policy", detail="2"))
    store.record(first, replacing=None)
    store.record(changed, replacing=first, revalidation=Revalidation(ACTIVATION, "2026-11-24"))

    for asked, counted in (("", 0), ("2026-11-24", 1), ("2026-11-25", 0)):
        store.put_progress(progress_of(shard, asked=asked))
        (progress,) = store.progress(ACTIVATION)
        assert progress.changed == counted
