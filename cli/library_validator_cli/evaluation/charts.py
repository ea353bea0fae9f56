"""Line charts as inline SVG without script, font or other resource. Colours are CSS classes."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from html import escape
from typing import Final

_WIDTH: Final = 460
_HEIGHT: Final = 300
_LEFT: Final = 80  # margins, for the axes' numbers and labels
_RIGHT: Final = 28
_TOP: Final = 14
_BOTTOM: Final = 46
_STEPS: Final = (1, 2, 2.5, 5, 10)


@dataclass(frozen=True, slots=True)
class Axis:
    label: str
    low: float
    high: float
    text: Callable[[float], str]  # makes the text beside a tick from its value
    at: Sequence[float] = ()  # values of the ticks; empty: round values

    @property
    def ticks(self) -> Sequence[float]:
        """The values at which an axis has ticks: ``at``, or four to eight round values."""
        if self.at:
            return self.at
        span = self.high - self.low
        size = 10 ** math.floor(math.log10(span / 5))
        step = next(factor * size for factor in _STEPS if span / (factor * size) <= 7)
        first = math.ceil(self.low / step - 1e-9)
        return [number * step for number in range(first, math.floor(self.high / step + 1e-9) + 1)]


@dataclass(frozen=True, slots=True)
class Dot:
    x: float
    y: float
    label: str = ""  # text that appears while a pointer is on the dot
    low: float | None = None  # lower end of the interval of y
    high: float | None = None  # upper end


@dataclass(frozen=True, slots=True)
class Series:
    dots: Sequence[Dot]
    style: str  # CSS class
    joined: bool = True


@dataclass(frozen=True, slots=True)
class ReferenceLine:
    """A thin straight line for a threshold or a diagonal, with a label at one of its points."""

    start: tuple[float, float]
    end: tuple[float, float]
    label: str
    at: tuple[float, float]


def draw_chart(
    title: str, x: Axis, y: Axis, series: Sequence[Series], rules: Sequence[ReferenceLine] = ()
) -> str:
    """One SVG element. Values outside the axes are drawn at their ends."""
    parts = [*_draw_grid(x, y), *(_draw_reference_line(rule, x, y) for rule in rules)]
    for line in series:
        parts.extend(_draw_series(line, x, y))
    return (
        f'<svg class="chart" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" aria-label="{escape(title)}">'
        + "".join(parts)
        + "</svg>"
    )


def _x_position(axis: Axis, value: float) -> float:
    return _LEFT + _share_of_axis(axis, value) * (_WIDTH - _LEFT - _RIGHT)


def _y_position(axis: Axis, value: float) -> float:
    return _HEIGHT - _BOTTOM - _share_of_axis(axis, value) * (_HEIGHT - _TOP - _BOTTOM)


def _share_of_axis(axis: Axis, value: float) -> float:
    return min(1.0, max(0.0, (value - axis.low) / (axis.high - axis.low)))


def _draw_grid(x: Axis, y: Axis) -> Iterator[str]:
    bottom, right = _HEIGHT - _BOTTOM, _WIDTH - _RIGHT
    for value in y.ticks:
        at = _y_position(y, value)
        yield f'<line class="grid" x1="{_LEFT}" x2="{right}" y1="{at:.1f}" y2="{at:.1f}"/>'
        yield f'<text x="{_LEFT - 8}" y="{at + 4:.1f}" text-anchor="end">{escape(y.text(value))}</text>'
    for value in x.ticks:
        at = _x_position(x, value)
        yield f'<line class="axis" x1="{at:.1f}" x2="{at:.1f}" y1="{bottom}" y2="{bottom + 4}"/>'
        yield f'<text x="{at:.1f}" y="{bottom + 18}" text-anchor="middle">{escape(x.text(value))}</text>'
    yield f'<line class="axis" x1="{_LEFT}" x2="{right}" y1="{bottom}" y2="{bottom}"/>'
    middle = (_LEFT + right) / 2
    yield f'<text x="{middle}" y="{_HEIGHT - 8}" text-anchor="middle">{escape(x.label)}</text>'
    yield (
        f'<text transform="translate(14 {(_TOP + bottom) / 2}) rotate(-90)" text-anchor="middle">'
        f"{escape(y.label)}</text>"
    )


def _draw_reference_line(rule: ReferenceLine, x: Axis, y: Axis) -> str:
    (x1, y1), (x2, y2) = (
        (_x_position(x, at), _y_position(y, height)) for at, height in (rule.start, rule.end)
    )
    left, top = _x_position(x, rule.at[0]) + 7, _y_position(y, rule.at[1]) + 4
    return (
        f'<line class="rule" x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"/>'
        f'<text class="rule" x="{left:.1f}" y="{top:.1f}">{escape(rule.label)}</text>'
    )


def _draw_series(series: Series, x: Axis, y: Axis) -> Iterator[str]:
    if series.joined:
        path = " ".join(f"{_x_position(x, dot.x):.1f},{_y_position(y, dot.y):.1f}" for dot in series.dots)
        yield f'<polyline class="{series.style}" points="{path}"/>'
    for dot in series.dots:
        across, down = _x_position(x, dot.x), _y_position(y, dot.y)
        if dot.low is not None and dot.high is not None:
            ends = f'y1="{_y_position(y, dot.low):.1f}" y2="{_y_position(y, dot.high):.1f}"'
            yield f'<line class="{series.style}" x1="{across:.1f}" x2="{across:.1f}" {ends}/>'
        size = 2 if series.joined else 4
        label = f"<title>{escape(dot.label)}</title>" if dot.label else ""
        yield f'<circle class="{series.style}" cx="{across:.1f}" cy="{down:.1f}" r="{size}">{label}</circle>'
