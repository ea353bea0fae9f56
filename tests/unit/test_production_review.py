"""Each finding of the production review has an answer that exists: a test, or an ADR that refuses it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "production-review.md"
FINDINGS = [
    *(f"H{number}" for number in range(1, 5)),
    *(f"M{number}" for number in range(1, 11)),
    *(f"L{number}" for number in range(1, 17)),
    *(f"fault {number}" for number in range(1, 8)),
]
TEST = re.compile(r"`(tests/\S+?\.py)::(\w+)`")
ADR = re.compile(r"\[ADR \d+\]\((adr/\S+?\.md)\)")


def rows() -> dict[str, str]:
    """The third cell of each row, by its finding."""
    cells = [line.strip("| ").split(" | ") for line in PAGE.read_text().splitlines() if line.startswith("| ")]
    return {finding: held_by for finding, _, held_by in cells[2:]}


def test_the_page_has_every_finding_once_and_in_order() -> None:
    assert list(rows()) == FINDINGS


@pytest.mark.parametrize("finding", FINDINGS)
def test_each_finding_has_a_test_or_an_adr_that_exists(finding: str) -> None:
    held_by = rows()[finding]
    assert TEST.search(held_by) or ADR.search(held_by)
    for file, name in TEST.findall(held_by):
        assert re.search(rf"^ *def {name}\(", (ROOT / file).read_text(), re.MULTILINE), f"{file}::{name}"
    for page in ADR.findall(held_by):
        assert (PAGE.parent / page).is_file(), page
