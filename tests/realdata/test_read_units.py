"""The reads from the registry of an official release that decisions need."""

from __future__ import annotations

from pathlib import Path

import pytest

from lab.speed.read_units import measure_reads, read_file
from library_validator.adapters.memory.registry import MemoryRegistry

pytestmark = pytest.mark.realdata


def test_deciding_ten_applications_reads_the_pointer_once_and_the_postings_in_one_batch(
    data: Path, newest: MemoryRegistry
) -> None:
    measured = measure_reads(newest, read_file(data / "labelled" / "typed.csv", 500))

    assert measured["pointer_reads_per_batch"] == 1
    assert measured["batch_get_item_requests_per_batch"]["median"] == 1
    assert measured["keys_per_application"]["max"] <= 10
