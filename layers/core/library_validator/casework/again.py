"""Deciding stored decisions again, and putting the new one in the place of the old one.

What revalidation and expiry have in common. Neither depends on how often it is called: event ids come from
submission and cause, a decision replaces only the one that it was compared with, and an application that
moved meanwhile is looked at anew.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID

from library_validator.casework.tasks import Ports
from library_validator.decisions.answer import Answer
from library_validator.decisions.changes import material_changes
from library_validator.decisions.deciding import Decider, Undecided, caused_by, decide_apart, second_claimant
from library_validator.decisions.decision import Cause, Decision, Holder
from library_validator.decisions.overriding import restate
from library_validator.decisions.recording import publish
from library_validator.decisions.store import (
    AlreadyDecided,
    ClaimedByAnother,
    CurrentMoved,
    Recorded,
    RecordResult,
    Revalidation,
)
from library_validator.errors import DecisionConflict

ATTEMPTS: Final = 8  # one decides; the rest is for applications that move meanwhile

# Of a standing decision and what the live registry answers today: what takes its place, or None.
Replacement = Callable[[Decision, Decision], Decision | None]


@dataclass(slots=True)
class Chunk:
    """What became of some standing decisions."""

    stayed: int = 0  # decided again, and nothing to store
    changed: int = 0  # replaced by this call
    not_due: list[Decision] = field(default_factory=list)
    undecided: list[Undecided] = field(default_factory=list)
    without_event: list[UUID] = field(default_factory=list)  # stored decisions that contradict themselves


def decide_again(
    standing: Sequence[Decision],
    ports: Ports,
    now: datetime,
    replacement: Replacement,
    due: Callable[[Decision], bool],
    revalidation: Revalidation | None = None,
) -> Chunk:
    """Decide together those that are due, store what replaces them, publish it.

    One that cannot be decided is told of and holds up nobody. Raises ``RegistryError`` and
    ``CaseworkUnavailable``: what was stored until then is stored and published, or left to the sweeper;
    ``DecisionConflict`` where an application keeps moving.
    """
    chunk = Chunk()
    pending = list(standing)
    for _ in range(ATTEMPTS):
        chunk.not_due += [one for one in pending if not due(one)]
        pending = [one for one in pending if due(one)]
        if not pending:
            return chunk
        pending = _once(pending, ports, now, replacement, revalidation, chunk)
    if pending:
        raise DecisionConflict(pending[0].application_id)
    return chunk


def answer_today(current: Decision, raw: Decision, cause: Cause, decider: Decider) -> Decision:
    """What stands for an application today; ``raw`` is what the rules alone say of it.

    A person's answer is restated. An application that another one's claim stopped stays stopped: that
    the claim is free today is no evidence of who is who.
    """
    decision = caused_by(raw, cause)
    if current.override:
        return restate(decision, current.override, decider.registry, decider.validity)
    stopped = current.held_by if current.decision is Answer.NEEDS_REVIEW else None
    if stopped and decision.decision is Answer.VALIDATED:
        return second_claimant(decision, stopped.source, stopped.application_id)
    return decision


def _once(
    pending: Sequence[Decision],
    ports: Ports,
    now: datetime,
    replacement: Replacement,
    revalidation: Revalidation | None,
    chunk: Chunk,
) -> list[Decision]:
    """Decide all of ``pending`` once; those whose applications moved, as they are now."""
    moved: list[Decision] = []
    stored: list[Decision] = []
    answers = decide_apart(ports.decider, [current.submission for current in pending], now)
    try:
        for current, answer in zip(pending, answers, strict=True):
            if isinstance(answer, Undecided):
                chunk.undecided.append(answer)
                continue
            decision = replacement(current, answer)
            outcome = decision and _settle(decision, current, ports, revalidation)
            match outcome:
                case None:
                    chunk.stayed += 1
                case (Recorded(), settled):
                    chunk.changed += 1
                    stored.append(settled)
                case (AlreadyDecided(settled, unpublished), _):
                    stored += [settled] if unpublished else []
                case (CurrentMoved(now_current), _):
                    moved.append(now_current)
    finally:
        chunk.without_event += publish(stored, ports.decisions, ports.bus).without_event
    return moved


def under_claim(decision: Decision, current: Decision, holder: Holder) -> Decision | None:
    """``decision`` as it is stored while ``holder`` holds its FSCS key; None: nothing material changes.

    A registry may merge two libraries. Then both applications stay validated, the second beside the holder.
    If another policy matches a validated applicant with another library than before, and that library has a
    holder, the applicant is a second claimant there.
    """
    same_library = decision.claimed_key == current.claimed_key
    if current.decision is Answer.VALIDATED and (same_library or decision.cause.kind == "registry"):
        return decision.model_copy(update={"held_by": holder})
    decision = second_claimant(decision, holder.source, holder.application_id)
    return decision if material_changes(current, decision) else None


def _settle(
    decision: Decision, current: Decision, ports: Ports, revalidation: Revalidation | None
) -> tuple[RecordResult, Decision] | None:
    """Store the decision, or one that a claim makes of it; None where that one is no news."""
    outcome = ports.decisions.record(decision, current, revalidation=revalidation)
    if not isinstance(outcome, ClaimedByAnother):
        return outcome, decision
    holder = Holder(source=outcome.source, application_id=outcome.application_id)
    settled = under_claim(decision, current, holder)
    if settled is None:
        return None
    return ports.decisions.record(settled, current, claim=False, revalidation=revalidation), settled
