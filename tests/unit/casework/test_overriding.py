"""Overrides: their checks, the stored records, and later submissions."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from library_validator.casework.overriding import (
    MAX_WORDS,
    carry_out,
    effects,
)
from library_validator.decisions.recording import StoredDecision
from library_validator.decisions.sweeping import sweep
from library_validator.errors import OverrideRefused, WordsRefused
from tests.builders.applicants import ALDER_FIELDS
from tests.builders.decisions import PARTNER
from tests.builders.small_registry import (
    ALDER,
    BRIAR_CITY,
    NEWEST,
    NOW,
    registry_of,
    release,
)
from tests.unit.casework.overriding_world import BY, LATER, VAGUE, WORDS, YEAR, N, R, V, World


@pytest.fixture
def world() -> World:
    return World()


class TestCarriedOutOverrides:
    def test_an_override_makes_a_decision_with_the_answer_of_the_person(self, world: World) -> None:
        before, _ = world.submit(**VAGUE)
        assert before.decision is not V

        decision = world.override()

        assert world.current() == decision
        assert (decision.decision, decision.reason_codes) == (
            V,
            ["OVERRIDDEN_BY_PERSON", "CONFIRMED_BY_PHONE"],
        )
        assert decision.match is not None
        assert decision.match.name == "ALDER POINT PUBLIC LIBRARY"
        assert decision.valid_until == decision.decided_at + YEAR
        assert decision.before == before.as_before
        assert decision.override is not None
        assert decision.cause.key == f"override:{decision.override.override_id}"

    def test_an_override_is_kept_with_its_author_time_and_reason(self, world: World) -> None:
        world.submit(**VAGUE)
        world.override()

        (kept,) = world.overrides.of_application(PARTNER, "A-1")
        assert (kept.by, kept.words, kept.reason_code) == (BY, WORDS, "CONFIRMED_BY_PHONE")
        assert kept.at == NOW + timedelta(minutes=1)
        assert (kept.fscs_key, kept.fscs_id) == ("ME0001", None)

    def test_the_event_has_the_reason_but_neither_the_words_nor_the_author(self, world: World) -> None:
        world.submit(**VAGUE)
        world.override()

        published = world.bus.events[-1].model_dump_json()
        assert "OVERRIDDEN_BY_PERSON" in published
        assert "CONFIRMED_BY_PHONE" in published
        for secret in ("dana", "director", BY, "override_id"):
            assert secret not in published

    def test_an_override_that_changes_nothing_has_the_event_of_its_answer(self, world: World) -> None:
        world.submit(**ALDER_FIELDS)
        decision = world.override()
        assert decision.before is None
        assert world.bus.events[-1].detail_type == "Library Application Validated"

    def test_an_override_can_name_an_outlet_by_its_id(self, world: World) -> None:
        world.submit(**VAGUE)
        decision = world.override(fscs="me0002-3")
        assert decision.match is not None
        assert (decision.match.fscs_id, decision.match.name) == ("ME0002-003", "HOLLOW RUN BRANCH")
        assert decision.override is not None
        assert decision.override.fscs_id == "ME0002-003"

    def test_its_words_may_have_the_listed_number_of_the_library_and_no_other(self, world: World) -> None:
        world.submit(**VAGUE)
        with pytest.raises(WordsRefused, match="a telephone number"):
            world.propose(words="Called 207 555 0199; the director knew of it.")
        with pytest.raises(WordsRefused, match="an e-mail address"):
            world.propose(words="The director wrote from director@alder.example")
        assert world.overrides.kept == {}
        words = "Called 207 555 0101; the director knew of it."
        assert world.override(words=words).decision is V
        (kept,) = world.overrides.kept.values()
        assert kept.words == words

    def test_an_override_outside_the_survey_names_no_entry_and_is_published(self, world: World) -> None:
        world.submit(name="Quillayute Tribal Library", city="Quill", state="ME")
        decision = world.override(fscs="", reason_code="EVIDENCE_OUTSIDE_SURVEY")
        assert (decision.decision, decision.match) == (V, None)
        assert world.bus.events[-1].data.decision is V
        assert world.decisions.claims == {}

    def test_an_override_is_stored_in_addition_to_earlier_overrides(self, world: World) -> None:
        world.submit(**VAGUE)
        world.override()
        world.override(N)
        world.override(reason_code="CONFIRMED_BY_LETTER")

        kept = world.overrides.of_application(PARTNER, "A-1")
        assert [override.reason_code for override in kept] == [
            "CONFIRMED_BY_PHONE",
            "NOT_THE_LIBRARY",
            "CONFIRMED_BY_LETTER",
        ]
        shown = effects(kept, world.decisions.history(PARTNER, "A-1"), world.current())
        assert [shown[override.override_id] for override in kept] == ["replaced", "replaced", "stands"]


class TestRefusedOverrides:
    @pytest.mark.parametrize(
        ("changed", "said"),
        [
            ({"application_id": "A-9"}, "no decision on an application 'A-9'"),
            ({"reason_code": "BECAUSE"}, "CONFIRMED_BY_PHONE, CONFIRMED_BY_LETTER"),
            ({"reason_code": "IMPOSTOR"}, "not a reason for validated"),
            ({"words": " \n "}, "say why in words"),
            ({"words": "x" * (MAX_WORDS + 1)}, "1,001 characters"),
            ({"fscs": ""}, "needs the FSCS key or id"),
            ({"fscs": "Alder"}, "neither an FSCS key"),
            ({"fscs": "ME9999"}, "not in the registry"),
            ({"fscs": "ME0001-077"}, "not in the registry"),
            ({"reason_code": "EVIDENCE_OUTSIDE_SURVEY"}, "takes no FSCS key"),
            ({"seen": uuid4()}, "decided meanwhile"),
        ],
    )
    def test_an_impossible_override_is_refused_and_the_message_says_what_to_do(
        self, world: World, changed: dict[str, Any], said: str
    ) -> None:
        world.submit(**VAGUE)
        with pytest.raises(OverrideRefused, match=said):
            world.propose(**changed)
        assert world.overrides.of_application(PARTNER, "A-1") == []

    def test_an_override_that_rejects_must_not_name_a_library(self, world: World) -> None:
        world.submit(**VAGUE)
        with pytest.raises(OverrideRefused, match="takes no FSCS key"):
            world.propose(N, fscs="ME0001")

    def test_a_withdrawal_without_an_override_is_refused(self, world: World) -> None:
        world.submit(**VAGUE)
        with pytest.raises(OverrideRefused, match="nothing to withdraw"):
            world.propose(R)

    def test_an_override_for_a_vanished_library_is_refused(self, world: World) -> None:
        world.registry = registry_of(NEWEST, LATER)
        world.submit(**VAGUE)
        with pytest.raises(OverrideRefused, match="last listed for fiscal year 2022"):
            world.propose(fscs="ME0009")

    def test_an_override_for_a_closed_library_is_refused(self, world: World) -> None:
        world.registry = registry_of(release((replace(ALDER, structure="03"), BRIAR_CITY)))
        world.submit(**VAGUE)
        with pytest.raises(OverrideRefused, match="ME0001 is listed as closed"):
            world.propose()

    def test_an_override_is_refused_if_the_decision_changed_after_the_person_saw_it(
        self, world: World
    ) -> None:
        world.submit(**VAGUE)
        proposal = world.propose()
        world.submit(sent=1, **ALDER_FIELDS)
        current = world.current()

        with pytest.raises(OverrideRefused, match="decided meanwhile"):
            carry_out(proposal, world.decisions, world.overrides, world.bus)
        assert world.current() == current


class TestClaims:
    def test_an_override_takes_the_claim_like_any_decision(self, world: World) -> None:
        world.submit(**VAGUE)
        world.override()
        assert world.decisions.claims["ME0001"].application_id == "A-1"
        decision, _ = world.submit("A-2", **ALDER_FIELDS)
        assert decision.reason_codes[0] == "SAME_SENDER_AGAIN"

    def test_an_override_for_a_held_library_is_refused(self, world: World) -> None:
        world.submit("A-2", **ALDER_FIELDS)
        before, _ = world.submit(**VAGUE)
        with pytest.raises(OverrideRefused, match="ME0001 is held by application A-2"):
            world.override()
        assert world.current() == before
        (kept,) = world.overrides.of_application(PARTNER, "A-1")
        assert effects([kept], world.decisions.history(PARTNER, "A-1"), before) == {
            kept.override_id: "without effect"
        }

    def test_an_override_can_leave_the_claim_with_its_holder(self, world: World) -> None:
        world.submit("A-2", **ALDER_FIELDS)
        world.submit(**VAGUE)
        decision = world.override(beside_holder=True)
        assert decision.decision is V
        assert decision.held_by is not None
        assert decision.held_by.application_id == "A-2"
        assert decision.override is not None
        assert decision.override.words.endswith("(beside the application that holds the library)")
        assert world.decisions.claims["ME0001"].application_id == "A-2"

    def test_an_override_beside_a_holder_survives_a_resend(self, world: World) -> None:
        world.submit("A-2", **ALDER_FIELDS)
        world.submit(**VAGUE, revision=1)
        world.override(beside_holder=True)
        decision, _ = world.submit(**VAGUE, revision=2)
        assert decision.decision is V
        assert world.decisions.claims["ME0001"].application_id == "A-2"

    def test_a_rejected_holder_gives_its_claim_back(self, world: World) -> None:
        world.submit(**ALDER_FIELDS)
        world.override(N, reason_code="IMPOSTOR")
        assert world.decisions.claims == {}


class TestLaterSubmissions:
    def test_a_redelivery_of_the_first_message_does_not_undo_an_override(self, world: World) -> None:
        world.submit(**VAGUE)
        decision = world.override()
        current, outcome = world.submit(**VAGUE)
        assert current == decision
        assert isinstance(outcome, StoredDecision)
        assert outcome.how == "already_decided"

    def test_a_resend_with_the_same_fields_keeps_the_override(self, world: World) -> None:
        world.submit(**VAGUE, revision=1)
        stated = world.override()
        current, _ = world.submit(**VAGUE, revision=2)
        assert current.application.revision == 2
        assert (current.decision, current.match, current.override) == (V, stated.match, stated.override)
        assert current.cause.kind == "submission"
        assert current.valid_until is not None

    def test_changed_fields_keep_the_override_if_the_rules_agree(self, world: World) -> None:
        world.submit(**VAGUE)
        world.override()
        current, _ = world.submit(sent=1, **ALDER_FIELDS)
        assert current.reason_codes == ["OVERRIDDEN_BY_PERSON", "CONFIRMED_BY_PHONE"]

    def test_changed_fields_send_the_application_to_a_person_if_the_rules_do_not_agree(
        self, world: World
    ) -> None:
        world.submit(**VAGUE)
        world.override()
        current, _ = world.submit(sent=1, name="Briar City Library", street="15 Elm Street", zip="04902")
        assert (current.decision, current.reason_codes[0]) == (R, "OVERRIDE_GROUND_GONE")
        assert current.override is not None
        assert current.valid_until is None
        assert world.decisions.claims == {}

    def test_an_application_that_went_back_to_a_person_stays_there_until_the_person_decides(
        self, world: World
    ) -> None:
        world.submit(**VAGUE)
        world.override()
        world.submit(sent=1, name="Elsewhere Library", city="Coral", state="ME")
        current, _ = world.submit(sent=2, name="Elsewhere Free Library", city="Coral", state="ME")
        assert current.reason_codes[0] == "OVERRIDE_GROUND_GONE"
        assert world.override(N).reason_codes == ["OVERRIDDEN_BY_PERSON", "NOT_THE_LIBRARY"]

    def test_the_rejection_of_an_impostor_survives_a_resend(self, world: World) -> None:
        world.submit(**ALDER_FIELDS, revision=1)
        world.override(N, reason_code="IMPOSTOR")
        current, _ = world.submit(**ALDER_FIELDS, revision=2)
        assert (current.decision, current.reason_codes[1]) == (N, "IMPOSTOR")

    def test_after_a_withdrawal_the_rules_decide_again(self, world: World) -> None:
        first, _ = world.submit(**VAGUE)
        world.override()
        decision = world.override(R)
        assert (decision.decision, decision.reason_codes) == (first.decision, first.reason_codes)
        assert decision.override is None
        assert decision.before is not None
        current, _ = world.submit(sent=9, **ALDER_FIELDS)
        assert current.reason_codes == ["MATCH"]

    def test_after_a_withdrawal_an_applicant_whose_library_is_claimed_meanwhile_goes_to_a_person(
        self, world: World
    ) -> None:
        world.submit(**ALDER_FIELDS)
        world.override(N)
        world.submit("A-2", **ALDER_FIELDS)
        decision = world.override(R)
        assert (decision.decision, decision.reason_codes[0]) == (R, "SAME_SENDER_AGAIN")
        assert decision.override is None


class ProcessKilled(Exception):
    """The process ended here."""


class KillablePort:
    """A store or bus that is killed before or after its ``n``-th call."""

    def __init__(self, inner: Any, calls: list[int], dies_at: int, *, after: bool) -> None:
        self._inner, self._calls, self._dies_at, self._after = inner, calls, dies_at, after

    def __getattr__(self, name: str) -> Callable[..., Any]:
        def call(*args: Any, **options: Any) -> Any:
            self._calls[0] += 1
            dies = self._calls[0] == self._dies_at
            if dies and not self._after:
                raise ProcessKilled
            answer = getattr(self._inner, name)(*args, **options)
            if dies:
                raise ProcessKilled
            return answer

        return call


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("dies_at", range(1, 6))
def test_a_command_killed_at_any_call_and_repeated_ends_with_the_same_result(
    dies_at: int, *, after: bool
) -> None:
    world = World()
    world.submit(**VAGUE)
    calls = [0]
    decisions, overrides, bus = (
        KillablePort(inner, calls, dies_at, after=after)
        for inner in (world.decisions, world.overrides, world.bus)
    )
    with pytest.raises(ProcessKilled):
        carry_out(world.propose(), decisions, overrides, bus)

    if world.current().override is None:
        world.override()
    sweep(world.decisions, world.bus, NOW + YEAR, lambda: math.inf, 0)

    (kept,) = world.overrides.of_application(PARTNER, "A-1")
    history = world.decisions.history(PARTNER, "A-1")
    assert [decision.cause.kind for decision in history] == ["submission", "override"]
    assert world.current().override == kept
    assert {event.metadata.event_id for event in world.bus.events} == {
        decision.event_id for decision in history
    }
