"""Deciding a batch of submissions against one registry version.

Interface first; the body follows.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from library_validator.decisions.application import FieldProblem
from library_validator.decisions.decision import Cause, Decision, Submission
from library_validator.registry.store import RegistryReader

SUBMISSION = Cause(kind="submission")


class Decider:
    """Decides submissions; keeps the term statistics of the version it used last."""

    def __init__(self, registry: RegistryReader) -> None:
        self.registry = registry

    def decide(
        self,
        submissions: Sequence[tuple[Submission, tuple[FieldProblem, ...]]],
        now: datetime,
        cause: Cause = SUBMISSION,
    ) -> list[Decision]:
        """One decision a submission, in order: one pointer read, one deduplicated batched read.

        Raises ``NoActiveRegistry`` and ``RegistryFormatUnknown``.
        """
        raise NotImplementedError


def second_claimant(decision: Decision, holder_source: str, holder_application_id: str) -> Decision:
    """The same decision for an applicant whose FSCS key another application holds: to a person."""
    raise NotImplementedError
