"""A preview shows the changes of a revalidation and makes none."""

from __future__ import annotations

from collections import Counter
from copy import deepcopy
from dataclasses import replace
from typing import Final

import pytest

from library_validator.casework.overriding import Ruling, carry_out, propose
from library_validator.casework.preview import Preview, PreviewedPage, StoppedApplication
from library_validator.casework.tasks import CHUNK
from library_validator.decisions.answer import Answer
from library_validator.decisions.deciding import policy_version
from library_validator.decisions.decision import Decision, shard_of
from library_validator.errors import NoActiveRegistry, RegistryError
from tests.builders.applicants import ALDER_FIELDS, EAST_FIELDS, JUNIPER_FIELDS, WEST_FIELDS
from tests.builders.decisions import OTHER_PARTNER, PARTNER
from tests.builders.small_registry import OUTLETS
from tests.unit.casework.policies import (
    Deployments,
    fail_on_everyone,
    rule_against,
    send_everyone_to_a_person,
)
from tests.unit.casework.test_rivals import BRANCH, MAIN, THIRD
from tests.unit.casework.world import World, release_of

VALIDATED, REVIEW, NOT_VALIDATED = Answer.VALIDATED, Answer.NEEDS_REVIEW, Answer.NOT_VALIDATED
FRIENDS: Final = EAST_FIELDS | {"name": "East Coral Library Friends"}


@pytest.fixture
def world(deployments: Deployments) -> World:
    deployments.deploy("A")
    world = World()
    world.activate(release_of(2021))
    world.run()
    return world


@pytest.fixture
def deployments(monkeypatch: pytest.MonkeyPatch) -> Deployments:
    return Deployments(monkeypatch)


def preview_of(world: World) -> Preview:
    return Preview(world.decisions, world.revalidations, world.registry, world.decider, world.now)


def pages_of(world: World) -> list[PreviewedPage]:
    return list(preview_of(world).pages())


def previewed_answers(world: World) -> dict[str, tuple[Answer, list[str]]]:
    return {
        replaced.decision.application_id: answer_with_codes(replaced.decision)
        for page in pages_of(world)
        for replaced in page.replaced
    }


def answer_with_codes(decision: Decision) -> tuple[Answer, list[str]]:
    return decision.decision, decision.reason_codes


def test_a_preview_shows_what_the_revalidation_then_does(world: World, deployments: Deployments) -> None:
    for name, fields in (("A-1", ALDER_FIELDS), ("A-2", EAST_FIELDS), ("A-3", JUNIPER_FIELDS)):
        world.submit(name, **fields)
    world.submit("A-4", source=OTHER_PARTNER, **EAST_FIELDS)
    deployments.deploy("B", deployments.rule_that_validates("Alder", "ME0004"))
    said = previewed_answers(world)

    world.start()

    assert said == {"A-1": (REVIEW, ["SAME_SENDER_AGAIN"])}
    assert {event.data.application_id for event in world.changes} == said.keys()
    assert answer_with_codes(world.current("A-1")) == said["A-1"]
    assert previewed_answers(world) == {}


def test_a_preview_writes_and_publishes_nothing(world: World, deployments: Deployments) -> None:
    world.submit("A-1", **ALDER_FIELDS)
    world.submit("A-2", **EAST_FIELDS)
    deployments.deploy("B", send_everyone_to_a_person)
    store = deepcopy(world.decisions)
    list(world.published())

    assert previewed_answers(world).keys() == {"A-1", "A-2"}

    assert world.decisions == store
    assert list(world.published()) == []


def test_every_current_decision_is_counted_with_the_policy_that_made_it(
    world: World, deployments: Deployments
) -> None:
    ids = (f"A-{number}" for number in range(9_999))
    in_one_shard = [name for name in ids if shard_of(PARTNER, name) == 2][: CHUNK + 5]
    for name in in_one_shard:
        world.submit(name, **JUNIPER_FIELDS | {"website": name})
    deployments.deploy("B")
    world.submit("B-1", **ALDER_FIELDS)

    pages = pages_of(world)

    assert max(page.checked for page in pages) == CHUNK
    assert sum(page.checked for page in pages) == len(in_one_shard) + 1
    weights = policy_version().partition("/")[2]
    policies = [policy for page in pages for policy in page.policies.elements()]
    assert Counter(policies) == {f"A/{weights}": len(in_one_shard), f"B/{weights}": 1}


