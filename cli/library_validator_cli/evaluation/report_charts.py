"""The report's charts: the effect of thresholds, and the reliability of confidence."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Final

from library_validator_cli.evaluation.charts import Axis, Dot, Rule, Series, chart
from library_validator_cli.evaluation.curves import Point, Reliability
from library_validator_cli.evaluation.report_parts import Cell, html, number, percent, table
from library_validator_cli.evaluation.run import Run

_RULES: Final = "with the rules"
_SCORE: Final = "score alone"
_KEY: Final = f'<span class="key"><i class="one"></i>{_RULES}<i class="two"></i>{_SCORE}</span>'


def threshold_figures(run: Run) -> str:
    """Right and wrong validations over the threshold, and right against wrong validations."""
    figures = ""
    if run.curve[0].right.of:
        y = _share_axis([*run.curve, *run.curve_by_score])
        figures += _over_thresholds("Libraries validated, right key", run, _right, y)
    figures += _over_thresholds("Wrong validations", run, _errors, _error_axis(run, "rows"))
    if run.curve[0].right.of:
        figures += _trade_off(run)
    return f'<div class="charts">{figures}{_curve_table(run)}</div>'


def reliability_figures(run: Run) -> str:
    """Confidence against the share that is right: for all rows and for the validated rows."""
    everything, _, validated = run.reliability
    return f'<div class="charts">{_reliability(everything)}{_reliability(validated)}</div>'


def _right(point: Point) -> float:
    return point.right.share or 0.0


def _errors(point: Point) -> float:
    return _log(point.errors.count)


def _over_thresholds(title: str, run: Run, of: Callable[[Point], float], y: Axis) -> str:
    x = Axis("threshold, bits", run.curve[0].threshold, run.curve[-1].threshold, "{:g}".format)
    at = (run.threshold, y.low + 0.3 * (y.high - y.low))
    shipped = Rule((run.threshold, y.low), (run.threshold, y.high), f"shipped: {run.threshold:g}", at)
    series = [
        Series([Dot(point.threshold, of(point), _label(point)) for point in points], style)
        for points, style in ((run.curve_by_score, "two"), (run.curve, "one"))
    ]
    return _figure(f"{html(title)}{_KEY}", chart(title, x, y, series, [shipped]))


def _trade_off(run: Run) -> str:
    """The axis ends at the rules' worst threshold. The score alone goes far below it."""
    title = "Right against wrong"
    y = _share_axis(run.curve)

    def shown(point: Point) -> bool:
        return _right(point) >= y.low

    series = [
        Series([Dot(_errors(point), _right(point), _label(point)) for point in points if shown(point)], style)
        for points, style in ((run.curve_by_score, "two"), (run.curve, "one"))
    ]
    x = _error_axis(run, "wrong validations (rows)")
    return _figure(f"{html(title)}{_KEY}", chart(title, x, y, series))


def _curve_table(run: Run) -> str:
    """Every tenth threshold, with the rules and with the score alone."""
    step = 10
    rows = [
        [
            Cell(f"{ours.threshold:+g}", "number"),
            *(cell for point in (ours, alone) for cell in _points(point)),
        ]
        for ours, alone in zip(run.curve[::step], run.curve_by_score[::step], strict=True)
    ]
    columns = ["bits", *(f"{what}, {how}" for how in (_RULES, _SCORE) for what in ("right", "wrong"))]
    return _figure("Every fifth bit", table(columns, rows))


def _points(point: Point) -> tuple[Cell, Cell]:
    return Cell(percent(point.right.share), "number"), number(point.errors.count)


def _share_axis(points: Sequence[Point]) -> Axis:
    """From a round share below the lowest share to 100%."""
    lowest = min(map(_right, points))
    return Axis("libraries", min(0.95, math.floor(lowest * 20) / 20), 1.0, "{:.0%}".format)


def _error_axis(run: Run, label: str) -> Axis:
    """Rows on a logarithmic scale with a place for zero."""
    most = max(point.errors.count for point in [*run.curve, *run.curve_by_score])
    powers = range(len(str(max(1, most))) + 1)
    at = [_log(0), *(float(power) for power in powers)]
    return Axis(label, at[0], at[-1], _unlogged, at)


def _log(rows: int) -> float:
    return math.log10(rows) if rows else -0.5


def _unlogged(value: float) -> str:
    return "0" if value < 0 else f"{10**value:,.0f}"


def _label(point: Point) -> str:
    right = f"{percent(point.right.share)} of libraries right, " if point.right.of else ""
    return f"{point.threshold:g} bits: {right}{point.errors.count:,} wrong"


def _reliability(reliability: Reliability) -> str:
    dots = [
        Dot(
            a_bin.mean,
            a_bin.right.share,
            f"confidence {a_bin.mean:.4f}: {a_bin.right.count:,} of {a_bin.right.of:,} right",
            a_bin.right.low,
            a_bin.right.high,
        )
        for a_bin in reliability.bins
        if a_bin.mean is not None and a_bin.right.share is not None
    ]
    diagonal = Rule((0.0, 0.0), (1.0, 1.0), "perfect", (0.25, 0.25))
    return _plot(reliability.population, reliability.rows, dots, diagonal)


def _plot(population: str, rows: int, dots: Sequence[Dot], diagonal: Rule) -> str:
    title = f"{population[0].upper()}{population[1:]}"
    x = Axis("mean confidence", 0.0, 1.0, "{:.1f}".format)
    y = Axis("share that is right", 0.0, 1.0, "{:.1f}".format)
    drawn = chart(title, x, y, [Series(dots, "one", joined=False)], [diagonal])
    return _figure(f'{html(title)} <span class="key">{rows:,} rows, 95% intervals</span>', drawn)


def _figure(caption: str, drawing: str) -> str:
    return f"<figure><figcaption>{caption}</figcaption>{drawing}</figure>"
