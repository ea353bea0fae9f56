"""Overrides under later registries and renewals."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

import pytest

from library_validator.casework.overriding import Ruling, carry_out, propose
from library_validator.decisions.answer import Answer
from library_validator.decisions.changes import MaterialChange
from library_validator.decisions.decision import Decision
from library_validator.decisions.listings import matches_of_ids
from library_validator.errors import RegistryError
from library_validator.registry.store import VersionState
from library_validator.releases.records import Release
from tests.builders.applicants import EAST_FIELDS, JUNIPER_FIELDS
from tests.builders.decisions import PARTNER
from tests.builders.small_registry import EAST_CORAL, outlet
from tests.unit.casework.world import JUNIPER, VALIDITY, World, release_of

V, R, N = Answer.VALIDATED, Answer.NEEDS_REVIEW, Answer.NOT_VALIDATED
VAGUE: Final[dict[str, Any]] = {"name": "Harbor Reading Room", "city": "Somewhere", "state": "ME"}
GONE: Final = "OVERRIDE_GROUND_GONE"

BRIAR_FIELDS: Final[dict[str, Any]] = {
    "name": "Briar County Library",
    "street": "400 Main Street",
    "city": "Briarton",
    "state": "ME",
    "zip": "04902",
    "phone": "2075550102",
}
RE_KEYED: Final = replace(EAST_CORAL, fscs_key="ME0020")
_WITHOUT_CORAL: Final = release_of(2022, without=("ME0004",))
MERGER: Final = replace(  # East Coral is now a branch of Briar County
    _WITHOUT_CORAL,
    outlets=(
        *_WITHOUT_CORAL.outlets,
        outlet("ME0002", "004", "EAST CORAL LIBRARY", "1 HARBOR STREET", "CORAL", "04903", "2075550104"),
    ),
)


@pytest.fixture
def world() -> World:
    world = World()
    world.activate(release_of(2021))
    return world


def override(
    world: World, answer: Answer = V, fscs: str = "", reason: str = "CONFIRMED_BY_PHONE", **options: Any
) -> Decision:
    """Override the decision on A-1."""
    ruling = Ruling(PARTNER, "A-1", answer, reason, "we asked", "arn:dana", fscs, **options)
    proposal = propose(ruling, world.decisions, world.overrides, world.decider, world.now())
    return carry_out(proposal, world.decisions, world.overrides, world.bus).decision


def changes(world: World) -> list[list[MaterialChange]]:
    """The changes of every ``Library Status Changed`` since the last call."""
    found = [list(event.data.changes) for event in world.changes]
    world.bus.events.clear()
    return found


@pytest.fixture
def world_with_override(world: World) -> World:
    """A-1 is validated as ME0004, against the rules."""
    assert world.submit("A-1", **VAGUE).decision is not V
    override(world, fscs="ME0004")
    assert changes(world)
    return world


class TestAnotherRegistry:
    def test_a_registry_that_lists_the_library_as_before_changes_nothing(
        self, world_with_override: World
    ) -> None:
        stated = world_with_override.current("A-1")
        world_with_override.activate(release_of(2021), release_of(2022))
        world_with_override.run()
        assert world_with_override.current("A-1") == stated
        assert changes(world_with_override) == []

    def test_another_name_of_the_library_restates_the_override(self, world_with_override: World) -> None:
        stated = world_with_override.current("A-1")
        world_with_override.activate(
            release_of(2021), release_of(2022, replace(EAST_CORAL, name="EAST CORAL FREE LIBRARY"))
        )
        world_with_override.run()

        now = world_with_override.current("A-1")
        assert now.match is not None
        assert (now.decision, now.match.name) == (V, "EAST CORAL FREE LIBRARY")
        assert (now.override, now.cause.kind) == (stated.override, "registry")
        assert changes(world_with_override) == [["name"]]

    @pytest.mark.parametrize(
        ("newer", "said"),
        [
            (release_of(2022, without=("ME0004",)), "ME0004 is not listed any more"),
            (release_of(2022, replace(EAST_CORAL, structure="03")), "ME0004 is listed as closed"),
        ],
        ids=["vanished", "closed"],
    )
    def test_a_registry_without_the_library_brings_the_application_back_to_a_person(
        self, world_with_override: World, newer: Any, said: str
    ) -> None:
        world_with_override.activate(release_of(2021), newer)
        world_with_override.run()

        now = world_with_override.current("A-1")
        assert (now.decision, now.reason_codes[0]) == (R, GONE)
        assert said in now.reasons[0].staff
        assert now.override is not None
        assert now.valid_until is None
        assert "ME0004" not in world_with_override.decisions.claims
        assert changes(world_with_override)[0][0] == "decision"

    def test_a_rolled_back_registry_brings_the_override_back(self, world_with_override: World) -> None:
        world_with_override.activate(release_of(2021), release_of(2022, without=("ME0004",)))
        world_with_override.run()
        world_with_override.roll_back()
        world_with_override.run()

        now = world_with_override.current("A-1")
        assert (now.decision, now.reason_codes) == (V, ["OVERRIDDEN_BY_PERSON", "CONFIRMED_BY_PHONE"])
        assert [change[0] for change in changes(world_with_override)] == ["decision", "decision"]

    def test_a_new_listing_of_a_rejected_applicant_brings_it_back_to_a_person(self, world: World) -> None:
        world.submit("A-1", **JUNIPER_FIELDS)
        override(world, N, reason="IMPOSTOR")
        world.activate(release_of(2021), release_of(2022, JUNIPER))
        world.run()

        now = world.current("A-1")
        assert (now.decision, now.reason_codes[0]) == (R, GONE)
        assert "VT0009 (JUNIPER GULCH LIBRARY)" in now.reasons[0].staff

    def test_a_rejected_applicant_is_not_validated_as_a_library_that_the_person_saw(
        self, world: World
    ) -> None:
        world.submit("A-1", **EAST_FIELDS)
        override(world, N, reason="IMPOSTOR")
        world.bus.events.clear()
        world.activate(
            release_of(2021), release_of(2022, replace(EAST_CORAL, name="EAST CORAL FREE LIBRARY"))
        )
        world.run()
        assert world.current("A-1").reason_codes == ["OVERRIDDEN_BY_PERSON", "IMPOSTOR"]
        assert changes(world) == []

    def test_an_override_outside_the_survey_does_not_change(self, world: World) -> None:
        world.submit("A-1", **JUNIPER_FIELDS)
        stated = override(world, reason="EVIDENCE_OUTSIDE_SURVEY")
        world.bus.events.clear()
        world.activate(release_of(2021), release_of(2022, JUNIPER))
        world.run()
        assert world.current("A-1") == stated
        assert changes(world) == []

    def test_a_redelivered_first_message_does_not_undo_an_override_under_another_registry(
        self, world_with_override: World
    ) -> None:
        (first, *_) = world_with_override.decisions.history(PARTNER, "A-1")
        world_with_override.activate(release_of(2021), release_of(2022))
        world_with_override.decide(first.submission)
        assert world_with_override.current("A-1").reason_codes[0] == "OVERRIDDEN_BY_PERSON"

    def test_the_rules_decide_after_an_override_is_withdrawn(self, world_with_override: World) -> None:
        override(world_with_override, R, reason="LOOK_AGAIN")
        world_with_override.activate(release_of(2021), release_of(2022, without=("ME0004",)))
        world_with_override.run()
        assert GONE not in world_with_override.current("A-1").reason_codes

    def test_an_override_beside_the_holder_of_the_claim_stays(self, world: World) -> None:
        world.submit("A-2", **EAST_FIELDS)
        world.submit("A-1", **VAGUE)
        override(world, fscs="ME0004", reason="RIGHTFUL_CLAIMANT", beside_holder=True)
        world.activate(
            release_of(2021), release_of(2022, replace(EAST_CORAL, name="EAST CORAL FREE LIBRARY"))
        )
        world.run()
        assert world.current("A-1").decision is world.current("A-2").decision is V
        assert world.decisions.claims["ME0004"].application_id == "A-2"


class TestEndOfDecisions:
    def test_an_override_is_renewed_like_any_answer(self, world_with_override: World) -> None:
        stated = world_with_override.current("A-1")
        world_with_override.let_days_pass(366)
        world_with_override.expire()

        now = world_with_override.current("A-1")
        assert (now.cause.kind, now.override, now.decision) == ("expiry", stated.override, V)
        assert now.valid_until == now.decided_at + VALIDITY
        assert changes(world_with_override) == []

    def test_an_override_that_ends_without_its_library_goes_to_a_person(
        self, world_with_override: World
    ) -> None:
        world_with_override.activate(release_of(2021), release_of(2022, without=("ME0004",)))
        world_with_override.let_days_pass(366)
        world_with_override.expire()
        assert world_with_override.current("A-1").reason_codes[0] == GONE

    def test_an_override_outside_the_survey_ends_too(self, world: World) -> None:
        world.submit("A-1", **JUNIPER_FIELDS)
        override(world, reason="EVIDENCE_OUTSIDE_SURVEY")
        world.let_days_pass(366)
        world.expire()
        now = world.current("A-1")
        assert (now.cause.kind, now.decision, now.match) == ("expiry", V, None)


class TestLibraryUnderNewKey:
    """Both releases are needed to follow a library, so the registry is built from both."""

    def test_an_override_follows_the_library_to_its_new_key(self, world_with_override: World) -> None:
        world_with_override.activate(release_of(2021), release_of(2022, RE_KEYED, without=("ME0004",)))
        world_with_override.run()

        now = world_with_override.current("A-1")
        assert now.match is not None
        assert (now.decision, now.match.fscs_key) == (V, "ME0020")
        assert now.override is not None
        assert now.override.fscs_key == "ME0004"
        assert set(world_with_override.decisions.claims) == {"ME0020"}
        assert changes(world_with_override) == [["identity"]]

    def test_a_new_key_is_not_a_new_library_for_a_rejected_applicant(self, world: World) -> None:
        world.submit("A-1", **EAST_FIELDS)
        override(world, N, reason="IMPOSTOR")
        world.activate(release_of(2021), release_of(2022, RE_KEYED, without=("ME0004",)))
        world.run()
        assert world.current("A-1").reason_codes == ["OVERRIDDEN_BY_PERSON", "IMPOSTOR"]

    def test_an_override_follows_the_library_into_the_system_that_absorbed_it(
        self, world_with_override: World
    ) -> None:
        world_with_override.activate(release_of(2021), MERGER)
        world_with_override.run()

        now = world_with_override.current("A-1")
        assert now.match is not None
        assert (now.decision, now.match.fscs_id) == (V, "ME0002-004")
        assert set(world_with_override.decisions.claims) == {"ME0002"}
        assert changes(world_with_override)[0][0] == "identity"

    def test_after_a_merger_an_override_and_the_holder_stay_validated(
        self, world_with_override: World
    ) -> None:
        world_with_override.submit("A-2", **BRIAR_FIELDS)
        world_with_override.activate(release_of(2021), MERGER)
        world_with_override.run()
        assert world_with_override.current("A-1").decision is world_with_override.current("A-2").decision is V
        assert world_with_override.decisions.claims["ME0002"].application_id == "A-2"

    def test_a_person_may_name_the_library_by_its_old_key(self, world: World) -> None:
        world.activate(release_of(2021), release_of(2022, RE_KEYED, without=("ME0004",)))
        world.submit("A-1", **VAGUE)
        decision = override(world, fscs="ME0004")
        assert decision.override is not None
        assert decision.override.fscs_key == "ME0020"


class TestListings:
    @pytest.mark.parametrize(
        ("newer", "asked", "listed"),
        [
            (release_of(2022), "ME0004", ("ME0004", "listed")),
            (release_of(2022), "ME0002-003", ("ME0002", "listed")),
            (release_of(2022), "ME0002-002", ("ME0002", "listed")),
            (release_of(2022, RE_KEYED, without=("ME0004",)), "ME0004", ("ME0020", "listed")),
            (MERGER, "ME0004", ("ME0002", "listed")),
            (release_of(2022, without=("ME0004",)), "ME0004", ("ME0004", "no_longer_listed")),
            (release_of(2022, replace(EAST_CORAL, structure="03")), "ME0004", ("ME0004", "closed")),
            (release_of(2022), "ME0099", None),
            (release_of(2022), "ME0002-099", None),
        ],
        ids=["system", "outlet", "central", "re-keyed", "absorbed", "vanished", "closed", "no key", "no id"],
    )
    def test_listings_give_the_present_entry_of_an_id(
        self, world: World, newer: Release, asked: str, listed: tuple[str, str] | None
    ) -> None:
        world.activate(release_of(2021), newer)
        version = world.registry.pointer().active
        match = matches_of_ids(world.registry, version, [asked])[asked]
        assert (match and (match.fscs_key, match.status)) == listed

    def test_listings_read_the_registry_once_and_again_for_successors(self, world: World) -> None:
        world.activate(release_of(2021), MERGER)
        version = world.registry.pointer().active
        for ids, requests in (([], 0), (["ME0001", "ME0002", "ME0003"], 1), (["ME0004", "ME0001"], 2)):
            world.registry.requests.clear()
            matches_of_ids(world.registry, version, ids)
            assert world.registry.requests["BatchGetItem"] == requests

    def test_listings_of_the_version_before_are_available(self, world: World) -> None:
        before = world.registry.pointer().active
        world.activate(release_of(2021), release_of(2022, without=("ME0004",)))
        match = matches_of_ids(world.registry, before, ["ME0004"])["ME0004"]
        assert match is not None
        assert match.status == "listed"

    def test_listings_of_a_retired_version_are_not_available(self, world: World) -> None:
        before = world.registry.pointer().active
        world.activate(release_of(2021), release_of(2022))
        world.registry.set_state(before, VersionState.RETIRED)
        with pytest.raises(RegistryError, match="retired meanwhile"):
            matches_of_ids(world.registry, before, ["ME0004"])
