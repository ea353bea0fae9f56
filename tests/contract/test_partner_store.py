"""The store of partners, and what it answers about their applications."""

from __future__ import annotations

from datetime import timedelta

import pytest

from library_validator.casework.partners import (
    Signature,
    add_partner,
    add_principal,
    begin_release,
    next_entry_id,
    remove_principal,
    resume,
    set_limits,
    suspend,
)
from library_validator.decisions.answer import Answer
from library_validator.decisions.partners import PartnerLimits
from library_validator.errors import PartnerRefused
from tests.builders.decisions import NOON, OTHER_PARTNER, PARTNER, decision_of, submission_of
from tests.contract.conftest import CaseworkStores

NO_LIMITS = PartnerLimits()


def signed(minutes: int = 0, words: str = "a reason") -> Signature:
    return Signature(
        by="arn:aws:iam::111122223333:user/ann", at=NOON + timedelta(minutes=minutes), words=words
    )


def record(
    stores: CaseworkStores, source: str, application_id: str = "A-1", *, validated: bool = True
) -> None:
    answer = Answer.VALIDATED if validated else Answer.NEEDS_REVIEW
    key = f"AK{sum(map(ord, source + application_id)) % 10_000:04}"
    decision = decision_of(submission_of(application_id, source=source), answer, fscs_key=key)
    ends = NOON + timedelta(days=365) if validated else None
    stores.decisions.record(decision.model_copy(update={"valid_until": ends}), None)


def test_a_registered_partner_is_found_by_its_principal_under_its_key(casework: CaseworkStores) -> None:
    limits = PartnerLimits(claims_share=0.25, applications_per_hour=1_000)
    added = add_partner(casework.partners, PARTNER, "A foundation", limits, signed())

    partners = casework.partners.partners()
    assert partners.registered == (added,)
    assert partners.source_of(PARTNER) == added.key == PARTNER
    assert partners.name_of(PARTNER) == "A foundation"


def test_a_principal_that_nobody_registered_is_its_own_source(casework: CaseworkStores) -> None:
    add_partner(casework.partners, PARTNER, "A foundation", NO_LIMITS, signed())

    assert casework.partners.partners().source_of(OTHER_PARTNER) == OTHER_PARTNER
    assert casework.partners.partners().of_source(OTHER_PARTNER) is None


def test_a_role_that_was_made_anew_is_the_same_partner(casework: CaseworkStores) -> None:
    add_partner(casework.partners, PARTNER, "A foundation", NO_LIMITS, signed())
    add_principal(casework.partners, PARTNER, "AROANEW", signed(1))
    remove_principal(casework.partners, PARTNER, PARTNER, signed(2))

    partners = casework.partners.partners()
    assert partners.source_of("AROANEW") == PARTNER
    assert partners.source_of(PARTNER) != PARTNER
    assert not partners.are_same(partners.source_of(PARTNER), PARTNER)


def test_a_principal_with_earlier_decisions_becomes_an_alias(casework: CaseworkStores) -> None:
    record(casework, OTHER_PARTNER)
    add_partner(casework.partners, PARTNER, "A foundation", NO_LIMITS, signed())

    with_history = add_principal(casework.partners, PARTNER, OTHER_PARTNER, signed(1))
    without_history = add_principal(casework.partners, PARTNER, "AROANEW", signed(2))

    assert with_history.aliases == without_history.aliases == (OTHER_PARTNER,)
    assert casework.partners.partners().are_same(OTHER_PARTNER, PARTNER)


def test_a_principal_that_sent_while_it_was_added_becomes_an_alias_when_it_is_added_again(
    casework: CaseworkStores,
) -> None:
    add_partner(casework.partners, PARTNER, "A foundation", NO_LIMITS, signed())
    add_principal(casework.partners, PARTNER, OTHER_PARTNER, signed(1))
    record(casework, OTHER_PARTNER)

    again = add_principal(casework.partners, PARTNER, OTHER_PARTNER, signed(2))

    assert again.aliases == (OTHER_PARTNER,)
    assert again.principals == (PARTNER, OTHER_PARTNER)


def test_a_principal_belongs_to_one_partner(casework: CaseworkStores) -> None:
    add_partner(casework.partners, PARTNER, "A foundation", NO_LIMITS, signed())
    add_partner(casework.partners, OTHER_PARTNER, "Another", NO_LIMITS, signed())

    with pytest.raises(PartnerRefused, match="belongs to partner"):
        add_principal(casework.partners, OTHER_PARTNER, PARTNER, signed(1))
    with pytest.raises(PartnerRefused, match="registered already"):
        add_partner(casework.partners, PARTNER, "A foundation", NO_LIMITS, signed(1))


