"""What is shipped has its license texts, and an audit that was not run never looks like a clean one."""

from __future__ import annotations

from importlib.metadata import distribution
from typing import Any

import pytest

from lab.supply.audit import report
from lab.supply.notice import NOTICE, license_texts, notice, shipped_packages

CLEAN: dict[str, Any] = {"name": "six", "version": "1.17.0", "vulns": []}
SKIPPED: dict[str, Any] = {"name": "botocore", "skip_reason": "Dependency not found on PyPI"}
BAD: dict[str, Any] = {"name": "urllib3", "version": "1.0", "vulns": [{"id": "PYSEC-1"}]}


def test_the_notice_is_that_of_the_packages_in_the_layer() -> None:
    assert NOTICE.read_text("utf-8") == notice(), "run .venv/bin/python -m lab.supply.notice"


@pytest.mark.parametrize("name", shipped_packages())
def test_each_shipped_package_is_in_the_notice_with_a_license(name: str) -> None:
    text = NOTICE.read_text("utf-8")
    assert f"\n{name} {shipped_packages()[name]}\n" in text
    for license_text in license_texts(distribution(name)):
        assert license_text in text


@pytest.mark.parametrize(
    ("packages", "expected", "vulnerable"),
    [
        ([CLEAN], "a.txt: 1 packages, no known vulnerability", False),
        ([CLEAN, SKIPPED], "a.txt: not run for 1 of 2 packages", False),
        ([SKIPPED, BAD], "a.txt: known vulnerabilities: urllib3 1.0 (PYSEC-1)", True),
    ],
)
def test_an_audit_without_an_answer_is_reported_as_not_run(
    packages: list[dict[str, Any]], expected: str, vulnerable: bool
) -> None:
    sentence, found = report("a.txt", {"dependencies": packages})
    assert sentence.startswith(expected)
    assert found is vulnerable
