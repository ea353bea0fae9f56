"""Another policy changes earlier answers when a person asks for a revalidation."""

from __future__ import annotations

from itertools import count
from pathlib import Path
from typing import Any, Final

import pytest

from library_validator.adapters.aws.casework_access import unpack_decision
from library_validator.casework.overriding import Ruling, carry_out, propose
from library_validator.casework.tasks import Task
from library_validator.decisions.answer import Answer
from library_validator.decisions.decision import SHARDS, shard_of
from library_validator.decisions.store import Recorded
from tests.builders.applicants import ALDER_FIELDS, EAST_FIELDS, JUNIPER_FIELDS, WEST_FIELDS
from tests.builders.decisions import OTHER_PARTNER, PARTNER
from tests.unit.casework.policies import (
    Deployments,
    Rule,
    fail_on_everyone,
    rule_against,
    send_everyone_to_a_person,
)
from tests.unit.casework.world import JUNIPER, ProcessKilled, World, release_of

VALIDATED, REVIEW, NOT_VALIDATED = Answer.VALIDATED, Answer.NEEDS_REVIEW, Answer.NOT_VALIDATED
CHANGED: Final = "Library Status Changed"
THE_END: Final = "Registry Revalidated"
STORED: Final = Path(__file__).parents[1] / "adapters" / "stored"


@pytest.fixture
def world() -> World:
    world = World()
    world.activate(release_of(2021))
    world.run()
    return world


@pytest.fixture
def deployments(monkeypatch: pytest.MonkeyPatch) -> Deployments:
    deployments = Deployments(monkeypatch)
    deployments.deploy("A")
    return deployments


class TestCauses:
    def test_the_policy_is_the_cause_if_a_revalidation_on_the_same_registry_came_before(
        self, world: World, deployments: Deployments
    ) -> None:
        before = world.submit("A-1", **ALDER_FIELDS)
        world.activate(release_of(2021), release_of(2022))
        world.run()
        assert world.current("A-1") == before

        deployments.deploy("B", send_everyone_to_a_person)
        world.start()

        decision = world.current("A-1")
        assert (decision.decision, decision.cause.kind) == (REVIEW, "policy")
        assert decision.cause.detail.startswith("B/")
        assert decision.registry_version == world.registry.pointer().active

    def test_the_registry_is_the_cause_if_no_revalidation_used_it_before(
        self, world: World, deployments: Deployments
    ) -> None:
        world.submit("A-1", **JUNIPER_FIELDS)
        world.activate(release_of(2022, JUNIPER))
        deployments.deploy("B")

        world.start()

        assert world.current("A-1").cause.kind == "registry"

    def test_an_application_that_failed_is_decided_when_a_person_asks_again(
        self, world: World, deployments: Deployments
    ) -> None:
        world.submit("A-1", **JUNIPER_FIELDS)
        world.activate(release_of(2022, JUNIPER))
        deployments.deploy("A", fail_on_everyone)
        world.run()
        deployments.deploy("A")
        world.run()
        assert world.answer("A-1")[0] is NOT_VALIDATED

        world.start()

        assert world.answer("A-1") == (VALIDATED, "VT0009")
        assert world.current("A-1").cause.key == f"registry:{world.activation}"
        assert [event.data.failed for event in world.ends] == [0, 1, 0]