def test_the_store_itself_refuses_an_id_of_another_partner(casework: CaseworkStores) -> None:
    mine = add_partner(casework.partners, PARTNER, "A foundation", NO_LIMITS, signed())
    add_partner(casework.partners, OTHER_PARTNER, "Another", NO_LIMITS, signed())
    (entry,) = casework.partners.entries(PARTNER)
    stolen = mine.model_copy(update={"principals": (PARTNER, OTHER_PARTNER), "version": 2})

    with pytest.raises(PartnerRefused, match=f"{OTHER_PARTNER} belongs to partner {OTHER_PARTNER}"):
        casework.partners.save(
            entry.model_copy(
                update={
                    "before": mine,
                    "after": stolen,
                    "at": NOON + timedelta(minutes=1),
                    "entry_id": next_entry_id(mine),
                }
            )
        )


def test_a_removed_principal_can_belong_to_another_partner_unless_it_is_an_earlier_source(
    casework: CaseworkStores,
) -> None:
    add_partner(casework.partners, PARTNER, "A foundation", NO_LIMITS, signed())
    add_partner(casework.partners, OTHER_PARTNER, "Another", NO_LIMITS, signed())
    add_principal(casework.partners, PARTNER, "AROANEW", signed(1))
    remove_principal(casework.partners, PARTNER, "AROANEW", signed(2))
    remove_principal(casework.partners, PARTNER, PARTNER, signed(3))

    moved = add_principal(casework.partners, OTHER_PARTNER, "AROANEW", signed(4))

    assert moved.principals == (OTHER_PARTNER, "AROANEW")
    with pytest.raises(PartnerRefused, match="belongs to partner"):
        add_principal(casework.partners, OTHER_PARTNER, PARTNER, signed(5))


def test_each_change_is_on_record_with_its_author_and_the_partner_before_and_after(
    casework: CaseworkStores,
) -> None:
    add_partner(casework.partners, PARTNER, "A foundation", NO_LIMITS, signed())
    set_limits(casework.partners, PARTNER, PartnerLimits(claims_share=0.9), signed(1))
    suspended = suspend(casework.partners, PARTNER, signed(2, "it sent the whole list"))
    released = begin_release(casework.partners, PARTNER, signed(3))
    assert begin_release(casework.partners, PARTNER, signed(4)) == released
    resumed = resume(casework.partners, PARTNER, signed(5))

    entries = casework.partners.entries(PARTNER)
    assert [entry.action for entry in entries] == ["add", "limit", "suspend", "release claims", "resume"]
    assert [entry.after.version for entry in entries] == [1, 2, 3, 4, 5]
    assert entries[2].words == "it sent the whole list"
    assert entries[2].entry_id == suspended.suspended_under
    assert entries[3].entry_id == released.released_under
    assert entries[4].before == released
    assert entries[4].after == resumed
    assert resumed.is_active


def test_of_two_changes_at_the_same_time_one_is_refused(casework: CaseworkStores) -> None:
    before = add_partner(casework.partners, PARTNER, "A foundation", NO_LIMITS, signed())
    set_limits(casework.partners, PARTNER, PartnerLimits(claims_share=0.9), signed(1))
    (_, entry) = casework.partners.entries(PARTNER)
    late = entry.model_copy(update={"before": before, "at": NOON + timedelta(minutes=9)})

    with pytest.raises(PartnerRefused, match="changed meanwhile"):
        casework.partners.save(late)


@pytest.mark.parametrize("given", ["arn:aws:iam::111122223333:role/x", "AROAX:session", "", "AROA X", "a#b"])
def test_what_is_not_the_id_of_a_principal_is_refused(casework: CaseworkStores, given: str) -> None:
    with pytest.raises(PartnerRefused, match="unique id"):
        add_partner(casework.partners, given, "A foundation", NO_LIMITS, signed())


def test_only_a_suspended_partner_gives_its_claims_back(casework: CaseworkStores) -> None:
    add_partner(casework.partners, PARTNER, "A foundation", NO_LIMITS, signed())

    with pytest.raises(PartnerRefused, match="suspend it first"):
        begin_release(casework.partners, PARTNER, signed(1))
    with pytest.raises(PartnerRefused, match="reason"):
        suspend(casework.partners, PARTNER, signed(1, " "))


def test_the_store_knows_which_applications_were_decided(casework: CaseworkStores) -> None:
    record(casework, PARTNER, "A-1")
    record(casework, OTHER_PARTNER, "A#2", validated=False)
    asked = {(PARTNER, "A-1"), (PARTNER, "A#2"), (OTHER_PARTNER, "A#2")}

    assert casework.partners.known_applications(asked) == {(PARTNER, "A-1"), (OTHER_PARTNER, "A#2")}
    assert casework.partners.known_applications(set()) == set()


def test_the_validated_answers_of_each_source_are_counted(casework: CaseworkStores) -> None:
    record(casework, PARTNER, "A-1")
    record(casework, PARTNER, "A-2")
    record(casework, PARTNER, "A-3", validated=False)
    record(casework, OTHER_PARTNER, "A-1", validated=False)

    assert casework.partners.validated_counts() == {PARTNER: 2}
    assert casework.partners.has_decisions(OTHER_PARTNER)
    assert not casework.partners.has_decisions("AROANEW")
