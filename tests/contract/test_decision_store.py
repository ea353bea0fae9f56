"""The contract of ``DecisionStore``: each test runs in memory and on moto's DynamoDB."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from library_validator.decisions.answer import Answer
from library_validator.decisions.application import MAX_FIELD_CHARACTERS, MAX_ID_CHARACTERS
from library_validator.decisions.decision import Cause, Decision
from library_validator.decisions.store import (
    AlreadyDecided,
    ClaimedByAnother,
    CurrentDecisionChanged,
    DecisionStore,
    Recorded,
)
from tests.builders.decisions import (
    NOON,
    OTHER_PARTNER,
    PARTNER,
    decision_of,
    match_of,
    minutes_after_noon,
    submission_of,
)
from tests.contract.conftest import CaseworkStores


@pytest.fixture
def store(casework: CaseworkStores) -> DecisionStore:
    return casework.decisions


def application_ids_of(decisions: list[Decision]) -> list[str]:
    return [decision.application_id for decision in decisions]


def test_a_recorded_decision_is_current_and_waits_to_be_published(store: DecisionStore) -> None:
    decision = decision_of(submission_of())

    assert store.record(decision, replacing=None) == Recorded()

    assert store.get(PARTNER, "A-1") == decision
    assert store.history(PARTNER, "A-1") == [decision]
    assert list(store.unpublished_decisions(minutes_after_noon(10))) == [decision]


def test_an_unknown_application_has_no_decision(store: DecisionStore) -> None:
    assert store.get(PARTNER, "A-1") is None
    assert store.history(PARTNER, "A-1") == []
    assert list(store.unpublished_decisions(minutes_after_noon(10))) == []
    assert list(store.recent_decisions(NOON)) == []


def test_a_submission_recorded_again_returns_the_decision_that_was_stored_first(store: DecisionStore) -> None:
    first = decision_of(submission_of(), Answer.NEEDS_REVIEW)
    again = decision_of(
        submission_of(sent_at=minutes_after_noon(5)), Answer.VALIDATED, registry_version="2023.1.ffff"
    )
    store.record(first, replacing=None)

    assert store.record(again, replacing=None) == AlreadyDecided(first, unpublished=True)
    store.clear_mark([first])
    assert store.record(again, replacing=first) == AlreadyDecided(first, unpublished=False)
    assert store.history(PARTNER, "A-1") == [first]


def test_a_new_submission_replaces_the_current_decision_that_the_caller_read(store: DecisionStore) -> None:
    first = decision_of(submission_of(name="Anytown Library"))
    second = decision_of(submission_of(name="Anytown Public Library", sent_at=minutes_after_noon(1)))
    store.record(first, replacing=None)

    assert store.record(second, replacing=first) == Recorded()
    assert store.get(PARTNER, "A-1") == second
    assert store.history(PARTNER, "A-1") == [first, second]


def test_no_decision_is_stored_if_the_current_decision_is_not_the_one_that_the_caller_read(
    store: DecisionStore,
) -> None:
    first = decision_of(submission_of(name="One"))
    second = decision_of(submission_of(name="Two", sent_at=minutes_after_noon(1)))
    third = decision_of(submission_of(name="Three", sent_at=minutes_after_noon(2)))
    store.record(first, replacing=None)

    assert store.record(second, replacing=None) == CurrentDecisionChanged(first)
    store.record(second, replacing=first)
    assert store.record(third, replacing=first) == CurrentDecisionChanged(second)

    assert store.history(PARTNER, "A-1") == [first, second]
    assert list(store.unpublished_decisions(minutes_after_noon(10))) == [first, second]


def test_another_cause_makes_another_decision_on_the_same_submission(store: DecisionStore) -> None:
    first = decision_of(submission_of())
    again = decision_of(
        submission_of(), cause=Cause(kind="registry", detail="2023.1.ffff"), decided_at=minutes_after_noon(30)
    )
    store.record(first, replacing=None)

    assert store.record(again, replacing=first) == Recorded()
    assert store.history(PARTNER, "A-1") == [first, again]


def test_two_sources_may_use_the_same_application_id(store: DecisionStore) -> None:
    ours = decision_of(submission_of(), fscs_key="AK0001")
    theirs = decision_of(submission_of(source=OTHER_PARTNER, name="Elsewhere"), fscs_key="AK0002")

    assert store.record(ours, replacing=None) == Recorded()
    assert store.record(theirs, replacing=None) == Recorded()
    assert store.get(PARTNER, "A-1") == ours
    assert store.get(OTHER_PARTNER, "A-1") == theirs
    assert store.history(PARTNER, "A-1") == [ours]


class TestClaims:
    """At any time, a system has at most one validated application."""

    def test_a_second_application_is_not_stored_and_the_result_names_the_holder(
        self, store: DecisionStore
    ) -> None:
        holder = decision_of(submission_of("A-1"))
        second = decision_of(submission_of("A-2", source=OTHER_PARTNER))
        store.record(holder, replacing=None)

        assert store.record(second, replacing=None) == ClaimedByAnother(
            fscs_key="AK0001", source=PARTNER, application_id="A-1", since=holder.decided_at
        )
        assert store.get(OTHER_PARTNER, "A-2") is None
        assert store.history(OTHER_PARTNER, "A-2") == []

    def test_a_claim_also_stops_a_second_application_of_the_same_source(self, store: DecisionStore) -> None:
        store.record(decision_of(submission_of("A-1")), replacing=None)

        outcome = store.record(decision_of(submission_of("A-2")), replacing=None)

        assert isinstance(outcome, ClaimedByAnother)
        assert outcome.application_id == "A-1"

    def test_a_holder_that_is_submitted_again_keeps_its_claim_and_its_date(
        self, store: DecisionStore
    ) -> None:
        first = decision_of(submission_of(name="One"))
        second = decision_of(submission_of(name="Two", sent_at=minutes_after_noon(1)))
        store.record(first, replacing=None)
        assert store.record(second, replacing=first) == Recorded()

        outcome = store.record(decision_of(submission_of("A-2")), replacing=None)

        assert isinstance(outcome, ClaimedByAnother)
        assert outcome.since == first.decided_at

    @pytest.mark.parametrize("answer", [Answer.NEEDS_REVIEW, Answer.NOT_VALIDATED])
    def test_only_a_validated_decision_takes_a_claim(self, store: DecisionStore, answer: Answer) -> None:
        store.record(decision_of(submission_of("A-1"), answer), replacing=None)

        assert store.record(decision_of(submission_of("A-2")), replacing=None) == Recorded()

    @pytest.mark.parametrize("answer", [Answer.NEEDS_REVIEW, Answer.NOT_VALIDATED])
    def test_a_claim_is_given_back_when_its_holder_is_no_longer_validated(
        self, store: DecisionStore, answer: Answer
    ) -> None:
        first = decision_of(submission_of("A-1", name="One"))
        second = decision_of(submission_of("A-1", name="Two", sent_at=minutes_after_noon(1)), answer)
        store.record(first, replacing=None)
        store.record(second, replacing=first)

        assert store.record(decision_of(submission_of("A-2")), replacing=None) == Recorded()

    def test_a_holder_that_is_validated_as_another_system_moves_its_claim(self, store: DecisionStore) -> None:
        first = decision_of(submission_of("A-1", name="One"), fscs_key="AK0001")
        second = decision_of(
            submission_of("A-1", name="Two", sent_at=minutes_after_noon(1)), fscs_key="AK0002"
        )
        store.record(first, replacing=None)
        store.record(second, replacing=first)

        assert store.record(decision_of(submission_of("A-2"), fscs_key="AK0001"), None) == Recorded()
        outcome = store.record(decision_of(submission_of("A-3"), fscs_key="AK0002"), None)
        assert isinstance(outcome, ClaimedByAnother)
        assert outcome.application_id == "A-1"

    def test_a_refused_replacement_releases_no_claim(self, store: DecisionStore) -> None:
        store.record(decision_of(submission_of("A-9"), fscs_key="AK0002"), replacing=None)
        first = decision_of(submission_of("A-1", name="One"), fscs_key="AK0001")
        second = decision_of(
            submission_of("A-1", name="Two", sent_at=minutes_after_noon(1)), fscs_key="AK0002"
        )
        store.record(first, replacing=None)

        assert isinstance(store.record(second, replacing=first), ClaimedByAnother)
        outcome = store.record(decision_of(submission_of("A-2"), fscs_key="AK0001"), None)
        assert isinstance(outcome, ClaimedByAnother)
        assert outcome.application_id == "A-1"


class TestUnpublishedDecisions:
    def test_unpublished_decisions_are_listed_oldest_or_newest_first_up_to_a_moment(
        self, store: DecisionStore
    ) -> None:
        for minute in (3, 1, 2, 9):
            submission = submission_of(f"A-{minute}")
            store.record(
                decision_of(submission, fscs_key=f"AK000{minute}", decided_at=minutes_after_noon(minute)),
                replacing=None,
            )

        assert application_ids_of(list(store.unpublished_decisions(minutes_after_noon(9)))) == [
            "A-1",
            "A-2",
            "A-3",
        ]
        newest_first = store.unpublished_decisions(minutes_after_noon(9), newest_first=True)
        assert application_ids_of(list(newest_first)) == ["A-3", "A-2", "A-1"]

    def test_clearing_a_mark_twice_or_on_an_unknown_decision_changes_nothing(
        self, store: DecisionStore
    ) -> None:
        stored, unknown = decision_of(submission_of("A-1")), decision_of(submission_of("A-2"))
        store.record(stored, replacing=None)

        store.clear_mark([stored, unknown])
        store.clear_mark([stored])

        assert list(store.unpublished_decisions(minutes_after_noon(10))) == []
        assert store.get(PARTNER, "A-1") == stored
        assert store.history(PARTNER, "A-2") == []

    def test_a_replaced_decision_keeps_its_mark(self, store: DecisionStore) -> None:
        first = decision_of(submission_of(name="One"))
        second = decision_of(submission_of(name="Two", sent_at=minutes_after_noon(1)))
        store.record(first, replacing=None)
        store.record(second, replacing=first)
        store.clear_mark([second])

        assert list(store.unpublished_decisions(minutes_after_noon(10))) == [first]

    def test_more_than_one_page_of_decisions_is_read(self, store: DecisionStore) -> None:
        for number in range(120):
            decision = decision_of(submission_of(f"A-{number:03}"), Answer.NOT_VALIDATED)
            store.record(
                decision.model_copy(update={"decided_at": minutes_after_noon(number / 60)}), replacing=None
            )

        assert application_ids_of(list(store.unpublished_decisions(minutes_after_noon(10)))) == [
            f"A-{number:03}" for number in range(120)
        ]

    def test_marks_that_are_cleared_while_the_pages_are_read_hide_no_decision(
        self, store: DecisionStore
    ) -> None:
        for number in range(230):
            decision = decision_of(submission_of(f"A-{number:03}"), Answer.NOT_VALIDATED)
            store.record(
                decision.model_copy(update={"decided_at": minutes_after_noon(number / 60)}), replacing=None
            )

        found = []
        for decision in store.unpublished_decisions(minutes_after_noon(10)):
            store.clear_mark([decision])
            found.append(decision.application_id)

        assert found == [f"A-{number:03}" for number in range(230)]


class TestRecentDecisions:
    def test_decisions_since_a_moment_of_the_day_before_are_listed_in_order(
        self, store: DecisionStore
    ) -> None:
        for hours in (-30, -1, -13, 0):
            submission = submission_of(f"A{hours}", sent_at=NOON + timedelta(hours=hours))
            store.record(decision_of(submission, Answer.NOT_VALIDATED), replacing=None)

        assert application_ids_of(list(store.recent_decisions(NOON - timedelta(hours=20)))) == [
            "A-13",
            "A-1",
            "A0",
        ]

    def test_a_decision_at_the_given_moment_is_listed(self, store: DecisionStore) -> None:
        decision = decision_of(submission_of(), decided_at=NOON)
        store.record(decision, replacing=None)

        assert list(store.recent_decisions(NOON)) == [decision]
        assert list(store.recent_decisions(NOON + timedelta(microseconds=1))) == []

    def test_a_moment_in_another_time_zone_is_compared_correctly(self, store: DecisionStore) -> None:
        alaska = timezone(timedelta(hours=-9))
        store.record(decision_of(submission_of(), decided_at=NOON.astimezone(alaska)), replacing=None)

        assert application_ids_of(list(store.recent_decisions(NOON))) == ["A-1"]
        assert application_ids_of(list(store.unpublished_decisions(NOON + timedelta(seconds=1)))) == ["A-1"]


class TestHostileIds:
    @pytest.mark.parametrize(
        ("first", "second"),
        [
            (("a#b", "c"), ("a", "b#c")),
            (("a", "b%23c"), ("a", "b#c")),
            (("a", "CURRENT"), ("a", "DECISION#")),
            (("CLAIM#AK0001", "HOLDER"), ("CLAIM", "AK0001#HOLDER")),
            (("a", "é"), ("a", "e\u0301")),
            (("a", "A-1"), ("a", "a-1")),
        ],
    )
    def test_two_applications_never_share_a_key(
        self, store: DecisionStore, first: tuple[str, str], second: tuple[str, str]
    ) -> None:
        decisions = [
            decision_of(submission_of(application_id, source=source), Answer.NOT_VALIDATED)
            for source, application_id in (first, second)
        ]
        for decision in decisions:
            assert store.record(decision, replacing=None) == Recorded()

        assert store.get(*first) == decisions[0]
        assert store.get(*second) == decisions[1]
        assert store.history(*first) == [decisions[0]]

    @settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=MAX_ID_CHARACTERS))
    def test_any_application_id_is_stored_unchanged(self, store: DecisionStore, application_id: str) -> None:
        decision = decision_of(submission_of(application_id), Answer.NOT_VALIDATED)
        store.record(decision, replacing=None)

        assert store.get(PARTNER, application_id) == decision


def test_the_largest_application_fits_into_an_item(store: DecisionStore) -> None:
    widest = "\U0001f4da" * MAX_FIELD_CHARACTERS
    fields: dict[str, Any] = dict.fromkeys(
        ("name", "street", "city", "state", "zip", "phone", "website", "fscs_id"), widest
    )
    submission = submission_of("\U0001f4da" * MAX_ID_CHARACTERS, **fields)
    decision = decision_of(submission, Answer.NEEDS_REVIEW)
    comparison = replace(decision.evidence[0], applied=widest, listed=widest)
    decision = decision.model_copy(
        update={"evidence": [comparison] * 12, "candidates": decision.candidates * 96}
    )

    assert store.record(decision, replacing=None) == Recorded()
    assert store.history(PARTNER, submission.application.application_id) == [decision]


def test_a_decision_is_read_back_with_the_microsecond_of_its_time(store: DecisionStore) -> None:
    moment = datetime(2026, 11, 23, 23, 59, 59, 999_999, tzinfo=UTC)
    decision = decision_of(submission_of(revision=7, sent_at=moment), decided_at=moment)
    decision = decision.model_copy(update={"match": match_of("AK0001"), "margin": -0.1})
    store.record(decision, replacing=None)

    assert store.get(PARTNER, "A-1") == decision
