"""The function that decides applications knows the partners that send them."""

from __future__ import annotations

from datetime import timedelta

import pytest

from library_validator.adapters.memory.partners import MemoryPartners
from library_validator.casework.partners import (
    KnownPartners,
    Signature,
    add_partner,
    add_principal,
    remove_principal,
)
from library_validator.decisions.answer import Answer
from library_validator.decisions.partners import PartnerLimits, Partners
from library_validator.errors import CaseworkUnavailable
from tests.builders.applicants import ALDER_FIELDS
from tests.builders.decisions import NOON, OTHER_PARTNER, PARTNER
from tests.unit.functions.test_validate_applications import Service, message

SIGNED = Signature(by="ann", at=NOON)
NEW_ROLE = "AROANEWROLE"


@pytest.fixture
def service() -> Service:
    service = Service()
    add_partner(service.partners, PARTNER, "A foundation", PartnerLimits(), SIGNED)
    return service


def test_a_recreated_role_sends_the_same_applications_as_before(service: Service) -> None:
    service.receive(message("A-1", ALDER_FIELDS, sender_id=f"{PARTNER}:portal"))
    add_principal(service.partners, PARTNER, NEW_ROLE, SIGNED)
    remove_principal(service.partners, PARTNER, PARTNER, SIGNED)

    service.receive(message("A-1", ALDER_FIELDS | {"zip": ""}, sender_id=f"{NEW_ROLE}:portal"))

    assert service.current_decision("A-1").decision is Answer.VALIDATED
    assert len(service.store.history(PARTNER, "A-1")) == 2
    assert service.store.history(NEW_ROLE, "A-1") == []


def test_a_sender_that_nobody_registered_is_its_own_source(service: Service) -> None:
    service.receive(message("A-1", ALDER_FIELDS, sender_id=f"{OTHER_PARTNER}:portal"))

    assert service.current_decision("A-1", OTHER_PARTNER).decision is Answer.VALIDATED


def test_a_removed_principal_cannot_change_an_application_of_its_former_partner(service: Service) -> None:
    service.receive(message("A-1", ALDER_FIELDS, sender_id=f"{PARTNER}:portal"))
    add_principal(service.partners, PARTNER, NEW_ROLE, SIGNED)
    remove_principal(service.partners, PARTNER, PARTNER, SIGNED)

    service.receive(message("A-1", {"name": "A bakery"}, sender_id=f"{PARTNER}:portal"))

    assert len(service.store.history(PARTNER, "A-1")) == 1
    assert service.current_decision("A-1").decision is Answer.VALIDATED


def test_a_field_of_the_message_cannot_name_another_source(service: Service) -> None:
    forged = ALDER_FIELDS | {"source": PARTNER, "partner": PARTNER, "sender": PARTNER}

    service.receive(message("A-1", forged, sender_id=f"{OTHER_PARTNER}:{PARTNER}"))

    assert service.store.get(PARTNER, "A-1") is None
    assert service.store.get(OTHER_PARTNER, "A-1")


def test_the_partners_are_read_every_half_minute_and_not_for_each_batch() -> None:
    now = NOON
    store = MemoryPartners()
    known = KnownPartners(store, lambda: now)
    for seconds in (0, 10, 29, 30, 31, 59):
        now = NOON + timedelta(seconds=seconds)
        known()

    assert store.reads == 2


def test_without_an_answer_about_the_partners_every_message_comes_again(service: Service) -> None:
    class Unreachable(MemoryPartners):
        def partners(self) -> Partners:
            raise CaseworkUnavailable("list decisions", "throttled")

    service.partners = Unreachable(service.store)

    failed = service.receive(message("A-1", ALDER_FIELDS), message("A-2", ALDER_FIELDS))

    assert failed == ["m-A-1", "m-A-2"]
    assert not service.store.decisions
