"""Decides current decisions again, and replaces the decisions whose answer changed.

Revalidation and expiry share this code. A task may be done any number of times with the same result: event
ids come from submission and cause, a decision replaces only the decision that it was compared with, and an
application that got another decision meanwhile is decided again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import compress
from typing import Final
from uuid import UUID

from library_validator.casework.tasks import Ports
from library_validator.decisions.answer import Answer
from library_validator.decisions.changes import material_changes
from library_validator.decisions.deciding import (
    Decider,
    UndecidedSubmission,
    decide_despite_errors,
    decision_stopped_by,
    with_cause,
)
from library_validator.decisions.decision import Cause, Decision, Holder
from library_validator.decisions.recording import publish, rival_at_outlet
from library_validator.decisions.restating import restate
from library_validator.decisions.rivals import CLAIM_LIMIT, Rivals, kept_beside_other_outlet
from library_validator.decisions.store import (
    AlreadyDecided,
    ClaimedByAnother,
    CurrentDecisionChanged,
    Recorded,
    RecordResult,
    Revalidation,
)
from library_validator.errors import DecisionConflict

_CLAIMS: Final = 2  # an application meets at most the claim on its system and that on its outlet
ATTEMPTS: Final = 8  # all tries after the first are for applications that get another decision meanwhile

# Gets a current decision, and the decision of the rules today. Returns the decision to store, or None.
Replacement = Callable[[Decision, Decision], Decision | None]


@dataclass(slots=True)
class ChunkResult:
    """The results of deciding a chunk of current decisions again."""

    stayed: int = 0  # decided again without a change to store
    changed: int = 0  # replaced by this call
    not_due: list[Decision] = field(default_factory=list)
    undecided: list[UndecidedSubmission] = field(default_factory=list)
    without_event: list[UUID] = field(default_factory=list)  # stored decisions that contradict themselves


def decide_again(
    decisions: Sequence[Decision],
    ports: Ports,
    now: datetime,
    replacement: Replacement,
    due: Callable[[Decision], bool],
    revalidation: Revalidation | None = None,
    *,
    store_all: bool = False,
) -> ChunkResult:
    """Decide the current decisions that are due again, store their replacements and publish them.

    ``store_all``: a replacement is stored also if a claim turns it into an answer like the current one.

    A decision that fails is reported and does not stop the others. Raises ``RegistryError`` and
    ``CaseworkUnavailable``: the decisions stored until then are published, or left to the sweeper. Raises
    ``DecisionConflict`` if an application keeps getting other decisions.
    """
    chunk = ChunkResult()
    pending = list(decisions)
    for _ in range(ATTEMPTS):
        is_due = [current.erased is None and due(current) for current in pending]
        chunk.not_due += [current for current, waits in zip(pending, is_due, strict=True) if not waits]
        pending = list(compress(pending, is_due))
        if not pending:
            return chunk
        pending = _try_to_replace(pending, ports, now, replacement, revalidation, chunk, store_all=store_all)
    if pending:
        raise DecisionConflict(pending[0].application_id)
    return chunk


def answer_today(
    current: Decision, raw: Decision, cause: Cause, decider: Decider, rivals: Rivals
) -> Decision:
    """The decision on an application today; ``raw`` is the decision of the rules alone.

    A person's answer is restated. An application that waits because of another application's claim goes on
    waiting: the end of the claim does not prove which of the two acts for the library. It is validated if the
    other application turns out to be for another outlet.
    """
    decision = with_cause(raw, cause)
    if current.override:
        decision = restate(decision, current.override, decider.registry, decider.validity)
        return kept_beside_other_outlet(decision, current)
    waits = current.decision is Answer.NEEDS_REVIEW and decision.decision is Answer.VALIDATED
    if waits and CLAIM_LIMIT in current.reason_codes:
        return decision_stopped_by(decision, CLAIM_LIMIT, None)
    if waits and current.held_by:
        return rivals.still_stopped(decision, current.held_by)
    return kept_beside_other_outlet(decision, current)


def _try_to_replace(
    pending: Sequence[Decision],
    ports: Ports,
    now: datetime,
    replacement: Replacement,
    revalidation: Revalidation | None,
    chunk: ChunkResult,
    *,
    store_all: bool,
) -> list[Decision]:
    """Decide all of ``pending``. Returns the current decisions that other writers stored meanwhile."""
    moved: list[Decision] = []
    stored: list[Decision] = []
    answers = decide_despite_errors(ports.decider, [current.submission for current in pending], now)
    try:
        for current, answer in zip(pending, answers, strict=True):
            if isinstance(answer, UndecidedSubmission):
                chunk.undecided.append(answer)
                continue
            decision = replacement(current, answer)
            match decision and _record_replacement(
                decision, current, ports, revalidation, store_all=store_all
            ):
                case None:
                    chunk.stayed += 1
                case (Recorded(), recorded):
                    chunk.changed += 1
                    stored.append(recorded)
                case (AlreadyDecided(recorded, unpublished), _):
                    stored += [recorded] if unpublished else []
                case (CurrentDecisionChanged(now_current), _):
                    moved.append(now_current)
    finally:
        chunk.without_event += publish(stored, ports.decisions, ports.bus).without_event
    return moved


def decision_under_claim(
    decision: Decision, current: Decision, claim: ClaimedByAnother, rivals: Rivals
) -> Decision | None:
    """``decision`` as it is stored while another application has its claim; None: nothing material changes.

    A registry may merge two libraries. Then both applications stay validated, the second beside the holder.
    If another policy matches a validated applicant with a new library, and that library has a holder, the
    applicant becomes a second claimant of that library, unless the two are not rivals (``rivals.py``).
    """
    holder = Holder(source=claim.source, application_id=claim.application_id)
    same_library = decision.claimed_key == current.claimed_key
    if current.decision is Answer.VALIDATED and (same_library or decision.cause.kind == "registry"):
        return decision.model_copy(update={"held_by": holder})
    decision = rivals.beside(decision, holder, claim.fscs_key)
    return decision if material_changes(current, decision) else None


def _record_replacement(
    decision: Decision,
    current: Decision,
    ports: Ports,
    revalidation: Revalidation | None,
    *,
    store_all: bool,
) -> tuple[RecordResult, Decision] | None:
    """Store the decision, or its form under a claim; None if that form changes nothing material.

    Beside another outlet, the decision takes the claim on its own outlet, and may meet a claim there.
    """
    result = rival_at_outlet(decision, ports.decisions) or ports.decisions.record(
        decision, current, revalidation=revalidation
    )
    for _ in range(_CLAIMS):
        if not isinstance(result, ClaimedByAnother):
            break
        claimed = decision_under_claim(decision, current, result, ports.rivals)
        if claimed is None and store_all:
            holder = Holder(source=result.source, application_id=result.application_id)
            claimed = ports.rivals.beside(decision, holder, result.fscs_key)
            claimed = claimed.model_copy(update={"before": None})
        if claimed is None:
            return None
        takes_claim = claimed.claimed_key not in (None, decision.claimed_key)
        decision = claimed
        result = ports.decisions.record(decision, current, claim=takes_claim, revalidation=revalidation)
    return result, decision
