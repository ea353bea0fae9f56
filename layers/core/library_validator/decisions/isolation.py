"""Deciding a batch so that no application can spoil it for the others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from library_validator.decisions.application import FieldProblem
from library_validator.decisions.deciding import Decider
from library_validator.decisions.decision import Decision, Submission
from library_validator.errors import RegistryError


@dataclass(frozen=True, slots=True)
class Undecided:
    """A submission that could not be decided, and what was raised over it."""

    submission: Submission
    error: Exception


def decide_apart(
    decider: Decider, submissions: Sequence[tuple[Submission, tuple[FieldProblem, ...]]], now: datetime
) -> list[Decision | Undecided]:
    """Decide together, and where something unforeseen is raised, each alone. One outcome each, in order.

    Raises ``RegistryError``: without a registry nobody can be answered.
    """
    try:
        return [*decider.decide(submissions, now)]
    except RegistryError:
        raise
    except Exception as error:  # noqa: BLE001 - a defect that one application meets is not the others' fault
        if len(submissions) == 1:
            return [Undecided(submissions[0][0], error)]
        return [outcome for one in submissions for outcome in decide_apart(decider, [one], now)]
