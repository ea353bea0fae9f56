"""The contract of ``DecisionStore`` for late submissions and for resends."""

from __future__ import annotations

import pytest

from library_validator.decisions.decision import Cause
from library_validator.decisions.store import (
    AlreadyDecided,
    CurrentDecisionChanged,
    DecisionStore,
    Recorded,
)
from library_validator.errors import CaseworkUnavailable
from tests.builders.decisions import (
    NOON,
    PARTNER,
    decision_of,
    minutes_after_noon,
    submission_of,
)
from tests.contract.conftest import CaseworkStores


@pytest.fixture
def store(casework: CaseworkStores) -> DecisionStore:
    return casework.decisions


NEWER = decision_of(submission_of(name="Newer", sent_at=minutes_after_noon(5)), fscs_key="AK0002")


class TestLateDecisions:
    """A late decision is on an older submission than the current decision."""

    @pytest.fixture(autouse=True)
    def current_decision(self, store: DecisionStore) -> None:
        """``NEWER`` is the current decision, and it is published."""
        store.record(NEWER, replacing=None)
        store.clear_mark([NEWER])

    def test_a_late_decision_is_only_in_the_history_and_the_current_decision_is_published_again(
        self, store: DecisionStore
    ) -> None:
        late = decision_of(submission_of(name="Older"), decided_at=minutes_after_noon(6))

        assert store.record_late(late, NEWER) == Recorded()

        assert store.get(PARTNER, "A-1") == NEWER
        assert store.history(PARTNER, "A-1") == [NEWER, late]
        assert [*store.unpublished_decisions(minutes_after_noon(10))] == [NEWER]
        assert [*store.unpublished_decisions(late.decided_at)] == [], "it is left to its writer for a while"
        assert list(store.recent_decisions(NOON)) == [NEWER]

    def test_a_mark_that_is_still_there_keeps_its_time(self, store: DecisionStore) -> None:
        store.record_late(decision_of(submission_of(name="One"), decided_at=minutes_after_noon(6)), NEWER)
        store.record_late(decision_of(submission_of(name="Two"), decided_at=minutes_after_noon(9)), NEWER)

        assert [*store.unpublished_decisions(minutes_after_noon(7))] == [NEWER]

    def test_a_late_decision_takes_no_claim(self, store: DecisionStore) -> None:
        store.record_late(decision_of(submission_of(name="Older"), fscs_key="AK0001"), NEWER)

        assert store.record(decision_of(submission_of("A-2"), fscs_key="AK0001"), None) == Recorded()

    def test_a_late_decision_recorded_again_returns_the_stored_decision_and_marks_nothing(
        self, store: DecisionStore
    ) -> None:
        late = decision_of(submission_of(name="Older"))
        again = late.model_copy(update={"decided_at": minutes_after_noon(30)})
        store.record_late(late, NEWER)
        store.clear_mark([NEWER])

        assert store.record_late(again, NEWER) == AlreadyDecided(late, unpublished=False)
        assert store.record(again, replacing=None) == AlreadyDecided(late, unpublished=False)
        assert [*store.unpublished_decisions(minutes_after_noon(60))] == []

    def test_a_decision_that_is_not_current_any_more_answers_no_late_submission(
        self, store: DecisionStore
    ) -> None:
        newest = decision_of(submission_of(name="Newest", sent_at=minutes_after_noon(7)))
        late = decision_of(submission_of(name="Older"))
        store.record(newest, replacing=NEWER)
        store.clear_mark([newest])

        assert store.record_late(late, NEWER) == CurrentDecisionChanged(newest)
        assert store.answer_again(NEWER, minutes_after_noon(8)) == CurrentDecisionChanged(newest)

        assert store.history(PARTNER, "A-1") == [NEWER, newest]
        assert [*store.unpublished_decisions(minutes_after_noon(60))] == []

    def test_the_current_decision_can_be_published_again(self, store: DecisionStore) -> None:
        assert store.answer_again(NEWER, minutes_after_noon(8)) == Recorded()

        assert [*store.unpublished_decisions(minutes_after_noon(60))] == [NEWER]
        store.clear_mark([NEWER])
        assert [*store.unpublished_decisions(minutes_after_noon(60))] == []

    def test_an_application_without_a_decision_cannot_be_answered_again(self, store: DecisionStore) -> None:
        with pytest.raises(CaseworkUnavailable, match="not stored"):
            store.answer_again(decision_of(submission_of("A-2")), NOON)


class TestResends:
    """An unchanged resend of a stored decision is no new submission; its time is noted."""

    def test_the_time_of_the_newest_resend_orders_the_decision(self, store: DecisionStore) -> None:
        decision = decision_of(submission_of())
        store.record(decision, replacing=None)

        for minute in (5, 9, 7):
            store.note_resend(decision, minutes_after_noon(minute))

        noted = decision.model_copy(update={"order_time": minutes_after_noon(9)})
        assert store.get(PARTNER, "A-1") == noted
        assert store.history(PARTNER, "A-1") == [noted]
        assert store.current_page(decision.shard, None, 10).decisions == (noted,)
        assert store.record(decision, replacing=None) == AlreadyDecided(noted, unpublished=True)

    def test_a_writer_that_does_not_know_of_a_resend_replaces_nothing(self, store: DecisionStore) -> None:
        first = decision_of(submission_of())
        store.record(first, replacing=None)
        store.note_resend(first, minutes_after_noon(9))
        older = decision_of(submission_of(name="Two", sent_at=minutes_after_noon(5)))

        result = store.record(older, replacing=first)

        assert isinstance(result, CurrentDecisionChanged)
        assert result.current.effective_time == minutes_after_noon(9)

    def test_a_resend_of_a_decision_that_was_replaced_is_refused(self, store: DecisionStore) -> None:
        first = decision_of(submission_of())
        second = decision_of(submission_of(name="Two", sent_at=minutes_after_noon(5)))
        store.record(first, replacing=None)
        store.record(second, replacing=first)

        with pytest.raises(CaseworkUnavailable, match="another decision"):
            store.note_resend(first, minutes_after_noon(9))

    def test_a_decision_on_the_resent_submission_keeps_the_time_of_the_resend(
        self, store: DecisionStore
    ) -> None:
        decision = decision_of(submission_of())
        store.record(decision, replacing=None)
        store.note_resend(decision, minutes_after_noon(9))
        noted = store.get(PARTNER, "A-1")
        assert noted is not None

        again = decision_of(noted.submission, cause=Cause(kind="registry", detail="2023.1.ffff"))
        store.record(again, replacing=noted)

        current = store.get(PARTNER, "A-1")
        assert current is not None
        assert (current.event_id, current.effective_time) == (again.event_id, minutes_after_noon(9))