class TestRepeatedPolicyChanges:
    def test_each_change_of_policy_has_its_own_event_ids_and_counts(
        self, world: World, deployments: Deployments
    ) -> None:
        world.submit("A-1", **ALDER_FIELDS)
        world.submit("A-2", **EAST_FIELDS)
        rules: dict[str, Rule | None] = {"A": None, "B": rule_against("Alder")}
        answers = []
        list(world.published())

        for version in ("B", "A", "B", "B"):
            deployments.deploy(version, rules[version])
            world.start()
            answers.append(world.answer("A-1")[0])

        assert answers == [NOT_VALIDATED, VALIDATED, NOT_VALIDATED, NOT_VALIDATED]
        assert [(end.data.checked, end.data.changed) for end in world.ends] == [
            (2, 1),
            (2, 1),
            (2, 1),
            (2, 0),
        ]
        ids = [end.metadata.event_id for end in world.ends]
        ids += [change.metadata.event_id for change in world.changes]
        assert len(set(ids)) == len(ids) == 4 + 3

    def test_an_answer_of_an_older_policy_that_was_deployed_in_between_is_decided_again(
        self, world: World, deployments: Deployments
    ) -> None:
        deployments.deploy("B", send_everyone_to_a_person)
        world.start()
        deployments.deploy("A")
        world.submit("A-1", **ALDER_FIELDS)
        deployments.deploy("B", send_everyone_to_a_person)

        world.start()

        assert world.answer("A-1")[0] is REVIEW

    def test_a_task_of_an_earlier_request_does_nothing_after_a_later_request(
        self, world: World, deployments: Deployments
    ) -> None:
        world.submit("A-1", **ALDER_FIELDS)
        earlier = Task(task="revalidate", activation=world.activation, asked_at=world.now())
        deployments.deploy("B", send_everyone_to_a_person)
        world.start()
        list(world.published())

        outcomes = world.run(earlier)

        assert [outcome.checked for outcome in outcomes] == [0] * (SHARDS + 1)
        assert list(world.published()) == []

    def test_each_revalidation_after_a_deployment_that_was_undone_announces_its_own_end(
        self, world: World, deployments: Deployments
    ) -> None:
        world.submit("A-1", **ALDER_FIELDS)
        world.run()
        deployments.deploy("B", send_everyone_to_a_person)
        world.start()
        deployments.deploy("A")

        world.run()

        assert world.answer("A-1")[0] is VALIDATED
        assert len({end.metadata.event_id for end in world.ends}) == len(world.ends) == 4

    def test_a_worker_of_an_older_deployment_ends_when_a_person_asks_for_the_new_policy(
        self, world: World, deployments: Deployments, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("library_validator.casework.revalidation.CHUNK", 1)
        ids = (f"A-{number}" for number in range(999))
        in_one_shard = [name for name in ids if shard_of(PARTNER, name) == 3][:3]
        for name in in_one_shard:
            world.submit(name, **JUNIPER_FIELDS | {"website": name})
        world.activate(release_of(2022))
        steps = count()

        def ask_after_the_first_application() -> None:
            if next(steps) == 6:
                deployments.deploy("B", send_everyone_to_a_person)
                world.start()
                deployments.deploy("A")

        task = Task(task="revalidate", activation=world.activation, shard=3)
        outcome = world.work(task, world.watched_ports(ask_after_the_first_application))

        assert (outcome.status, outcome.checked) == ("superseded", 1)
        assert {world.answer(name)[0] for name in in_one_shard} == {REVIEW}
        (end,) = world.ends[1:]
        assert str(end.metadata.policy_version).startswith("B/")

    def test_the_same_task_finishes_the_work_of_a_worker_killed_at_any_call(
        self, deployments: Deployments
    ) -> None:
        expected = None
        for last in count():
            world = World()
            deployments.deploy("A")
            world.activate(release_of(2021))
            world.run()
            for number in range(3):
                world.submit(f"A-{number}", **ALDER_FIELDS | {"website": str(number)})
            deployments.deploy("B", rule_against("Alder"))
            world.start()
            list(world.published())
            deployments.deploy("C")
            calls = count()

            def kill_at_last_call(calls: Any = calls, last: int = last) -> None:
                if next(calls) == last:
                    raise ProcessKilled

            task = Task(task="revalidate", activation=world.activation, asked_at=world.now())
            try:
                world.run(task, ports=world.watched_ports(kill_at_last_call))
                undisturbed = True
            except ProcessKilled:
                world.run(task)
                undisturbed = False
            (end,) = {event.metadata.event_id: event for event in world.ends}.values()
            counts = (end.data.checked, end.data.changed, sorted(map(world.answer, ("A-0", "A-1", "A-2"))))
            expected = expected or counts
            assert counts == expected, f"killed at {last}"
            if undisturbed:
                break
        assert expected
        assert expected[:2] == (3, 3)


class TestClaims:
    def test_a_library_is_free_for_the_next_applicant_when_its_holder_loses_the_claim(
        self, world: World, deployments: Deployments
    ) -> None:
        friends = EAST_FIELDS | {"name": "East Coral Library Friends"}
        deployments.deploy("A", deployments.rule_that_validates("Friends", "ME0004"))
        world.submit("A-0", **EAST_FIELDS)
        world.submit("A-0", **JUNIPER_FIELDS)  # gives the claim back
        assert world.submit("A-1", **friends).decision is VALIDATED
        stopped = world.submit("A-2", source=OTHER_PARTNER, **EAST_FIELDS)
        assert stopped.reason_codes[0] == "SECOND_CLAIMANT"

        deployments.deploy("B")
        world.start()

        assert world.answer("A-1")[0] is NOT_VALIDATED
        assert world.decisions.holder_of("ME0004") is None
        # The application that the claim stopped goes on waiting for a person, as after another registry.
        assert world.current("A-2", OTHER_PARTNER) == stopped
        again = world.submit("A-2", source=OTHER_PARTNER, revision=2, **EAST_FIELDS)
        assert (again.decision, again.reason_codes) == (VALIDATED, ["MATCH"])

    def test_a_library_stays_with_a_holder_that_the_policy_still_validates(
        self, world: World, deployments: Deployments
    ) -> None:
        world.submit("A-1", **EAST_FIELDS)
        deployments.deploy("B", rule_against("Alder"))
        world.start()

        third = world.submit("A-3", source=OTHER_PARTNER, **EAST_FIELDS)

        assert third.reason_codes[0] == "SECOND_CLAIMANT"

    def test_a_policy_that_matches_a_held_library_makes_a_second_claimant(
        self, world: World, deployments: Deployments
    ) -> None:
        world.submit("A-1", **EAST_FIELDS)
        world.submit("A-2", source=OTHER_PARTNER, **WEST_FIELDS)

        deployments.deploy("B", deployments.rule_that_validates("West", "ME0004"))
        world.start()

        assert world.answer("A-1") == (VALIDATED, "ME0004")
        stopped = world.current("A-2", OTHER_PARTNER)
        assert (stopped.decision, stopped.reason_codes) == (REVIEW, ["SECOND_CLAIMANT"])
        assert world.decisions.holder_of("ME0005") is None

    def test_a_second_claimant_is_never_validated_by_another_policy_alone(
        self, world: World, deployments: Deployments
    ) -> None:
        world.submit("A-1", **EAST_FIELDS)
        second = world.submit("A-2", source=OTHER_PARTNER, **EAST_FIELDS)
        world.submit("A-1", **JUNIPER_FIELDS)  # gives the claim back

        deployments.deploy("B")
        world.start()

        assert world.current("A-2", OTHER_PARTNER) == second

    def test_an_applicant_that_a_policy_newly_validates_takes_the_claim(
        self, world: World, deployments: Deployments
    ) -> None:
        deployments.deploy("A", rule_against("East"))
        world.submit("A-1", **EAST_FIELDS)
        world.submit("A-2", source=OTHER_PARTNER, **EAST_FIELDS)

        deployments.deploy("B")
        world.start()

        answers = {world.current("A-1").decision, world.current("A-2", OTHER_PARTNER).decision}
        assert answers == {VALIDATED, REVIEW}
        assert world.decisions.holder_of("ME0004")


class TestUnchangedAnswers:
    def test_an_override_is_kept_by_another_policy(self, world: World, deployments: Deployments) -> None:
        friends = EAST_FIELDS | {"name": "East Coral Library Friends"}
        world.submit("A-1", **friends)
        ruling = Ruling(
            source=PARTNER,
            application_id="A-1",
            answer=VALIDATED,
            fscs="ME0004",
            reason_code="CONFIRMED_BY_PHONE",
            words="called",
            by="somebody",
        )
        proposal = propose(ruling, world.decisions, world.overrides, world.decider, world.now())
        decision = carry_out(proposal, world.decisions, world.overrides, world.bus).decision
        list(world.published())

        deployments.deploy("B", send_everyone_to_a_person)
        world.start()

        assert world.current("A-1") == decision
        assert decision.decision is VALIDATED
        assert list(world.published()) == [THE_END]
        assert world.decisions.holder_of("ME0004")

    def test_a_decision_that_an_older_deployment_stored_is_decided_again(
        self, world: World, deployments: Deployments
    ) -> None:
        for path in sorted(STORED.glob("*.bin")):
            stored = unpack_decision(path.read_bytes())
            assert world.decisions.record(stored, None) == Recorded()

            deployments.deploy("B", send_everyone_to_a_person)
            world.start()

            decision = world.current(stored.application_id, stored.source)
            assert decision.before == stored.as_before
            assert decision.decision is not stored.decision
            assert decision.submission == stored.submission

    def test_an_answer_that_stays_keeps_its_policy_version(
        self, world: World, deployments: Deployments
    ) -> None:
        decision = world.submit("A-1", **ALDER_FIELDS)
        deployments.deploy("B")

        world.start()

        assert world.current("A-1") == decision
        shard = shard_of(PARTNER, "A-1")
        progress = world.revalidations.progress(world.activation)[shard]
        assert (progress.policy_version[0], progress.done, progress.checked) == ("B", True, 1)
