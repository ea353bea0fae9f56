"""The counts and computations of the benchmarks of reading, starts and candidates, without any speed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from lab import measures
from lab.speed import candidates, cold_start, reading
from lab.speed.cold_start import SAMPLE_RELEASE
from library_validator.releases.reading.release import read_release


def is_measure(found: dict[str, Any]) -> bool:
    return (
        found["kind"] in {"measured", "computed", "counted"} and bool(found["unit"]) and found["median"] > 0
    )


def test_a_measure_keeps_its_runs_and_their_median() -> None:
    assert measures.measured_value([3, 1, 2.0004], "ms") == {
        "runs": [3, 1, 2.0],
        "median": 2.0,
        "min": 1,
        "max": 3,
        "unit": "ms",
        "kind": "measured",
    }


def test_counts_have_a_mean_and_a_percentile_by_nearest_rank() -> None:
    found = measures.counted_values(range(1, 201), "entries")
    assert (found["count"], found["mean"], found["median"], found["p99"]) == (200, 100.5, 100.5, 198)


def test_a_ratio_is_computed_from_medians() -> None:
    found = measures.ratio_of_medians({"median": 3.0}, {"median": 2.0})
    assert found == {"median": 1.5, "unit": "times", "kind": "computed"}


def test_every_reader_reads_the_same_lines() -> None:
    zipped, release = SAMPLE_RELEASE.read_bytes(), read_release(SAMPLE_RELEASE)
    lines = len(release.systems) + len(release.outlets) + 2
    assert {read(zipped, release) for read in reading.readers().values()} == {lines}


def test_the_benchmark_of_reading_writes_the_results_that_the_page_needs(tmp_path: Path) -> None:
    output = tmp_path / "reading.json"
    assert reading.main(["--runs", "1", "--output", str(output)]) == 0
    found = json.loads(output.read_text("utf-8"))
    assert is_measure(found["ratios"]["library-validator to csv.reader"]["cpu"])
    assert is_measure(found["building"]["one release"]["wall"])
    assert found["peak"].keys() == {
        "start",
        "reading, one release",
        "reading and building, one release",
        "whole load, one release",
    }
    assert all(map(is_measure, found["peak"].values()))


def test_the_benchmark_of_cold_starts_writes_the_results_that_the_page_needs(tmp_path: Path) -> None:
    output = tmp_path / "cold_start.json"
    function = "validate_applications"
    assert cold_start.main(["--runs", "1", "--function", function, "--output", str(output)]) == 0
    found = json.loads(output.read_text("utf-8"))
    assert found["ratios"].keys() == {f"{function} import", f"{function} start"}
    assert found["starts"].keys() == {"python", "boto3 dynamodb events", *found["ratios"]}
    assert all(
        is_measure(found_measure) for starts in found["starts"].values() for found_measure in starts.values()
    )
    assert found["batches"].keys() == {"import", "runtime", "first batch", "later batch"}


def test_a_start_that_fails_ends_the_benchmark() -> None:
    with pytest.raises(SystemExit, match="ended with 1"):
        cold_start.start_process("raise SystemExit(1)", "validate_applications", None)


def test_the_start_of_every_function_is_measured() -> None:
    functions = (measures.ROOT / "functions").glob("*/handler.py")
    assert {path.parent.name for path in functions} == cold_start.FUNCTIONS.keys()


def test_no_more_entries_are_compared_than_there_are_candidates(tmp_path: Path) -> None:
    output = tmp_path / "candidates.json"
    assert candidates.main(["--output", str(output)]) == 0
    sets = json.loads(output.read_text("utf-8"))["sets"]
    assert sets["drawn"]["keys"]["count"] == candidates.DRAWN
    for found in sets.values():
        assert all(is_measure(measure) for measure in found.values())
        assert found["comparisons"]["max"] <= found["candidates"]["max"]