def test_a_preview_keeps_overrides(world: World, deployments: Deployments) -> None:
    world.submit("A-1", **FRIENDS)
    ruling = Ruling(PARTNER, "A-1", VALIDATED, "CONFIRMED_BY_PHONE", "called", "somebody", fscs="ME0004")
    carry_out(
        propose(ruling, world.decisions, world.overrides, world.decider, world.now()),
        world.decisions,
        world.overrides,
        world.bus,
    )
    deployments.deploy("B", send_everyone_to_a_person)

    assert previewed_answers(world) == {}


def test_an_application_that_fails_is_counted_and_does_not_stop_the_others(
    world: World, deployments: Deployments
) -> None:
    world.submit("A-1", **ALDER_FIELDS)
    deployments.deploy("B", fail_on_everyone)

    pages = pages_of(world)

    (undecided,) = [undecided for page in pages for undecided in page.undecided]
    assert undecided.submission.application.application_id == "A-1"
    assert not any(page.replaced for page in pages)


def test_the_second_of_two_newly_validated_applications_is_a_second_claimant(
    world: World, deployments: Deployments
) -> None:
    deployments.deploy("A", rule_against("East"))
    world.submit("A-1", **EAST_FIELDS)
    world.submit("A-2", source=OTHER_PARTNER, **EAST_FIELDS)
    deployments.deploy("B")

    assert sorted(previewed_answers(world).values()) == [
        (REVIEW, ["SECOND_CLAIMANT"]),
        (VALIDATED, ["MATCH"]),
    ]


class TestStoppedApplications:
    def test_an_application_stopped_by_a_claim_that_ends_is_named(
        self, world: World, deployments: Deployments
    ) -> None:
        world.submit("A-0", **EAST_FIELDS)
        world.submit("A-0", **JUNIPER_FIELDS)  # gives the claim back
        deployments.deploy("A", deployments.rule_that_validates("Friends", "ME0004"))
        world.submit("A-1", **FRIENDS)
        world.submit("A-2", source=OTHER_PARTNER, **EAST_FIELDS)
        deployments.deploy("B")
        world.submit("A-3", source=OTHER_PARTNER, **EAST_FIELDS)
        stopped = [StoppedApplication(OTHER_PARTNER, name, "ME0004") for name in ("A-2", "A-3")]

        for ask in (False, True):
            if ask:
                world.start()
                assert world.answer("A-1")[0] is NOT_VALIDATED
            preview = preview_of(world)
            assert len(list(preview.pages())) > 0
            found = preview.stopped_without_holder()
            assert sorted(found, key=lambda application: application.application_id) == stopped

    def test_an_application_stopped_by_a_claim_that_stays_is_not_named(
        self, world: World, deployments: Deployments
    ) -> None:
        world.submit("A-1", **WEST_FIELDS)
        world.submit("A-2", source=OTHER_PARTNER, **WEST_FIELDS)
        deployments.deploy("B", rule_against("Alder"))
        preview = preview_of(world)
        assert sum(page.checked for page in preview.pages()) == 2

        assert preview.stopped_without_holder() == []


class TestChangesOfRegistry:
    def test_another_registry_that_goes_live_ends_the_preview(
        self, world: World, deployments: Deployments
    ) -> None:
        world.submit("A-1", **ALDER_FIELDS)
        deployments.deploy("B")
        preview = preview_of(world)
        world.activate(release_of(2021), release_of(2022))

        with pytest.raises(RegistryError, match="another registry went live during the dry run"):
            list(preview.pages())

    def test_without_a_registry_there_is_nothing_to_preview(self) -> None:
        with pytest.raises(NoActiveRegistry):
            preview_of(World())


def test_a_preview_knows_the_rival_of_an_outlet_whose_system_nobody_holds(world: World) -> None:
    world.submit("A-1", **MAIN)
    world.submit("A-2", source=OTHER_PARTNER, **BRANCH)
    world.submit("A-3", source=THIRD, **BRANCH | {"name": "Zebra Reading Room", "phone": ""})
    world.submit("A-1", **JUNIPER_FIELDS)
    renamed = replace(OUTLETS[2], name="ZEBRA READING ROOM")
    later = release_of(2022)
    world.activate(replace(later, outlets=(*later.outlets[:2], renamed)))

    said = previewed_answers(world)["A-3"]
    world.run()

    assert said == answer_with_codes(world.current("A-3", THIRD))
    assert said[1][0] == "SECOND_CLAIMANT"
