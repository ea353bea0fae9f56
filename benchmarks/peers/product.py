"""The product, with its shipped weights, thresholds and rules: nothing is chosen here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Final

from library_validator.adapters.memory.registry import MemoryRegistry
from library_validator.decisions.application import FieldProblem, application_from_fields
from library_validator.decisions.deciding import Decider
from library_validator.decisions.decision import Answer, Decision, Submission
from library_validator_cli.local_matching import registry_of

CHUNK: Final = 500
_AT: Final = datetime(2000, 1, 1, tzinfo=UTC)  # no answer depends on it


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one application; keys are empty where there is none."""

    first: str  # FSCS key ranked first
    validated: str  # FSCS key validated
    reasons: tuple[str, ...] = ()  # reason codes; peers give none


class Product:
    name = "library-validator"

    def __init__(self, release: Path) -> None:
        self._release = release
        self._decider = Decider(MemoryRegistry())

    def prepare(self) -> None:
        """Raises ``ReleaseRefused``."""
        self._decider = Decider(registry_of([self._release], lambda said: None))

    def decide(self, rows: Sequence[Mapping[str, str]]) -> list[Outcome]:
        """One outcome a row, in order; ``rows`` hold an application's fields as written."""
        return list(self._outcomes(iter(rows)))

    def _outcomes(self, rows: Iterator[Mapping[str, str]]) -> Iterator[Outcome]:
        while chunk := list(islice(rows, CHUNK)):
            for decision in self._decider.decide([_submission(row) for row in chunk], _AT):
                yield _outcome(decision)


def _submission(row: Mapping[str, str]) -> tuple[Submission, tuple[FieldProblem, ...]]:
    read = application_from_fields(dict(row))
    return Submission(source="benchmark", application=read.application, sent_at=_AT), read.problems


def _outcome(decision: Decision) -> Outcome:
    first = decision.candidates[0].fscs_key if decision.candidates else ""
    validated = decision.match.fscs_key if decision.match and decision.decision is Answer.VALIDATED else ""
    return Outcome(first, validated, (decision.decision.value, *decision.reason_codes))
