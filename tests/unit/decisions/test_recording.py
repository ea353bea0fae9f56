"""Recording and publishing, also if a step fails or the process is killed."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Any, Final
from uuid import UUID

import pytest

from library_validator.adapters.memory.decisions import MemoryDecisions
from library_validator.adapters.memory.event_bus import MemoryEventBus
from library_validator.decisions.answer import Answer
from library_validator.decisions.decision import Decision
from library_validator.decisions.recording import (
    ATTEMPTS,
    PublishCounts,
    StoredDecision,
    UnstoredDecision,
    publish,
    record,
    record_all,
)
from library_validator.decisions.store import CurrentDecisionChanged, RecordResult
from library_validator.decisions.sweeping import sweep
from library_validator.errors import CaseworkUnavailable, DecisionConflict
from tests.builders.decisions import (
    OTHER_PARTNER,
    PARTNER,
    decider_without_registry,
    decision_of,
    minutes_after_noon,
    submission_of,
)


@dataclass
class World:
    store: MemoryDecisions = field(default_factory=MemoryDecisions)
    bus: MemoryEventBus = field(default_factory=MemoryEventBus)

    def record_all(self, *decisions: Decision) -> list[StoredDecision | UnstoredDecision]:
        return record_all(decisions, self.store, self.bus, decider_without_registry())[0]

    def sweep(self) -> PublishCounts:
        return sweep(self.store, self.bus, minutes_after_noon(600), lambda: math.inf, 0).counts

    @property
    def event_ids(self) -> list[str]:
        return [str(event.metadata.event_id) for event in self.bus.events]


@pytest.fixture
def world() -> World:
    return World()


def results_of(outcomes: Sequence[StoredDecision | UnstoredDecision]) -> list[str]:
    return [outcome.how if isinstance(outcome, StoredDecision) else "unsettled" for outcome in outcomes]


class TestOneApplication:
    def test_a_new_decision_is_stored_and_its_event_published_once(self, world: World) -> None:
        decision = decision_of(submission_of())

        assert world.record_all(decision) == [StoredDecision(decision, "recorded", unpublished=True)]

        assert world.event_ids == [str(decision.event_id)]
        assert world.sweep() == PublishCounts(0, 0)

    def test_a_redelivery_gets_the_stored_decision_after_another_registry_went_live(
        self, world: World
    ) -> None:
        first = decision_of(submission_of(), Answer.VALIDATED, registry_version="2021.1.aaaa")
        again = decision_of(submission_of(), Answer.NOT_VALIDATED, registry_version="2022.1.bbbb")
        world.record_all(first)

        assert world.record_all(again) == [StoredDecision(first, "already_decided", unpublished=False)]
        assert world.event_ids == [str(first.event_id)]

    def test_the_same_message_three_times_in_one_batch_is_one_decision_and_one_event(
        self, world: World
    ) -> None:
        decision = decision_of(submission_of())

        outcomes = world.record_all(decision, decision, decision)

        assert results_of(outcomes) == ["recorded", "already_decided", "already_decided"]
        assert world.store.history(PARTNER, "A-1") == [decision]
        assert world.event_ids == [str(decision.event_id)]

    def test_a_resend_with_another_time_is_the_same_submission(self, world: World) -> None:
        first = decision_of(submission_of())
        world.record_all(first)

        outcomes = world.record_all(decision_of(submission_of(sent_at=minutes_after_noon(30))))

        assert outcomes == [StoredDecision(first, "already_decided", unpublished=False)]

    def test_a_changed_payload_is_decided_again_and_becomes_current(self, world: World) -> None:
        first = decision_of(submission_of(name="Anytown Library"), Answer.NEEDS_REVIEW)
        second = decision_of(submission_of(name="Anytown Public Library", sent_at=minutes_after_noon(1)))

        assert results_of(world.record_all(first)) == ["recorded"]
        assert results_of(world.record_all(second)) == ["recorded"]

        assert world.store.get(PARTNER, "A-1") == second
        assert world.event_ids == [str(first.event_id), str(second.event_id)]

    def test_the_same_fields_under_a_new_revision_are_a_new_submission(self, world: World) -> None:
        first, second = (decision_of(submission_of(revision=revision)) for revision in (1, 2))

        assert results_of(world.record_all(first, second)) == ["recorded", "recorded"]
        assert world.store.get(PARTNER, "A-1") == second

    def test_two_sources_may_use_the_same_application_id(self, world: World) -> None:
        ours = decision_of(submission_of(), fscs_key="AK0001")
        theirs = decision_of(
            submission_of(source=OTHER_PARTNER, sent_at=minutes_after_noon(5)), fscs_key="AK0002"
        )

        assert results_of(world.record_all(ours, theirs)) == ["recorded", "recorded"]
        assert world.store.get(PARTNER, "A-1") == ours
        assert world.store.get(OTHER_PARTNER, "A-1") == theirs
        assert ours.event_id != theirs.event_id


class TestSecondClaimant:
    def test_a_second_claimant_goes_to_a_person_under_its_own_event_id(self, world: World) -> None:
        holder = decision_of(submission_of("A-1"))
        second = decision_of(submission_of("A-2", source=OTHER_PARTNER))

        _, outcome = world.record_all(holder, second)

        assert isinstance(outcome, StoredDecision)
        assert outcome.how == "recorded"
        assert outcome.decision.decision is Answer.NEEDS_REVIEW
        assert outcome.decision.reason_codes[0] == "SECOND_CLAIMANT"
        assert outcome.decision.event_id == second.event_id
        assert world.store.get(OTHER_PARTNER, "A-2") == outcome.decision
        assert [event.data.decision for event in world.bus.events] == ["validated", "needs_review"]

    def test_a_redelivered_second_claimant_finds_its_stored_decision(self, world: World) -> None:
        world.record_all(decision_of(submission_of("A-1")))
        second = decision_of(submission_of("A-2"))
        (stored,) = world.record_all(second)

        assert world.record_all(second) == [
            StoredDecision(stored.decision, "already_decided", unpublished=False)
        ]

    def test_the_next_applicant_is_validated_after_the_claim_was_given_back(self, world: World) -> None:
        world.record_all(decision_of(submission_of("A-1", name="Right")))
        changed = submission_of("A-1", name="Wrong", sent_at=minutes_after_noon(1))
        world.record_all(decision_of(changed, Answer.NOT_VALIDATED))

        (outcome,) = world.record_all(decision_of(submission_of("A-2")))

        assert outcome.decision.decision is Answer.VALIDATED

    def test_a_resubmission_for_a_claimed_library_replaces_the_decision_and_goes_to_a_person(
        self, world: World
    ) -> None:
        world.record_all(decision_of(submission_of("A-1"), fscs_key="AK0002"))
        world.record_all(decision_of(submission_of("A-2", name="One"), fscs_key="AK0001"))

        second = decision_of(
            submission_of("A-2", name="Two", sent_at=minutes_after_noon(1)), fscs_key="AK0002"
        )
        (outcome,) = world.record_all(second)

        assert isinstance(outcome, StoredDecision)
        assert outcome.decision.decision is Answer.NEEDS_REVIEW
        assert world.store.get(PARTNER, "A-2") == outcome.decision
        assert results_of(world.record_all(decision_of(submission_of("A-3"), fscs_key="AK0001"))) == [
            "recorded"
        ]


class TestRaces:
    def test_a_current_decision_that_keeps_changing_raises_a_conflict_after_some_tries(self) -> None:
        class EverChangingDecisions(MemoryDecisions):
            tries = 0

            def record(self, decision: Decision, replacing: Decision | None, **_: Any) -> RecordResult:
                self.tries += 1
                known = replacing or decision
                return CurrentDecisionChanged(
                    known.model_copy(update={"event_id": UUID(int=known.event_id.int ^ 1)})
                )

        store = EverChangingDecisions()
        decision = decision_of(submission_of(sent_at=minutes_after_noon(5)))

        with pytest.raises(DecisionConflict, match="A-1"):
            record(decision, store, decider_without_registry())
        assert store.tries == ATTEMPTS

    def test_the_newer_submission_of_two_simultaneous_writers_becomes_current(self) -> None:
        older = decision_of(submission_of(name="Older", sent_at=minutes_after_noon(1)))
        newer = decision_of(submission_of(name="Newer", sent_at=minutes_after_noon(2)))

        class OvertakenDecisions(MemoryDecisions):
            """Between the first try and the second, the newer submission comes in."""

            overtaken = False

            def record(self, decision: Decision, replacing: Decision | None, **options: Any) -> RecordResult:
                if replacing and not self.overtaken:
                    self.overtaken = True
                    record(newer, self, decider_without_registry())
                return super().record(decision, replacing, **options)

        store = OvertakenDecisions()
        record(decision_of(submission_of(name="Oldest")), store, decider_without_registry())

        assert record(older, store, decider_without_registry()).how == "late"
        assert store.get(PARTNER, "A-1") == newer

    def test_a_decision_that_cannot_be_stored_does_not_stop_the_others(self, world: World) -> None:
        class RefusingDecisions(MemoryDecisions):
            def record(self, decision: Decision, replacing: Decision | None, **options: Any) -> RecordResult:
                if decision.application_id == "A-2":
                    raise CaseworkUnavailable("store a decision", "item too large")
                return super().record(decision, replacing, **options)

        world.store = RefusingDecisions()
        decisions = [decision_of(submission_of(f"A-{n}"), fscs_key=f"AK000{n}") for n in (1, 2, 3)]

        outcomes = world.record_all(*decisions)

        assert results_of(outcomes) == ["recorded", "unsettled", "recorded"]
        assert world.event_ids == [str(decisions[0].event_id), str(decisions[2].event_id)]


class ProcessKilled(BaseException):
    """The process ends here: no code catches this."""


class KillingPort:
    """Passes calls on, and kills the process before or after the call with the number ``step``."""

    def __init__(self, target: object, steps: Iterator[int], step: int, *, after: bool) -> None:
        self._target = target
        self._steps = steps
        self._step = step
        self._after = after

    def __getattr__(self, name: str) -> Callable[..., Any]:
        method = getattr(self._target, name)

        def call(*arguments: Any, **named: Any) -> Any:
            last = next(self._steps) == self._step
            if last and not self._after:
                raise ProcessKilled
            answer = method(*arguments, **named)
            if last:
                raise ProcessKilled
            return answer

        return call


BATCH: Final = [
    decision_of(submission_of("A-1", name="One"), fscs_key="AK0001"),
    decision_of(submission_of("A-2", source=OTHER_PARTNER), fscs_key="AK0001"),  # a second claimant
    decision_of(submission_of("A-1", name="Two", sent_at=minutes_after_noon(2)), fscs_key="AK0001"),
    decision_of(submission_of("A-1", name="Late", sent_at=minutes_after_noon(1)), fscs_key="AK0001"),
    *(decision_of(submission_of(f"B-{n}"), Answer.NOT_VALIDATED) for n in range(12)),
]
# calls of store and bus: for sixteen decisions and the holder of a claim, and to publish and clear two chunks
STEPS: Final = 20 + 2 * 2


def run_until_killed(world: World, step: int, *, after: bool) -> bool:
    """Record a batch. Returns whether the process was killed."""
    steps = count(1)
    store: Any = KillingPort(world.store, steps, step, after=after)
    bus: Any = KillingPort(world.bus, steps, step, after=after)
    try:
        record_all(BATCH, store, bus, decider_without_registry())
    except ProcessKilled:
        return True
    return False


class TestKilledAtAnyStep:
    """The redelivery, or the sweeper, reaches the same result as without the kill."""

    @pytest.fixture
    def undisturbed_world(self) -> World:
        world = World()
        world.record_all(*BATCH)
        return world

    def test_the_process_was_killed_at_every_step(self) -> None:
        assert run_until_killed(World(), STEPS, after=True)
        assert not run_until_killed(World(), STEPS + 1, after=False)

    @pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
    @pytest.mark.parametrize("step", range(1, STEPS + 1))
    def test_a_redelivery_finishes_the_batch(
        self, world: World, undisturbed_world: World, step: int, *, after: bool
    ) -> None:
        assert run_until_killed(world, step, after=after)

        assert "unsettled" not in results_of(world.record_all(*BATCH))

        assert world.store == undisturbed_world.store
        assert set(world.event_ids) == set(undisturbed_world.event_ids)
        same_id_same_event = {event.metadata.event_id: event for event in world.bus.events}
        assert all(event == same_id_same_event[event.metadata.event_id] for event in world.bus.events)
        assert len(world.event_ids) <= len(undisturbed_world.event_ids) + 10, (
            "at most one chunk is published twice"
        )

    @pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
    @pytest.mark.parametrize("step", range(1, STEPS + 1))
    def test_the_sweeper_publishes_every_stored_decision(
        self, world: World, step: int, *, after: bool
    ) -> None:
        assert run_until_killed(world, step, after=after)

        world.sweep()

        stored = [decision for decisions in world.store.decisions.values() for decision in decisions.values()]
        assert world.store.marked == set()
        assert {event.metadata.event_id for event in world.bus.events} == {
            decision.event_id for decision in stored if decision.event_id not in world.store.late
        }


class TestPublishing:
    def test_a_decision_whose_event_the_bus_refuses_keeps_its_mark_and_is_published_by_the_sweeper(
        self, world: World
    ) -> None:
        decisions = [decision_of(submission_of(f"A-{n}"), Answer.NOT_VALIDATED) for n in range(12)]

        bus = MemoryEventBus(lambda event: event.data.application_id.endswith("3"))

        outcomes, publication = record_all(decisions, world.store, bus, decider_without_registry())

        assert results_of(outcomes) == ["recorded"] * 12
        assert publication == PublishCounts(published=11, left=1)
        assert world.sweep() == PublishCounts(published=1, left=0)
        assert world.event_ids == [str(decisions[3].event_id)]

    def test_an_event_whose_mark_cannot_be_cleared_is_published_again(self, world: World) -> None:
        class DecisionsWithStuckMarks(MemoryDecisions):
            stuck = True

            def clear_mark(self, decisions: Sequence[Decision]) -> None:
                if self.stuck:
                    raise CaseworkUnavailable("clear a mark", "throttled")
                super().clear_mark(decisions)

        world.store = store = DecisionsWithStuckMarks()
        decision = decision_of(submission_of())

        assert record_all([decision], store, world.bus, decider_without_registry())[1] == PublishCounts(
            published=0, left=1
        )
        store.stuck = False
        assert world.sweep() == PublishCounts(published=1, left=0)
        assert world.event_ids == [str(decision.event_id)] * 2

    def test_a_decision_that_contradicts_itself_is_named_and_the_others_are_published(
        self, world: World
    ) -> None:
        sound = decision_of(submission_of("A-1"))
        broken = decision_of(submission_of("A-2")).model_copy(update={"match": None})
        last = decision_of(submission_of("A-3"), Answer.NOT_VALIDATED)

        publication = publish([sound, broken, last], world.store, world.bus)

        assert publication == PublishCounts(2, 1, without_event=(broken.event_id,))
        assert world.event_ids == [str(sound.event_id), str(last.event_id)]

    def test_without_decisions_to_publish_the_bus_is_not_called(self, world: World) -> None:
        assert publish([], world.store, world.bus) == PublishCounts(0, 0)
        assert world.bus.events == []
