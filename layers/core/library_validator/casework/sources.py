"""The senders of submissions: their partners, and whether their submissions are decided.

The source of a submission is the key of its sender's partner. An application that was first answered under an
earlier source of the partner (an alias) keeps that source. Only partners with aliases cost a read.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from library_validator.casework.partners import PartnerStore
from library_validator.decisions.answer import Answer
from library_validator.decisions.deciding import (
    SUBMISSION,
    Decider,
    UndecidedSubmission,
    decide_despite_errors,
    decision_on,
    policy_version,
)
from library_validator.decisions.decision import Decision, Submission
from library_validator.decisions.partners import Partner, Partners
from library_validator.decisions.reasons import next_step_of, reasons_of
from library_validator.decisions.rivals import SUSPENDED


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


def decide_unless_suspended(
    decider: Decider, submissions: Sequence[Submission], partners: Partners, now: datetime
) -> list[Decision | UndecidedSubmission]:
    """One decision for each submission, in order; those of suspended partners are not matched.

    Raises ``RegistryError``.
    """
    active = [each for each in submissions if not partners.is_suspended(each.source)]
    if len(active) == len(submissions):
        return decide_despite_errors(decider, submissions, now) if submissions else []
    decided = iter(decide_despite_errors(decider, active, now) if active else [])
    version = decider.registry.pointer().active
    return [
        _undecided_answer(each, version, now) if partners.is_suspended(each.source) else next(decided)
        for each in submissions
    ]


def _undecided_answer(submission: Submission, version: str, now: datetime) -> Decision:
    """The answer to a submission of a suspended partner: nothing was compared."""
    return decision_on(
        submission,
        now,
        SUBMISSION,
        decision=Answer.NEEDS_REVIEW,
        reasons=reasons_of([SUSPENDED], {}),
        next_step=next_step_of((SUSPENDED,), {}),
        confidence=0.0,
        match=None,
        runner_up=None,
        margin=None,
        candidates=[],
        evidence=[],
        registry_version=version,
        policy_version=policy_version(),
        authority="unproven",
        problems=submission.problems,
    )
