"""Suspending a partner, giving its claims back, deciding its victims again, and resuming it."""

from __future__ import annotations

from typing import Any

import pytest

from library_validator.casework.overriding import Ruling, carry_out, propose
from library_validator.casework.partners import (
    Signature,
    add_partner,
    begin_release,
    partner_of,
    resume,
    suspend,
)
from library_validator.casework.sources import decide_unless_suspended
from library_validator.casework.suspending import (
    ReleaseResult,
    decide_waiting_again,
    release_claims,
    validated_decisions,
)
from library_validator.decisions.answer import Answer
from library_validator.decisions.application import application_from_fields
from library_validator.decisions.decision import Decision, Submission
from library_validator.decisions.events import LibraryApplicationNeedsReview, LibraryStatusChanged
from library_validator.decisions.partners import PartnerLimits
from library_validator.decisions.recording import record_all
from tests.builders.applicants import ALDER_FIELDS, BAKERY_FIELDS, EAST_FIELDS, JUNIPER_FIELDS, WEST_FIELDS
from tests.builders.decisions import NOON, OTHER_PARTNER, PARTNER
from tests.unit.casework.test_rivals import BRANCH, MAIN
from tests.unit.casework.world import JUNIPER, ProcessKilled, World, release_of

VALIDATED, REVIEW, NOT_VALIDATED = Answer.VALIDATED, Answer.NEEDS_REVIEW, Answer.NOT_VALIDATED
SIGNED = Signature(by="ann", at=NOON, words="it submitted the public list")
THIRD = "AROAPARTNERTHREE"


@pytest.fixture
def world() -> World:
    world = World()
    world.activate(release_of(2022))
    add_partner(world.partners, PARTNER, "A foundation", PartnerLimits(), SIGNED)
    return world


def send(world: World, application_id: str, source: str = PARTNER, **fields: Any) -> Decision:
    """Send an application as the function that decides applications receives it."""
    read = application_from_fields({"application_id": application_id, **fields})
    submission = Submission(
        source=source, application=read.application, sent_at=world.now(), problems=read.problems
    )
    partners = world.partners.partners()
    decided = decide_unless_suspended(world.decider, [submission], partners, world.now())
    decisions = [decision for decision in decided if isinstance(decision, Decision)]
    record_all(decisions, world.decisions, world.bus, world.decider, partners)
    return world.current(application_id, source)


def release(world: World) -> ReleaseResult:
    return release_claims(begin_release(world.partners, PARTNER, SIGNED), world.ports, world.now)


def override_alder(world: World, source: str = PARTNER, application_id: str = "A-1") -> Decision:
    ruling = Ruling(source, application_id, VALIDATED, "CONFIRMED_BY_PHONE", "called", "ann", fscs="ME0001")
    proposal = propose(ruling, world.decisions, world.overrides, world.decider, world.now())
    partners = world.partners.partners()
    return carry_out(proposal, world.decisions, world.overrides, world.bus, partners).decision


class TestSuspended:
    def test_a_message_of_a_suspended_partner_is_answered_without_a_match_and_without_a_claim(
        self, world: World
    ) -> None:
        suspend(world.partners, PARTNER, SIGNED)

        decision = send(world, "A-1", **ALDER_FIELDS)

        assert (decision.decision, decision.reason_codes) == (REVIEW, ["PARTNER_SUSPENDED"])
        assert (decision.match, decision.candidates, decision.evidence) == (None, [], [])
        assert decision.application.name == ALDER_FIELDS["name"]
        assert not world.decisions.claims
        assert [type(event) for event in world.bus.events] == [LibraryApplicationNeedsReview]

    def test_the_messages_of_other_senders_in_the_same_batch_are_decided(self, world: World) -> None:
        suspend(world.partners, PARTNER, SIGNED)
        submissions = [
            Submission(source=source, application=read.application, sent_at=world.now())
            for source, fields in ((PARTNER, ALDER_FIELDS), (OTHER_PARTNER, ALDER_FIELDS), (PARTNER, {}))
            if (read := application_from_fields({"application_id": "A-1", **fields}))
        ]

        decided = decide_unless_suspended(world.decider, submissions, world.partners.partners(), world.now())

        assert [each.decision for each in decided if isinstance(each, Decision)] == [
            REVIEW,
            VALIDATED,
            REVIEW,
        ]
        assert [each.source for each in decided if isinstance(each, Decision)] == [
            PARTNER,
            OTHER_PARTNER,
            PARTNER,
        ]

    def test_a_suspended_partner_s_answers_are_neither_revalidated_nor_renewed(self, world: World) -> None:
        before = send(world, "A-1", **ALDER_FIELDS)
        other = send(world, "A-2", OTHER_PARTNER, **EAST_FIELDS)
        suspend(world.partners, PARTNER, SIGNED)
        world.activate(release_of(2023, JUNIPER, without=("ME0001", "ME0004")))

        world.run()
        world.let_days_pass(400)
        world.expire()

        assert world.current("A-1") == before
        assert world.current("A-2", OTHER_PARTNER) != other

    def test_what_a_partner_got_validated_is_listed(self, world: World) -> None:
        send(world, "A-1", **ALDER_FIELDS)
        send(world, "A-2", **BAKERY_FIELDS)
        send(world, "A-3", OTHER_PARTNER, **EAST_FIELDS)
        partner = suspend(world.partners, PARTNER, SIGNED)

        assert [each.application_id for each in validated_decisions(world.decisions, partner)] == ["A-1"]


