"""The benchmark of revalidation runs and finds the changes between the releases."""

from __future__ import annotations

import json

import pytest

from lab.speed.revalidation import main


def test_the_benchmark_prints_the_time_for_a_thousand_applications(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["--applications", "60", "--json"]) == 0

    printed = json.loads(capsys.readouterr().out)
    assert printed["applications"] == 60
    assert printed["seconds_per_1000"] == pytest.approx(printed["seconds"] / 60 * 1000)
    assert 0 < printed["seconds_again"] < printed["seconds"]


def test_the_benchmark_prints_how_many_answers_changed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--applications", "300"]) == 0

    first, second = capsys.readouterr().out.splitlines()
    assert first.startswith("FY2021 to FY2022: 300 applications, ")
    assert int(first.split(", ")[1].split()[0]) > 0
    assert "s per 1,000" in second
