"""Decisions in memory: what ``CaseworkTable`` does, readable."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from library_validator.decisions.decision import Decision
from library_validator.decisions.store import (
    AlreadyDecided,
    ClaimedByAnother,
    CurrentMoved,
    Outcome,
    Recorded,
    claimed_key,
)

ApplicationKey = tuple[str, str]  # source, application id


@dataclass(slots=True)
class MemoryCasework:
    """``DecisionStore`` in dictionaries, for tests and for runs without AWS."""

    decisions: dict[ApplicationKey, dict[UUID, Decision]] = field(default_factory=dict)
    current: dict[ApplicationKey, UUID] = field(default_factory=dict)
    claims: dict[str, ClaimedByAnother] = field(default_factory=dict)
    marked: set[UUID] = field(default_factory=set)
    late: set[UUID] = field(default_factory=set)

    def record(self, decision: Decision, replacing: Decision | None) -> Outcome:
        application = _key(decision)
        if stored := self.decisions.get(application, {}).get(decision.event_id):
            return AlreadyDecided(stored, decision.event_id in self.marked)
        current = self.get(*application)
        if current and (replacing is None or current.event_id != replacing.event_id):
            return CurrentMoved(current)
        claimed = claimed_key(decision)
        holder = self.claims.get(claimed) if claimed else None
        if holder and (holder.source, holder.application_id) != application:
            return holder
        self._move_claim(decision, replacing)
        self.decisions.setdefault(application, {})[decision.event_id] = decision
        self.current[application] = decision.event_id
        self.marked.add(decision.event_id)
        return Recorded()

    def _move_claim(self, decision: Decision, replacing: Decision | None) -> None:
        claimed = claimed_key(decision)
        held = claimed_key(replacing) if replacing else None
        if held and held != claimed:
            holder = self.claims.get(held)
            if holder and (holder.source, holder.application_id) == _key(decision):
                del self.claims[held]
        if claimed:
            self.claims.setdefault(claimed, ClaimedByAnother(claimed, *_key(decision), decision.decided_at))

    def record_late(self, decision: Decision) -> Recorded | AlreadyDecided:
        decisions = self.decisions.setdefault(_key(decision), {})
        if stored := decisions.get(decision.event_id):
            return AlreadyDecided(stored, decision.event_id in self.marked)
        decisions[decision.event_id] = decision
        self.late.add(decision.event_id)
        return Recorded()

    def get(self, source: str, application_id: str) -> Decision | None:
        application = (source, application_id)
        event_id = self.current.get(application)
        return self.decisions[application][event_id] if event_id else None

    def history(self, source: str, application_id: str) -> list[Decision]:
        decisions = self.decisions.get((source, application_id), {}).values()
        return sorted(decisions, key=lambda decision: (decision.decided_at, decision.order))

    def unpublished(self, before: datetime, limit: int) -> list[Decision]:
        marked = [one for one in self._all() if one.event_id in self.marked and one.decided_at < before]
        return marked[:limit]

    def clear_mark(self, decisions: Sequence[Decision]) -> None:
        self.marked -= {decision.event_id for decision in decisions}

    def recent(self, since: datetime) -> Iterator[Decision]:
        return (one for one in self._all() if one.decided_at >= since and one.event_id not in self.late)

    def _all(self) -> list[Decision]:
        every = [one for decisions in self.decisions.values() for one in decisions.values()]
        return sorted(every, key=lambda decision: decision.decided_at)


def _key(decision: Decision) -> ApplicationKey:
    return decision.source, decision.application_id
