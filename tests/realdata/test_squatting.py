"""One of two partners submits every system of the newest official release."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from library_validator.adapters.memory.registry import MemoryRegistry
from library_validator.adapters.memory.revalidations import MemoryRevalidations
from library_validator.casework.partners import begin_release, suspend
from library_validator.casework.suspending import release_claims
from library_validator.casework.tasks import Ports
from library_validator.decisions.answer import Answer
from library_validator.decisions.deciding import Decider
from library_validator.releases.records import Release, System
from tests.builders.decisions import NOON, OTHER_PARTNER, PARTNER
from tests.unit.functions.test_limits import SIGNED, Senders

pytestmark = pytest.mark.realdata


def test_one_of_two_partners_that_submits_every_system_is_limited_and_all_is_given_back(
    releases: dict[int, Release], newest: MemoryRegistry
) -> None:
    senders = Senders(registry=newest)
    senders.register(PARTNER, OTHER_PARTNER)
    systems = releases[2022].systems
    half = newest.version(newest.pointer().active).systems // 2

    counted = senders.send(PARTNER, tuple(map(_as_applicant, systems)), prefix="squat")

    squatted = {
        decision.match.fscs_key
        for decision in senders.answers(PARTNER)
        if decision.match and decision.takes_claim
    }
    assert len(squatted) <= half
    assert counted["ClaimsOverLimit"] > 0
    honest = _every(len(squatted) // 20, [each for each in systems if each.fscs_key in squatted])[:20]
    senders.send(OTHER_PARTNER, tuple(map(_as_applicant, honest)))
    assert {each.reason_codes[0] for each in senders.answers(OTHER_PARTNER)} == {"SECOND_CLAIMANT"}
    suspend(senders.partners, PARTNER, SIGNED)
    decider, revalidations = Decider(newest), MemoryRevalidations(senders.store.changed)
    ports = Ports(senders.store, revalidations, newest, decider, senders.bus, senders.partners.partners)

    result = release_claims(begin_release(senders.partners, PARTNER, SIGNED), ports, lambda: NOON)

    assert result.released >= len(squatted)
    assert senders.validated(PARTNER) == 0
    assert [each.decision for each in senders.answers(OTHER_PARTNER)] == [Answer.VALIDATED] * 20


def _as_applicant(listed: System) -> System:
    """The system as an applicant gives it: without the codes that the survey has for a missing phone."""
    return listed if listed.phone.isdecimal() else replace(listed, phone="")


def _every(step: int, systems: Sequence[System]) -> Sequence[System]:
    return systems[::step]
