"""Metrics are lines on standard output, in CloudWatch's embedded metric format."""

import json
from typing import Any

import pytest

from library_validator.config import SweepResultsSettings
from library_validator.observability import Metrics

SETTINGS = SweepResultsSettings.from_environment(
    {"POWERTOOLS_SERVICE_NAME": "a_service", "CASEWORK_TABLE": "casework", "RESULTS_BUS": "results"}
)


def flushed_lines(metrics: Metrics, capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    metrics.flush()
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_counts_with_the_same_name_are_added_up(capsys: pytest.CaptureFixture[str]) -> None:
    metrics = Metrics(SETTINGS)
    metrics.count("Rows", 4)
    metrics.count("Rows", 38)
    [line] = flushed_lines(metrics, capsys)
    assert line["Rows"] == [42.0]
    [directive] = line["_aws"]["CloudWatchMetrics"]
    assert directive["Namespace"] == "LibraryValidator"
    assert directive["Dimensions"] == [["service"]]


def test_each_set_of_dimensions_has_a_line_of_its_own(capsys: pytest.CaptureFixture[str]) -> None:
    metrics = Metrics(SETTINGS)
    metrics.count("Decisions", decision="validated")
    metrics.count("Decisions", 2, decision="needs_review")
    metrics.count("Messages", 3)
    lines = flushed_lines(metrics, capsys)
    counted = [(line.get("decision"), line.get("Decisions"), line.get("Messages")) for line in lines]
    assert counted == [("validated", [1.0], None), ("needs_review", [2.0], None), (None, None, [3.0])]


def test_a_count_is_not_written_again_after_a_flush(capsys: pytest.CaptureFixture[str]) -> None:
    metrics = Metrics(SETTINGS)
    metrics.count("Rows")
    flushed_lines(metrics, capsys)
    assert flushed_lines(metrics, capsys) == []
