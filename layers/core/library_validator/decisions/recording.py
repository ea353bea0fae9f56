"""Records decisions and publishes their events.

The stored decision is the answer: a redelivery finds it and publishes it under the same event id, even if
another registry went live meanwhile. After a crash at any point, the redelivery of the message or, if the
message is gone, the sweeper finishes the work. A person's answer is restated, whatever the rules say now.

Each message is answered. A message that is older than the current decision of its application ("late") is
kept in the history, and the event of the current decision is its answer, under its own id. An unchanged
resend of the current decision is answered already. ``order.py`` says which of two submissions is newer.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Literal, Protocol
from uuid import UUID

from library_validator.decisions.answer import Answer
from library_validator.decisions.deciding import Decider, with_cause
from library_validator.decisions.decision import Cause, Decision, Holder
from library_validator.decisions.events import event_or_none
from library_validator.decisions.order import is_newer
from library_validator.decisions.partners import NO_PARTNERS, Partners
from library_validator.decisions.restating import restate
from library_validator.decisions.rivals import CLAIM_LIMIT, SUSPENDED, Rivals, kept_beside_other_outlet
from library_validator.decisions.store import (
    AlreadyDecided,
    ClaimedByAnother,
    CurrentDecisionChanged,
    DecisionStore,
    Recorded,
)
from library_validator.errors import CaseworkUnavailable, DecisionConflict, RegistryError
from library_validator.event_bus import EventBus

# A resubmission needs two tries, and three if it also meets a claim; more tries are for simultaneous writers.
ATTEMPTS: Final = 8
_OF_SENDER: Final = frozenset((CLAIM_LIMIT, SUSPENDED))
CHUNK: Final = (
    10  # events in a request of PutEvents; after each request, the marks of its decisions are cleared
)


@dataclass(frozen=True, slots=True)
class StoredDecision:
    """The decision that is stored. It may differ from the decision that was given."""

    decision: Decision
    how: Literal["recorded", "already_decided", "late"]
    unpublished: bool
    replaced: Decision | None = None  # the decision that it replaced, if it was recorded
    current: Decision | None = None  # of a late submission: the current decision, which is its answer

    @property
    def answer(self) -> Decision:
        """The decision whose event answers the message."""
        return self.current or self.decision


class Claims(Protocol):
    """The holders of claims: a part of ``DecisionStore``."""

    def holder_of(self, fscs_key: str) -> Holder | None: ...


@dataclass(frozen=True, slots=True)
class UnstoredDecision:
    """A decision that could not be stored: its message has to be delivered again."""

    decision: Decision
    error: CaseworkUnavailable | DecisionConflict | RegistryError


@dataclass(frozen=True, slots=True)
class PublishCounts:
    """The counts of published and unpublished events of some decisions."""

    published: int = 0
    left: int = 0  # decisions that are still marked unpublished: the sweeper tries them again
    without_event: tuple[UUID, ...] = ()  # ids of the decisions among ``left`` that contradict themselves

    def __add__(self, other: PublishCounts) -> PublishCounts:
        return PublishCounts(
            self.published + other.published,
            self.left + other.left,
            self.without_event + other.without_event,
        )


def record_all(
    decisions: Sequence[Decision],
    store: DecisionStore,
    bus: EventBus,
    decider: Decider,
    partners: Partners = NO_PARTNERS,
) -> tuple[list[StoredDecision | UnstoredDecision], PublishCounts]:
    """Store each decision, then publish those without a confirmed event. One result for each, in order.

    Two submissions of one application must be given in the order in which they were sent. A decision that
    cannot be stored does not stop the others.
    """
    results: list[StoredDecision | UnstoredDecision] = []
    for decision in decisions:
        try:
            results.append(record(decision, store, decider, partners))
        except (CaseworkUnavailable, DecisionConflict, RegistryError) as error:
            results.append(UnstoredDecision(decision, error))
    waiting = {
        result.answer.event_id: result.answer
        for result in results
        if isinstance(result, StoredDecision) and result.unpublished
    }
    return results, publish(waiting.values(), store, bus)


def record(
    decision: Decision, store: DecisionStore, decider: Decider, partners: Partners = NO_PARTNERS
) -> StoredDecision:
    """Store a decision as the current decision of its application, unless a newer submission stays current.

    If the current decision states a person's override, the new decision restates it. A new application costs
    one transaction, and one that is validated as an outlet also a read. Raises ``DecisionConflict`` if the
    application's current decision kept changing, ``CaseworkUnavailable`` if the store did not answer, and
    ``RegistryError`` if the registry does not answer for the library of an override.
    """
    stored = _record(decision, None, store, decider, partners)
    if stored.how == "already_decided" and is_newer(decision, stored.decision):
        return _answer_resend(decision, stored, store, decider, partners)
    return stored


def _record(
    raw: Decision, replacing: Decision | None, store: DecisionStore, decider: Decider, partners: Partners
) -> StoredDecision:
    decision, claim = _beside_replaced(raw, replacing, decider), True
    for _ in range(ATTEMPTS):
        late = replacing if replacing and is_newer(replacing, raw) else None
        rival = rival_at_outlet(decision, store) if claim and not late else None
        match (
            store.record_late(raw, late) if late else rival or store.record(decision, replacing, claim=claim)
        ):
            case Recorded():
                if late:
                    return StoredDecision(raw, "late", unpublished=True, current=late)
                return StoredDecision(decision, "recorded", unpublished=True, replaced=replacing)
            case AlreadyDecided(stored, unpublished):
                return StoredDecision(stored, "already_decided", unpublished)
            case CurrentDecisionChanged(current):
                raw = _naming_replaced(raw, current)
                decision, replacing, claim = _beside_replaced(raw, current, decider), current, True
            case ClaimedByAnother(_, source, application_id) if _is_restated(decision, replacing):
                holder = Holder(source=source, application_id=application_id)
                decision, claim = decision.model_copy(update={"held_by": holder}), False
            case ClaimedByAnother(key, source, application_id):
                holder = Holder(source=source, application_id=application_id)
                decision = Rivals(store, partners).beside(decision, holder, key)
    raise DecisionConflict(raw.application_id)


def rival_at_outlet(decision: Decision, store: Claims) -> ClaimedByAnother | None:
    """The claim of another application on the outlet, where ``decision`` would take that on its system.

    The other application took it beside the holder of the system. It counts, too, if that holder turns to the
    outlet, or is not validated any more.
    """
    outlet = decision.match.fscs_id if decision.match else None
    if not outlet or decision.claimed_key in (None, outlet):
        return None
    holder = store.holder_of(outlet)
    if holder in (None, Holder(source=decision.source, application_id=decision.application_id)):
        return None
    return ClaimedByAnother(outlet, holder.source, holder.application_id, decision.decided_at)


def _beside_replaced(raw: Decision, replacing: Decision | None, decider: Decider) -> Decision:
    """``raw``, with what stays of the decision that it replaces: a person's answer, a claim on an outlet."""
    if replacing is None or is_newer(replacing, raw):
        return raw
    if replacing.override:
        raw = restate(raw, replacing.override, decider.registry, decider.validity)
    return kept_beside_other_outlet(raw, replacing)


