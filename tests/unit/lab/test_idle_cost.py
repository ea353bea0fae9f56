"""Tests of the counts of an idle month. No test expects an amount of dollars."""

from __future__ import annotations

from pathlib import Path

import pytest

from lab.speed.cost import Prices
from lab.speed.idle_cost import hours_between, idle_month, metric_months_of, rates_of
from tests.template.template_reader import read_template


@pytest.mark.parametrize(
    ("rate", "hours"), [("rate(5 minutes)", 1 / 12), ("rate(1 hour)", 1), ("rate(7 days)", 168)]
)
def test_a_rate_is_read_as_hours(rate: str, hours: float) -> None:
    assert hours_between(rate) == pytest.approx(hours)


def test_a_metric_of_a_daily_run_is_billed_for_an_hour_of_each_day() -> None:
    whole = metric_months_of("revalidate", "rate(1 hour)")
    assert whole == metric_months_of("revalidate", "rate(5 minutes)") >= 4
    assert metric_months_of("revalidate", "rate(1 day)") == pytest.approx(whole / 24)


def test_every_function_that_runs_without_a_message_is_counted() -> None:
    assert set(rates_of(read_template())) == {"sweep_results", "fetch_release", "revalidate"}


def test_the_lines_are_of_the_template_and_add_up(tmp_path: Path) -> None:
    template = read_template()
    result = idle_month(Prices.read(), tmp_path / "cost.json")
    quantities = {line["what"]: line["quantity"] for line in result["lines"]}
    assert quantities["alarms"] == len(template.of_type("AWS::CloudWatch::Alarm"))
    assert quantities["dashboard"] == 1
    assert min(quantities.values()) > 0
    dollars = {line["what"]: line["dollars"] for line in result["lines"]}
    assert result["dollars"]["median"] == pytest.approx(sum(dollars.values()), abs=0.01)
    without = result["dollars"]["median"] - result["without_dashboard"]["median"]
    assert without == pytest.approx(dollars["dashboard"], abs=0.01)
