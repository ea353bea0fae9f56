"""Overriding: a person answers one application in place of the rules, in two steps.

``propose`` checks the request and returns the decision that it would make; it writes nothing. ``carry_out``
stores the override, then stores its decision and publishes the event. If the process dies between
the two writes, the override has no effect yet, and the same command finishes it.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal, Protocol
from uuid import UUID, uuid5

from library_validator.decisions.answer import Answer, Match
from library_validator.decisions.changes import material_changes
from library_validator.decisions.deciding import Decider, with_cause
from library_validator.decisions.decision import Cause, Decision, Holder, Override
from library_validator.decisions.listings import matches_of_ids
from library_validator.decisions.override_reasons import OverrideReason, override_reasons
from library_validator.decisions.partners import NO_PARTNERS, Partners
from library_validator.decisions.recording import publish, rival_at_outlet
from library_validator.decisions.restating import is_listed, restate
from library_validator.decisions.rivals import Rivals, kept_beside_other_outlet
from library_validator.decisions.store import (
    AlreadyDecided,
    ClaimedByAnother,
    CurrentDecisionChanged,
    DecisionStore,
)
from library_validator.errors import DecisionConflict, OverrideRefused
from library_validator.event_bus import EventBus
from library_validator.matching import normalize
from library_validator.staff_words import checked_words

MAX_WORDS: Final = 1_000  # characters
_NAMESPACE: Final = UUID("3d8f1a52-7c0e-5b6f-8a41-1e9d4c2b7f60")


class OverrideStore(Protocol):
    """The store that keeps all overrides. Every method raises ``CaseworkUnavailable``."""

    def append(self, override: Override) -> None:
        """Store an override. A second call is harmless."""

    def of_application(self, source: str, application_id: str) -> list[Override]:
        """Every override of an application, oldest first."""


@dataclass(frozen=True, slots=True)
class Ruling:
    """The answer that a person gives to an application, and the reason."""

    source: str
    application_id: str
    answer: Answer  # needs_review: withdraw the present override, so that the rules decide again
    reason_code: str
    words: str
    by: str  # ARN of the caller
    fscs: str = ""  # FSCS key or id, in any spelling; empty: none
    beside_holder: bool = False  # validate although another application holds the claim
    seen: UUID | None = None  # event id of the decision that the person looked at


@dataclass(frozen=True, slots=True)
class OverrideProposal:
    """An override that may be carried out, and the decision that it makes."""

    current: Decision
    override: Override
    decision: Decision
    beside_holder: bool


@dataclass(frozen=True, slots=True)
class OverrideResult:
    """The decision that is current now. If its event is not ``published``, the sweeper publishes it."""

    decision: Decision
    published: bool


Effect = Literal["stands", "replaced", "without effect"]


def propose(
    ruling: Ruling, decisions: DecisionStore, overrides: OverrideStore, decider: Decider, now: datetime
) -> OverrideProposal:
    """Check an override, and make its decision by the live registry.

    Raises ``OverrideRefused`` with the reason, ``RegistryError`` and ``CaseworkUnavailable``.
    """
    reason, words = _checked_reason(ruling), _checked_words(ruling)
    current = decisions.get(ruling.source, ruling.application_id)
    if current is None:
        raise OverrideRefused(f"{ruling.source} has no decision on an application {ruling.application_id!r}")
    if ruling.seen not in (None, current.event_id):
        raise OverrideRefused(_message_of_new_decision(current))
    if ruling.answer is Answer.NEEDS_REVIEW and current.override is None:
        raise OverrideRefused("this application has no override: there is nothing to withdraw")
    if ruling.answer is Answer.NEEDS_REVIEW and current.erased:
        raise OverrideRefused(
            "the texts of this application were erased, so the rules cannot decide it: give an answer, or "
            "let the applicant send it again"
        )
    raw = decider.decide([current.submission], now, Cause(kind="override"))[0]
    match = _match_of(ruling, reason, raw, decider)
    checked_words(words, listed_phones(match, current.match, raw.match))
    override = Override(
        override_id=_id_of(ruling, words, current, raw),
        source=ruling.source,
        application_id=ruling.application_id,
        answer=ruling.answer,
        fscs_key=match.fscs_key if match else None,
        fscs_id=match.fscs_id if match and _names_outlet(ruling.fscs) else None,
        reason_code=ruling.reason_code,
        words=words,
        by=ruling.by,
        at=now,
        fields_sha256=current.application.fields_sha256,
        seen_keys=sorted(_shown_keys(current) | _shown_keys(raw)),
    )
    # If the same command ran before and did not finish, its override is stored already.
    kept = overrides.of_application(ruling.source, ruling.application_id)
    override = next((earlier for earlier in kept if earlier.override_id == override.override_id), override)
    raw = with_cause(raw, Cause(kind="override", detail=str(override.override_id)))
    restated = restate(raw, override, decider.registry, decider.validity)
    decision = _decision_with_before(kept_beside_other_outlet(restated, current), current)
    return OverrideProposal(current, override, decision, beside_holder=ruling.beside_holder)


def carry_out(
    proposal: OverrideProposal,
    decisions: DecisionStore,
    overrides: OverrideStore,
    bus: EventBus,
    partners: Partners = NO_PARTNERS,
) -> OverrideResult:
    """Store the override, make its decision the current decision, and publish the event.

    Raises ``OverrideRefused`` if the application was decided again meanwhile or another application holds
    the library, and ``CaseworkUnavailable`` if the store does not answer: then call it again.
    """
    current, decision = proposal.current, proposal.decision
    kept = {
        earlier.override_id for earlier in overrides.of_application(current.source, current.application_id)
    }
    if proposal.override.override_id not in kept:
        overrides.append(proposal.override)
    outcome = rival_at_outlet(decision, decisions) or decisions.record(decision, current)
    claim = True
    while claim and isinstance(outcome, ClaimedByAnother):
        decision, claim = _decision_beside_holder(proposal, decision, outcome, Rivals(decisions, partners))
        outcome = decisions.record(decision, current, claim=claim)
    match outcome:
        case CurrentDecisionChanged(moved):
            raise OverrideRefused(_message_of_new_decision(moved))
        case ClaimedByAnother():  # a third application took the claim between the two writes
            raise DecisionConflict(current.application_id)
        case AlreadyDecided(stored, unpublished):
            published = not unpublished or publish([stored], decisions, bus).left == 0
            return OverrideResult(stored, published)
    return OverrideResult(decision, publish([decision], decisions, bus).left == 0)


def effects(
    overrides: Collection[Override], history: Collection[Decision], current: Decision | None
) -> dict[UUID, Effect]:
    """The effect of each override, by its id.

    ``stands``: it is in effect. ``replaced``: it was withdrawn or another override followed. ``without
    effect``: no decision was made under it.
    """
    carried_out = {decision.cause.detail for decision in history if decision.cause.kind == "override"}
    in_effect = current.override.override_id if current and current.override else None
    return {
        override.override_id: "stands"
        if override.override_id == in_effect
        else "replaced"
        if str(override.override_id) in carried_out
        else "without effect"
        for override in overrides
    }


def _decision_beside_holder(
    proposal: OverrideProposal, decision: Decision, claim: ClaimedByAnother, rivals: Rivals
) -> tuple[Decision, bool]:
    """The decision while another application holds the library, and whether this decision takes the claim."""
    holder = Holder(source=claim.source, application_id=claim.application_id)
    beside = rivals.beside(decision, holder, claim.fscs_key)
    if proposal.override.answer is Answer.NEEDS_REVIEW or beside.decision is Answer.VALIDATED:
        return _decision_with_before(beside, proposal.current), True
    if not proposal.beside_holder:
        raise OverrideRefused(_message_of_held_library(claim))
    return decision.model_copy(update={"held_by": holder}), False


def _decision_with_before(decision: Decision, current: Decision) -> Decision:
    """The decision, with the replaced decision if anything material changed."""
    before = current.as_before if material_changes(current, decision) else None
    return decision.model_copy(update={"before": before})


def _id_of(ruling: Ruling, words: str, current: Decision, raw: Decision) -> UUID:
    """The id of an override; the same command on the same decision and registry gives the same id."""
    parts = (
        str(current.event_id),
        raw.registry_version,
        ruling.answer.value,
        ruling.fscs,
        ruling.reason_code,
        words,
        ruling.by,
    )
    return uuid5(_NAMESPACE, "\n".join(parts))


def _checked_reason(ruling: Ruling) -> OverrideReason:
    fitting = [code for code, reason in override_reasons().items() if ruling.answer in reason.answers]
    if ruling.reason_code not in fitting:
        raise OverrideRefused(
            f"{ruling.reason_code!r} is not a reason for {ruling.answer.value}; "
            f"its reasons: {', '.join(fitting)}"
        )
    reason = override_reasons()[ruling.reason_code]
    if reason.key == "required" and not ruling.fscs:
        raise OverrideRefused(f"{reason.code} needs the FSCS key or id of the library")
    if reason.key == "none" and ruling.fscs:
        raise OverrideRefused(f"{reason.code} takes no FSCS key: leave it out")
    return reason


def _checked_words(ruling: Ruling) -> str:
    words = " ".join(ruling.words.split())
    if not words:
        raise OverrideRefused("say why in words, for people who ask later")
    if len(words) > MAX_WORDS:
        raise OverrideRefused(f"the words have {len(words):,} characters; the limit is {MAX_WORDS:,}")
    return f"{words} (beside the application that holds the library)" if ruling.beside_holder else words


def listed_phones(*matches: Match | None) -> frozenset[str]:
    """The telephone numbers that the survey lists for some libraries: staff may write them."""
    return frozenset(match.phone for match in matches if match and match.phone.isdecimal())


def _match_of(ruling: Ruling, reason: OverrideReason, raw: Decision, decider: Decider) -> Match | None:
    """The listed entry that the person names, or its certain successor; None outside the survey."""
    if not ruling.fscs:
        return None
    read = normalize.fscs_id(ruling.fscs)
    if read is None:
        raise OverrideRefused(f"{ruling.fscs!r} is neither an FSCS key (AK0001) nor an FSCS id (AK0001-002)")
    named = str(read)
    match = matches_of_ids(decider.registry, raw.registry_version, [named])[named]
    if match is None or not is_listed(match):
        found = f"last listed for fiscal year {match.last_listed}" if match else "not in the registry"
        found = "listed as closed" if match and match.status == "closed" else found
        raise OverrideRefused(
            f"{named} is {found}: {reason.code} needs a library that is listed; a library outside the survey "
            "is validated without an FSCS key"
        )
    return match


def _names_outlet(fscs: str) -> bool:
    read = normalize.fscs_id(fscs)
    return bool(read and read.sequence)


def _shown_keys(decision: Decision) -> set[str]:
    """The FSCS keys that a person sees with the decision."""
    shown = [decision.match, decision.runner_up, *decision.candidates]
    return {entry.fscs_key for entry in shown if entry is not None}


def _message_of_new_decision(current: Decision) -> str:
    return (
        f"application {current.application_id} was decided meanwhile (now {current.decision.value}, "
        f"event {current.event_id}): look at it and decide again"
    )


def _message_of_held_library(claim: ClaimedByAnother) -> str:
    return (
        f"{claim.fscs_key} is held by application {claim.application_id} of {claim.source} since "
        f"{claim.since:%Y-%m-%d}: override that application first, or validate this one beside it "
        "(--beside-holder)"
    )
