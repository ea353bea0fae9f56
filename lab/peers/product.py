"""The product with its shipped weights, thresholds and rules."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Final

from library_validator.adapters.memory.registry import MemoryRegistry
from library_validator.decisions.answer import Answer
from library_validator.decisions.deciding import Decider
from library_validator.decisions.decision import Decision, Submission
from library_validator_cli.evaluation.labelled import LabelledRow
from library_validator_cli.local_matching import registry_of

CHUNK: Final = 500
_AT: Final = datetime(2000, 1, 1, tzinfo=UTC)  # no answer depends on it


@dataclass(frozen=True, slots=True)
class MatcherAnswer:
    """A matcher's answer to an application. A key may be empty."""

    first: str  # FSCS key of the candidate that is ranked first
    validated: str  # FSCS key that the answer validates
    answer: str = ""  # answer and first reason: empty for all matchers but the product
    reason: str = ""


class Product:
    name = "library-validator"

    def __init__(self, release: Path) -> None:
        self._release = release
        self._decider = Decider(MemoryRegistry())
        self.versions: dict[str, str] = {}  # registry and policy of the last decision

    def prepare(self) -> None:
        """Raises ``ReleaseRefused``."""
        self._decider = Decider(registry_of([self._release], _ignore_progress))

    def decide(self, rows: Sequence[LabelledRow]) -> list[MatcherAnswer]:
        """An answer for each row, in order."""
        return list(self._answers(iter(rows)))

    def _answers(self, rows: Iterator[LabelledRow]) -> Iterator[MatcherAnswer]:
        while chunk := list(islice(rows, CHUNK)):
            submissions = [
                Submission(
                    source="benchmark", application=row.application, sent_at=_AT, problems=row.problems
                )
                for row in chunk
            ]
            decisions = self._decider.decide(submissions, _AT)
            self.versions = {
                "registry_version": decisions[0].registry_version,
                "policy_version": decisions[0].policy_version,
            }
            yield from map(_matcher_answer, decisions)


def _ignore_progress(_said: str) -> None:
    """Ignores progress, because the benchmark itself reports it."""


def _matcher_answer(decision: Decision) -> MatcherAnswer:
    first = decision.candidates[0].fscs_key if decision.candidates else ""
    validated = decision.match.fscs_key if decision.match and decision.decision is Answer.VALIDATED else ""
    return MatcherAnswer(first, validated, decision.decision.value, decision.reasons[0].code)
