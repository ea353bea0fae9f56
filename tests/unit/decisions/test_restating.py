"""A person's answer in place of the rules: when it holds, and when it goes back to a person."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final
from uuid import UUID

import pytest

from library_validator.decisions.answer import Answer, Candidate, Match, Reason
from library_validator.decisions.decision import Decision, Override
from library_validator.decisions.override_reasons import OverrideReason, override_reasons
from library_validator.decisions.reasons import next_steps, reason_codes
from library_validator.decisions.restating import decision_under_override, ids_to_look_up
from tests.builders.decisions import NOON, PARTNER, decision_of, match_of, submission_of

V, R, N = Answer.VALIDATED, Answer.NEEDS_REVIEW, Answer.NOT_VALIDATED
SUBMISSION: Final = submission_of("A-1")
BY: Final = "arn:aws:sts::123456789012:assumed-role/operator/dana"


def override_of(answer: Answer = V, **changed: Any) -> Override:
    """An override: validated as AK0001, or not validated although the person saw AK0001."""
    values: dict[str, Any] = {
        "override_id": UUID(int=7),
        "source": PARTNER,
        "application_id": "A-1",
        "answer": answer,
        "fscs_key": "AK0001" if answer is V else None,
        "reason_code": "CONFIRMED_BY_PHONE" if answer is V else "IMPOSTOR",
        "words": "Called the number in the survey.",
        "by": BY,
        "at": NOON,
        "fields_sha256": SUBMISSION.application.fields_sha256,
        "seen_keys": ["AK0001"],
    }
    return Override(**values | changed)


def listed_match(key: str = "AK0001", **changed: Any) -> Match:
    return replace(match_of(key), **changed)


def decision_by_rules(answer: Answer = R, fscs_key: str = "AK0001", **fields: Any) -> Decision:
    return decision_of(submission_of("A-1", **fields), answer, fscs_key=fscs_key)


class TestOverrideThatValidates:
    def test_the_answer_of_the_person_replaces_the_answer_of_the_rules(self) -> None:
        rules, override = decision_by_rules(N), override_of()
        decision = decision_under_override(rules, override, {"AK0001": listed_match()})
        assert decision.decision is V
        assert decision.match == listed_match()
        assert decision.reason_codes == ["OVERRIDDEN_BY_PERSON", "CONFIRMED_BY_PHONE"]
        assert "not_validated (NO_ENTRY)" in decision.reasons[0].staff
        assert decision.override == override
        assert (decision.event_id, decision.cause) == (rules.event_id, rules.cause)

    def test_a_renamed_library_is_named_as_it_is_listed_today(self) -> None:
        today = listed_match(name="GREATER ANYTOWN PL", system_name="GREATER ANYTOWN PL")
        assert decision_under_override(decision_by_rules(), override_of(), {"AK0001": today}).match == today

    @pytest.mark.parametrize("key", ["AK0002", "AK0002-003"])
    def test_the_override_follows_the_library_to_its_new_key_or_to_the_system_that_absorbed_it(
        self, key: str
    ) -> None:
        successor = listed_match("AK0002", fscs_id=key if "-" in key else None)
        decision = decision_under_override(decision_by_rules(), override_of(), {"AK0001": successor})
        assert decision.decision is V
        assert decision.match == successor

    @pytest.mark.parametrize(
        ("now", "said"),
        [
            (None, "AK0001 is not listed any more"),
            (listed_match(status="no_longer_listed", last_listed=2019), "AK0001 is not listed any more"),
            (listed_match(status="closed"), "AK0001 is listed as closed"),
        ],
    )
    def test_a_library_that_vanished_or_closed_goes_back_to_a_person(
        self, now: Match | None, said: str
    ) -> None:
        override = override_of()
        decision = decision_under_override(decision_by_rules(V), override, {"AK0001": now})
        assert decision.decision is R
        assert decision.reason_codes[0] == "OVERRIDE_GROUND_GONE"
        assert "MATCH" not in decision.reason_codes
        assert said in decision.reasons[0].staff
        assert decision.next_step.code == "DECIDE_AGAIN"
        assert decision.override == override

    @pytest.mark.parametrize(
        ("changed", "code"),
        [
            ({"status": "temporarily_closed"}, "LISTED_TEMPORARILY_CLOSED"),
            ({"status": "non_respondent"}, "LISTED_NON_RESPONDENT"),
            ({"meets_fscs_definition": "N"}, "LISTED_NOT_FSCS_DEFINITION"),
        ],
    )
    def test_any_other_status_is_reported_and_the_override_holds(
        self, changed: dict[str, str], code: str
    ) -> None:
        decision = decision_under_override(
            decision_by_rules(), override_of(), {"AK0001": listed_match(**changed)}
        )
        assert (decision.decision, decision.reason_codes[-1]) == (V, code)

    def test_an_outlet_is_looked_up_by_its_own_id(self) -> None:
        override = override_of(fscs_id="AK0001-003")
        assert ids_to_look_up(override) == {"AK0001-003"}
        branch = listed_match(fscs_id="AK0001-003", outlet_type="BR")
        assert decision_under_override(decision_by_rules(), override, {"AK0001-003": branch}).match == branch
        assert decision_under_override(decision_by_rules(), override, {"AK0001-003": None}).decision is R

    def test_confidence_and_margin_are_those_of_the_match_that_the_person_chose(self) -> None:
        first, second = (
            Candidate(
                fscs_key=key,
                fscs_id=None,
                name=key,
                city="ANYTOWN",
                state="AK",
                bits=bits,
                confidence=confidence,
            )
            for key, bits, confidence in (("AK0009", 20.0, 0.99), ("AK0001", 12.5, 0.7))
        )
        rules = decision_by_rules(V, "AK0009").model_copy(update={"candidates": [first, second]})
        decision = decision_under_override(rules, override_of(), {"AK0001": listed_match()})
        assert (decision.confidence, decision.runner_up, decision.margin) == (0.7, first, -7.5)
        assert decision.evidence == []  # it compares the applicant with AK0009

    def test_evidence_for_the_same_library_is_kept(self) -> None:
        rules = decision_by_rules(R)
        assert (
            decision_under_override(rules, override_of(), {"AK0001": listed_match()}).evidence
            == rules.evidence
        )


class TestOverrideOutsideTheSurvey:
    OVERRIDE: Final = override_of(fscs_key=None, reason_code="EVIDENCE_OUTSIDE_SURVEY", seen_keys=[])

    def test_the_override_holds_whatever_the_registry_lists(self) -> None:
        assert ids_to_look_up(self.OVERRIDE) == set()
        for rules in (decision_by_rules(N), decision_by_rules(R), decision_by_rules(V, "AK0005")):
            decision = decision_under_override(rules, self.OVERRIDE, {})
            assert (decision.decision, decision.match, decision.confidence) == (V, None, 0.0)
            assert (decision.runner_up, decision.margin, decision.evidence) == (None, None, [])

    @pytest.mark.parametrize("answer", [V, R, N])
    def test_an_application_with_changed_fields_goes_back_to_a_person_whatever_the_rules_say(
        self, answer: Answer
    ) -> None:
        """Otherwise the applicant could become any listed library, and no claim would be checked."""
        decision = decision_under_override(decision_by_rules(answer, name="Other"), self.OVERRIDE, {})
        assert decision.reason_codes[0] == "OVERRIDE_GROUND_GONE"


class TestOverrideThatRejects:
    def test_the_override_holds_if_the_rules_validate_a_library_that_the_person_saw(self) -> None:
        decision = decision_under_override(decision_by_rules(V), override_of(N), {"AK0001": listed_match()})
        assert (decision.decision, decision.match) == (N, None)
        assert decision.reason_codes == ["OVERRIDDEN_BY_PERSON", "IMPOSTOR"]
        assert decision.next_step.code == "LIBRARY_APPLIES_ITSELF"

    @pytest.mark.parametrize("rules", [decision_by_rules(R, "AK0003"), decision_by_rules(N)])
    def test_the_override_holds_if_the_rules_do_not_validate(self, rules: Decision) -> None:
        assert decision_under_override(rules, override_of(N), {"AK0001": listed_match()}).decision is N

    def test_a_library_that_the_person_had_not_seen_goes_back_to_a_person(self) -> None:
        override = override_of(N)
        decision = decision_under_override(
            decision_by_rules(V, "AK0003"), override, {"AK0001": listed_match()}
        )
        assert decision.reason_codes[0] == "OVERRIDE_GROUND_GONE"
        assert "AK0003 (ANYTOWN PL) corresponds now" in decision.reasons[0].staff
        assert decision.match == match_of("AK0003")
        assert decision.override == override

    def test_a_new_key_of_a_library_that_the_person_saw_changes_nothing(self) -> None:
        assert ids_to_look_up(override_of(N)) == {"AK0001"}
        assert (
            decision_under_override(
                decision_by_rules(V, "AK0003"), override_of(N), {"AK0001": listed_match("AK0003")}
            ).decision
            is N
        )


class TestChangedFields:
    def test_the_override_holds_if_the_rules_agree(self) -> None:
        decision = decision_under_override(
            decision_by_rules(V, name="Anytown Library"), override_of(), {"AK0001": listed_match()}
        )
        assert decision.reason_codes == ["OVERRIDDEN_BY_PERSON", "CONFIRMED_BY_PHONE"]
        assert (
            decision_under_override(
                decision_by_rules(N, name="Friends"), override_of(N), {"AK0001": listed_match()}
            ).decision
            is N
        )

    @pytest.mark.parametrize(
        ("rules", "override"),
        [
            (decision_by_rules(R, name="Other"), override_of()),
            (decision_by_rules(N, name="Other"), override_of()),
            (decision_by_rules(V, "AK0002", name="Other"), override_of()),
            (decision_by_rules(V, name="Other"), override_of(N)),
            (decision_by_rules(R, name="Other"), override_of(N)),
        ],
    )
    def test_the_application_goes_back_to_a_person_if_the_rules_disagree(
        self, rules: Decision, override: Override
    ) -> None:
        decision = decision_under_override(rules, override, {"AK0001": listed_match()})
        assert decision.decision is R
        assert decision.reason_codes[0] == "OVERRIDE_GROUND_GONE"
        assert "fields changed" in decision.reasons[0].staff

    def test_another_outlet_of_the_same_system_is_another_library(self) -> None:
        override = override_of(fscs_id="AK0001-003")
        branch = listed_match(fscs_id="AK0001-003")
        other = decision_by_rules(V, name="Other").model_copy(
            update={"match": listed_match(fscs_id="AK0001-004")}
        )
        same = decision_by_rules(V, name="Other").model_copy(update={"match": branch})
        assert decision_under_override(other, override, {"AK0001-003": branch}).decision is R
        assert decision_under_override(same, override, {"AK0001-003": branch}).decision is V


def test_after_a_withdrawal_the_rules_decide() -> None:
    override = override_of(R, reason_code="DECIDED_IN_ERROR")
    assert ids_to_look_up(override) == set()
    assert decision_under_override(decision_by_rules(V), override, {}) == decision_by_rules(V)


def test_an_override_clears_the_end_that_the_rules_set() -> None:
    rules = decision_by_rules(V).model_copy(update={"valid_until": NOON})
    assert decision_under_override(rules, override_of(N), {"AK0001": listed_match()}).valid_until is None


class TestReasonCodes:
    @pytest.mark.parametrize("reason", override_reasons().values(), ids=lambda reason: reason.code)
    def test_each_code_has_sentences_a_next_step_and_an_answer(self, reason: OverrideReason) -> None:
        assert isinstance(reason.reason, Reason)
        assert reason.staff.endswith(".")
        assert reason.applicant.endswith(".")
        assert reason.next in next_steps()
        assert len(reason.answers) == 1
        assert reason.key == "none" or reason.answers == {V}

    def test_no_code_of_an_override_is_also_a_code_of_the_rules(self) -> None:
        assert set(override_reasons()).isdisjoint(reason_codes())

    def test_there_are_codes_for_every_answer(self) -> None:
        assert {answer for reason in override_reasons().values() for answer in reason.answers} == {V, R, N}
