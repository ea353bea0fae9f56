"""Decisions in memory."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID

from library_validator.decisions.decision import Decision, Erasure, Holder, shard_of
from library_validator.decisions.erased import erased_decision
from library_validator.decisions.store import (
    AlreadyDecided,
    ClaimedByAnother,
    CurrentDecisionChanged,
    CurrentPage,
    Recorded,
    RecordResult,
    Revalidation,
)
from library_validator.errors import CaseworkUnavailable

ApplicationKey = tuple[str, str]  # source, application id
ChangeCounts = Counter[tuple[Revalidation, int, str]]  # by revalidation, shard and policy version


@dataclass(slots=True)
class MemoryDecisions:
    """``DecisionStore`` in dictionaries."""

    decisions: dict[ApplicationKey, dict[UUID, Decision]] = field(default_factory=dict)
    current: dict[ApplicationKey, UUID] = field(default_factory=dict)
    claims: dict[str, ClaimedByAnother] = field(default_factory=dict)
    marked: set[UUID] = field(default_factory=set)
    marked_again: dict[UUID, datetime] = field(default_factory=dict)  # the times of later marks
    late: set[UUID] = field(default_factory=set)
    notified: dict[UUID, int] = field(default_factory=dict)
    ended: dict[ApplicationKey, Erasure] = field(default_factory=dict)  # their texts are erased
    changed: ChangeCounts = field(default_factory=Counter)

    def record(
        self,
        decision: Decision,
        replacing: Decision | None,
        *,
        claim: bool = True,
        revalidation: Revalidation | None = None,
    ) -> RecordResult:
        application = _key_of(decision)
        if stored := self.decisions.get(application, {}).get(decision.event_id):
            return AlreadyDecided(stored, decision.event_id in self.marked)
        current = self.get(*application)
        if current and (replacing is None or current.event_id != replacing.event_id):
            return CurrentDecisionChanged(current)
        if current and replacing and current.effective_time > replacing.effective_time:
            return CurrentDecisionChanged(current)
        if current and application in self.ended and replacing and replacing.erased is None:
            return CurrentDecisionChanged(current)
        claimed = decision.claimed_key if claim else None
        holder = self.claims.get(claimed) if claimed else None
        if holder and (holder.source, holder.application_id) != application:
            return holder
        self._move_claim(decision, replacing, claimed)
        self.ended.pop(application, None)
        self.decisions.setdefault(application, {})[decision.event_id] = decision
        self.current[application] = decision.event_id
        self.marked.add(decision.event_id)
        if revalidation:
            self.changed[revalidation, decision.shard, decision.policy_version] += 1
        return Recorded()

    def _move_claim(self, decision: Decision, replacing: Decision | None, claimed: str | None) -> None:
        held = replacing.claimed_key if replacing else None
        if held and held != decision.claimed_key:
            holder = self.claims.get(held)
            if holder and (holder.source, holder.application_id) == _key_of(decision):
                del self.claims[held]
        if claimed and decision.takes_claim:
            self.claims.setdefault(
                claimed, ClaimedByAnother(claimed, *_key_of(decision), decision.decided_at)
            )

    def holder_of(self, fscs_key: str) -> Holder | None:
        claim = self.claims.get(fscs_key)
        return Holder(source=claim.source, application_id=claim.application_id) if claim else None

    def record_late(
        self, decision: Decision, current: Decision
    ) -> Recorded | AlreadyDecided | CurrentDecisionChanged:
        if stored := self.decisions.get(_key_of(decision), {}).get(decision.event_id):
            return AlreadyDecided(stored, decision.event_id in self.marked)
        result = self.answer_again(current, decision.decided_at)
        if isinstance(result, Recorded):
            self.decisions[_key_of(decision)][decision.event_id] = decision
            self.late.add(decision.event_id)
        return result

    def answer_again(self, current: Decision, at: datetime) -> Recorded | CurrentDecisionChanged:
        now_current = self.get(*_key_of(current))
        if now_current is None:
            reason = f"decision {current.event_id} is not stored, or not current, any more"
            raise CaseworkUnavailable("answer with the current decision", reason)
        if now_current.event_id != current.event_id:
            return CurrentDecisionChanged(now_current)
        if current.event_id not in self.marked:
            self.marked.add(current.event_id)
            self.marked_again[current.event_id] = at
        return Recorded()

    def note_resend(self, decision: Decision, sent_at: datetime) -> None:
        if self.current.get(_key_of(decision)) != decision.event_id:
            raise CaseworkUnavailable("store the time of a resend", "the application got another decision")
        decisions = self.decisions[_key_of(decision)]
        stored = decisions[decision.event_id]
        if sent_at > stored.effective_time:
            decisions[decision.event_id] = stored.model_copy(update={"order_time": sent_at})

    def get(self, source: str, application_id: str) -> Decision | None:
        application = (source, application_id)
        event_id = self.current.get(application)
        decision = self.decisions[application][event_id] if event_id else None
        if decision and application in self.ended and decision.erased is None:
            return erased_decision(decision, self.ended[application])
        return decision

    def history(self, source: str, application_id: str) -> list[Decision]:
        decisions = self.decisions.get((source, application_id), {}).values()
        return sorted(decisions, key=lambda decision: (decision.decided_at, decision.effective_time))

    def unpublished_decisions(self, before: datetime, *, newest_first: bool = False) -> Iterator[Decision]:
        marked = (decision for decision in self._all_decisions() if decision.event_id in self.marked)
        waiting = [decision for decision in marked if self._marked_at(decision) < before]
        waiting.sort(key=self._marked_at)
        return iter(waiting[::-1] if newest_first else waiting)

    def clear_mark(self, decisions: Sequence[Decision]) -> None:
        for decision in decisions:
            self.marked.discard(decision.event_id)
            self.marked_again.pop(decision.event_id, None)

    def recent_decisions(self, since: datetime) -> Iterator[Decision]:
        in_time = (decision for decision in self._all_decisions() if decision.event_id not in self.late)
        return (decision for decision in in_time if decision.decided_at >= since)

    def current_page(
        self, shard: int, cursor: str | None, limit: int, *, ending_before: datetime | None = None
    ) -> CurrentPage:
        start = tuple(json.loads(cursor)) if cursor else ()
        in_shard = (application for application in self.current if shard_of(*application) == shard)
        current = (self.get(*application) for application in in_shard if application not in self.ended)
        found = [decision for decision in current if decision and _position_in_shard(decision) > start]
        if ending_before:
            found = [each for each in found if each.valid_until and each.valid_until < ending_before]
        found.sort(key=_position_in_shard)
        page = found[:limit]
        return CurrentPage(
            tuple(page),
            json.dumps(_position_in_shard(page[-1])) if len(found) > limit else None,
            {
                str(decision.event_id): self.notified[decision.event_id]
                for decision in page
                if decision.event_id in self.notified
            },
        )

    def note_notice(self, decision: Decision, days: int) -> None:
        if self.current.get(_key_of(decision)) == decision.event_id:
            self.notified[decision.event_id] = days

    def _marked_at(self, decision: Decision) -> datetime:
        return self.marked_again.get(decision.event_id, decision.decided_at)

    def _all_decisions(self) -> list[Decision]:
        stored = [decision for decisions in self.decisions.values() for decision in decisions.values()]
        return sorted(stored, key=lambda decision: decision.decided_at)


def _key_of(decision: Decision) -> ApplicationKey:
    return decision.source, decision.application_id


def _position_in_shard(decision: Decision) -> tuple[str, str, str]:
    """The sort key of a current decision in its shard: its end. Decisions without an end come last."""
    ends = decision.valid_until.astimezone(UTC).isoformat() if decision.valid_until else "9999"
    return ends, decision.source, decision.application_id
