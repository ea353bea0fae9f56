"""What ``status`` says of the policy that current answers were checked by."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

import pytest

from library_validator.casework.store import SHARDS, ShardProgress
from library_validator_cli.commands.revalidating import asked_after
from library_validator_cli.policy_check import policy_check

OLD, NEW = "2026-11.2/1", "2026-12.1/1"
NOON: Final = datetime(2026, 11, 23, 12, tzinfo=UTC)


def shard(number: int, policy: str, *, done: bool = True, failed: int = 0, asked: str = "") -> ShardProgress:
    return ShardProgress(
        "2022.1@2026-11-23", number, policy, None, done, 7, failed, NOON.isoformat(), asked_at=asked
    )


def all_of(policy: str) -> list[ShardProgress]:
    return [shard(number, policy) for number in range(SHARDS)]


@pytest.mark.parametrize(
    ("shards", "deployed", "state", "said"),
    [
        (all_of(NEW), NEW, "up_to_date", "checked by the deployed policy, last on 2026-11-23T12:00:00"),
        (all_of(OLD), NEW, "other_policy", f"checked by policy {OLD}, last on 2026-11-23T12:00:00, not by"),
        (all_of(NEW), OLD, "other_policy", f"checked by policy {NEW}"),
        ([*all_of(OLD)[:-1], shard(7, NEW)], NEW, "other_policy", f"policy {OLD} and {NEW}"),
        ([*all_of(OLD)[:-1], shard(7, NEW, done=False)], NEW, "under_way", "0 of 8 shards are done"),
        (all_of(NEW)[:-1], NEW, "under_way", "7 of 8 shards are done"),
        ([shard(0, OLD, done=False)], NEW, "other_policy", f"checked by policy {OLD}"),
        ([], NEW, "not_begun", "starts by itself"),
        (all_of(OLD), None, "unknown", "deploy this version"),
    ],
    ids=[
        "by the deployed one",
        "by an older one",
        "a deployment was taken back",
        "a deployment came while a registry was gone through",
        "begun",
        "one is missing",
        "an older one did not end",
        "a registry just went live",
        "an older template",
    ],
)
def test_it_says_by_which_policy_answers_were_checked(
    shards: list[ShardProgress], deployed: str | None, state: str, said: str
) -> None:
    check = policy_check(shards, deployed)

    assert check.state == state
    assert said in check.sentence
    assert check.as_json()["deployed"] == deployed


def test_only_where_something_is_to_be_run_it_names_a_command() -> None:
    start = ("library-validator revalidate start --dry-run", "library-validator revalidate start")
    assert policy_check(all_of(OLD), NEW).run == start
    assert policy_check([], NEW).run == ("library-validator revalidate status",)
    assert policy_check(all_of(NEW), NEW).run == policy_check(all_of(OLD), None).run == ()


def test_answers_that_could_not_be_checked_are_not_kept_quiet() -> None:
    shards = [*all_of(NEW)[:-1], shard(7, NEW, failed=3)]

    assert "3 could not be decided" in policy_check(shards, NEW).sentence


def test_who_asks_asks_later_than_everybody_before() -> None:
    future = "2026-11-23T12:05:00.000000+00:00"

    assert asked_after([], NOON) == asked_after(all_of(OLD), NOON) == NOON
    later = asked_after([shard(0, OLD, asked=future), shard(1, OLD)], NOON)
    assert later == NOON + timedelta(minutes=5, microseconds=1)
    assert asked_after([shard(0, OLD, asked=future)], later) > later - timedelta(microseconds=1)
