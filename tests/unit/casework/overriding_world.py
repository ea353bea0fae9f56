"""A registry, stored decisions, and people who override them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any, Final

from library_validator.adapters.memory.decisions import MemoryDecisions
from library_validator.adapters.memory.event_bus import MemoryEventBus
from library_validator.adapters.memory.overrides import MemoryOverrides
from library_validator.adapters.memory.registry import MemoryRegistry
from library_validator.casework.overriding import (
    OverrideProposal,
    Ruling,
    carry_out,
    propose,
)
from library_validator.decisions.answer import Answer
from library_validator.decisions.application import application_from_fields
from library_validator.decisions.deciding import Decider
from library_validator.decisions.decision import Decision, Submission
from library_validator.decisions.recording import StoredDecision, UnstoredDecision, record_all
from tests.builders.decisions import PARTNER
from tests.builders.small_registry import (
    ALDER,
    BRIAR_CITY,
    BRIAR_COUNTY,
    CLOSED,
    NEWEST,
    NOW,
    OUTLETS,
    registry_of,
    release,
)

V, R, N = Answer.VALIDATED, Answer.NEEDS_REVIEW, Answer.NOT_VALIDATED
BY: Final = "arn:aws:sts::123456789012:assumed-role/operator/dana"
WORDS: Final = "Called the listed number; the director knew of it."
YEAR: Final = timedelta(days=365)
VAGUE: Final[dict[str, Any]] = {"name": "Alder Library", "city": "Briarton", "state": "ME"}
LATER: Final = release((ALDER, BRIAR_COUNTY, BRIAR_CITY, CLOSED), OUTLETS, 2023)


@dataclass
class World:
    """A registry, the casework, and people who decide."""

    registry: MemoryRegistry = field(default_factory=lambda: registry_of(NEWEST))
    decisions: MemoryDecisions = field(default_factory=MemoryDecisions)
    overrides: MemoryOverrides = field(default_factory=MemoryOverrides)
    bus: MemoryEventBus = field(default_factory=MemoryEventBus)
    minute: int = 0

    @property
    def decider(self) -> Decider:
        return Decider(self.registry, YEAR)

    def submit(
        self, application_id: str = "A-1", sent: int = 0, **fields: Any
    ) -> tuple[Decision, StoredDecision | UnstoredDecision]:
        """Send an application; returns its current decision and the result of recording."""
        read = application_from_fields({"application_id": application_id, **fields})
        sent_at = NOW + timedelta(minutes=sent)
        submission = Submission(
            source=PARTNER, application=read.application, sent_at=sent_at, problems=read.problems
        )
        decisions = self.decider.decide([submission], sent_at)
        outcomes, _ = record_all(decisions, self.decisions, self.bus, self.decider)
        return self.current(application_id), outcomes[0]

    def current(self, application_id: str = "A-1") -> Decision:
        found = self.decisions.get(PARTNER, application_id)
        assert found is not None
        return found

    def propose(self, answer: Answer = V, **changed: Any) -> OverrideProposal:
        self.minute += 1
        return propose(
            ruling(answer, **changed),
            self.decisions,
            self.overrides,
            self.decider,
            NOW + self.minute * timedelta(minutes=1),
        )

    def override(self, answer: Answer = V, **changed: Any) -> Decision:
        return carry_out(self.propose(answer, **changed), self.decisions, self.overrides, self.bus).decision


def ruling(answer: Answer = V, **changed: Any) -> Ruling:
    reason = {V: "CONFIRMED_BY_PHONE", N: "NOT_THE_LIBRARY", R: "DECIDED_IN_ERROR"}[answer]
    made = Ruling(PARTNER, "A-1", answer, reason, WORDS, BY, fscs="ME0001" if answer is V else "")
    return replace(made, **changed)
