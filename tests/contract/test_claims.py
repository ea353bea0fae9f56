"""Claims in the store: which decisions take one, which are stopped by one, and how each is given back."""

from __future__ import annotations

from typing import Any

import pytest

from library_validator.decisions.answer import Answer
from library_validator.decisions.decision import Decision, Holder
from library_validator.decisions.rivals import beside_other_outlet
from library_validator.decisions.store import ClaimedByAnother, DecisionStore, Recorded
from tests.builders.decisions import OTHER_PARTNER, PARTNER, decision_of, minutes_after_noon, submission_of
from tests.contract.conftest import CaseworkStores

A_1 = Holder(source=PARTNER, application_id="A-1")


@pytest.fixture
def store(casework: CaseworkStores) -> DecisionStore:
    return casework.decisions


def without_contact(decision: Decision) -> Decision:
    """The decision on an application that gives only name and town."""
    return decision.model_copy(update={"evidence": decision.evidence[:1]})


def at_outlet(decision: Decision, fscs_id: str) -> Decision:
    assert decision.match
    values: dict[str, Any] = vars(decision.match) | {"fscs_id": fscs_id}
    return decision.model_copy(update={"match": type(decision.match)(**values)})


def changed(decision: Decision, answer: Answer, minute: int = 5) -> Decision:
    """The next decision on the same application."""
    later = submission_of(
        decision.application_id, source=decision.source, name="Changed", sent_at=minutes_after_noon(minute)
    )
    return decision_of(later, answer)


def test_a_decision_without_street_and_phone_takes_no_claim(store: DecisionStore) -> None:
    store.record(without_contact(decision_of(submission_of("A-1"))), None)

    assert store.holder_of("AK0001") is None
    full = decision_of(submission_of("A-2", source=OTHER_PARTNER))
    assert store.record(full, None) == Recorded()


def test_a_decision_without_street_and_phone_is_stopped_by_a_claim(store: DecisionStore) -> None:
    store.record(decision_of(submission_of("A-1")), None)
    vague = without_contact(decision_of(submission_of("A-2", source=OTHER_PARTNER)))

    result = store.record(vague, None)

    assert isinstance(result, ClaimedByAnother)
    assert (result.fscs_key, result.source, result.application_id) == ("AK0001", PARTNER, "A-1")
    assert store.get(OTHER_PARTNER, "A-2") is None


def test_a_claim_of_an_earlier_deployment_is_given_back_though_street_and_phone_are_missing(
    store: DecisionStore,
) -> None:
    taken = decision_of(submission_of("A-1"))
    store.record(taken, None)
    as_earlier = without_contact(taken)  # the earlier rule took the claim without street and phone

    store.record(changed(as_earlier, Answer.NOT_VALIDATED), as_earlier)

    assert store.holder_of("AK0001") is None


def test_a_holder_that_leaves_its_street_out_keeps_its_claim(store: DecisionStore) -> None:
    first = decision_of(submission_of("A-1"))
    store.record(first, None)

    assert store.record(without_contact(changed(first, Answer.VALIDATED)), first) == Recorded()
    assert store.holder_of("AK0001") == A_1


def test_an_outlet_beside_another_outlet_takes_the_claim_on_itself(store: DecisionStore) -> None:
    store.record(at_outlet(decision_of(submission_of("A-1")), "AK0001-002"), None)
    beside = beside_other_outlet(
        at_outlet(decision_of(submission_of("A-2", source=OTHER_PARTNER)), "AK0001-003"), A_1
    )

    assert store.record(beside, None) == Recorded()

    assert store.holder_of("AK0001") == A_1
    assert store.holder_of("AK0001-003") == Holder(source=OTHER_PARTNER, application_id="A-2")


def test_the_claim_on_an_outlet_stops_the_next_application_for_it_and_can_be_given_back(
    store: DecisionStore,
) -> None:
    beside = beside_other_outlet(at_outlet(decision_of(submission_of("A-2")), "AK0001-003"), A_1)
    store.record(beside, None)
    next_one = beside_other_outlet(
        at_outlet(decision_of(submission_of("A-3", source=OTHER_PARTNER)), "AK0001-003"), A_1
    )

    result = store.record(next_one, None)
    store.record(changed(beside, Answer.NEEDS_REVIEW), beside)

    assert isinstance(result, ClaimedByAnother)
    assert result.fscs_key == "AK0001-003"
    assert store.holder_of("AK0001-003") is None
    assert store.record(next_one, None) == Recorded()