class TestReleasedClaims:
    def test_victims_are_decided_again_at_once_without_resending(self, world: World) -> None:
        send(world, "squat-1", **ALDER_FIELDS)
        send(world, "squat-2", **EAST_FIELDS)
        send(world, "squat-3", **WEST_FIELDS)
        send(world, "A-1", OTHER_PARTNER, **ALDER_FIELDS)
        send(world, "A-2", THIRD, **EAST_FIELDS)
        suspend(world.partners, PARTNER, SIGNED)
        world.bus.events.clear()

        result = release(world)

        assert (result.released, result.decided, result.validated) == (3, 2, 2)
        assert world.current("A-1", OTHER_PARTNER).decision is VALIDATED
        assert world.current("A-2", THIRD).decision is VALIDATED
        for name in ("squat-1", "squat-2", "squat-3"):
            assert world.current(name).reason_codes == ["PARTNER_SUSPENDED"]
        assert world.decisions.holder_of("ME0005") is None
        assert len(world.bus.events) == 5
        assert all(isinstance(event, LibraryStatusChanged) for event in world.bus.events)

    def test_an_applicant_that_a_claim_stops_while_claims_are_given_back_is_decided_too(
        self, world: World
    ) -> None:
        for number in range(8):  # in several shards
            send(world, f"squat-{number}", **ALDER_FIELDS if number == 0 else BAKERY_FIELDS)
        suspend(world.partners, PARTNER, SIGNED)
        arrived: list[str] = []

        def arrive() -> None:
            if world.decisions.holder_of("ME0001") and len(arrived) < 40:
                arrived.append(f"A-{len(arrived)}")
                send(world, arrived[-1], OTHER_PARTNER, **ALDER_FIELDS)

        partner = begin_release(world.partners, PARTNER, SIGNED)
        release_claims(partner, world.watched_ports(arrive), world.now)

        assert arrived
        assert world.current(arrived[0], OTHER_PARTNER).decision is VALIDATED
        holders = {current.held_by for name in arrived if (current := world.current(name, OTHER_PARTNER))}
        assert not {holder for holder in holders if holder and holder.source == PARTNER}

    def test_a_resend_of_a_resumed_partner_is_decided_although_nobody_decided_it_again(
        self, world: World
    ) -> None:
        send(world, "A-1", **ALDER_FIELDS)
        suspend(world.partners, PARTNER, SIGNED)
        release(world)
        assert send(world, "A-1", **ALDER_FIELDS).reason_codes == ["PARTNER_SUSPENDED"]
        resume(world.partners, PARTNER, SIGNED)

        assert send(world, "A-1", **ALDER_FIELDS).decision is VALIDATED

    def test_the_entry_of_the_release_is_the_cause_of_every_change(self, world: World) -> None:
        send(world, "squat-1", **ALDER_FIELDS)
        send(world, "A-1", OTHER_PARTNER, **ALDER_FIELDS)
        suspend(world.partners, PARTNER, SIGNED)
        release(world)

        entry = world.partners.entries(PARTNER)[-1]
        assert entry.action == "release claims"
        for decision in (world.current("squat-1"), world.current("A-1", OTHER_PARTNER)):
            assert (decision.cause.kind, decision.cause.detail) == ("override", str(entry.entry_id))
            assert decision.before

    def test_of_two_victims_of_one_claim_the_first_applicant_is_validated(self, world: World) -> None:
        send(world, "squat-1", **ALDER_FIELDS)
        send(world, "A-1", OTHER_PARTNER, **ALDER_FIELDS)
        send(world, "A-2", THIRD, **ALDER_FIELDS)
        suspend(world.partners, PARTNER, SIGNED)

        result = release(world)

        assert (result.decided, result.validated) == (2, 1)
        assert world.current("A-1", OTHER_PARTNER).decision is VALIDATED
        second = world.current("A-2", THIRD)
        assert second.reason_codes[0] == "SECOND_CLAIMANT"
        assert second.held_by
        assert second.held_by.source == OTHER_PARTNER

    def test_an_outlet_beside_the_partner_s_outlet_gets_the_claim_on_the_system(self, world: World) -> None:
        send(world, "squat-1", **MAIN)
        send(world, "A-1", OTHER_PARTNER, **BRANCH)
        suspend(world.partners, PARTNER, SIGNED)

        release(world)

        assert world.current("A-1", OTHER_PARTNER).reason_codes == ["MATCH"]
        holder = world.decisions.holder_of("ME0002")
        assert holder
        assert holder.source == OTHER_PARTNER
        assert world.decisions.holder_of("ME0002-003") is None

    def test_an_answer_that_a_person_validated_stays(self, world: World) -> None:
        send(world, "A-1", name="Alder readers", city="Alder Point", state="ME")
        override_alder(world)
        send(world, "A-2", OTHER_PARTNER, **ALDER_FIELDS)
        suspend(world.partners, PARTNER, SIGNED)

        result = release(world)

        assert (result.released, result.by_person, result.validated) == (0, 1, 0)
        assert world.current("A-1").decision is VALIDATED
        assert world.current("A-2", OTHER_PARTNER).reason_codes[0] == "SECOND_CLAIMANT"

    def test_a_second_release_changes_nothing(self, world: World) -> None:
        send(world, "squat-1", **ALDER_FIELDS)
        send(world, "A-1", OTHER_PARTNER, **ALDER_FIELDS)
        suspend(world.partners, PARTNER, SIGNED)
        release(world)
        world.bus.events.clear()

        again = release(world)

        assert (again.released, again.decided) == (0, 0)
        assert not world.bus.events
        assert len(world.partners.entries(PARTNER)) == 3

    def test_a_victim_that_nothing_stops_any_more_but_that_is_no_library_is_not_validated(
        self, world: World
    ) -> None:
        send(world, "squat-1", **ALDER_FIELDS)
        send(world, "A-1", OTHER_PARTNER, **ALDER_FIELDS)
        suspend(world.partners, PARTNER, SIGNED)
        world.activate(release_of(2023, JUNIPER, without=("ME0001",)))

        release(world)

        assert world.current("A-1", OTHER_PARTNER).decision is not VALIDATED

    def test_a_release_that_is_killed_at_any_step_is_finished_by_the_same_command(self) -> None:
        steps = 1
        while True:
            world = World()
            world.activate(release_of(2022))
            add_partner(world.partners, PARTNER, "A foundation", PartnerLimits(), SIGNED)
            send(world, "squat-1", **ALDER_FIELDS)
            send(world, "squat-2", **EAST_FIELDS)
            send(world, "A-1", OTHER_PARTNER, **ALDER_FIELDS)
            suspend(world.partners, PARTNER, SIGNED)
            killed = _release_until_killed(world, steps)

            release(world)

            assert world.current("A-1", OTHER_PARTNER).decision is VALIDATED
            assert world.current("squat-1").reason_codes == ["PARTNER_SUSPENDED"]
            assert world.current("squat-2").reason_codes == ["PARTNER_SUSPENDED"]
            assert world.decisions.holder_of("ME0004") is None
            if not killed:
                break
            steps += 1
        assert steps > 20


