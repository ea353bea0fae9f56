"""Limits of senders in the function that decides applications, up to a sender that submits the whole list."""

from __future__ import annotations

from typing import Any, Final

import pytest

from library_validator.adapters.memory.decisions import MemoryDecisions
from library_validator.adapters.memory.revalidations import MemoryRevalidations
from library_validator.casework.partners import Signature, add_partner, begin_release, set_limits, suspend
from library_validator.casework.suspending import release_claims
from library_validator.casework.tasks import Ports
from library_validator.decisions.answer import Answer
from library_validator.decisions.deciding import Decider
from library_validator.decisions.decision import Decision
from library_validator.decisions.partners import PartnerLimits
from library_validator.decisions.store import RecordResult
from library_validator.errors import CaseworkUnavailable
from library_validator.releases.records import Outlet, System
from tests.builders.decisions import NOON, OTHER_PARTNER, PARTNER
from tests.builders.small_registry import outlet, registry_of, release, system
from tests.unit.functions.test_validate_applications import Service, message

SIGNED: Final = Signature(by="ann", at=NOON, words="it submitted the public list")
STRANGER: Final = "AROASTRANGER"
FIRST: Final = ("Alder", "Birch", "Cedar", "Dogwood", "Elm", "Fir", "Gum", "Hazel", "Iron", "Juniper")
SECOND: Final = ("brook", "creek", "dale", "field", "glen", "haven", "mead", "point", "ridge", "vale")
SYSTEMS: Final = tuple(
    system(
        f"ME{number:04}",
        f"{first}{second} Public Library".upper(),
        f"{number + 10} MAIN STREET",
        f"{first}{second}".upper(),
        f"04{number:03}",
        f"20755{number:05}",
    )
    for number, (first, second) in enumerate((first, second) for first in FIRST for second in SECOND)
)


def fields_of(listed: System | Outlet) -> dict[str, Any]:
    fields = {name: getattr(listed, name) for name in ("name", "street", "city", "state", "zip", "phone")}
    return {
        name: value.title() if name in ("name", "street", "city") else value for name, value in fields.items()
    }


class Senders(Service):
    """The function, with senders that submit systems of the registry."""

    def send(self, source: str, systems: tuple[System, ...], prefix: str = "A") -> dict[str, float]:
        """Submit systems in batches of ten. Returns the counted metrics without dimensions."""
        runtime = self.runtime
        records = [
            message(f"{prefix}-{listed.fscs_key}", fields_of(listed), sender_id=f"{source}:portal")
            for listed in systems
        ]
        for start in range(0, len(records), 10):
            assert self.receive(*records[start : start + 10], runtime=runtime) == []
        return dict(runtime.metrics._counts[()])

    def answers(self, source: str) -> list[Decision]:
        current = (self.store.get(*application) for application in self.store.current)
        return [decision for decision in current if decision and decision.source == source]

    def validated(self, source: str) -> int:
        return sum(decision.decision is Answer.VALIDATED for decision in self.answers(source))

    def register(self, *keys: str, limits: PartnerLimits = PartnerLimits()) -> None:  # noqa: B008 - frozen
        for key in keys:
            add_partner(self.partners, key, f"The foundation {key}", limits, SIGNED)


@pytest.fixture
def senders() -> Senders:
    return Senders(registry=registry_of(release(SYSTEMS)))


def test_one_partner_alone_is_not_limited(senders: Senders) -> None:
    senders.register(PARTNER)

    counted = senders.send(PARTNER, SYSTEMS)

    assert senders.validated(PARTNER) == len(SYSTEMS)
    assert "ClaimsOverLimit" not in counted


def test_one_of_two_partners_submits_every_system_and_twenty_honest_applicants_are_right_afterwards(
    senders: Senders,
) -> None:
    senders.register(PARTNER, OTHER_PARTNER)

    counted = senders.send(PARTNER, SYSTEMS, prefix="squat")

    assert senders.validated(PARTNER) == len(SYSTEMS) // 2
    assert counted["ClaimsOverLimit"] == len(SYSTEMS) // 2
    stopped = [each for each in senders.answers(PARTNER) if each.decision is not Answer.VALIDATED]
    assert {tuple(each.reason_codes) for each in stopped} == {("CLAIM_LIMIT",)}
    honest = SYSTEMS[::5]
    senders.send(OTHER_PARTNER, honest)
    assert senders.validated(OTHER_PARTNER) == len(honest) // 2
    suspend(senders.partners, PARTNER, SIGNED)
    partner = begin_release(senders.partners, PARTNER, SIGNED)
    ports = Ports(
        senders.store,
        MemoryRevalidations(senders.store.changed),
        senders.registry,
        Decider(senders.registry),
        senders.bus,
        senders.partners.partners,
    )

    result = release_claims(partner, ports, lambda: NOON)

    assert result.released == len(SYSTEMS) // 2
    assert len(honest) == 20
    assert senders.validated(OTHER_PARTNER) == 20
    assert senders.validated(PARTNER) == 0


def test_a_sender_that_nobody_registered_is_limited_beside_a_partner(senders: Senders) -> None:
    senders.register(PARTNER)

    senders.send(STRANGER, SYSTEMS)

    assert senders.validated(STRANGER) == len(SYSTEMS) // 2


def test_a_partner_can_have_a_share_of_its_own(senders: Senders) -> None:
    senders.register(PARTNER, limits=PartnerLimits(claims_share=0.9))
    senders.register(OTHER_PARTNER)

    senders.send(PARTNER, SYSTEMS)

    assert senders.validated(PARTNER) == 90


