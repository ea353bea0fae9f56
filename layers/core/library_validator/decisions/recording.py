"""Recording decisions and publishing their events.

What is stored is the answer: a redelivery finds it and publishes it under the same event id, even if
the registry moved meanwhile. A crash at any point is made good by the redelivery of the message or,
where the message is gone, by the sweeper. What a person decided is restated, whatever the rules say now.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal
from uuid import UUID

from pydantic import ValidationError

from library_validator.decisions.answer import Answer
from library_validator.decisions.deciding import Decider, second_claimant
from library_validator.decisions.decision import Decision, Holder
from library_validator.decisions.events import DecisionEvent, event_of
from library_validator.decisions.overriding import restate
from library_validator.decisions.store import (
    AlreadyDecided,
    ClaimedByAnother,
    CurrentMoved,
    DecisionStore,
    Recorded,
)
from library_validator.errors import CaseworkUnavailable, DecisionConflict, RegistryError
from library_validator.event_bus import EventBus

# A resubmission needs two tries, one that also meets a claim three; the rest is for races.
ATTEMPTS: Final = 8
CHUNK: Final = 10  # what PutEvents takes in one request: marks are cleared request by request


@dataclass(frozen=True, slots=True)
class Settled:
    """A decision that stands. ``decision`` is the stored one, which may differ from the one given."""

    decision: Decision
    how: Literal["recorded", "already_decided", "late"]
    unpublished: bool


@dataclass(frozen=True, slots=True)
class Unsettled:
    """A decision that could not be stored; nothing of it is visible. Its message must come again."""

    decision: Decision
    error: CaseworkUnavailable | DecisionConflict | RegistryError


@dataclass(frozen=True, slots=True)
class Publication:
    """What became of the events of some decisions."""

    published: int = 0
    left: int = 0  # decisions that keep their mark: the sweeper tries them again
    without_event: tuple[UUID, ...] = ()  # ids of those of ``left`` that contradict themselves

    def __add__(self, other: Publication) -> Publication:
        return Publication(
            self.published + other.published,
            self.left + other.left,
            self.without_event + other.without_event,
        )


def record_all(
    decisions: Sequence[Decision], store: DecisionStore, bus: EventBus, decider: Decider
) -> tuple[list[Settled | Unsettled], Publication]:
    """Store each decision, then publish what is stored and unpublished; one outcome each, in order.

    Two submissions of one application must be given in the order in which they were sent. One decision
    that cannot be stored does not stop the others.
    """
    outcomes: list[Settled | Unsettled] = []
    for decision in decisions:
        try:
            outcomes.append(record(decision, store, decider))
        except (CaseworkUnavailable, DecisionConflict, RegistryError) as error:
            outcomes.append(Unsettled(decision, error))
    waiting = {
        outcome.decision.event_id: outcome.decision
        for outcome in outcomes
        if isinstance(outcome, Settled) and outcome.unpublished
    }
    return outcomes, publish(waiting.values(), store, bus)


def record(decision: Decision, store: DecisionStore, decider: Decider) -> Settled:
    """Store one decision as the current one of its application, or find out why another stands.

    Where the current decision states a person's override, the new one is restated under it first.
    Writes before it reads: a new application costs one transaction. Raises ``DecisionConflict`` when
    the application's current decision kept changing, ``CaseworkUnavailable`` when the store did not
    answer, and ``RegistryError`` when the registry does not tell what became of an override's library.
    """
    raw, claim = decision, True
    replacing: Decision | None = None
    for _ in range(ATTEMPTS):
        outcome = store.record(decision, replacing, claim=claim)
        match outcome:
            case Recorded():
                return Settled(decision, "recorded", unpublished=True)
            case AlreadyDecided():
                return Settled(outcome.decision, "already_decided", outcome.unpublished)
            case CurrentMoved(current) if current.order > decision.order:
                return _record_late(raw, store)
            case CurrentMoved(current):
                replacing, claim = current, True
                decision = raw
                if current.override:
                    decision = restate(raw, current.override, decider.registry, decider.validity)
            case ClaimedByAnother(_, source, application_id) if _is_restated(decision, replacing):
                holder = Holder(source=source, application_id=application_id)
                decision, claim = decision.model_copy(update={"held_by": holder}), False
            case ClaimedByAnother(_, source, application_id):
                decision = second_claimant(decision, source, application_id)
    raise DecisionConflict(decision.application_id)


def _is_restated(decision: Decision, replacing: Decision | None) -> bool:
    """Whether a person had the application validated, and it was until now: no claim undoes that."""
    return decision.override is not None and replacing is not None and replacing.decision is Answer.VALIDATED


def _record_late(decision: Decision, store: DecisionStore) -> Settled:
    outcome = store.record_late(decision)
    if isinstance(outcome, AlreadyDecided):
        return Settled(outcome.decision, "already_decided", outcome.unpublished)
    return Settled(decision, "late", unpublished=False)


def publish(decisions: Iterable[Decision], store: DecisionStore, bus: EventBus) -> Publication:
    """Publish in chunks of ten and clear the marks of what the bus took, chunk by chunk.

    Never raises for the bus or the store: what they did not do is counted as left.
    """
    waiting = list(decisions)
    published = 0
    without_event: list[UUID] = []
    for start in range(0, len(waiting), CHUNK):
        chunk = waiting[start : start + CHUNK]
        events = {decision.event_id: _event_of(decision) for decision in chunk}
        without_event += [event_id for event_id, event in events.items() if event is None]
        refused = {refusal.event_id for refusal in bus.publish([event for event in events.values() if event])}
        taken = [
            decision for decision in chunk if events[decision.event_id] and decision.event_id not in refused
        ]
        try:
            store.clear_mark(taken)
        except CaseworkUnavailable:
            # The events are out. With their marks they go out once more, under the same ids.
            continue
        published += len(taken)
    return Publication(published, len(waiting) - published, tuple(without_event))


def _event_of(decision: Decision) -> DecisionEvent | None:
    """None for a stored decision that contradicts itself: the others' events go out all the same."""
    try:
        return event_of(decision)
    except ValidationError:
        return None


def sweep(
    store: DecisionStore, bus: EventBus, before: datetime, time_left: Callable[[], float], reserve: float
) -> Publication:
    """Publish what was stored before ``before`` and never confirmed, oldest first, whoever wrote it.

    Stops when nothing is left that was not tried, or when ``time_left()`` is under ``reserve`` seconds.
    Raises ``CaseworkUnavailable`` when the store cannot be read.
    """
    tried: set[UUID] = set()
    swept = Publication()
    while time_left() > reserve:
        # Events that the bus refuses stay the oldest: ask past them, so that they hold up nobody.
        waiting = store.unpublished(before, limit=swept.left + CHUNK)
        chunk = [decision for decision in waiting if decision.event_id not in tried][:CHUNK]
        if not chunk:
            break
        tried.update(decision.event_id for decision in chunk)
        swept += publish(chunk, store, bus)
    return swept
