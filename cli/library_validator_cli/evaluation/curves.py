"""The effect of other ``validate`` thresholds, and the reliability of ``confidence``.

Rows labelled GONE are left out: their label does not say whether validating them is right.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict

from library_validator.decisions.answer import Answer
from library_validator_cli.evaluation.intervals import Share
from library_validator_cli.evaluation.labelled import GONE, NONE
from library_validator_cli.evaluation.measure import THRESHOLDS, MeasuredRow, RowResult

# largest shares of wrong validations among the rows that a threshold is chosen on
ERROR_BOUNDS: Final = (0.0, 0.0001, 0.001)
_BIN_EDGES: Final = (0.0, 0.001, 0.01, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.99, 0.999, 1.0)
_SUREST: Final = 1e-12  # without a limit, the log loss of a certain but wrong answer would be infinite
Half = Literal["choose", "report"]


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class CurvePoint(_Model):
    """The effect of one ``validate`` threshold, in bits, if nothing else changes."""

    threshold: float
    right: Share  # share of the libraries that are validated with the right key
    wrong_key: Share  # share of the libraries that are validated with another key
    non_libraries: Share  # share of the non-libraries that are validated

    @property
    def errors(self) -> Share:
        """Wrong validations among all rows."""
        return self.wrong_key + self.non_libraries


class ThresholdChoice(_Model):
    """The threshold that one half of the rows gives for an error bound, and its effect on the other half."""

    bound: float  # largest share of wrong validations among the rows of the choosing half
    chosen_on: Half
    threshold: float | None  # None: no threshold keeps the bound
    there: CurvePoint | None
    elsewhere: CurvePoint | None  # its effect on the other half


class ConfidenceBin(_Model):
    """Rows whose best candidate has a confidence from ``low`` to below ``high``."""

    low: float
    high: float
    mean: float | None  # confidence; None without rows
    right: Share  # share of these rows whose best candidate is the right system


class Reliability(_Model):
    """Shows whether an answer with a confidence of 90% is right nine times in ten."""

    population: str
    rows: int
    brier: float | None  # mean squared error of the confidence: 0 is perfect
    log_loss: float | None  # mean of -ln of the probability given to the true result, in nats
    bins: list[ConfidenceBin]


def half_of(application_id: str) -> Half:
    """The half that a row belongs to: the same in every run, on every machine."""
    return "choose" if hashlib.sha256(application_id.encode()).digest()[0] < 128 else "report"


def curve_of(measured_rows: Sequence[MeasuredRow]) -> list[CurvePoint]:
    """One point for each threshold, lowest first. The rest of the policy does not change."""
    return _curve_with(measured_rows, MeasuredRow.result_at)


def curve_by_score(measured_rows: Sequence[MeasuredRow]) -> list[CurvePoint]:
    """The curve that results if only the score of the best candidate decides. It shows the value of the
    rules."""
    return _curve_with(measured_rows, MeasuredRow.result_by_score)


_ResultAt = Callable[[MeasuredRow, float], RowResult | None]


def _curve_with(measured_rows: Sequence[MeasuredRow], result_at: _ResultAt) -> list[CurvePoint]:
    libraries = [measured for measured in measured_rows if measured.row.is_library]
    others = [measured for measured in measured_rows if measured.row.label == NONE]
    return [_curve_point(threshold, libraries, others, result_at) for threshold in THRESHOLDS]


def choose_thresholds(measured_rows: Sequence[MeasuredRow]) -> list[ThresholdChoice]:
    """Two choices for each error bound: one half of the rows chooses a threshold, and the other half measures
    its errors."""
    halves: dict[Half, list[MeasuredRow]] = {"choose": [], "report": []}
    for measured in measured_rows:
        halves[half_of(measured.row.application.application_id)].append(measured)
    choose, report = curve_of(halves["choose"]), curve_of(halves["report"])
    return [
        _choose_threshold(bound, name, here, other)
        for bound in ERROR_BOUNDS
        for name, here, other in _exchange_halves(choose, report)
    ]


def _exchange_halves(
    choose: list[CurvePoint], report: list[CurvePoint]
) -> tuple[tuple[Half, list[CurvePoint], list[CurvePoint]], tuple[Half, list[CurvePoint], list[CurvePoint]]]:
    return ("choose", choose, report), ("report", report, choose)


def _choose_threshold(
    bound: float, half: Half, here: Sequence[CurvePoint], other: Sequence[CurvePoint]
) -> ThresholdChoice:
    """Chooses the lowest threshold that keeps the bound, because it validates most rows."""
    kept = (place for place, point in enumerate(here) if point.errors.count <= bound * point.errors.of)
    place = next(kept, None)
    if place is None:
        return ThresholdChoice(bound=bound, chosen_on=half, threshold=None, there=None, elsewhere=None)
    return ThresholdChoice(
        bound=bound,
        chosen_on=half,
        threshold=here[place].threshold,
        there=here[place],
        elsewhere=other[place],
    )


def _curve_point(
    threshold: float, libraries: Sequence[MeasuredRow], others: Sequence[MeasuredRow], result_at: _ResultAt
) -> CurvePoint:
    results = [result_at(measured, threshold) for measured in libraries]
    validated = sum(result_at(measured, threshold) is not None for measured in others)
    return CurvePoint(
        threshold=threshold,
        right=Share(count=results.count(RowResult.RIGHT), of=len(libraries)),
        wrong_key=Share(count=results.count(RowResult.WRONG_KEY), of=len(libraries)),
        non_libraries=Share(count=validated, of=len(others)),
    )


def reliabilities(measured_rows: Sequence[MeasuredRow]) -> list[Reliability]:
    """The reliability for all rows with a candidate, for the libraries among them, and for the validated
    rows."""
    answered = [measured for measured in measured_rows if measured.best_key and measured.row.label != GONE]
    return [
        _reliability("every row with a candidate", answered),
        _reliability("libraries", [row for row in answered if row.row.is_library]),
        _reliability("validated", [row for row in answered if row.answer is Answer.VALIDATED]),
    ]


def _reliability(population: str, measured_rows: Sequence[MeasuredRow]) -> Reliability:
    pairs = [(measured.confidence, measured.best_key == measured.row.label) for measured in measured_rows]
    return Reliability(
        population=population,
        rows=len(pairs),
        brier=_mean_of((confidence - right) ** 2 for confidence, right in pairs),
        log_loss=_mean_of(-math.log(max(_SUREST, p if right else 1 - p)) for p, right in pairs),
        bins=[_confidence_bin(low, high, pairs) for low, high in pairwise(_BIN_EDGES)],
    )


def _confidence_bin(low: float, high: float, pairs: Sequence[tuple[float, bool]]) -> ConfidenceBin:
    last = high == _BIN_EDGES[-1]
    inside = [(p, right) for p, right in pairs if low <= p < high or (last and p == high)]
    right = Share(count=sum(right for _, right in inside), of=len(inside))
    return ConfidenceBin(low=low, high=high, mean=_mean_of(p for p, _ in inside), right=right)


def _mean_of(values: Iterable[float]) -> float | None:
    listed = list(values)
    return math.fsum(listed) / len(listed) if listed else None
