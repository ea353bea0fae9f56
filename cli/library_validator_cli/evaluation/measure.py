"""The product's matching and deciding, run over labelled rows.

A measurement adds to the answer: the rank of the right entry, the number of keys and candidates, and the
highest ``validate`` threshold that would still validate. The threshold for applicants that give only a name
and a place changes by the same amount.
"""

from __future__ import annotations

import math
import multiprocessing
import os
import threading
from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import chain
from multiprocessing.context import BaseContext
from typing import Final

from library_validator.decisions.answer import Answer
from library_validator.decisions.application import ReadApplication
from library_validator.decisions.confidence import confidence_of
from library_validator.decisions.deciding import Judge
from library_validator.decisions.policy_file import Policy, load_policy
from library_validator.decisions.verdict import Verdict
from library_validator.matching.match import Ranking, ScoredCandidate
from library_validator.registry.store import RegistryReader
from library_validator_cli.evaluation.labelled import GONE, NONE, LabelledRow

# thresholds in bits: -20 to 30 in steps of one half
THRESHOLDS: Final = tuple(bits / 2 for bits in range(-40, 61))
_CHUNK: Final = 200  # rows that a process takes at a time
_WORTH_PROCESSES: Final = 1_000  # with fewer rows, the measurement ends before new processes have started


class RowResult(StrEnum):
    """An answer compared with the label of its row."""

    RIGHT = "validated_right"
    WRONG_KEY = "validated_wrong_key"
    NON_LIBRARY_VALIDATED = "non_library_validated"
    GONE_VALIDATED = "gone_validated"
    REVIEW = "review"
    NOT_VALIDATED = "not_validated"


@dataclass(frozen=True, slots=True)
class MeasuredRow:
    """A labelled row and its answer. Bits are match weights and include the prior."""

    row: LabelledRow
    answer: Answer
    codes: tuple[str, ...]  # reason codes, the deciding code first
    key: str  # FSCS key of the entry that the decision names; may be empty
    best_key: str  # FSCS key of the candidate that the confidence is about; empty without candidates
    bits: float  # score of that candidate; minus infinity without candidates
    margin: float | None
    confidence: float
    right_rank: int  # rank of the right system among the systems found: 1 is the best, 0 is not found
    candidates: int
    keys: int
    same_place: bool  # the named entry has the applicant's street address or phone number
    validated_up_to: float  # highest of THRESHOLDS that still validates; minus infinity: none does
    validated_key: str  # FSCS key that it is validated with at that threshold

    @property
    def result(self) -> RowResult:
        if self.answer is Answer.NEEDS_REVIEW:
            return RowResult.REVIEW
        if self.answer is Answer.NOT_VALIDATED:
            return RowResult.NOT_VALIDATED
        return self._result_if_validated_as(self.key)

    def result_at(self, threshold: float) -> RowResult | None:
        """The result at another ``validate`` threshold; None if the row is not validated there."""
        return self._result_if_validated_as(self.validated_key) if threshold <= self.validated_up_to else None

    def result_by_score(self, threshold: float) -> RowResult | None:
        """The result if the score alone decides; None if the row is not validated."""
        return self._result_if_validated_as(self.best_key) if self.bits >= threshold else None

    def _result_if_validated_as(self, key: str) -> RowResult:
        if self.row.label == NONE:
            return RowResult.NON_LIBRARY_VALIDATED
        if self.row.label == GONE:
            return RowResult.GONE_VALIDATED
        return RowResult.RIGHT if key == self.row.label else RowResult.WRONG_KEY


class Measurer:
    """Measures rows against the live version of one registry."""

    def __init__(self, registry: RegistryReader) -> None:
        self._judge = Judge(registry)
        self._policy = load_policy()

    def measure(self, row: LabelledRow) -> MeasuredRow:
        _, (ranked,) = self._judge.rank([ReadApplication(row.application, row.problems)])
        ranking = ranked.ranking

        def verdict_at(validate: float) -> Verdict:
            return ranked.verdict(policy_with_threshold(validate, self._policy))

        verdict = verdict_at(self._policy.validate)
        validated_up_to, validated_key = _highest_validating_threshold(
            verdict_at, self._policy.validate, is_validated=verdict.answer is Answer.VALIDATED
        )
        shown = verdict.match or ranking.best
        other = ranking.best_other_than(shown) if shown else None
        return MeasuredRow(
            row=row,
            answer=verdict.answer,
            codes=verdict.codes,
            key=verdict.match.entry.fscs_key if verdict.match else "",
            best_key=shown.entry.fscs_key if shown else "",
            bits=shown.bits if shown else -math.inf,
            margin=shown.bits - other.bits if shown and other else None,
            confidence=confidence_of(verdict.answer, shown.bits) if shown else 0.0,
            right_rank=_rank_of(row.label, ranking),
            candidates=len(ranking.scored) + len(ranking.vanished),
            keys=len(ranked.query.keys),
            same_place=verdict.match is not None and _is_same_place(verdict.match, self._policy),
            validated_up_to=validated_up_to,
            validated_key=validated_key,
        )


