"""The charts of ``docs/performance.md``: SVG files that need nothing else, for light and dark screens."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from lab.pages.performance_targets import Results
from library_validator_cli.evaluation.charts import Axis, Dot, Series, draw_chart

# Colors as values instead of CSS variables, for viewers that are not browsers: soft text, grid, paper, the
# series.
_LIGHT: Final = ("#5f5b55", "#ddd8d0", "#ffffff", "#2a5fb0", "#b8641a", "#5f5b55", "#2f7d4f", "#8a4fa0")
_DARK: Final = ("#a8a297", "#3a3731", "#201f1c", "#84aef0", "#eea765", "#a8a297", "#7cc79a", "#cf9be2")
MATCHERS: Final = {
    "library-validator": "library-validator",
    "splink": "Splink",
    "rapidfuzz": "rapidfuzz over the state",
    "recordlinkage": "recordlinkage",
    "csv-reconcile": "csv-reconcile",
}
_STYLES: Final = ("one", "two", "three", "four", "five")  # CSS classes of the matchers, in their order


def _colours(palette: Sequence[str]) -> str:
    soft, line, paper, *series = palette
    rules = [
        f".chart {{ background: {paper}; }} text {{ fill: {soft}; }}",
        f".grid {{ stroke: {line}; }} .axis {{ stroke: {soft}; }}",
        *(
            f"circle.{style} {{ fill: {colour}; }} line.{style}, polyline.{style} {{ stroke: {colour}; }}"
            for style, colour in zip(_STYLES, series, strict=True)
        ),
    ]
    return "\n".join(rules)


_STYLE: Final = f"""<style>
.chart {{ font: 12px system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }}
line, polyline {{ fill: none; stroke-width: 1.5; }} .grid, .axis {{ stroke-width: 1; }}
{_colours(_LIGHT)}
@media (prefers-color-scheme: dark) {{
{_colours(_DARK)}
}}
</style>"""


def svg_file(svg: str, key: Mapping[str, str]) -> str:
    """The file of a chart, with the names of its series (CSS class -> name) below it, two in a row."""
    named = ""
    for place, (style, name) in enumerate(key.items()):
        x, y = 90 + 180 * (place % 2), 306 + 16 * (place // 2)
        named += (
            f'<circle class="{style}" cx="{x}" cy="{y}" r="4"/><text x="{x + 10}" y="{y + 4}">{name}</text>'
        )
    height = 300 + 16 * math.ceil(len(key) / 2)
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
    dots = [dot for matcher in series for dot in matcher.dots]
    top = math.ceil(max(dot.high or dot.y for dot in dots))
    bottom = math.floor(min(dot.low or dot.y for dot in dots))
    titles = list(ways)
    x = Axis("", -0.5, len(ways) - 0.5, lambda value: titles[round(value)], at=range(len(ways)))
    y = Axis("applications a second", bottom, top, lambda value: f"{10**value:,g}", at=range(bottom, top + 1))
    svg = draw_chart("Decisions per second", x, y, series)
    return svg_file(svg, dict(zip(_STYLES, MATCHERS.values(), strict=True)))


def _rate(x: float, name: str, rate: Mapping[str, float]) -> Dot:
    low, middle, high = (
        math.log10(rate[which]) for which in ("slowest_per_second", "per_second", "fastest_per_second")
    )
    return Dot(x, middle, f"{name}: {rate['per_second']:,.1f} a second", low, high)


def backlog(result: Any) -> str:
    """The messages in both queues over time, after all were sent at once."""
    samples = result["burst"]["backlog"]["samples"]
    series = [
        Series([Dot(sample["second"], sample[queue]) for sample in samples], style)
        for queue, style in (("applications", "one"), ("answered", "two"))
    ]
    most = max(dot.y for queue in series for dot in queue.dots)
    x = Axis("seconds", 0, max(sample["second"] for sample in samples), lambda value: f"{value:,.0f}")
    y = Axis("messages", 0, most, lambda value: f"{value:,.0f}")
    svg = draw_chart("Messages waiting, and answered, over time", x, y, series)
    return svg_file(svg, {"one": "waiting", "two": "answered"})


def growth(result: Any) -> str:
    """The time of a decision in batches of ten, relative to the release's registry, by the registry's
    size."""
    series = []
    for way, style in (("places", "one"), ("denser", "two")):
        ratios = {
            registry["factor"]: registry["time_per_decision"]["10"]["ratio"]["median"]
            for registry in result["registries"]
            if registry["way"] in {way, "release"}
        }
        dots = [
            Dot(math.log10(factor), ratio, f"{way} × {factor}: {ratio:.2f}")
            for factor, ratio in sorted(ratios.items())
        ]
        series.append(Series(dots, style))
    dots = [dot for way in series for dot in way.dots]
    widest = max(1, math.ceil(max((dot.x for dot in dots), default=1)))
    highest = math.ceil(2 * max((dot.y for dot in dots), default=1)) / 2
    x = Axis("times the release", 0, widest, lambda value: f"{10**value:,g}", at=range(widest + 1))
    y = Axis("time a decision", 0, highest, lambda value: f"{value:g} ×")
    return svg_file(
        draw_chart("Time a decision as the registry grows", x, y, series),
        {"one": "new places", "two": "denser places"},
    )


CHARTS: Final[Mapping[str, tuple[str, Callable[[Any], str]]]] = {
    "decisions_per_second": ("decisions.svg", decisions),
    "flow": ("backlog.svg", backlog),
    "growth": ("growth.svg", growth),
}


def charts(results: Results) -> dict[str, str]:
    """File name -> SVG, for the results that exist."""
    return {name: draw(results[key]) for key, (name, draw) in CHARTS.items() if key in results}
