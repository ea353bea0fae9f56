"""This code on what earlier deployments stored and sent (``tests/fixtures``)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import boto3
import jsonschema
import pytest
from moto import mock_aws

from library_validator.adapters.aws.casework_access import CaseworkAccess, read_decision
from library_validator.adapters.aws.decision_table import DecisionTable
from library_validator.adapters.aws.fetch_states import FetchStatesTable
from library_validator.adapters.aws.override_table import OverrideTable
from library_validator.adapters.aws.registry_table import RegistryTable
from library_validator.adapters.aws.revalidation_table import RevalidationTable
from library_validator.adapters.memory.event_bus import MemoryEventBus
from library_validator.casework.overriding import effects
from library_validator.casework.revalidation import revalidate
from library_validator.casework.tasks import Ports, Task, TaskResult
from library_validator.decisions.answer import Answer
from library_validator.decisions.deciding import Decider
from library_validator.decisions.decision import Decision, event_id_of
from library_validator.decisions.events import LibraryStatusChanged, event_of
from library_validator.decisions.recording import StoredDecision, record_all
from library_validator.decisions.sweeping import sweep
from library_validator.registry.store import RegistryReader
from library_validator_cli.stack_access import project_root
from tests.builders.aws_resources import (
    CASEWORK_TABLE,
    REGISTRY_TABLE,
    create_casework_table,
    create_registry_table,
)
from tests.builders.stored_forms import (
    DEPLOYMENTS,
    casework_items,
    put_items,
    registry_items,
    sent_events,
)

VALIDITY: Final = timedelta(days=365)
pytestmark = pytest.mark.parametrize("deployment", DEPLOYMENTS)


class Stores:
    """The tables of an earlier deployment, and this version's code on them."""

    def __init__(self, deployment: str) -> None:
        dynamodb = boto3.client("dynamodb")
        create_casework_table(dynamodb)
        create_registry_table(dynamodb)
        put_items(dynamodb, CASEWORK_TABLE, casework_items(deployment))
        put_items(dynamodb, REGISTRY_TABLE, registry_items(deployment))
        casework = CaseworkAccess(dynamodb, CASEWORK_TABLE, sleep=lambda _: None)
        self.decisions, self.overrides = DecisionTable(casework), OverrideTable(casework)
        self.revalidations = RevalidationTable(casework)
        self.registry = RegistryTable(dynamodb, REGISTRY_TABLE)
        self.fetch_states = FetchStatesTable(dynamodb, REGISTRY_TABLE)
        self.bus = MemoryEventBus()
        self.decider = Decider(self.registry, VALIDITY)

    def revalidate_all(self) -> list[TaskResult]:
        registry: RegistryReader = self.registry
        ports = Ports(self.decisions, self.revalidations, registry, self.decider, self.bus)
        waiting, results = [Task(task="revalidate", asked_at=datetime.now(UTC))], []
        while waiting:
            results.append(
                revalidate(waiting.pop(0), ports, lambda: datetime.now(UTC), time_left=lambda: 900)
            )
            waiting += results[-1].follow
        return results


@pytest.fixture
def stores(deployment: str) -> Iterator[Stores]:
    with mock_aws():
        yield Stores(deployment)


def decisions_of(deployment: str) -> list[Decision]:
    items = casework_items(deployment)
    return [read_decision(item) for item in items if item["sk"]["S"].startswith("DECISION#")]


def events_by_id(deployment: str) -> dict[str, dict[str, Any]]:
    return {event["detail"]["metadata"]["event_id"]: event for event in sent_events(deployment)}


def test_every_kind_of_item_and_event_is_among_the_fixtures(deployment: str) -> None:
    kinds = {item["sk"]["S"].partition("#")[0] for item in casework_items(deployment)}
    assert kinds >= {"DECISION", "CURRENT", "HOLDER", "OVERRIDE", "SHARD"}
    bodies = [item["body"] for item in casework_items(deployment) if item["sk"]["S"].startswith("DECISION")]
    assert {kind for body in bodies for kind in body} == {"B", "S"}
    assert {decision.decision for decision in decisions_of(deployment)} == set(Answer)
    assert {decision.cause.kind for decision in decisions_of(deployment)} >= {
        "submission",
        "registry",
        "override",
    }


def test_an_event_keeps_its_id_and_every_field(deployment: str) -> None:
    sent = events_by_id(deployment)
    compared = 0
    for decision in decisions_of(deployment):
        assert event_id_of(decision.submission, decision.cause) == decision.event_id
        if str(decision.event_id) not in sent:
            continue  # it is late, or it was never published
        old = sent[str(decision.event_id)]
        event = event_of(decision)
        new = json.loads(event.model_dump_json())
        assert event.detail_type == old["detail-type"]
        # Fields may be added, and the version of the schema then grows; nothing else changes.
        assert {name: new["data"].get(name) for name in old["detail"]["data"]} == old["detail"]["data"]
        assert new["metadata"]["occurred_at"] == old["detail"]["metadata"]["occurred_at"]
        compared += 1
    assert compared >= 25


