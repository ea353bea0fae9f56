"""Retention: the texts of applicants are erased some days after nobody needs them any more.

An application whose current answer is ``not_validated`` is erased as a whole, ``days`` after its last
decision. A decision that another decision replaced is erased ``days`` after that other decision, whatever the
current answer is. A validated application keeps the texts of its current decision, because the decision is
renewed. An application that waits for a person keeps them, because the person needs them.

The task goes through the decisions by the day on which they were made, each day once. A decision that is not
due yet on its day is looked at again on the day of the decision that replaces it. The function's time bounds
the work of one message, and the next message goes on.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Final

from library_validator.casework.erasing import ErasureStores, erase_decisions, erase_ended
from library_validator.casework.tasks import CHUNK, RESERVE_SECONDS, Task, TaskResult
from library_validator.decisions.answer import Answer
from library_validator.decisions.decision import Decision, Erasure
from library_validator.terms import Clock, TimeLeft

BY: Final = "retention"  # in place of a person's ARN
FIRST_DAY: Final = date(2026, 1, 1)  # no deployment has older decisions


@dataclass(frozen=True, slots=True)
class Retention:
    days: int  # 0: nothing is ever due
    stores: ErasureStores


def erase_what_is_due(task: Task, retention: Retention, now: Clock, time_left: TimeLeft) -> TaskResult:
    """Go through the days whose decisions are all older than ``retention.days``.

    ``checked`` counts decisions, ``changed`` the decisions that were erased. Raises ``CaseworkUnavailable``
    and ``DecisionConflict``: then the task has to be done again.
    """
    if not retention.days:
        return TaskResult("done")
    at = task.at or now()
    store = retention.stores.erasures
    last = (at - timedelta(days=retention.days)).astimezone(UTC).date() - timedelta(days=1)
    looked_at = store.looked_at_through()
    day = looked_at + timedelta(days=1) if looked_at else FIRST_DAY
    result, cursor = TaskResult("done"), _cursor_for(day, task.cursor)
    while day <= last:
        page = store.decided_on(day, cursor, CHUNK)
        applications = {(decision.source, decision.application_id) for decision in page.decisions}
        erased = sum(_erase_due(source, name, retention, at) for source, name in sorted(applications))
        result = replace(
            result, checked=result.checked + len(page.decisions), changed=result.changed + erased
        )
        cursor = page.cursor
        if cursor is None:
            store.note_looked_at(day)
            day += timedelta(days=1)
        if day <= last and time_left() < RESERVE_SECONDS:
            rest = Task(task="retention", at=at, cursor=f"{day.isoformat()} {cursor}" if cursor else None)
            return replace(result, status="unfinished", follow=(rest,))
    return result


def _cursor_for(day: date, cursor: str | None) -> str | None:
    """The place of a follow-up task in ``day``; None if another task has finished the day meanwhile."""
    noted, _, place = (cursor or "").partition(" ")
    return place if noted == day.isoformat() else None


def _erase_due(source: str, application_id: str, retention: Retention, at: datetime) -> int:
    """Erase what is due of an application. Returns the number of erased decisions."""
    stores = retention.stores
    before, erasure = at - timedelta(days=retention.days), Erasure(at=at, by=BY)
    # First the current decision: what replaces it meanwhile is then in the history.
    current = stores.decisions.get(source, application_id)
    if current is None:
        return 0
    history = stores.decisions.history(source, application_id)
    if _is_due_as_a_whole(current, history, before):
        if not stores.erasures.end_current(current, erasure):
            return 0  # it got another decision a moment ago: the day of that decision comes
        return erase_ended(current, erasure, stores).decisions
    due = [decision for decision in _replaced_before(before, history, current) if decision.erased is None]
    erase_decisions(due, erasure, stores.erasures)
    return len(due)


def _is_due_as_a_whole(current: Decision, history: list[Decision], before: datetime) -> bool:
    ended = current.decision is Answer.NOT_VALIDATED and current.erased is None
    return ended and all(decision.decided_at < before for decision in history)


def _replaced_before(before: datetime, history: list[Decision], current: Decision) -> list[Decision]:
    """The decisions that are not current, and whose next decision was made before a moment."""
    following = [*history[1:], history[-1]] if history else []
    return [
        decision
        for decision, after in zip(history, following, strict=True)
        if after.decided_at < before and decision.event_id != current.event_id
    ]
