"""The source of a submission is the key of its sender's partner, or an earlier source of the application."""

from __future__ import annotations

from library_validator.adapters.memory.partners import MemoryPartners
from library_validator.casework.sources import with_sources_of_partners
from library_validator.decisions.partners import Partner, Partners
from tests.builders.decisions import OTHER_PARTNER, PARTNER, decision_of, submission_of

NEW_ROLE = "AROANEW"


def sources_of(partners: Partners, *sent: tuple[str, str], store: MemoryPartners | None = None) -> list[str]:
    submissions = [submission_of(application_id, source=principal) for principal, application_id in sent]
    answered = with_sources_of_partners(submissions, partners, store or MemoryPartners())
    return [submission.source for submission in answered]


def partners_of(*principals: str, aliases: tuple[str, ...] = ()) -> Partners:
    return Partners((Partner(key=PARTNER, name="A", principals=principals, aliases=aliases),))


def store_with(*applications: tuple[str, str]) -> MemoryPartners:
    store = MemoryPartners()
    for number, (source, application_id) in enumerate(applications):
        decision = decision_of(submission_of(application_id, source=source), fscs_key=f"AK{number:04}")
        store.decisions.record(decision, None)
    return store


def test_without_partners_each_sender_is_its_own_source() -> None:
    assert sources_of(Partners(), (PARTNER, "A-1"), (OTHER_PARTNER, "A-1")) == [PARTNER, OTHER_PARTNER]


def test_every_principal_of_a_partner_sends_under_its_key() -> None:
    partners = partners_of(PARTNER, NEW_ROLE)

    assert sources_of(partners, (PARTNER, "A-1"), (NEW_ROLE, "A-1"), (OTHER_PARTNER, "A-1")) == [
        PARTNER,
        PARTNER,
        OTHER_PARTNER,
    ]


def test_an_application_that_was_first_answered_under_an_alias_keeps_that_source() -> None:
    partners = partners_of(PARTNER, NEW_ROLE, aliases=(NEW_ROLE,))
    store = store_with((NEW_ROLE, "old"))

    sent = [(NEW_ROLE, "old"), (PARTNER, "old"), (NEW_ROLE, "new")]
    assert sources_of(partners, *sent, store=store) == [NEW_ROLE, NEW_ROLE, PARTNER]


def test_two_senders_of_a_partner_that_used_one_application_id_keep_their_own_applications() -> None:
    partners = partners_of(PARTNER, NEW_ROLE, aliases=(NEW_ROLE,))
    store = store_with((NEW_ROLE, "7"), (PARTNER, "7"))

    assert sources_of(partners, (NEW_ROLE, "7"), (PARTNER, "7"), store=store) == [NEW_ROLE, PARTNER]


def test_a_removed_principal_cannot_send_under_the_key_that_has_its_id() -> None:
    partners = partners_of(NEW_ROLE)

    (source,) = sources_of(partners, (PARTNER, "A-1"))

    assert source != PARTNER
    assert partners.of_source(source) is None
