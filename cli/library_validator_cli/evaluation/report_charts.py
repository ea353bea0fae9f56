"""The report's charts: the effect of thresholds, and the reliability of confidence."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Final

from library_validator_cli.evaluation.charts import Axis, Dot, ReferenceLine, Series, draw_chart
from library_validator_cli.evaluation.curves import CurvePoint, Reliability
from library_validator_cli.evaluation.report_parts import Cell, as_html, number_cell, percent_text, table_html
from library_validator_cli.evaluation.run import Run

_RULES: Final = "with the rules"
_SCORE: Final = "score alone"
_KEY: Final = f'<span class="key"><i class="one"></i>{_RULES}<i class="two"></i>{_SCORE}</span>'


def threshold_figures(run: Run) -> str:
    """Two charts: right and wrong validations at each threshold, and right against wrong validations."""
    figures = ""
    if run.curve[0].right.of:
        y = _share_axis([*run.curve, *run.curve_by_score])
        figures += _draw_over_thresholds("Libraries validated, right key", run, _right_share, y)
    figures += _draw_over_thresholds("Wrong validations", run, _error_height, _error_axis(run, "rows"))
    if run.curve[0].right.of:
        figures += _draw_trade_off(run)
    return f'<div class="charts">{figures}{_curve_table(run)}</div>'


def reliability_figures(run: Run) -> str:
    """Confidence against the share that is right: for all rows and for the validated rows."""
    everything, _, validated = run.reliability
    return f'<div class="charts">{_reliability_figure(everything)}{_reliability_figure(validated)}</div>'


def _right_share(point: CurvePoint) -> float:
    return point.right.share or 0.0


def _error_height(point: CurvePoint) -> float:
    return _log_of_rows(point.errors.count)


def _draw_over_thresholds(title: str, run: Run, of: Callable[[CurvePoint], float], y: Axis) -> str:
    x = Axis("threshold, bits", run.curve[0].threshold, run.curve[-1].threshold, "{:g}".format)
    at = (run.threshold, y.low + 0.3 * (y.high - y.low))
    shipped = ReferenceLine(
        (run.threshold, y.low), (run.threshold, y.high), f"shipped: {run.threshold:g}", at
    )
    series = [
        Series([Dot(point.threshold, of(point), _label_of_point(point)) for point in points], style)
        for points, style in ((run.curve_by_score, "two"), (run.curve, "one"))
    ]
    return _figure_html(f"{as_html(title)}{_KEY}", draw_chart(title, x, y, series, [shipped]))


def _draw_trade_off(run: Run) -> str:
    """The axis ends at the lowest share of the curve with rules. The curve of the score alone goes far below
    it."""
    title = "Right against wrong"
    y = _share_axis(run.curve)

    def is_on_axis(point: CurvePoint) -> bool:
        return _right_share(point) >= y.low

    series = [
        Series(
            [
                Dot(_error_height(point), _right_share(point), _label_of_point(point))
                for point in points
                if is_on_axis(point)
            ],
            style,
        )
        for points, style in ((run.curve_by_score, "two"), (run.curve, "one"))
    ]
    x = _error_axis(run, "wrong validations (rows)")
    return _figure_html(f"{as_html(title)}{_KEY}", draw_chart(title, x, y, series))


def _curve_table(run: Run) -> str:
    """Every tenth threshold, with the rules and with the score alone."""
    step = 10
    rows = [
        [
            Cell(f"{ours.threshold:+g}", "number"),
            *(cell for point in (ours, alone) for cell in _draw_points(point)),
        ]
        for ours, alone in zip(run.curve[::step], run.curve_by_score[::step], strict=True)
    ]
    columns = ["bits", *(f"{what}, {how}" for how in (_RULES, _SCORE) for what in ("right", "wrong"))]
    return _figure_html("Every fifth bit", table_html(columns, rows))


def _draw_points(point: CurvePoint) -> tuple[Cell, Cell]:
    return Cell(percent_text(point.right.share), "number"), number_cell(point.errors.count)


def _share_axis(points: Sequence[CurvePoint]) -> Axis:
    """An axis from a round share below the lowest share to 100%."""
    lowest = min(map(_right_share, points))
    return Axis("libraries", min(0.95, math.floor(lowest * 20) / 20), 1.0, "{:.0%}".format)


def _error_axis(run: Run, label: str) -> Axis:
    """Numbers of rows on a logarithmic scale, with a place for zero."""
    most = max(point.errors.count for point in [*run.curve, *run.curve_by_score])
    powers = range(len(str(max(1, most))) + 1)
    at = [_log_of_rows(0), *(float(power) for power in powers)]
    return Axis(label, at[0], at[-1], _rows_of_log, at)


def _log_of_rows(rows: int) -> float:
    return math.log10(rows) if rows else -0.5


def _rows_of_log(value: float) -> str:
    return "0" if value < 0 else f"{10**value:,.0f}"


def _label_of_point(point: CurvePoint) -> str:
    right = f"{percent_text(point.right.share)} of libraries right, " if point.right.of else ""
    return f"{point.threshold:g} bits: {right}{point.errors.count:,} wrong"


def _reliability_figure(reliability: Reliability) -> str:
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
    diagonal = ReferenceLine((0.0, 0.0), (1.0, 1.0), "perfect", (0.25, 0.25))
    return _draw_reliability(reliability.population, reliability.rows, dots, diagonal)


def _draw_reliability(population: str, rows: int, dots: Sequence[Dot], diagonal: ReferenceLine) -> str:
    title = f"{population[0].upper()}{population[1:]}"
    x = Axis("mean confidence", 0.0, 1.0, "{:.1f}".format)
    y = Axis("share that is right", 0.0, 1.0, "{:.1f}".format)
    drawn = draw_chart(title, x, y, [Series(dots, "one", joined=False)], [diagonal])
    return _figure_html(f'{as_html(title)} <span class="key">{rows:,} rows, 95% intervals</span>', drawn)


def _figure_html(caption: str, drawing: str) -> str:
    return f"<figure><figcaption>{caption}</figcaption>{drawing}</figure>"
