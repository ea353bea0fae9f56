"""What people decided, under registries and renewals that come later."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

import pytest

from library_validator.casework.overriding import Ruling, carry_out, propose
from library_validator.decisions.changes import Change
from library_validator.decisions.decision import Answer, Decision
from tests.decisions import PARTNER
from tests.small_registry import EAST_CORAL
from tests.unit.casework.world import EAST_FIELDS, JUNIPER, NEW_FIELDS, VALIDITY, World, year

V, R, N = Answer.VALIDATED, Answer.NEEDS_REVIEW, Answer.NOT_VALIDATED
VAGUE: Final[dict[str, Any]] = {"name": "Harbor Reading Room", "city": "Somewhere", "state": "ME"}
GONE: Final = "OVERRIDE_GROUND_GONE"


@pytest.fixture
def world() -> World:
    world = World()
    world.activate(year(2021))
    return world


def override(
    world: World, answer: Answer = V, fscs: str = "", reason: str = "CONFIRMED_BY_PHONE", **options: Any
) -> Decision:
    """A person decides on A-1."""
    ruling = Ruling(PARTNER, "A-1", answer, reason, "we asked", "arn:dana", fscs, **options)
    proposal = propose(ruling, world.store, world.decider, world.now())
    return carry_out(proposal, world.store, world.results).decision


def changes(world: World) -> list[list[Change]]:
    """What every ``Library Status Changed`` said, since the last look."""
    found = [list(event.data.changes) for event in world.changes]
    world.results.events.clear()
    return found


@pytest.fixture
def overridden(world: World) -> World:
    """A-1 is validated as ME0004 though the rules do not find that."""
    assert world.submit("A-1", **VAGUE).decision is not V
    override(world, fscs="ME0004")
    assert changes(world)
    return world


class TestAnotherRegistry:
    def test_that_lists_the_library_as_before_changes_nothing(self, overridden: World) -> None:
        stated = overridden.current("A-1")
        overridden.activate(year(2021), year(2022))
        overridden.run()
        assert overridden.current("A-1") == stated
        assert changes(overridden) == []

    def test_that_lists_it_under_another_name_has_the_override_restated(self, overridden: World) -> None:
        stated = overridden.current("A-1")
        overridden.activate(year(2021), year(2022, replace(EAST_CORAL, name="EAST CORAL FREE LIBRARY")))
        overridden.run()

        now = overridden.current("A-1")
        assert now.match is not None
        assert (now.decision, now.match.name) == (V, "EAST CORAL FREE LIBRARY")
        assert (now.override, now.cause.kind) == (stated.override, "registry")
        assert changes(overridden) == [["name"]]

    @pytest.mark.parametrize(
        ("newer", "said"),
        [
            (year(2022, without=("ME0004",)), "ME0004 is not listed any more"),
            (year(2022, replace(EAST_CORAL, structure="03")), "ME0004 is listed as closed"),
        ],
        ids=["vanished", "closed"],
    )
    def test_without_the_library_brings_it_back_to_a_person(
        self, overridden: World, newer: Any, said: str
    ) -> None:
        overridden.activate(year(2021), newer)
        overridden.run()

        now = overridden.current("A-1")
        assert (now.decision, now.reason_codes[0]) == (R, GONE)
        assert said in now.reasons[0].staff
        assert now.override is not None
        assert now.valid_until is None
        assert "ME0004" not in overridden.store.claims
        assert changes(overridden)[0][0] == "decision"

    def test_that_is_rolled_back_brings_the_override_back(self, overridden: World) -> None:
        overridden.activate(year(2021), year(2022, without=("ME0004",)))
        overridden.run()
        overridden.roll_back()
        overridden.run()

        now = overridden.current("A-1")
        assert (now.decision, now.reason_codes) == (V, ["OVERRIDDEN_BY_PERSON", "CONFIRMED_BY_PHONE"])
        assert [change[0] for change in changes(overridden)] == ["decision", "decision"]

    def test_that_newly_lists_who_was_turned_away_brings_it_back(self, world: World) -> None:
        world.submit("A-1", **NEW_FIELDS)
        override(world, N, reason="IMPOSTOR")
        world.activate(year(2021), year(2022, JUNIPER))
        world.run()

        now = world.current("A-1")
        assert (now.decision, now.reason_codes[0]) == (R, GONE)
        assert "VT0009 (JUNIPER GULCH LIBRARY)" in now.reasons[0].staff

    def test_does_not_validate_who_was_turned_away_with_the_library_in_sight(self, world: World) -> None:
        world.submit("A-1", **EAST_FIELDS)
        override(world, N, reason="IMPOSTOR")
        world.results.events.clear()
        world.activate(year(2021), year(2022, replace(EAST_CORAL, name="EAST CORAL FREE LIBRARY")))
        world.run()
        assert world.current("A-1").reason_codes == ["OVERRIDDEN_BY_PERSON", "IMPOSTOR"]
        assert changes(world) == []

    def test_takes_nothing_from_a_library_outside_the_survey(self, world: World) -> None:
        world.submit("A-1", **NEW_FIELDS)
        stated = override(world, reason="EVIDENCE_OUTSIDE_SURVEY")
        world.results.events.clear()
        world.activate(year(2021), year(2022, JUNIPER))
        world.run()
        assert world.current("A-1") == stated
        assert changes(world) == []

    def test_of_the_redelivered_first_message_undoes_nothing(self, overridden: World) -> None:
        (first, *_) = overridden.store.history(PARTNER, "A-1")
        overridden.activate(year(2021), year(2022))
        overridden.decide(first.submission)
        assert overridden.current("A-1").reason_codes[0] == "OVERRIDDEN_BY_PERSON"

    def test_decides_by_the_rules_what_was_taken_back(self, overridden: World) -> None:
        override(overridden, R, reason="LOOK_AGAIN")
        overridden.activate(year(2021), year(2022, without=("ME0004",)))
        overridden.run()
        assert GONE not in overridden.current("A-1").reason_codes

    def test_undoes_no_answer_that_stands_beside_a_holder(self, world: World) -> None:
        world.submit("A-2", **EAST_FIELDS)
        world.submit("A-1", **VAGUE)
        override(world, fscs="ME0004", reason="RIGHTFUL_CLAIMANT", beside_holder=True)
        world.activate(year(2021), year(2022, replace(EAST_CORAL, name="EAST CORAL FREE LIBRARY")))
        world.run()
        assert world.current("A-1").decision is world.current("A-2").decision is V
        assert world.store.claims["ME0004"].application_id == "A-2"


class TestAnEnd:
    def test_renews_an_override_as_any_answer(self, overridden: World) -> None:
        stated = overridden.current("A-1")
        overridden.days_pass(366)
        overridden.expire()

        now = overridden.current("A-1")
        assert (now.cause.kind, now.override, now.decision) == ("expiry", stated.override, V)
        assert now.valid_until == now.decided_at + VALIDITY
        assert changes(overridden) == []

    def test_of_one_whose_library_is_gone_goes_to_a_person(self, overridden: World) -> None:
        overridden.activate(year(2021), year(2022, without=("ME0004",)))
        overridden.days_pass(366)
        overridden.expire()
        assert overridden.current("A-1").reason_codes[0] == GONE

    def test_comes_for_a_library_outside_the_survey_too(self, world: World) -> None:
        world.submit("A-1", **NEW_FIELDS)
        override(world, reason="EVIDENCE_OUTSIDE_SURVEY")
        world.days_pass(366)
        world.expire()
        now = world.current("A-1")
        assert (now.cause.kind, now.decision, now.match) == ("expiry", V, None)


class TestTheSameLibraryElsewhere:
    """Found by what both releases publish, so under a registry that is built from both."""

    def test_an_override_follows_it_to_its_new_key(self, overridden: World) -> None:
        overridden.activate(
            year(2021), year(2022, replace(EAST_CORAL, fscs_key="ME0020"), without=("ME0004",))
        )
        overridden.run()

        now = overridden.current("A-1")
        assert now.match is not None
        assert (now.decision, now.match.fscs_key) == (V, "ME0020")
        assert now.override is not None
        assert now.override.fscs_key == "ME0004"
        assert set(overridden.store.claims) == {"ME0020"}
        assert changes(overridden) == [["identity"]]

    def test_a_new_key_is_no_new_library_for_who_was_turned_away(self, world: World) -> None:
        world.submit("A-1", **EAST_FIELDS)
        override(world, N, reason="IMPOSTOR")
        world.activate(year(2021), year(2022, replace(EAST_CORAL, fscs_key="ME0020"), without=("ME0004",)))
        world.run()
        assert world.current("A-1").reason_codes == ["OVERRIDDEN_BY_PERSON", "IMPOSTOR"]
