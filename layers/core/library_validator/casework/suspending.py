"""Suspending a partner: its messages are answered without a decision, and its claims can be given back.

Giving back has two steps. Every answer of the partner that the rules validated is replaced, and gives its
claim back. Then the applications that these claims stopped are decided again. Both steps have the entry of
the release as their cause, so a command that was stopped at any point and starts again reaches the same
result. An answer that a person validated stays: it does not rest on the word of the partner.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID

from library_validator.casework.again import ATTEMPTS, ChunkResult, decide_again
from library_validator.casework.revalidation import live_versions
from library_validator.casework.tasks import CHUNK, Ports
from library_validator.decisions.answer import Answer
from library_validator.decisions.changes import material_changes
from library_validator.decisions.deciding import UndecidedSubmission, decision_stopped_by, with_cause
from library_validator.decisions.decision import OTHER_OUTLET, SHARDS, Cause, Decision
from library_validator.decisions.partners import Partner
from library_validator.decisions.recording import publish
from library_validator.decisions.restating import restate
from library_validator.decisions.rivals import CLAIM_LIMIT, SUSPENDED
from library_validator.decisions.store import AlreadyDecided, CurrentDecisionChanged, DecisionStore, Recorded
from library_validator.errors import DecisionConflict
from library_validator.terms import Clock

# After this time, no batch that read the partners before a suspension still runs.
NOTICED_SECONDS: Final = 90.0


@dataclass(slots=True)
class ReleaseResult:
    """What the release of a partner's claims changed."""

    released: int = 0  # answers that are not validated any more
    by_person: int = 0  # answers that a person validated: they stay
    decided: int = 0  # applications that the claims had stopped, and that were decided again
    validated: int = 0  # those among them that are validated now
    undecided: list[UndecidedSubmission] = field(default_factory=list)
    without_event: list[UUID] = field(default_factory=list)


def validated_decisions(decisions: DecisionStore, partner: Partner) -> Iterator[Decision]:
    """Every validated current decision of a partner."""
    for page in _current_pages(decisions):
        yield from (each for each in page if _is_validated_of(each, partner.sources))


def release_claims(
    partner: Partner, ports: Ports, now: Clock, on_step: Callable[[ReleaseResult], None] = lambda _: None
) -> ReleaseResult:
    """Give back the claims of a suspended partner, and decide the applications that they stopped again.

    ``partner.released_under`` is the entry of the release. Raises ``CaseworkUnavailable``, ``RegistryError``
    and ``DecisionConflict``: then call it again.
    """
    cause = Cause(kind="override", detail=str(partner.released_under))
    result = ReleaseResult()
    for page in _current_pages(ports.decisions):
        mine = [each for each in page if _is_validated_of(each, partner.sources)]
        result.by_person += sum(each.override is not None for each in mine)
        _suspend_answers([each for each in mine if each.override is None], cause, ports, now, result)
        on_step(result)
    partners = ports.partners()
    # They are looked for after the last claim is back: until then, a claim stops applications that arrive.
    stopped = [
        each
        for page in _current_pages(ports.decisions)
        for each in page
        if _is_stopped_by(each, partner.sources) and not partners.is_suspended(each.source)
    ]
    # Who applied first is decided first: of two victims of one claim, it is validated.
    stopped.sort(key=lambda decision: decision.sent_at)
    for start in range(0, len(stopped), CHUNK):
        chunk = stopped[start : start + CHUNK]
        done = _decide_freed(chunk, cause, ports, now(), lambda each: _is_stopped_by(each, partner.sources))
        result.decided += done.changed
        result.validated += sum(_is_validated_now(each, ports.decisions) for each in chunk)
        result.undecided += done.undecided
        result.without_event += done.without_event
        on_step(result)
    return result


def decide_waiting_again(partner: Partner, ports: Ports, now: Clock) -> ChunkResult:
    """Decide those applications of a resumed partner again that waited, or that older versions decided.

    ``partner.resumed_under`` is the entry of the resumption. Raises as ``release_claims``.
    """
    cause = Cause(kind="override", detail=str(partner.resumed_under))
    live = live_versions(ports.registry)
    total = ChunkResult()

    def due(current: Decision) -> bool:
        waits = {SUSPENDED, CLAIM_LIMIT}.intersection(current.reason_codes)
        return current.source in partner.sources and (bool(waits) or not live.has_decided(current))

    for page in _current_pages(ports.decisions):
        waiting = [each for each in page if due(each)]
        done = _decide_freed(waiting, cause, ports, now(), due) if waiting else ChunkResult()
        total.changed += done.changed
        total.stayed += done.stayed
        total.undecided += done.undecided
        total.without_event += done.without_event
    return total


def _decide_freed(
    decisions: Sequence[Decision],
    cause: Cause,
    ports: Ports,
    now: datetime,
    due: Callable[[Decision], bool],
) -> ChunkResult:
    """Decide applications by the rules alone, without the claim or the suspension that stopped them."""

    def replacement(current: Decision, raw: Decision) -> Decision:
        decision = with_cause(raw, cause)
        if current.override:
            decision = restate(decision, current.override, ports.decider.registry, ports.decider.validity)
        changed = material_changes(current, decision)
        return decision.model_copy(update={"before": current.as_before if changed else None})

    return decide_again(decisions, ports, now, replacement, due, store_all=True)


def _suspend_answers(
    decisions: Sequence[Decision], cause: Cause, ports: Ports, now: Clock, result: ReleaseResult
) -> None:
    """Replace validated answers. Their claims are given back in the same transactions."""
    stored: list[Decision] = []
    try:
        for current in decisions:
            released = _suspend_answer(current, cause, ports, now())
            if released:
                result.released += 1
                stored.append(released)
    finally:
        result.without_event += publish(stored, ports.decisions, ports.bus).without_event


def _suspend_answer(current: Decision, cause: Cause, ports: Ports, now: datetime) -> Decision | None:
    for _ in range(ATTEMPTS):
        if current.decision is not Answer.VALIDATED or current.override or current.erased:
            return None
        decision = decision_stopped_by(with_cause(current, cause), SUSPENDED, None)
        decision = decision.model_copy(update={"decided_at": now, "before": current.as_before})
        match ports.decisions.record(decision, current):
            case Recorded():
                return decision
            case AlreadyDecided(stored, unpublished):
                return stored if unpublished else None
            case CurrentDecisionChanged(moved):
                current = moved
    raise DecisionConflict(current.application_id)


def _current_pages(decisions: DecisionStore) -> Iterator[Sequence[Decision]]:
    """All current decisions. A decision that is replaced meanwhile may come twice."""
    for shard in range(SHARDS):
        cursor: str | None = None
        while True:
            page = decisions.current_page(shard, cursor, CHUNK)
            yield page.decisions
            cursor = page.cursor
            if cursor is None:
                break


def _is_validated_of(decision: Decision, sources: Collection[str]) -> bool:
    return decision.source in sources and decision.decision is Answer.VALIDATED


def _is_stopped_by(decision: Decision, sources: Collection[str]) -> bool:
    """Whether a claim of ``sources`` stopped the application, or left it only the claim on its outlet."""
    if decision.held_by is None or decision.held_by.source not in sources:
        return False
    return decision.decision is Answer.NEEDS_REVIEW or OTHER_OUTLET in decision.reason_codes


def _is_validated_now(decision: Decision, decisions: DecisionStore) -> bool:
    current = decisions.get(decision.source, decision.application_id)
    return current is not None and current.decision is Answer.VALIDATED
