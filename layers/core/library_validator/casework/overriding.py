"""Overriding: a person answers one application in place of the rules, in two steps.

``propose`` checks what the person wants and shows what it would make of the application; nothing is
written. ``carry_out`` keeps the override for good, then stores the decision that it makes and publishes
its event. Killed between the two writes, the override is on record without effect, and the same command
run again finishes it.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal, Protocol
from uuid import UUID, uuid5

from library_validator.decisions.answer import Answer, Match
from library_validator.decisions.changes import material_changes
from library_validator.decisions.deciding import Decider, caused_by, second_claimant
from library_validator.decisions.decision import Cause, Decision, Holder, Override
from library_validator.decisions.listings import matches_of_ids
from library_validator.decisions.override_reasons import OverrideReason, override_reasons
from library_validator.decisions.overriding import is_listed, restate
from library_validator.decisions.recording import publish
from library_validator.decisions.store import AlreadyDecided, ClaimedByAnother, CurrentMoved, DecisionStore
from library_validator.errors import DecisionConflict, OverrideRefused
from library_validator.event_bus import EventBus
from library_validator.matching import normalize

MAX_WORDS: Final = 1_000  # characters
_NAMESPACE: Final = UUID("3d8f1a52-7c0e-5b6f-8a41-1e9d4c2b7f60")


class OverrideStore(Protocol):
    """Where overrides are kept for good. Every method raises ``CaseworkUnavailable``."""

    def append(self, override: Override) -> None:
        """Keep an override. Doing it twice is harmless."""

    def of_application(self, source: str, application_id: str) -> list[Override]:
        """Every override of an application, oldest first."""


@dataclass(frozen=True, slots=True)
class Ruling:
    """What a person wants an application to be answered, and why."""

    source: str
    application_id: str
    answer: Answer  # needs_review: take the present override back, the rules decide again
    reason_code: str
    words: str
    by: str  # ARN of the caller
    fscs: str = ""  # FSCS key or id, in any spelling; empty: none
    beside_holder: bool = False  # even if another application was validated as that library
    seen: UUID | None = None  # event id of the decision that the person looked at


@dataclass(frozen=True, slots=True)
class Proposal:
    """An override that may be carried out, and what it makes of the application."""

    current: Decision
    override: Override
    decision: Decision
    beside_holder: bool


@dataclass(frozen=True, slots=True)
class Overridden:
    """The decision that stands now. Without ``published``, the sweeper publishes its event."""

    decision: Decision
    published: bool


Effect = Literal["stands", "replaced", "without effect"]


def propose(
    ruling: Ruling, decisions: DecisionStore, overrides: OverrideStore, decider: Decider, now: datetime
) -> Proposal:
    """What the override would make of the application, by the registry as it is now.

    Raises ``OverrideRefused`` with the reason, ``RegistryError`` and ``CaseworkUnavailable``.
    """
    reason, words = _reason_of(ruling), _words_of(ruling)
    current = decisions.get(ruling.source, ruling.application_id)
    if current is None:
        raise OverrideRefused(f"{ruling.source} has no decision on an application {ruling.application_id!r}")
    if ruling.seen not in (None, current.event_id):
        raise OverrideRefused(_moved(current))
    if ruling.answer is Answer.NEEDS_REVIEW and current.override is None:
        raise OverrideRefused("no override stands on this application: there is nothing to take back")
    raw = decider.decide([current.submission], now, Cause(kind="override"))[0]
    match = _match_of(ruling, reason, raw, decider)
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
        seen_keys=sorted(_keys_in_sight(current) | _keys_in_sight(raw)),
    )
    # The same command again, after one that did not come to its end: the override is kept already.
    kept = overrides.of_application(ruling.source, ruling.application_id)
    override = next((one for one in kept if one.override_id == override.override_id), override)
    raw = caused_by(raw, Cause(kind="override", detail=str(override.override_id)))
    decision = _news_of(restate(raw, override, decider.registry, decider.validity), current)
    return Proposal(current, override, decision, beside_holder=ruling.beside_holder)


def carry_out(
    proposal: Proposal, decisions: DecisionStore, overrides: OverrideStore, bus: EventBus
) -> Overridden:
    """Keep the override, make its decision the current one, and publish it.

    Raises ``OverrideRefused`` where the application was decided again meanwhile or another application
    holds the library, ``CaseworkUnavailable`` where the store does not answer: then do it again.
    """
    current, decision = proposal.current, proposal.decision
    kept = {one.override_id for one in overrides.of_application(current.source, current.application_id)}
    if proposal.override.override_id not in kept:
        overrides.append(proposal.override)
    outcome = decisions.record(decision, current)
    if isinstance(outcome, ClaimedByAnother):
        decision, claim = _beside(proposal, outcome)
        outcome = decisions.record(decision, current, claim=claim)
    match outcome:
        case CurrentMoved(moved):
            raise OverrideRefused(_moved(moved))
        case ClaimedByAnother():  # by a third one, between the two writes
            raise DecisionConflict(current.application_id)
        case AlreadyDecided(stored, unpublished):
            published = not unpublished or publish([stored], decisions, bus).left == 0
            return Overridden(stored, published)
    return Overridden(decision, publish([decision], decisions, bus).left == 0)


def effects(
    overrides: Collection[Override], history: Collection[Decision], current: Decision | None
) -> dict[UUID, Effect]:
    """Of each override, by its id: whether it stands, another took its place, or it never came into effect.

    One that does not stand, because it was withdrawn or because another followed, is ``replaced``.
    """
    carried_out = {one.cause.detail for one in history if one.cause.kind == "override"}
    standing = current.override.override_id if current and current.override else None
    return {
        one.override_id: "stands"
        if one.override_id == standing
        else "replaced"
        if str(one.override_id) in carried_out
        else "without effect"
        for one in overrides
    }


def _beside(proposal: Proposal, claim: ClaimedByAnother) -> tuple[Decision, bool]:
    """The decision where another application holds the library, and whether it claims it all the same."""
    current, decision = proposal.current, proposal.decision
    if proposal.override.answer is Answer.NEEDS_REVIEW:
        return _news_of(second_claimant(decision, claim.source, claim.application_id), current), True
    if not proposal.beside_holder:
        raise OverrideRefused(_held(claim))
    holder = Holder(source=claim.source, application_id=claim.application_id)
    return decision.model_copy(update={"held_by": holder}), False


def _news_of(decision: Decision, current: Decision) -> Decision:
    """The decision, with what it replaces where that is news."""
    before = current.as_before if material_changes(current, decision) else None
    return decision.model_copy(update={"before": before})


def _id_of(ruling: Ruling, words: str, current: Decision, raw: Decision) -> UUID:
    """Equal for the same command on the same decision and registry, so that doing it again is harmless."""
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


def _reason_of(ruling: Ruling) -> OverrideReason:
    fitting = [code for code, one in override_reasons().items() if ruling.answer in one.answers]
    if ruling.reason_code not in fitting:
        raise OverrideRefused(
            f"{ruling.reason_code!r} is no reason for {ruling.answer.value}; reasons: {', '.join(fitting)}"
        )
    reason = override_reasons()[ruling.reason_code]
    if reason.key == "required" and not ruling.fscs:
        raise OverrideRefused(f"{reason.code} needs the library that it is: its FSCS key or id")
    if reason.key == "none" and ruling.fscs:
        raise OverrideRefused(f"{reason.code} names no library of the survey: leave the FSCS key away")
    return reason


def _words_of(ruling: Ruling) -> str:
    words = " ".join(ruling.words.split())
    if not words:
        raise OverrideRefused("say why in words, for whoever asks later")
    if len(words) > MAX_WORDS:
        raise OverrideRefused(f"the words have {len(words):,} characters; at most {MAX_WORDS:,} are kept")
    return f"{words} (beside the application that holds the library)" if ruling.beside_holder else words


def _match_of(ruling: Ruling, reason: OverrideReason, raw: Decision, decider: Decider) -> Match | None:
    """The listed entry that the person names, certain successors followed; None outside the survey."""
    if not ruling.fscs:
        return None
    read = normalize.fscs_id(ruling.fscs)
    if read is None:
        raise OverrideRefused(f"{ruling.fscs!r} is no FSCS key (AK0001) and no FSCS id (AK0001-002)")
    named = f"{read.key}-{read.sequence}" if read.sequence else read.key
    match = matches_of_ids(decider.registry, raw.registry_version, [named])[named]
    if match is None or not is_listed(match):
        found = f"last listed for fiscal year {match.last_listed}" if match else "not in the registry"
        found = "listed as closed" if match and match.status == "closed" else found
        raise OverrideRefused(
            f"{named} is {found}: {reason.code} needs a library that is listed; one outside the survey is "
            "validated without an FSCS key"
        )
    return match


def _names_outlet(fscs: str) -> bool:
    read = normalize.fscs_id(fscs)
    return bool(read and read.sequence)


def _keys_in_sight(decision: Decision) -> set[str]:
    """FSCS keys that a person sees who looks at the decision."""
    shown = [decision.match, decision.runner_up, *decision.candidates]
    return {one.fscs_key for one in shown if one is not None}


def _moved(current: Decision) -> str:
    return (
        f"application {current.application_id} was decided meanwhile (now {current.decision.value}, "
        f"event {current.event_id}): look at it and decide again"
    )


def _held(claim: ClaimedByAnother) -> str:
    return (
        f"{claim.fscs_key} is held by application {claim.application_id} of {claim.source} since "
        f"{claim.since:%Y-%m-%d}: override that one first, or say that this one stands beside it"
    )