def test_an_event_conforms_to_the_present_schema(deployment: str) -> None:
    root = project_root()
    assert root
    for event in sent_events(deployment):
        name = event["detail-type"].lower().replace(" ", "-")
        schema = json.loads((root / "docs" / "schemas" / f"{name}.json").read_text("utf-8"))
        jsonschema.validate(event, schema)


def test_the_registry_and_its_journal_are_read(stores: Stores) -> None:
    pointer = stores.registry.pointer()
    assert (pointer.fiscal_year, pointer.index_format) == (2022, 2)
    assert stores.registry.version(pointer.active).entries > 500
    assert {run.status for run in stores.registry.runs()} >= {"active", "refused"}
    assert stores.fetch_states.states()["imls"].uploads == {"0" * 64: "run-1"}


def test_the_same_messages_find_their_decisions(stores: Stores, deployment: str) -> None:
    first = [decision for decision in decisions_of(deployment) if decision.cause.kind == "submission"]
    answers = stores.decider.decide([decision.submission for decision in first], datetime.now(UTC))
    results, _ = record_all(answers, stores.decisions, stores.bus, stores.decider)
    for result, decision in zip(results, first, strict=True):
        assert isinstance(result, StoredDecision)
        assert (result.how, result.decision.event_id) == ("already_decided", decision.event_id)


def test_current_decisions_history_and_claims_are_read(stores: Stores, deployment: str) -> None:
    for decision in decisions_of(deployment):
        assert decision in stores.decisions.history(decision.source, decision.application_id)
        current = stores.decisions.get(decision.source, decision.application_id)
        assert current
        if current.claimed_key and current.held_by is None:
            holder = stores.decisions.holder_of(current.claimed_key)
            assert holder
            assert holder.application_id == current.application_id


def test_a_revalidation_decides_on_the_old_registry_and_restates_the_old_overrides(stores: Stores) -> None:
    earlier = {decision.application_id: decision for decision in current_decisions(stores)}
    in_effect = {name for name, decision in earlier.items() if decision.override}
    assert len(in_effect) >= 3

    results = stores.revalidate_all()

    assert sum(result.checked for result in results) == len(earlier)
    assert not any(result.undecided or result.without_event for result in results)
    for decision in current_decisions(stores):
        before = earlier[decision.application_id]
        if decision.application_id in in_effect:
            assert (decision.decision, decision.override) == (before.decision, before.override)
        assert decision.submission == before.submission
    changes = [event for event in stores.bus.events if isinstance(event, LibraryStatusChanged)]
    assert len(changes) == sum(result.changed for result in results)
    # A library that is listed is not lost by an upgrade.
    kept = {name for name, decision in earlier.items() if decision.decision is Answer.VALIDATED}
    now = {decision.application_id: decision.decision for decision in current_decisions(stores)}
    assert len([name for name in kept if now[name] is Answer.VALIDATED]) >= 0.8 * len(kept)


def test_the_progress_of_a_revalidation_is_read(stores: Stores) -> None:
    pointer = stores.registry.pointer()
    progress = stores.revalidations.progress(str(pointer.activation))
    assert len(progress) == 8
    assert all(shard.done for shard in progress)
    assert sum(shard.checked for shard in progress) >= 23


def test_the_effect_of_each_override_is_known(stores: Stores, deployment: str) -> None:
    found: dict[str, int] = {}
    for current in current_decisions(stores):
        kept = stores.overrides.of_application(current.source, current.application_id)
        history = stores.decisions.history(current.source, current.application_id)
        for effect in effects(kept, history, current).values():
            found[effect] = found.get(effect, 0) + 1
    assert found == {"stands": 3, "replaced": 2}


def test_an_unpublished_decision_is_published_under_its_id(stores: Stores, deployment: str) -> None:
    waiting = list(stores.decisions.unpublished_decisions(datetime.now(UTC)))
    assert waiting
    sweep(stores.decisions, stores.bus, datetime.now(UTC), lambda: 900, reserve=10)
    published = {event.metadata.event_id for event in stores.bus.events}
    assert published == {decision.event_id for decision in waiting}
    assert not published & set(events_by_id(deployment))


def current_decisions(stores: Stores) -> list[Decision]:
    pages = [stores.decisions.current_page(shard, None, 100) for shard in range(8)]
    return [decision for page in pages for decision in page.decisions]
