from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from library_validator_cli.evaluation.charts import Axis, Dot, ReferenceLine, Series, draw_chart


def axis(low: float = 0.0, high: float = 10.0) -> Axis:
    return Axis("bits", low, high, "{:g}".format)


def drawn_chart(*series: Series, rules: tuple[ReferenceLine, ...] = (), title: str = "A chart") -> ET.Element:
    return ET.fromstring(draw_chart(title, axis(), axis(), series, rules))  # noqa: S314 - our own drawing


def test_dots_are_at_their_values_and_stay_inside_the_axes() -> None:
    dots = [Dot(0, 0), Dot(5, 5), Dot(10, 10), Dot(99, -99)]
    circles = drawn_chart(Series(dots, "one")).findall("circle")
    left, middle, right, outside = [float(circle.attrib["cx"]) for circle in circles]
    bottom, half, top, below = [float(circle.attrib["cy"]) for circle in circles]
    assert left < middle < right == outside
    assert top < half < bottom == below
    assert middle - left == pytest.approx(right - middle, abs=0.2)


def test_intervals_are_drawn_around_their_dot() -> None:
    (whisker,) = drawn_chart(Series([Dot(5, 5, low=4, high=7)], "one", joined=False)).findall(
        "line[@class='one']"
    )
    assert float(whisker.attrib["y1"]) > float(whisker.attrib["y2"])


def test_a_line_joins_only_the_dots_of_a_joined_series() -> None:
    assert len(drawn_chart(Series([Dot(1, 1), Dot(2, 2)], "one")).findall("polyline")) == 1
    assert drawn_chart(Series([Dot(1, 1), Dot(2, 2)], "one", joined=False)).findall("polyline") == []


def test_text_is_escaped() -> None:
    hostile = '<script>alert("&")</script>'
    made = drawn_chart(
        Series([Dot(1, 1, hostile)], "one"),
        rules=(ReferenceLine((0, 0), (1, 1), hostile, (0, 0)),),
        title=hostile,
    )
    assert made.attrib["aria-label"] == hostile
    assert made.findtext("circle/title") == hostile
    assert made.find(".//script") is None


@given(st.floats(-1e6, 1e6), st.floats(1e-3, 1e6))
def test_ticks_are_few_round_values_on_the_axis(low: float, span: float) -> None:
    ticks = axis(low, low + span).ticks
    assert 2 <= len(ticks) <= 8
    assert all(low - span * 1e-6 <= tick <= low + span * (1 + 1e-6) for tick in ticks)
