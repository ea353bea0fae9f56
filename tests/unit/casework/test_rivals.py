"""Two applications for one library: rivals, two outlets of one system, or one sender twice."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

import pytest

from library_validator.casework.overriding import Ruling, carry_out, propose
from library_validator.casework.partners import Signature, add_partner, add_principal
from library_validator.decisions.answer import Answer
from library_validator.decisions.decision import Decision, Holder
from library_validator.decisions.partners import PartnerLimits
from library_validator.errors import OverrideRefused
from tests.builders.applicants import ALDER_FIELDS, JUNIPER_FIELDS
from tests.builders.decisions import NOON, OTHER_PARTNER, PARTNER
from tests.builders.small_registry import OUTLETS
from tests.unit.casework.world import JUNIPER, World, release_of

VALIDATED, REVIEW = Answer.VALIDATED, Answer.NEEDS_REVIEW
THIRD: Final = "AROAPARTNERTHREE"
MAIN: Final[dict[str, Any]] = {
    "name": "Briar County Library",
    "street": "400 Main Street",
    "city": "Briarton",
    "state": "ME",
    "zip": "04902",
    "phone": "2075550102",
}
BRANCH: Final[dict[str, Any]] = {
    "name": "Hollow Run Branch",
    "street": "8 Creek Road",
    "city": "Hollow Run",
    "state": "ME",
    "zip": "04910",
    "phone": "2075550110",
}


@pytest.fixture
def world() -> World:
    world = World()
    world.activate(release_of(2022))
    return world


def codes(decision: Decision) -> tuple[Answer, str]:
    return decision.decision, decision.reason_codes[0]


def override(world: World, ruling: Ruling) -> Decision:
    proposal = propose(ruling, world.decisions, world.overrides, world.decider, world.now())
    partners = world.partners.partners()
    return carry_out(proposal, world.decisions, world.overrides, world.bus, partners).decision


def withdraw_main(world: World) -> None:
    override(world, Ruling(PARTNER, "A-1", Answer.NOT_VALIDATED, "IMPOSTOR", "not the library", "ann"))


class TestOutlets:
    @pytest.mark.parametrize("source", [PARTNER, OTHER_PARTNER])
    def test_two_outlets_of_one_system_are_both_validated(self, world: World, source: str) -> None:
        world.submit("A-1", **MAIN)
        branch = world.submit("A-2", source=source, **BRANCH)

        assert branch.decision is VALIDATED
        assert branch.reason_codes == ["MATCH", "OTHER_OUTLET_APPLIED"]
        assert branch.held_by == Holder(source=PARTNER, application_id="A-1")
        assert world.decisions.holder_of("ME0002") == branch.held_by
        assert world.decisions.holder_of("ME0002-003") == Holder(source=source, application_id="A-2")

    def test_the_order_of_the_outlets_does_not_matter(self, world: World) -> None:
        world.submit("A-2", source=OTHER_PARTNER, **BRANCH)

        assert world.submit("A-1", **MAIN).reason_codes == ["MATCH", "OTHER_OUTLET_APPLIED"]

    def test_a_second_applicant_for_the_same_outlet_goes_to_a_person(self, world: World) -> None:
        world.submit("A-1", **MAIN)
        world.submit("A-2", source=OTHER_PARTNER, **BRANCH)

        third = world.submit("A-3", source=THIRD, **BRANCH)

        assert codes(third) == (REVIEW, "SECOND_CLAIMANT")
        assert "OTHER_OUTLET_APPLIED" not in third.reason_codes
        assert third.held_by == Holder(source=OTHER_PARTNER, application_id="A-2")

    def test_a_second_applicant_for_the_outlet_of_the_first_goes_to_a_person(self, world: World) -> None:
        world.submit("A-2", source=OTHER_PARTNER, **BRANCH)

        assert codes(world.submit("A-3", source=THIRD, **BRANCH)) == (REVIEW, "SECOND_CLAIMANT")

    def test_an_outlet_without_a_street_or_phone_of_its_own_is_a_rival(self, world: World) -> None:
        world.submit("A-1", **MAIN)
        vague = BRANCH | {"street": "", "zip": "", "phone": ""}

        assert codes(world.submit("A-2", source=OTHER_PARTNER, **vague)) == (REVIEW, "SECOND_CLAIMANT")

    def test_both_stay_validated_when_a_registry_goes_live_and_when_they_are_renewed(
        self, world: World
    ) -> None:
        world.submit("A-1", **MAIN)
        world.submit("A-2", source=OTHER_PARTNER, **BRANCH)
        world.activate(release_of(2023, JUNIPER))

        world.run()
        world.let_days_pass(366)
        world.expire()

        assert world.current("A-1").decision is VALIDATED
        renewed = world.current("A-2", OTHER_PARTNER)
        assert renewed.cause.kind == "expiry"
        assert renewed.reason_codes == ["MATCH", "OTHER_OUTLET_APPLIED"]
        assert world.decisions.holder_of("ME0002-003") == Holder(source=OTHER_PARTNER, application_id="A-2")
        assert world.decisions.holder_of("ME0002") == Holder(source=PARTNER, application_id="A-1")

    def test_a_resend_with_other_fields_keeps_the_claim_on_the_outlet(self, world: World) -> None:
        world.submit("A-1", **MAIN)
        world.submit("A-2", source=OTHER_PARTNER, **BRANCH)

        again = world.submit("A-2", source=OTHER_PARTNER, **BRANCH | {"website": "hollow.example"})

        assert again.reason_codes == ["MATCH", "OTHER_OUTLET_APPLIED"]
        assert codes(world.submit("A-3", source=THIRD, **BRANCH)) == (REVIEW, "SECOND_CLAIMANT")

    def test_an_outlet_whose_application_ends_gives_its_claim_back(self, world: World) -> None:
        world.submit("A-1", **MAIN)
        world.submit("A-2", source=OTHER_PARTNER, **BRANCH)

        world.submit("A-2", source=OTHER_PARTNER, **JUNIPER_FIELDS)

        assert world.decisions.holder_of("ME0002-003") is None
        assert world.submit("A-3", source=THIRD, **BRANCH).decision is VALIDATED

    def test_a_person_validates_another_outlet_without_an_exception(self, world: World) -> None:
        world.submit("A-1", **MAIN)
        world.submit("A-2", source=OTHER_PARTNER, name="Hollow Run Readers", city="Hollow Run", state="ME")
        ruling = Ruling(
            OTHER_PARTNER, "A-2", VALIDATED, "CONFIRMED_BY_PHONE", "called", "ann", fscs="ME0002-003"
        )

        decision = override(world, ruling)

        assert decision.decision is VALIDATED
        assert "OTHER_OUTLET_APPLIED" in decision.reason_codes
        assert world.decisions.holder_of("ME0002-003") == Holder(source=OTHER_PARTNER, application_id="A-2")

    def test_a_person_is_still_warned_of_a_rival_for_the_same_outlet(self, world: World) -> None:
        world.submit("A-1", **BRANCH)
        world.submit("A-2", source=OTHER_PARTNER, name="Hollow Run Readers", city="Hollow Run", state="ME")
        ruling = Ruling(
            OTHER_PARTNER, "A-2", VALIDATED, "CONFIRMED_BY_PHONE", "called", "ann", fscs="ME0002-003"
        )

        with pytest.raises(OverrideRefused, match="held by application A-1"):
            override(world, ruling)

    def test_a_holder_that_turns_to_the_outlet_of_another_application_is_its_rival(
        self, world: World
    ) -> None:
        world.submit("A-1", **MAIN)
        world.submit("A-2", source=OTHER_PARTNER, **BRANCH)

        turned = world.submit("A-1", **BRANCH)

        assert codes(turned) == (REVIEW, "SECOND_CLAIMANT")
        assert turned.held_by == Holder(source=OTHER_PARTNER, application_id="A-2")
        assert world.decisions.holder_of("ME0002") is None
        assert world.decisions.holder_of("ME0002-003") == turned.held_by

    def test_a_rival_of_an_outlet_goes_on_waiting_when_the_holder_of_the_system_has_ended(
        self, world: World
    ) -> None:
        world.submit("A-1", **MAIN)
        world.submit("A-2", source=OTHER_PARTNER, **BRANCH)
        world.submit("A-3", source=THIRD, **BRANCH)
        world.submit("A-1", **JUNIPER_FIELDS)

        world.submit("A-3", source=THIRD, **BRANCH)

        again = world.current("A-3", THIRD)
        assert codes(again) == (REVIEW, "SECOND_CLAIMANT")
        assert len(world.decisions.history(THIRD, "A-3")) == 1

    def test_a_new_rival_of_an_outlet_waits_although_nobody_holds_the_system_any_more(
        self, world: World
    ) -> None:
        world.submit("A-1", **MAIN)
        world.submit("A-2", source=OTHER_PARTNER, **BRANCH)
        world.submit("A-1", **JUNIPER_FIELDS)

        rival = world.submit("A-3", source=THIRD, **BRANCH)

        assert codes(rival) == (REVIEW, "SECOND_CLAIMANT")
        assert rival.held_by == Holder(source=OTHER_PARTNER, application_id="A-2")
        assert codes(world.submit("A-4", source=THIRD, **MAIN)) == (VALIDATED, "MATCH")

    def test_a_new_registry_validates_no_rival_of_an_outlet(self, world: World) -> None:
        world.submit("A-1", **MAIN)
        world.submit("A-2", source=OTHER_PARTNER, **BRANCH)
        world.submit("A-3", source=THIRD, **BRANCH | {"name": "Zebra Reading Room", "phone": ""})
        world.submit("A-1", **JUNIPER_FIELDS)
        assert world.current("A-3", THIRD).decision is not VALIDATED

        renamed = replace(OUTLETS[2], name="ZEBRA READING ROOM")
        later = release_of(2023)
        world.activate(replace(later, outlets=(*later.outlets[:2], renamed)))
        world.run()

        assert world.current("A-2", OTHER_PARTNER).decision is VALIDATED
        assert codes(world.current("A-3", THIRD)) == (REVIEW, "SECOND_CLAIMANT")

    def test_the_holder_changes_its_fields_and_stays(self, world: World) -> None:
        world.submit("A-1", **MAIN)
        world.submit("A-2", source=OTHER_PARTNER, **BRANCH)

        assert codes(world.submit("A-1", **MAIN | {"zip": ""})) == (VALIDATED, "MATCH")

    def test_a_person_is_warned_of_it_although_nobody_holds_the_system_any_more(self, world: World) -> None:
        world.submit("A-1", **MAIN)
        world.submit("A-2", source=OTHER_PARTNER, **BRANCH)
        world.submit("A-1", **JUNIPER_FIELDS)
        world.submit("A-3", source=THIRD, name="Hollow Run Readers", city="Hollow Run", state="ME")
        ruling = Ruling(THIRD, "A-3", VALIDATED, "CONFIRMED_BY_PHONE", "called", "ann", fscs="ME0002-003")

        with pytest.raises(OverrideRefused, match="held by application A-2"):
            override(world, ruling)
        decision = override(world, replace(ruling, beside_holder=True))

        assert decision.held_by == Holder(source=OTHER_PARTNER, application_id="A-2")
        assert world.decisions.holder_of("ME0002-003") == decision.held_by
        assert world.decisions.holder_of("ME0002") is None


class TestOneSender:
    def test_the_same_sender_again_is_no_second_claimant(self, world: World) -> None:
        world.submit("A-1", **ALDER_FIELDS)
        again = world.submit("A-2", **ALDER_FIELDS)

        assert codes(again) == (REVIEW, "SAME_SENDER_AGAIN")
        assert again.next_step.code == "SEND_OUTLET"
        assert again.held_by == Holder(source=PARTNER, application_id="A-1")

    def test_two_principals_of_one_partner_are_one_sender(self, world: World) -> None:
        signed = Signature(by="ann", at=NOON)
        world.submit("A-1", source=OTHER_PARTNER, **ALDER_FIELDS)
        add_partner(world.partners, PARTNER, "A foundation", PartnerLimits(), signed)
        add_principal(world.partners, PARTNER, OTHER_PARTNER, signed)

        assert codes(world.submit("A-2", **ALDER_FIELDS)) == (REVIEW, "SAME_SENDER_AGAIN")
        assert codes(world.submit("A-3", source=THIRD, **ALDER_FIELDS)) == (REVIEW, "SECOND_CLAIMANT")

    def test_the_second_application_waits_when_the_first_has_ended_and_is_validated_when_it_is_sent_again(
        self, world: World
    ) -> None:
        world.submit("A-1", **ALDER_FIELDS)
        world.submit("A-2", **ALDER_FIELDS)
        world.submit("A-3", source=THIRD, **ALDER_FIELDS)
        world.submit("A-1", **JUNIPER_FIELDS)

        world.activate(release_of(2023, JUNIPER))
        world.run()

        assert codes(world.current("A-2")) == (REVIEW, "SAME_SENDER_AGAIN")
        assert codes(world.current("A-3", THIRD)) == (REVIEW, "SECOND_CLAIMANT")
        world.submit("A-2", **ALDER_FIELDS)
        assert world.answer("A-2") == (VALIDATED, "ME0001")

    def test_the_second_application_goes_on_waiting_while_the_first_is_validated(self, world: World) -> None:
        world.submit("A-1", **ALDER_FIELDS)
        world.submit("A-2", **ALDER_FIELDS)

        world.activate(release_of(2023, JUNIPER))
        world.run()

        assert codes(world.current("A-2")) == (REVIEW, "SAME_SENDER_AGAIN")


class TestStrangers:
    def test_a_name_and_a_town_take_no_claim_from_the_library_itself(self, world: World) -> None:
        vague = {name: ALDER_FIELDS[name] for name in ("name", "city", "state")}
        first = world.submit("A-1", **vague)

        full = world.submit("A-2", source=OTHER_PARTNER, **ALDER_FIELDS)

        assert first.decision is VALIDATED
        assert codes(full) == (VALIDATED, "MATCH")
        assert world.decisions.holder_of("ME0001") == Holder(source=OTHER_PARTNER, application_id="A-2")
        assert codes(world.submit("A-3", source=THIRD, **vague)) == (REVIEW, "SECOND_CLAIMANT")

    def test_two_strangers_for_one_library_are_rivals_as_before(self, world: World) -> None:
        world.submit("A-1", **ALDER_FIELDS)

        assert codes(world.submit("A-2", source=OTHER_PARTNER, **ALDER_FIELDS)) == (REVIEW, "SECOND_CLAIMANT")

    def test_the_end_of_a_rival_s_claim_validates_nobody(self, world: World) -> None:
        world.submit("A-1", **ALDER_FIELDS)
        world.submit("A-2", source=OTHER_PARTNER, **ALDER_FIELDS)
        withdraw_main(world)

        world.activate(release_of(2023, JUNIPER))
        world.run()

        assert codes(world.current("A-2", OTHER_PARTNER)) == (REVIEW, "SECOND_CLAIMANT")