def test_a_correction_at_the_limit_keeps_its_claim(senders: Senders) -> None:
    senders.register(PARTNER, OTHER_PARTNER)
    senders.send(PARTNER, SYSTEMS)
    own = SYSTEMS[0]
    changed = fields_of(own) | {"website": "library.example"}

    senders.receive(
        message(f"A-{own.fscs_key}", changed, sender_id=f"{PARTNER}:portal", sent_ms=1795435300000)
    )

    assert senders.current_decision(f"A-{own.fscs_key}").application.website == "library.example"
    assert senders.current_decision(f"A-{own.fscs_key}").decision is Answer.VALIDATED
    assert senders.counts.claims[PARTNER] == 50


def test_resends_take_no_part_of_the_limit(senders: Senders) -> None:
    senders.register(PARTNER, OTHER_PARTNER)
    for _ in range(3):
        senders.send(PARTNER, SYSTEMS[:20])

    assert senders.counts.claims[PARTNER] == 20
    senders.send(PARTNER, SYSTEMS[20:50])
    assert senders.validated(PARTNER) == 50


def test_over_its_share_a_partner_gets_no_outlets_beside_the_systems_of_others(senders: Senders) -> None:
    branches = tuple(
        outlet(each.fscs_key, "003", f"{each.city} HILL BRANCH", "9 QUARRY ROAD", f"{each.city} HILL",
               f"05{number:03}", f"80255{number:05}")
        for number, each in enumerate(SYSTEMS)
    )  # fmt: skip
    mains = tuple(
        outlet(each.fscs_key, "002", each.name, each.street, each.city, each.zip, each.phone)
        for each in SYSTEMS
    )
    senders.registry = registry_of(release(SYSTEMS, (*mains, *branches)))
    senders.register(PARTNER, limits=PartnerLimits(claims_share=0.1))
    senders.register(OTHER_PARTNER)
    senders.send(OTHER_PARTNER, SYSTEMS[:50])
    assert senders.validated(OTHER_PARTNER) == 50

    for start in range(0, 50, 10):
        records = [
            message(f"B-{branch.fscs_key}", fields_of(branch), sender_id=f"{PARTNER}:portal")
            for branch in branches[start : start + 10]
        ]
        assert senders.receive(*records) == []

    assert senders.validated(PARTNER) == 10
    stopped = [each for each in senders.answers(PARTNER) if each.decision is not Answer.VALIDATED]
    assert {tuple(each.reason_codes) for each in stopped} == {("CLAIM_LIMIT",)}


def test_over_its_share_a_partner_gets_nothing_for_names_and_towns_alone(senders: Senders) -> None:
    senders.register(PARTNER, OTHER_PARTNER)

    records = [
        message(
            f"A-{listed.fscs_key}",
            {name: fields_of(listed)[name] for name in ("name", "city", "state")},
            sender_id=f"{PARTNER}:portal",
        )
        for listed in SYSTEMS
    ]
    for start in range(0, len(records), 10):
        assert senders.receive(*records[start : start + 10]) == []

    assert senders.validated(PARTNER) == 50
    assert senders.counts.claims[PARTNER] == 50


def test_a_resend_is_validated_after_the_limit_was_raised(senders: Senders) -> None:
    senders.register(PARTNER, OTHER_PARTNER)
    senders.send(PARTNER, SYSTEMS)
    stopped = next(
        each
        for each in SYSTEMS
        if senders.current_decision(f"A-{each.fscs_key}").reason_codes == ["CLAIM_LIMIT"]
    )
    resent = message(
        f"A-{stopped.fscs_key}", fields_of(stopped), sender_id=f"{PARTNER}:portal", sent_ms=1795435300000
    )

    senders.receive(resent)
    assert senders.current_decision(f"A-{stopped.fscs_key}").reason_codes == ["CLAIM_LIMIT"]
    set_limits(senders.partners, PARTNER, PartnerLimits(claims_share=0.6), SIGNED)
    again = message(
        f"A-{stopped.fscs_key}", fields_of(stopped), sender_id=f"{PARTNER}:portal", sent_ms=1795435400000
    )
    senders.receive(again)

    assert senders.current_decision(f"A-{stopped.fscs_key}").decision is Answer.VALIDATED
    assert senders.counts.claims[PARTNER] == 51


def test_a_decision_that_may_be_stored_counts_as_a_claim(senders: Senders) -> None:
    class LosesAnswers(MemoryDecisions):
        def record(self, *given: Any, **named: Any) -> RecordResult:
            super().record(*given, **named)
            raise CaseworkUnavailable("store a decision", "time-out after the write")

    senders.register(PARTNER, OTHER_PARTNER)
    senders.store = LosesAnswers()
    sent = message("A-1", fields_of(SYSTEMS[0]), sender_id=f"{PARTNER}:portal")

    assert senders.receive(sent) == ["m-A-1"]

    assert senders.validated(PARTNER) == 1
    assert senders.counts.claims[PARTNER] == 1


def test_more_applications_an_hour_than_the_limit_are_counted_and_decided(
    senders: Senders, caplog: pytest.LogCaptureFixture
) -> None:
    senders.applications_per_hour = 25

    counted = senders.send(PARTNER, SYSTEMS[:40])

    assert counted["PartnersOverRate"] == 2
    assert senders.validated(PARTNER) == 40
    lines = [vars(record) for record in caplog.records if "over its limit" in record.message]
    assert [(line["source"], line["sent"]) for line in lines] == [(PARTNER, 30), (PARTNER, 40)]
