"""The casework table in memory: what ``CaseworkTable`` does, readable."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from operator import itemgetter
from uuid import UUID

from library_validator.casework.store import CurrentPage, ShardProgress, shard_of
from library_validator.decisions.decision import Decision, Holder, Override
from library_validator.decisions.store import (
    AlreadyDecided,
    ClaimedByAnother,
    CurrentMoved,
    Outcome,
    Recorded,
    Revalidation,
    claimed_key,
)

ApplicationKey = tuple[str, str]  # source, application id


@dataclass(slots=True)
class MemoryCasework:
    """``CaseworkStore`` in dictionaries, for tests and for runs without AWS."""

    decisions: dict[ApplicationKey, dict[UUID, Decision]] = field(default_factory=dict)
    current: dict[ApplicationKey, UUID] = field(default_factory=dict)
    claims: dict[str, ClaimedByAnother] = field(default_factory=dict)
    marked: set[UUID] = field(default_factory=set)
    late: set[UUID] = field(default_factory=set)
    notified: dict[UUID, int] = field(default_factory=dict)
    kept_overrides: dict[UUID, Override] = field(default_factory=dict)
    changed: Counter[tuple[Revalidation, int, str]] = field(default_factory=Counter)
    shards: dict[tuple[str, int], ShardProgress] = field(default_factory=dict)

    def record(
        self,
        decision: Decision,
        replacing: Decision | None,
        *,
        claim: bool = True,
        revalidation: Revalidation | None = None,
    ) -> Outcome:
        application = _key(decision)
        if stored := self.decisions.get(application, {}).get(decision.event_id):
            return AlreadyDecided(stored, decision.event_id in self.marked)
        current = self.get(*application)
        if current and (replacing is None or current.event_id != replacing.event_id):
            return CurrentMoved(current)
        claimed = claimed_key(decision) if claim else None
        holder = self.claims.get(claimed) if claimed else None
        if holder and (holder.source, holder.application_id) != application:
            return holder
        self._move_claim(decision, replacing, claimed)
        self.decisions.setdefault(application, {})[decision.event_id] = decision
        self.current[application] = decision.event_id
        self.marked.add(decision.event_id)
        if revalidation:
            self.changed[revalidation, shard_of(*application), decision.policy_version] += 1
        return Recorded()

    def _move_claim(self, decision: Decision, replacing: Decision | None, claimed: str | None) -> None:
        held = claimed_key(replacing) if replacing else None
        if held and held != claimed_key(decision):
            holder = self.claims.get(held)
            if holder and (holder.source, holder.application_id) == _key(decision):
                del self.claims[held]
        if claimed:
            self.claims.setdefault(claimed, ClaimedByAnother(claimed, *_key(decision), decision.decided_at))

    def holder_of(self, fscs_key: str) -> Holder | None:
        claim = self.claims.get(fscs_key)
        return Holder(source=claim.source, application_id=claim.application_id) if claim else None

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

    def current_page(
        self, shard: int, cursor: str | None, limit: int, *, ending_before: datetime | None = None
    ) -> CurrentPage:
        start = tuple(json.loads(cursor)) if cursor else ()
        every = (self.get(*application) for application in self.current if shard_of(*application) == shard)
        rest = [
            (_place(one), one)
            for one in every
            if one
            and _place(one) > start
            and (ending_before is None or (one.valid_until and one.valid_until < ending_before))
        ]
        rest.sort(key=itemgetter(0))
        page = rest[:limit]
        return CurrentPage(
            tuple(decision for _, decision in page),
            json.dumps(page[-1][0]) if len(rest) > limit else None,
            {
                str(one.event_id): self.notified[one.event_id]
                for _, one in page
                if one.event_id in self.notified
            },
        )

    def note_notice(self, decision: Decision, days: int) -> None:
        if self.current.get(_key(decision)) == decision.event_id:
            self.notified[decision.event_id] = days

    def append_override(self, override: Override) -> None:
        self.kept_overrides.setdefault(override.override_id, override)

    def overrides(self, source: str, application_id: str) -> list[Override]:
        found = [
            one
            for one in self.kept_overrides.values()
            if (one.source, one.application_id) == (source, application_id)
        ]
        return sorted(found, key=lambda one: (one.at, str(one.override_id)))

    def put_progress(self, progress: ShardProgress) -> bool:
        stored = self.shards.get((progress.activation, progress.shard))
        if stored and _is_behind(progress, stored):
            return False
        self.shards[progress.activation, progress.shard] = progress
        return True

    def progress(self, activation: str) -> list[ShardProgress]:
        found = sorted(
            (one for one in self.shards.values() if one.activation == activation), key=lambda one: one.shard
        )
        return [
            replace(
                progress, changed=self.changed[progress.revalidation, progress.shard, progress.policy_version]
            )
            for progress in found
        ]

    def _all(self) -> list[Decision]:
        every = [one for decisions in self.decisions.values() for one in decisions.values()]
        return sorted(every, key=lambda decision: decision.decided_at)


def _key(decision: Decision) -> ApplicationKey:
    return decision.source, decision.application_id


def _is_behind(progress: ShardProgress, stored: ShardProgress) -> bool:
    """Whether ``stored``, of the same shard, is further than ``progress``."""
    if progress.asked_at != stored.asked_at:
        return progress.asked_at < stored.asked_at
    if progress.policy_version != stored.policy_version:
        return progress.announced
    if progress.announced:
        return False
    return stored.done or (not progress.done and stored.unchanged > progress.unchanged)


def _place(decision: Decision) -> tuple[str, str, str]:
    """Where a current decision stands in its shard: by its end, those without one last."""
    ends = decision.valid_until.astimezone(UTC).isoformat() if decision.valid_until else "9999"
    return ends, decision.source, decision.application_id