class TestResumed:
    def test_what_waited_is_decided_when_the_partner_is_resumed(self, world: World) -> None:
        send(world, "A-1", **ALDER_FIELDS)
        suspend(world.partners, PARTNER, SIGNED)
        release(world)
        send(world, "A-2", **EAST_FIELDS)
        send(world, "A-3", **BAKERY_FIELDS)
        send(world, "A-4", **JUNIPER_FIELDS)

        resumed = resume(world.partners, PARTNER, SIGNED)
        result = decide_waiting_again(resumed, world.ports, world.now)

        assert result.changed == 4
        assert [world.current(f"A-{number}").decision for number in range(1, 5)] == [
            VALIDATED,
            VALIDATED,
            NOT_VALIDATED,
            NOT_VALIDATED,
        ]
        assert decide_waiting_again(resumed, world.ports, world.now).changed == 0

    def test_a_library_that_another_applicant_has_meanwhile_stays_with_it(self, world: World) -> None:
        send(world, "A-1", **ALDER_FIELDS)
        send(world, "A-2", OTHER_PARTNER, **ALDER_FIELDS)
        suspend(world.partners, PARTNER, SIGNED)
        release(world)

        decide_waiting_again(resume(world.partners, PARTNER, SIGNED), world.ports, world.now)

        assert world.current("A-1").reason_codes[0] == "SECOND_CLAIMANT"
        assert world.current("A-2", OTHER_PARTNER).decision is VALIDATED

    def test_a_partner_can_be_suspended_and_released_again(self, world: World) -> None:
        send(world, "A-1", **ALDER_FIELDS)
        for _ in range(2):
            suspend(world.partners, PARTNER, SIGNED)
            assert release(world).released == 1
            decide_waiting_again(resume(world.partners, PARTNER, SIGNED), world.ports, world.now)
            assert world.current("A-1").decision is VALIDATED
        assert partner_of(world.partners, PARTNER).version == 7


def _release_until_killed(world: World, last_step: int) -> bool:
    """Release the claims. Returns whether the process was killed before the end, at ``last_step``."""
    steps = 0

    def step() -> None:
        nonlocal steps
        steps += 1
        if steps == last_step:
            raise ProcessKilled

    ports = world.watched_ports(step)
    try:
        release_claims(begin_release(world.partners, PARTNER, SIGNED), ports, world.now)
    except ProcessKilled:
        return True
    return False
