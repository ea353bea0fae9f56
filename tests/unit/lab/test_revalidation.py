"""The benchmark of revalidation runs, and changes what the releases change."""

from __future__ import annotations

import json

import pytest

from lab.speed.revalidation import main


def test_it_tells_how_long_a_thousand_take(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--applications", "60", "--json"]) == 0

    told = json.loads(capsys.readouterr().out)
    assert told["applications"] == 60
    assert told["seconds_per_1000"] == pytest.approx(told["seconds"] / 60 * 1000)
    assert 0 < told["seconds_again"] < told["seconds"]


def test_it_tells_how_many_answers_changed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--applications", "300"]) == 0

    first, second = capsys.readouterr().out.splitlines()
    assert first.startswith("FY2021 to FY2022: 300 applications, ")
    assert int(first.split(", ")[1].split()[0]) > 0
    assert "s per 1,000" in second
