"""The source of each submission: the key of the partner that its sender belongs to.

An application that was first answered under an earlier source of the partner (an alias) keeps that source.
Only partners with aliases cost a read.
"""

from __future__ import annotations

from collections.abc import Sequence

from library_validator.casework.partners import PartnerStore
from library_validator.decisions.decision import Submission
from library_validator.decisions.partners import Partner, Partners


def with_sources_of_partners(
    submissions: Sequence[Submission], partners: Partners, store: PartnerStore
) -> list[Submission]:
    """The submissions with their sources; each comes with the id of its sender as its source.

    Raises ``CaseworkUnavailable``.
    """
    candidates = [
        {(source, submission.application.application_id) for source in partner.sources}
        if (partner := partners.of_principal(submission.source)) and partner.aliases
        else set()
        for submission in submissions
    ]
    asked = set[tuple[str, str]]().union(*candidates)
    known = store.known_applications(asked) if asked else set()
    return [_with_source(submission, partners, known) for submission in submissions]


def _with_source(submission: Submission, partners: Partners, known: set[tuple[str, str]]) -> Submission:
    partner = partners.of_principal(submission.source)
    source = (
        _source_of_application(submission, partner, known)
        if partner
        else partners.source_of(submission.source)
    )
    return submission if source == submission.source else submission.model_copy(update={"source": source})


def _source_of_application(submission: Submission, partner: Partner, known: set[tuple[str, str]]) -> str:
    """The source under which the application is stored; of a new application, the partner's key.

    If several of the partner's senders used one application id, each goes on with its own application.
    """
    own_first = sorted(partner.sources, key=lambda source: source != submission.source)
    application_id = submission.application.application_id
    return next((source for source in own_first if (source, application_id) in known), partner.key)
