"""The cost of an answer's models is reported relative to the cost of judging, from one run."""

from __future__ import annotations

import json
from pathlib import Path

from lab.speed import answer_models


def test_each_way_of_answering_has_its_times_and_its_ratio_to_judging(tmp_path: Path) -> None:
    output = tmp_path / "answer_models.json"
    answer_models.main(["--applications", "25", "--runs", "2", "--output", str(output)])
    found = json.loads(output.read_text("utf-8"))
    assert found["applications"] == 20
    assert {name: len(times["runs"]) for name, times in found["times"].items()} == {
        "judged": 2,
        "decided": 2,
        "stored and sent": 2,
    }
    judged = found["times"]["judged"]["median"]
    for way in ("decided", "stored and sent"):
        ratio = found["ratios"][f"{way} to judged"]["median"]
        assert ratio == round(found["times"][way]["median"] / judged, 3)
