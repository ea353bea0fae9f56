"""Expiry: a validated decision ends after a time. A notice comes before the end, and a renewal at the end.

A renewal is a decision by the live registry, like any other decision. It is always stored, because the new
decision ends later. If nothing material changed, the event of the renewal is that of its answer, not
``Library Status Changed``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

from library_validator.casework.again import ChunkResult, answer_today, decide_again
from library_validator.casework.events import CaseworkEvent, days_of, decision_expiring
from library_validator.casework.tasks import CHUNK, RESERVE_SECONDS, Ports, Task, TaskResult
from library_validator.decisions.answer import Answer
from library_validator.decisions.changes import material_changes
from library_validator.decisions.deciding import UndecidedSubmission, decide_despite_errors
from library_validator.decisions.decision import SHARDS, Cause, Decision
from library_validator.terms import Clock, TimeLeft


def expire(
    task: Task, ports: Ports, notice_days: Sequence[int], now: Clock, time_left: TimeLeft
) -> TaskResult:
    """Renew decisions that ended, and give notice of those that end within ``notice_days``.

    ``notice_days`` may have any order; without them there are no notices. Raises ``RegistryError``,
    ``CaseworkUnavailable`` and ``DecisionConflict``: then the task has to be done again.
    """
    at = task.at or now()
    if task.shard is None:
        return TaskResult("split", tuple(Task(task="expiry", shard=shard, at=at) for shard in range(SHARDS)))
    result, cursor = TaskResult("done"), task.cursor
    horizon = at + timedelta(days=max(notice_days, default=0))
    while True:
        page = ports.decisions.current_page(task.shard, cursor, CHUNK, ending_before=horizon)
        suspended = ports.partners().is_suspended  # their answers end when they are resumed
        live = [current for current in page.decisions if not suspended(current.source)]
        ended = [current for current in live if _decision_has_ended(current, at)]
        renewed = _renew(ended, at, ports, now())
        coming = [current for current in live if not _decision_has_ended(current, at)]
        result = replace(
            result,
            checked=result.checked + len(page.decisions),
            changed=result.changed + renewed.changed,
            notices=result.notices + _give_notice(coming, page.notified, notice_days, at, ports),
            undecided=(*result.undecided, *renewed.undecided),
            without_event=(*result.without_event, *renewed.without_event),
        )
        cursor = page.cursor
        if cursor is None:
            return result
        if time_left() < RESERVE_SECONDS:
            rest = task.model_copy(update={"at": at, "cursor": cursor})
            return replace(result, status="unfinished", follow=(rest,))


def _decision_has_ended(decision: Decision, at: datetime) -> bool:
    return decision.valid_until is not None and decision.valid_until <= at


def _renew(ended: Sequence[Decision], at: datetime, ports: Ports, now: datetime) -> ChunkResult:
    rivals = ports.rivals

    def replacement(current: Decision, raw: Decision) -> Decision:
        decision = answer_today(current, raw, _expiry_cause(current), ports.decider, rivals)
        changed = material_changes(current, decision)
        return decision.model_copy(update={"before": current.as_before if changed else None})

    return decide_again(ended, ports, now, replacement, lambda current: _decision_has_ended(current, at))


def _expiry_cause(current: Decision) -> Cause:
    ended_on = current.valid_until.astimezone(UTC).date().isoformat() if current.valid_until else ""
    return Cause(kind="expiry", detail=ended_on)


def _give_notice(
    coming: Sequence[Decision],
    notified: dict[str, int],
    notice_days: Sequence[int],
    at: datetime,
    ports: Ports,
) -> int:
    """Publish the notices that are due, and return their number."""
    due: list[tuple[Decision, int]] = []
    for decision in coming:
        window = _notice_window(decision, notice_days, at)
        if window is not None and window < notified.get(str(decision.event_id), window + 1):
            due.append((decision, window))
    if not due:
        return 0
    answers = decide_despite_errors(ports.decider, [current.submission for current, _ in due], at)
    rivals = ports.rivals
    announced: dict[UUID, tuple[Decision, int]] = {}
    events: list[CaseworkEvent] = []
    for (decision, window), answer in zip(due, answers, strict=True):
        if isinstance(answer, UndecidedSubmission):
            continue  # the renewal reports the error, if it occurs again
        outlook = answer_today(decision, answer, _expiry_cause(decision), ports.decider, rivals)
        events.append(event := decision_expiring(decision, outlook, at, window))
        announced[event.metadata.event_id] = decision, window
    for refusal in ports.bus.publish(events):
        announced.pop(refusal.event_id)
    for decision, window in announced.values():
        # If the worker dies before this note, the notice is published again under the same id.
        ports.decisions.note_notice(decision, window)
    return len(announced)


def _notice_window(decision: Decision, notice_days: Sequence[int], at: datetime) -> int | None:
    """The smallest number of ``notice_days`` that is not below the days left; None: no notice is due."""
    if decision.valid_until is None or decision.decision is not Answer.VALIDATED:
        return None
    left = days_of(decision.valid_until - at)
    return min((days for days in notice_days if left <= days), default=None)
