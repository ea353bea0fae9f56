"""The decision on an application is found by the id of the application."""

from __future__ import annotations

from datetime import timedelta

import pytest

from library_validator.adapters.memory.decisions import MemoryDecisions
from library_validator.decisions.decision import Decision
from library_validator.errors import ApplicationUnknown, SeveralSenders
from library_validator.views.finding import SEARCHED, find_application, find_application_of_any_sender
from tests.builders.decisions import NOON, OTHER_PARTNER, PARTNER, decision_of, submission_of


def store_with(*decisions: Decision) -> MemoryDecisions:
    store = MemoryDecisions()
    for decision in decisions:
        store.record(decision, None)
    return store


OWN = decision_of(submission_of())
OTHER = decision_of(submission_of(source=OTHER_PARTNER), fscs_key="AK0002")


def test_an_application_of_the_own_source_is_preferred() -> None:
    found = find_application_of_any_sender(store_with(OTHER, OWN), "A-1", PARTNER, NOON)
    assert found.source == PARTNER


def test_an_application_of_the_only_other_sender_is_found() -> None:
    found = find_application_of_any_sender(store_with(OTHER), "A-1", PARTNER, NOON)
    assert found.source == OTHER_PARTNER


def test_the_error_names_the_senders_if_several_others_have_the_id() -> None:
    with pytest.raises(SeveralSenders) as raised:
        find_application_of_any_sender(store_with(OTHER, OWN), "A-1", "AROANOBODY", NOON)
    assert raised.value.sources == [PARTNER, OTHER_PARTNER]


def test_an_old_decision_of_another_sender_is_not_found() -> None:
    later = NOON + SEARCHED + timedelta(hours=1)
    with pytest.raises(ApplicationUnknown, match="'A-1' in the last 7 days"):
        find_application_of_any_sender(store_with(OTHER), "A-1", PARTNER, later)
    assert find_application(store_with(OTHER), "A-1", OTHER_PARTNER).source == OTHER_PARTNER


def test_an_unknown_application_is_reported_with_its_sender() -> None:
    with pytest.raises(ApplicationUnknown, match=f"'A-9' from {PARTNER}"):
        find_application(store_with(OWN), "A-9", PARTNER)