def _naming_replaced(raw: Decision, current: Decision) -> Decision:
    """``raw`` with a cause that names the decision that it replaces, if its cause names one."""
    if not raw.cause.detail:
        return raw
    return with_cause(raw, Cause(kind="submission", detail=str(current.event_id)))


def _answer_resend(
    decision: Decision, stored: StoredDecision, store: DecisionStore, decider: Decider, partners: Partners
) -> StoredDecision:
    """Answer a message whose submission was decided before, and that was sent after that submission.

    Every read here is for such a message only. A redelivery of the message changes nothing more.
    """
    current = store.get(decision.source, decision.application_id)
    if current is None:
        return stored
    if current.submission.identity != decision.submission.identity:
        if is_newer(current, decision):
            marked = isinstance(store.answer_again(current, decision.decided_at), Recorded)
            return StoredDecision(stored.decision, "late", marked, current=current)
    elif not is_newer(decision, current):
        return _already_decided(current, stored)
    elif not (_waited_for_its_sender(current, decision) or _waits_for_ended_claim(current, store)):
        store.note_resend(current, decision.effective_time)
        return _already_decided(current, stored)
    again = with_cause(decision, Cause(kind="submission", detail=str(current.event_id)))
    return _record(again, current, store, decider, partners)


def _already_decided(current: Decision, stored: StoredDecision) -> StoredDecision:
    if current.event_id == stored.decision.event_id:
        return stored
    return StoredDecision(current, "already_decided", unpublished=False)


def _waited_for_its_sender(current: Decision, decision: Decision) -> bool:
    """Whether a limit or a suspension of the sender stopped the application, and does not stop it now."""
    return bool(_OF_SENDER.intersection(current.reason_codes)) and _OF_SENDER.isdisjoint(
        decision.reason_codes
    )


def _waits_for_ended_claim(current: Decision, store: DecisionStore) -> bool:
    """Whether an application waits for a person because of a claim that its holder does not hold any more."""
    if current.decision is not Answer.NEEDS_REVIEW or not (current.held_by and current.match):
        return False
    holder = store.holder_of(current.match.fscs_key)
    own = Holder(source=current.source, application_id=current.application_id)
    outlet = current.match.fscs_id
    if holder not in (None, own) and (not outlet or holder == current.held_by):
        return False
    # The application may also wait for the claim on its outlet, which another one took beside the system's.
    return not outlet or store.holder_of(outlet) in (None, own)


def _is_restated(decision: Decision, replacing: Decision | None) -> bool:
    """Whether a person validated the application, and it is still validated: no claim changes this answer."""
    return decision.override is not None and replacing is not None and replacing.decision is Answer.VALIDATED


def publish(decisions: Iterable[Decision], store: DecisionStore, bus: EventBus) -> PublishCounts:
    """Publish in chunks of ten; after each chunk clear the marks of the decisions whose events the bus took.

    Raises no error of the bus or the store: decisions that keep their mark are counted as ``left``.
    """
    waiting = list(decisions)
    published = 0
    without_event: list[UUID] = []
    for start in range(0, len(waiting), CHUNK):
        chunk = waiting[start : start + CHUNK]
        events = {decision.event_id: event for decision in chunk if (event := event_or_none(decision))}
        without_event += [decision.event_id for decision in chunk if decision.event_id not in events]
        for refusal in bus.publish([*events.values()]):
            del events[refusal.event_id]
        taken = [decision for decision in chunk if decision.event_id in events]
        try:
            store.clear_mark(taken)
        except CaseworkUnavailable:
            # The events are published. As their marks stay, they are published again under the same ids.
            continue
        published += len(taken)
    return PublishCounts(published, len(waiting) - published, tuple(without_event))
