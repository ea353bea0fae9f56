"""A short run of the harness in ``lab/faults``; and it reports defects that are planted in the service."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import replace
from typing import Any, Final
from unittest.mock import patch

import pytest

from lab.faults.invariants import check_promises
from lab.faults.kinds import DELIVERY_KINDS, KINDS
from lab.faults.run import Plan, run_under_faults
from library_validator.adapters.aws.decision_table import DecisionTable
from library_validator.adapters.aws.registry_table import RegistryTable
from library_validator.decisions import recording
from library_validator.decisions.decision import Decision
from library_validator.decisions.recording import PublishCounts
from library_validator.decisions.store import DecisionStore
from library_validator.event_bus import EventBus

SHORT: Final = Plan(seed=11, messages=90, threads=3, releases=3, rate=0.12)
PLANTED: Final = replace(SHORT, seed=3, messages=60, threads=1, releases=2, rate=0.3)
LEAST_FAULTS: Final = 60
LEAST_KINDS: Final = 15


def test_under_faults_every_promise_is_kept() -> None:
    with run_under_faults(SHORT) as service:
        found = check_promises(service)
        injected = service.network.injected

    assert {each.promise: each.broken for each in found if each.broken} == {}
    assert all(each.checked for each in found)
    of_requests = {kind: times for kind, times in injected.items() if kind in KINDS and times}
    assert sum(of_requests.values()) >= LEAST_FAULTS
    assert len(of_requests) >= LEAST_KINDS
    assert all(injected[kind] for kind in DELIVERY_KINDS)
    assert len(service.flips) >= 2


def marks_are_cleared_before_publishing() -> AbstractContextManager[Any]:
    publish = recording.publish

    def clear_first(decisions: Sequence[Decision], store: DecisionStore, bus: EventBus) -> PublishCounts:
        waiting = list(decisions)
        store.clear_mark(waiting)
        return publish(waiting, store, bus)

    return patch.object(recording, "publish", clear_first)


def claims_are_not_given_back() -> AbstractContextManager[Any]:
    def delete_nothing(table: Any, _fscs_key: str, _decision: Decision) -> dict[str, Any]:
        key = {"pk": {"S": "CLAIM#none"}, "sk": {"S": "none"}}
        return {"Delete": {"TableName": table._table.table, "Key": key}}

    return patch.object(DecisionTable, "_give_back_claim", delete_nothing)


def postings_come_from_whatever_is_live() -> AbstractContextManager[Any]:
    postings = RegistryTable.postings

    def mixed(table: RegistryTable, version: str, keys: Any, *, consistent: bool = False) -> dict[str, bytes]:
        live = version if consistent else table.pointer().previous or version
        return postings(table, live, keys, consistent=consistent)

    return patch.object(RegistryTable, "postings", mixed)


def the_last_message_to_arrive_wins() -> AbstractContextManager[Any]:
    return patch.object(recording, "is_newer", lambda *_: False)


@pytest.mark.parametrize(
    ("plant", "messages", "promise"),
    [
        (marks_are_cleared_before_publishing, 110, "each decision has its event, at least once"),
        (claims_are_not_given_back, 60, "the holder of a claim is validated as that library"),
        (
            postings_come_from_whatever_is_live,
            60,
            "all evidence of a decision comes from its registry version",
        ),
        (the_last_message_to_arrive_wins, 60, "the current decision answers the newest submission"),
    ],
)
def test_a_planted_defect_breaks_its_promise(
    plant: Callable[[], AbstractContextManager[Any]], messages: int, promise: str
) -> None:
    with ExitStack() as planted:
        planted.enter_context(plant())
        with run_under_faults(replace(PLANTED, messages=messages)) as service:
            planted.close()
            broken = {each.promise for each in check_promises(service) if each.broken}

    assert promise in broken
