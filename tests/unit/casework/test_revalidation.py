"""A registry that goes live changes earlier answers."""

from __future__ import annotations

from dataclasses import replace
from itertools import count
from typing import Any, Final

import pytest

from library_validator.casework.tasks import Task
from library_validator.decisions import deciding, policy
from library_validator.decisions.answer import Answer
from library_validator.decisions.decision import SHARDS, shard_of
from library_validator.decisions.policy_file import Policy, load_policy
from tests.builders.applicants import ALDER_FIELDS, EAST_FIELDS, JUNIPER_FIELDS, WEST_FIELDS
from tests.builders.decisions import OTHER_PARTNER, PARTNER
from tests.builders.small_registry import ALDER, EAST_CORAL, release
from tests.unit.casework.world import JUNIPER, MERGED, MERGED_OUTLET, World, release_of

VALIDATED, REVIEW = Answer.VALIDATED, Answer.NEEDS_REVIEW
CHANGED: Final = "Library Status Changed"
THE_END: Final = "Registry Revalidated"


@pytest.fixture
def world() -> World:
    world = World()
    world.activate(release_of(2021))
    return world


class TestMaterialChanges:
    def test_an_unchanged_answer_is_neither_stored_nor_published(self, world: World) -> None:
        decision = world.submit("A-1", **ALDER_FIELDS)
        list(world.published())

        world.activate(release_of(2021), release_of(2022))
        world.run()

        assert world.decisions.history(PARTNER, "A-1") == [decision]
        assert list(world.published()) == [THE_END]

    def test_another_phone_number_or_population_changes_nothing_material(self, world: World) -> None:
        world.submit("A-1", **EAST_FIELDS)
        list(world.published())

        world.activate(release_of(2022, replace(EAST_CORAL, phone="2075559999", population=7)))
        world.run()

        assert list(world.published()) == [THE_END]

    def test_a_changed_answer_is_stored_with_the_replaced_one_and_published(self, world: World) -> None:
        before = world.submit("A-1", **JUNIPER_FIELDS)
        assert before.decision is not VALIDATED

        world.activate(release_of(2021), release_of(2022, JUNIPER))
        world.run()

        decision = world.current("A-1")
        assert (decision.decision, decision.cause.key) == (VALIDATED, f"registry:{world.activation}")
        assert decision.before == before.as_before
        assert decision.valid_until
        (event,) = world.changes
        assert event.metadata.event_id == decision.event_id
        assert event.data.before.event_id == before.event_id
        assert event.data.changes[0] == "decision"
        assert event.metadata.registry_version == world.registry.pointer().active

    @pytest.mark.parametrize(
        ("changed", "news"),
        [
            (replace(EAST_CORAL, name="EAST CORAL MEMORIAL LIBRARY"), ["name"]),
            (replace(EAST_CORAL, street="2 HARBOR STREET"), ["address"]),
            (replace(EAST_CORAL, meets_fscs_definition="N"), ["status"]),
        ],
        ids=["renamed", "moved", "status"],
    )
    def test_the_event_names_the_changed_parts_of_the_answer(
        self, world: World, changed: Any, news: list[str]
    ) -> None:
        world.submit("A-1", **EAST_FIELDS)

        world.activate(release_of(2022, changed))
        world.run()

        assert [event.data.changes for event in world.changes] == [news]
        assert world.current("A-1").decision is VALIDATED

    def test_a_revalidation_still_reports_a_field_that_could_not_be_read(self, world: World) -> None:
        unreadable: dict[str, Any] = {**ALDER_FIELDS, "website": ["no", "text"]}
        first = world.submit("A-1", **unreadable)
        assert "INVALID_FIELD" in first.reason_codes

        world.activate(release_of(2022, replace(ALDER, name="ALDER POINT FREE LIBRARY")))
        world.run()

        assert "INVALID_FIELD" in world.current("A-1").reason_codes
        assert world.current("A-1").decision is REVIEW

    def test_another_policy_on_the_same_registry_is_another_cause(
        self, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        first = world.submit("A-1", **ALDER_FIELDS)
        world.run()
        strict, decide = replace(load_policy(), version="99"), policy.verdict_of

        def send_to_a_person_if_strict(
            query: Any, ranking: Any, rules: Policy, *given: Any, **named: Any
        ) -> Any:
            verdict = decide(query, ranking, rules, *given, **named)
            return verdict._replace(answer=REVIEW) if rules is strict else verdict

        monkeypatch.setattr(deciding, "verdict_of", send_to_a_person_if_strict)

        for rules, answer in ((strict, REVIEW), (load_policy(), VALIDATED)) * 2:
            list(world.published())
            monkeypatch.setattr(deciding, "load_policy", lambda rules=rules: rules)
            world.run()
            decision = world.current("A-1")
            assert (decision.decision, decision.cause.kind) == (answer, "policy")
            assert decision.cause.detail.startswith(f"{rules.version}/")
            assert list(world.published()) == [CHANGED, THE_END]
        assert len(world.decisions.history(PARTNER, "A-1")) == 5
        assert first.before is None


class TestRepeatedRevalidations:
    def test_a_second_revalidation_by_the_same_registry_publishes_nothing(self, world: World) -> None:
        world.submit("A-1", **JUNIPER_FIELDS)
        world.activate(release_of(2022, JUNIPER))
        world.run()
        list(world.published())

        outcomes = world.run()

        assert list(world.published()) == []
        assert [outcome.checked for outcome in outcomes] == [0] * (SHARDS + 1)

    def test_decisions_of_the_live_registry_are_left_as_they_are(self, world: World) -> None:
        world.activate(release_of(2022, JUNIPER))
        world.submit("A-1", **JUNIPER_FIELDS)

        world.run()

        assert world.changes == []
        assert [event.data.checked for event in world.ends] == [1]

    def test_each_change_to_another_registry_and_back_has_its_own_event_ids(self, world: World) -> None:
        world.submit("A-1", **JUNIPER_FIELDS)
        first = world.answer("A-1")
        world.activate(release_of(2022, JUNIPER))
        world.run()
        world.roll_back()
        world.run()
        assert world.answer("A-1") == first
        world.roll_back()
        world.run()

        assert world.answer("A-1") == (VALIDATED, "VT0009")
        assert len({event.metadata.event_id for event in world.changes}) == len(world.changes) == 3
        assert len(world.decisions.history(PARTNER, "A-1")) == 4

    def test_a_redelivered_old_activation_does_nothing(self, world: World) -> None:
        world.submit("A-1", **JUNIPER_FIELDS)
        world.activate(release_of(2022, JUNIPER))
        old = world.activation
        world.run()
        world.roll_back()
        world.run()
        list(world.published())

        whole = world.run(Task(task="revalidate", activation=old))
        shard = world.run(Task(task="revalidate", activation=old, shard=shard_of(PARTNER, "A-1")))

        assert [outcome.status for outcome in (*whole, *shard)] == ["superseded", "superseded"]
        assert list(world.published()) == []

    def test_a_registry_that_goes_live_meanwhile_ends_the_task(self, world: World) -> None:
        world.submit("A-1", **JUNIPER_FIELDS)
        world.activate(release_of(2022, JUNIPER))
        task = Task(task="revalidate", activation=world.activation, shard=shard_of(PARTNER, "A-1"))
        steps = count()

        def flip_after_the_page_was_read() -> None:
            if next(steps) == 5:
                world.roll_back()

        outcome = world.work(task, world.watched_ports(flip_after_the_page_was_read))

        assert outcome.status == "superseded"
        assert world.changes == []


class TestSubmissionsMeanwhile:
    def test_a_resend_after_a_revalidation_finds_the_renewed_answer_and_publishes_nothing(
        self, world: World
    ) -> None:
        world.submit("A-1", **JUNIPER_FIELDS)
        world.activate(release_of(2022, JUNIPER))
        world.run()
        list(world.published())

        assert world.submit("A-1", **JUNIPER_FIELDS).event_id == world.current("A-1").event_id

        assert world.answer("A-1") == (VALIDATED, "VT0009")
        assert list(world.published()) == []

    def test_an_older_submission_that_comes_late_does_not_undo_a_revalidation(self, world: World) -> None:
        older = world.submit("A-0", **ALDER_FIELDS).submission
        older = older.model_copy(update={"application": replace(older.application, application_id="A-1")})
        world.submit("A-1", **JUNIPER_FIELDS)
        world.activate(release_of(2022, JUNIPER))
        world.run()
        list(world.published())

        renewed = world.current("A-1")

        world.decide(older)

        assert world.answer("A-1") == (VALIDATED, "VT0009")
        assert [event.metadata.event_id for event in world.bus.events] == [renewed.event_id]

    def test_a_changed_submission_after_a_revalidation_is_answered_as_a_submission(
        self, world: World
    ) -> None:
        world.submit("A-1", **JUNIPER_FIELDS)
        world.activate(release_of(2022, JUNIPER))
        world.run()
        list(world.published())

        decision = world.submit("A-1", **ALDER_FIELDS)

        assert (decision.cause.kind, decision.before) == ("submission", None)
        assert list(world.published()) == ["Library Application Validated"]

    def test_an_application_that_is_decided_meanwhile_is_decided_again(self, world: World) -> None:
        world.submit("A-1", **ALDER_FIELDS)
        world.activate(release_of(2022, JUNIPER, without=("ME0001",)))
        task = Task(task="revalidate", shard=shard_of(PARTNER, "A-1"))
        steps = count()

        def resubmit_after_the_page_was_read() -> None:
            if next(steps) == 5:
                world.submit("A-1", **JUNIPER_FIELDS)

        world.work(task, world.watched_ports(resubmit_after_the_page_was_read))

        assert world.answer("A-1") == (VALIDATED, "VT0009")
        assert world.current("A-1").cause.kind == "submission"
        assert world.changes == []

    def test_a_failing_application_is_counted_and_does_not_stop_the_others(
        self, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        ids = [
            application_id
            for application_id in (f"A-{n}" for n in range(99))
            if shard_of(PARTNER, application_id) == 0
        ][:3]
        for application_id in ids:
            world.submit(application_id, **JUNIPER_FIELDS | {"website": application_id})
        world.activate(release_of(2022, JUNIPER))
        decide = policy.verdict_of

        def fail_on_one_applicant(query: Any, *given: Any, **named: Any) -> Any:
            if query.applicant.website == ids[1]:
                raise ZeroDivisionError
            return decide(query, *given, **named)

        monkeypatch.setattr(deciding, "verdict_of", fail_on_one_applicant)
        outcomes = world.run()

        assert len(world.changes) == 2
        assert [
            undecided.submission.application.application_id for o in outcomes for undecided in o.undecided
        ] == [ids[1]]
        (end,) = world.ends
        assert (end.data.checked, end.data.changed, end.data.failed) == (3, 2, 1)


class TestClaims:
    def test_after_a_merger_two_validated_applications_stay_validated(self, world: World) -> None:
        world.submit("A-1", **EAST_FIELDS)
        world.submit("A-2", **WEST_FIELDS)
        merged = release((ALDER, MERGED), (MERGED_OUTLET,), 2022)

        world.activate(merged)
        world.run()

        assert world.answer("A-1") == world.answer("A-2") == (VALIDATED, "ME0004")
        holder = world.current("A-2").held_by
        assert holder
        assert holder.application_id == "A-1"
        third = world.submit("A-3", source=OTHER_PARTNER, **EAST_FIELDS)
        assert third.reason_codes[0] == "SECOND_CLAIMANT"

    def test_a_second_claimant_is_never_validated_by_another_registry_alone(self, world: World) -> None:
        world.submit("A-1", **EAST_FIELDS)
        second = world.submit("A-2", source=OTHER_PARTNER, **EAST_FIELDS)
        assert second.reason_codes[0] == "SECOND_CLAIMANT"
        world.submit("A-1", **JUNIPER_FIELDS)  # gives the claim back

        world.activate(release_of(2022, replace(EAST_CORAL, name="EAST CORAL FREE LIBRARY")))
        world.run()

        decision = world.current("A-2", OTHER_PARTNER)
        assert (decision.decision, decision.reason_codes[0]) == (REVIEW, "SECOND_CLAIMANT")
        assert decision.before
        assert decision.match
        assert decision.match.name == "EAST CORAL FREE LIBRARY"

    def test_two_newly_validated_applications_cannot_both_claim_a_library(self, world: World) -> None:
        world.submit("A-1", **JUNIPER_FIELDS)
        world.submit("A-2", source=OTHER_PARTNER, **JUNIPER_FIELDS)

        world.activate(release_of(2022, JUNIPER))
        world.run()

        current = [world.current("A-1"), world.current("A-2", OTHER_PARTNER)]
        assert sorted(decision.decision for decision in current) == [REVIEW, VALIDATED]
        assert {decision.match.fscs_key for decision in current if decision.match} == {"VT0009"}
        assert {event.data.reason_codes[0] for event in world.changes} == {"MATCH", "SECOND_CLAIMANT"}

    def test_a_library_whose_claim_a_registry_ends_is_free_for_the_next_applicant(self, world: World) -> None:
        world.submit("A-1", **EAST_FIELDS)
        world.activate(release_of(2022, without=("ME0004",)))
        world.run()
        assert world.answer("A-1")[0] is not VALIDATED
        world.roll_back()

        assert world.submit("A-2", **EAST_FIELDS).decision is VALIDATED
