"""Every ``RevalidationStore``, in memory and on DynamoDB."""

from __future__ import annotations

from dataclasses import replace

import pytest

from library_validator.casework.progress import RevalidationStore, ShardProgress
from library_validator.decisions.answer import Answer
from library_validator.decisions.decision import Cause, shard_of
from library_validator.decisions.store import Revalidation
from tests.builders.decisions import NOON, PARTNER, decision_of, submission_of
from tests.contract.conftest import CaseworkStores

ACTIVATION = "2022.1.0123456789ab@2026-11-23T12:00:00+00:00"


@pytest.fixture
def store(casework: CaseworkStores) -> RevalidationStore:
    return casework.revalidations


def progress_of(
    shard: int = 0, unchanged: int = 0, *, done: bool = False, policy: str = "1/1", asked: str = ""
) -> ShardProgress:
    cursor = None if done else f"after {unchanged}"
    return ShardProgress(
        ACTIVATION, shard, policy, cursor, done, unchanged, 0, NOON.isoformat(), asked_at=asked
    )


def test_each_shard_has_its_own_progress(store: RevalidationStore) -> None:
    assert list(store.progress(ACTIVATION)) == []
    ten, two = progress_of(2, 10), progress_of(0, 2, done=True)
    store.put_progress(ten)
    store.put_progress(two)

    assert list(store.progress(ACTIVATION)) == [two, ten]
    assert list(store.progress("2021.1.ffff@2026-11-23T12:00:00+00:00")) == []


@pytest.mark.parametrize(
    ("stored", "later", "kept"),
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
        "another policy begins from the start",
        "a person's request starts from the beginning",
        "a person's second request starts from the beginning",
        "progress without a request is behind",
        "progress without a request is behind under another policy too",
        "further, as asked",
        "a person's request that is done stays done",
        "another policy begins a person's request from the start",
    ],
)
def test_progress_only_moves_forward(
    store: RevalidationStore, stored: ShardProgress, later: ShardProgress, kept: str
) -> None:
    assert store.put_progress(stored)

    assert store.put_progress(later) is (kept == "later")

    assert list(store.progress(ACTIVATION)) == [later if kept == "later" else stored]


def test_progress_that_is_marked_as_announced_keeps_the_mark(store: RevalidationStore) -> None:
    announced = replace(progress_of(unchanged=5, done=True), announced=True)
    store.put_progress(announced)
    store.put_progress(progress_of(unchanged=5, done=True))

    assert list(store.progress(ACTIVATION)) == [announced]


def test_the_end_of_an_earlier_revalidation_does_not_hide_a_later_one(store: RevalidationStore) -> None:
    later = progress_of(asked="2026-11-24")
    for ended in (progress_of(done=True), progress_of(done=True, policy="2/1", asked="2026-11-24")):
        store.put_progress(ended)
        store.put_progress(later)
        store.put_progress(replace(ended, announced=True))

        assert list(store.progress(ACTIVATION)) == [later]


def test_a_changed_decision_is_counted_once_when_it_is_recorded(casework: CaseworkStores) -> None:
    shard = shard_of(PARTNER, "A-1")
    first = decision_of(submission_of())
    changed = decision_of(
        submission_of(), Answer.NOT_VALIDATED, cause=Cause(kind="registry", detail=ACTIVATION)
    )
    casework.decisions.record(first, replacing=None)
    casework.revalidations.put_progress(progress_of(shard))

    casework.decisions.record(changed, replacing=None, revalidation=Revalidation(ACTIVATION))
    assert [progress.changed for progress in casework.revalidations.progress(ACTIVATION)] == [0]
    for _ in range(2):
        casework.decisions.record(changed, replacing=first, revalidation=Revalidation(ACTIVATION))

    assert [
        (progress.changed, progress.checked) for progress in casework.revalidations.progress(ACTIVATION)
    ] == [(1, 1)]


def test_changes_are_counted_for_each_request_of_a_person(casework: CaseworkStores) -> None:
    shard = shard_of(PARTNER, "A-1")
    first = decision_of(submission_of())
    changed = decision_of(submission_of(), Answer.NOT_VALIDATED, cause=Cause(kind="policy", detail="2"))
    casework.decisions.record(first, replacing=None)
    casework.decisions.record(changed, replacing=first, revalidation=Revalidation(ACTIVATION, "2026-11-24"))

    for asked, counted in (("", 0), ("2026-11-24", 1), ("2026-11-25", 0)):
        casework.revalidations.put_progress(progress_of(shard, asked=asked))
        (progress,) = casework.revalidations.progress(ACTIVATION)
        assert progress.changed == counted