def policy_with_threshold(validate: float, policy: Policy) -> Policy:
    """The policy with another ``validate`` threshold. The threshold for applicants that give only a name and
    a place changes by the same amount."""
    by_name = validate + policy.validate_by_name - policy.validate
    return replace(policy, validate=validate, validate_by_name=by_name)


def _highest_validating_threshold(
    verdict_at: Callable[[float], Verdict], shipped: float, *, is_validated: bool
) -> tuple[float, str]:
    """The highest of ``THRESHOLDS`` that validates, and the FSCS key that it validates with.

    A higher threshold never validates more rows, so halving finds it. Only thresholds on one side of the
    ``shipped`` threshold are searched, the side that fits the shipped answer, because other rules decide a
    few rows below the threshold.
    """

    def is_refused(threshold: float) -> bool:
        return verdict_at(threshold).answer is not Answer.VALIDATED

    here = bisect_left(THRESHOLDS, shipped)
    start, end = (here, len(THRESHOLDS)) if is_validated else (0, here)
    last = bisect_left(THRESHOLDS, True, start, end, key=is_refused) - 1
    if last < 0:
        return -math.inf, ""
    match = verdict_at(THRESHOLDS[last]).match
    return THRESHOLDS[last], match.entry.fscs_key if match else ""


def _rank_of(label: str, ranking: Ranking) -> int:
    systems = dict.fromkeys(scored.entry.fscs_key for scored in ranking.scored)
    return next((place for place, key in enumerate(systems, start=1) if key == label), 0)


def _is_same_place(named: ScoredCandidate, policy: Policy) -> bool:
    return named.compared.street in policy.street or named.compared.phone in policy.phone


@contextmanager
def measure_rows(
    rows: Sequence[LabelledRow], registry: RegistryReader, processes: int | None = None
) -> Iterator[Iterator[MeasuredRow]]:
    """Yields a stream of measured rows in the order of ``rows``. Uses all processors, or ``processes``.

    All processes start before this yields, because a caller's progress bar starts a thread.
    """
    work = _ChunkMeasurer(rows, Measurer(registry))
    starts = range(0, len(rows), _CHUNK)
    processes = processes or _count_processors()
    if processes == 1 or len(rows) < _WORTH_PROCESSES:
        yield chain.from_iterable(map(work.measure_chunk, starts))
        return
    executor = ProcessPoolExecutor(
        processes, _process_context(), initializer=_keep_measurer, initargs=(work,)
    )
    try:
        yield chain.from_iterable(executor.map(_measure_chunk, starts))
    finally:
        executor.shutdown(cancel_futures=True)


def _process_context() -> BaseContext:
    """Forked processes share the index without a copy. A fork may hang if other threads run."""
    can_fork = "fork" in multiprocessing.get_all_start_methods() and threading.active_count() == 1
    return multiprocessing.get_context("fork" if can_fork else "spawn")


def _count_processors() -> int:
    """The number of processors of this process, or of the machine if the system does not report it."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class _ChunkMeasurer:
    def __init__(self, rows: Sequence[LabelledRow], measurer: Measurer) -> None:
        self._rows = rows
        self._measurer = measurer

    def measure_chunk(self, start: int) -> list[MeasuredRow]:
        return [self._measure(row) for row in self._rows[start : start + _CHUNK]]

    def _measure(self, row: LabelledRow) -> MeasuredRow:
        try:
            return self._measurer.measure(row)
        except Exception as error:
            error.add_note(
                f"while measuring the application {row.application.application_id} of the set {row.set}"
            )
            raise


_taken: list[_ChunkMeasurer] = []  # the work of this process


def _keep_measurer(work: _ChunkMeasurer) -> None:
    _taken[:] = [work]


def _measure_chunk(start: int) -> list[MeasuredRow]:
    return _taken[0].measure_chunk(start)
