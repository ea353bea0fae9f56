"""The policy that checked the current answers, as ``status`` shows it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

import pytest

from library_validator.casework.progress import ShardProgress
from library_validator.decisions.decision import SHARDS
from library_validator.views.policy import policy_view
from library_validator_cli.commands.revalidate import time_after_latest_start
from library_validator_cli.commands.status import policy_json

OLD, NEW = "2026-11.2/1", "2026-12.1/1"
NOON: Final = datetime(2026, 11, 23, 12, tzinfo=UTC)


def shard(number: int, policy: str, *, done: bool = True, failed: int = 0, asked: str = "") -> ShardProgress:
    return ShardProgress(
        "2022.1@2026-11-23", number, policy, None, done, 7, failed, NOON.isoformat(), asked_at=asked
    )


def all_shards_of(policy: str) -> list[ShardProgress]:
    return [shard(number, policy) for number in range(SHARDS)]


@pytest.mark.parametrize(
    ("shards", "deployed", "state", "message"),
    [
        (
            all_shards_of(NEW),
            NEW,
            "up_to_date",
            "the deployed policy checked the current answers, last on 2026-11-23",
        ),
        (
            all_shards_of(OLD),
            NEW,
            "other_policy",
            f"policy {OLD} checked the current answers, last on 2026-11-23",
        ),
        (all_shards_of(NEW), OLD, "other_policy", f"policy {NEW} checked"),
        ([*all_shards_of(OLD)[:-1], shard(7, NEW)], NEW, "other_policy", f"policy {OLD} and {NEW}"),
        ([*all_shards_of(OLD)[:-1], shard(7, NEW, done=False)], NEW, "under_way", "0 of 8 shards are done"),
        (all_shards_of(NEW)[:-1], NEW, "under_way", "7 of 8 shards are done"),
        ([shard(0, OLD, done=False)], NEW, "other_policy", f"policy {OLD} checked"),
        ([], NEW, "not_begun", "starts by itself"),
        (all_shards_of(OLD), None, "unknown", "deploy this version"),
    ],
    ids=[
        "checked by the deployed policy",
        "checked by an older policy",
        "a deployment was taken back",
        "a deployment during a revalidation",
        "the revalidation has begun",
        "one shard is missing",
        "an older revalidation did not end",
        "a registry just went live",
        "an older template",
    ],
)
def test_the_sentence_names_the_policy_that_checked_the_answers(
    shards: list[ShardProgress], deployed: str | None, state: str, message: str
) -> None:
    view = policy_view(shards, deployed)

    assert view.state == state
    assert message in view.sentence
    assert policy_json(view)["deployed"] == deployed


def test_a_next_command_is_named_only_if_there_is_something_to_do() -> None:
    preview_and_start = (
        "library-validator revalidate start --dry-run",
        "library-validator revalidate start",
    )
    assert commands_for(all_shards_of(OLD), NEW) == preview_and_start
    assert commands_for([], NEW) == ("library-validator revalidate status",)
    assert commands_for(all_shards_of(NEW), NEW) == commands_for(all_shards_of(OLD), None) == ()


def commands_for(shards: list[ShardProgress], deployed: str | None) -> tuple[str, ...]:
    return tuple(policy_json(policy_view(shards, deployed))["run"])


def test_the_json_of_the_policy_view_has_the_keys_that_scripts_read() -> None:
    keys = "state deployed checked_by checked_at shards_done failed run sentence rests_on"
    assert set(policy_json(policy_view(all_shards_of(NEW), NEW))) == set(keys.split())


def test_answers_that_could_not_be_checked_are_counted() -> None:
    shards = [*all_shards_of(NEW)[:-1], shard(7, NEW, failed=3)]

    assert "3 could not be decided" in policy_view(shards, NEW).sentence


def test_a_new_request_gets_a_later_time_than_all_earlier_requests() -> None:
    future = "2026-11-23T12:05:00.000000+00:00"

    assert time_after_latest_start([], NOON) == time_after_latest_start(all_shards_of(OLD), NOON) == NOON
    later = time_after_latest_start([shard(0, OLD, asked=future), shard(1, OLD)], NOON)
    assert later == NOON + timedelta(minutes=5, microseconds=1)
    assert time_after_latest_start([shard(0, OLD, asked=future)], later) > later - timedelta(microseconds=1)
