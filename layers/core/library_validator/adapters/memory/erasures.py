"""Erasures in memory."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date

from library_validator.adapters.memory.decisions import MemoryDecisions
from library_validator.adapters.memory.overrides import MemoryOverrides
from library_validator.casework.erasing import DayPage, ErasureRecord
from library_validator.decisions.decision import Decision, Erasure, Override


@dataclass(slots=True)
class MemoryErasures:
    """``ErasureStore`` on the other twins of the casework table."""

    decisions: MemoryDecisions
    overrides: MemoryOverrides
    kept: list[ErasureRecord] = field(default_factory=list)
    through: date | None = None

    def end_current(self, decision: Decision, erasure: Erasure) -> bool:
        application = (decision.source, decision.application_id)
        if self.decisions.current.get(application) != decision.event_id:
            return False
        self.decisions.ended.setdefault(application, erasure)
        return True

    def give_back_claim(self, decision: Decision) -> bool:
        claim = self.decisions.claims.get(decision.claimed_key or "")
        holds = claim and (claim.source, claim.application_id) == (decision.source, decision.application_id)
        if claim and holds:
            del self.decisions.claims[claim.fscs_key]
        return bool(holds)

    def rewrite_decision(self, decision: Decision) -> None:
        self.decisions.decisions[decision.source, decision.application_id][decision.event_id] = decision

    def rewrite_override(self, override: Override) -> None:
        self.overrides.kept[override.override_id] = override

    def append(self, record: ErasureRecord) -> None:
        self.kept.append(record)

    def records(self, source: str, application_id: str) -> list[ErasureRecord]:
        return [
            record
            for record in self.kept
            if (record.source, record.application_id) == (source, application_id)
        ]

    def decided_on(self, day: date, cursor: str | None, limit: int) -> DayPage:
        found = sorted(
            (
                decision
                for decisions in self.decisions.decisions.values()
                for decision in decisions.values()
                if decision.decided_at.astimezone(UTC).date() == day
            ),
            key=lambda decision: (decision.event_id in self.decisions.late, decision.decided_at),
        )
        start = int(cursor or 0)
        end = start + limit
        return DayPage(tuple(found[start:end]), str(end) if end < len(found) else None)

    def looked_at_through(self) -> date | None:
        return self.through

    def note_looked_at(self, through: date) -> None:
        self.through = max(self.through or through, through)
