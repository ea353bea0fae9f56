"""The charts of ``docs/performance.md``: SVG files that stand by themselves, in light and in dark."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any, Final

from benchmarks.performance_acceptance import Results
from library_validator_cli.evaluation.charts import Axis, Dot, Series, chart

_STYLE: Final = """<style>
.chart { --ink: #1d1c1a; --soft: #5f5b55; --line: #ddd8d0; --one: #2a5fb0; --two: #b8641a;
  --four: #2f7d4f; --five: #8a4fa0; background: #ffffff; font: 12px system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
text { fill: var(--soft); } .grid { stroke: var(--line); } .axis { stroke: var(--soft); }
circle.one { fill: var(--one); } circle.two { fill: var(--two); } circle.three { fill: var(--soft); }
circle.four { fill: var(--four); } circle.five { fill: var(--five); }
line.one, polyline.one { stroke: var(--one); fill: none; stroke-width: 1.5; }
line.two, polyline.two { stroke: var(--two); fill: none; stroke-width: 1.5; }
line.three { stroke: var(--soft); stroke-width: 1.5; }
line.four { stroke: var(--four); stroke-width: 1.5; } line.five { stroke: var(--five); stroke-width: 1.5; }
@media (prefers-color-scheme: dark) { .chart { --ink: #eae6df; --soft: #a8a297; --line: #3a3731; --one: #84aef0;
  --two: #eea765; --four: #7cc79a; --five: #cf9be2; background: #201f1c; } }
</style>"""
MATCHERS: Final = {
    "library-validator": "library-validator",
    "splink": "Splink",
    "rapidfuzz": "rapidfuzz over the state",
    "recordlinkage": "recordlinkage",
    "csv-reconcile": "csv-reconcile",
}
_STYLES: Final = ("one", "two", "three", "four", "five")  # of the matchers, in their order


def standing_alone(svg: str, key: Mapping[str, str]) -> str:
    """A chart as a file, with the names of its series (CSS class -> name) below it, three in a row."""
    named = ""
    for place, (style, name) in enumerate(key.items()):
        x, y = 70 + 130 * (place % 3), 306 + 16 * (place // 3)
        named += (
            f'<circle class="{style}" cx="{x}" cy="{y}" r="4"/><text x="{x + 10}" y="{y + 4}">{name}</text>'
        )
    height = 300 + 16 * math.ceil(len(key) / 3)
    opened, rest = svg.split(">", 1)
    opened = opened.replace(
        "<svg ", f'<svg xmlns="http://www.w3.org/2000/svg" width="690" height="{height * 1.5:.0f}" '
    ).replace('viewBox="0 0 460 300"', f'viewBox="0 0 460 {height}"')
    return f"{opened}>{_STYLE}{rest.removesuffix('</svg>')}{named}</svg>\n"


def decisions(result: Any) -> str:
    """Rates on a logarithmic axis, with the slowest and the fastest run."""
    ways = {
        "one at a time": result["one_processor"]["one_at_a_time"],
        "in batch, one processor": result["one_processor"]["in_batch"],
        "in batch, all": result["all_processors"]["in_batch"],
    }
    series = [
        Series(
            [
                _rate(place + 0.1 * (beside - 2), name, rates[name])
                for place, rates in enumerate(ways.values())
            ],
            _STYLES[beside],
            joined=False,
        )
        for beside, name in enumerate(MATCHERS)
    ]
    top = math.ceil(max(dot.high or dot.y for one in series for dot in one.dots))
    bottom = math.floor(min(dot.low or dot.y for one in series for dot in one.dots))
    titles = list(ways)
    x = Axis("", -0.5, len(ways) - 0.5, lambda value: titles[round(value)], at=range(len(ways)))
    y = Axis("applications a second", bottom, top, lambda value: f"{10**value:,g}", at=range(bottom, top + 1))
    svg = chart("Decisions per second", x, y, series)
    return standing_alone(svg, dict(zip(_STYLES, MATCHERS, strict=True)))


def _rate(x: float, name: str, rate: Mapping[str, float]) -> Dot:
    low, middle, high = (
        math.log10(rate[which]) for which in ("slowest_per_second", "per_second", "fastest_per_second")
    )
    return Dot(x, middle, f"{name}: {rate['per_second']:,.1f} a second", low, high)


def backlog(result: Any) -> str:
    """Messages in both queues over time, all sent at once."""
    samples = result["burst"]["backlog"]["samples"]
    series = [
        Series([Dot(one["second"], one[what]) for one in samples], style)
        for what, style in (("applications", "one"), ("answered", "two"))
    ]
    most = max(dot.y for one in series for dot in one.dots)
    x = Axis("seconds", 0, max(one["second"] for one in samples), lambda value: f"{value:,.0f}")
    y = Axis("messages", 0, most, lambda value: f"{value:,.0f}")
    svg = chart("Messages waiting, and answered, over time", x, y, series)
    return standing_alone(svg, {"one": "waiting", "two": "answered"})


CHARTS: Final[Mapping[str, tuple[str, Callable[[Any], str]]]] = {
    "decisions_per_second": ("decisions.svg", decisions),
    "flow": ("backlog.svg", backlog),
}


def charts(results: Results) -> dict[str, str]:
    """File name -> SVG, of the results that are there."""
    return {name: draw(results[key]) for key, (name, draw) in CHARTS.items() if key in results}
