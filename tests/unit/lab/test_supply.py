"""What is shipped has its license texts, and an audit that was not run never looks like a clean one."""

from __future__ import annotations

import json
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

import pytest

from lab.supply.audit import main, report
from lab.supply.bills import problems
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


NO_DATA = """#!/bin/sh
echo "ERROR: could not connect to PyPI" >&2
exit 1
"""
FOUND = """#!/bin/sh
echo '%s'
exit 1
"""


@pytest.mark.parametrize(
    ("program", "exit_code", "said"),
    [
        (NO_DATA, 0, "audit: a.txt: not run: ERROR: could not connect to PyPI\n"),
        (FOUND % json.dumps({"dependencies": [BAD]}), 1, "audit: a.txt: known vulnerabilities: urllib3"),
    ],
)
def test_only_a_vulnerability_fails_the_audit_and_no_network_is_said(
    program: str, exit_code: int, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pip_audit = tmp_path / "pip-audit"
    pip_audit.write_text(program)
    pip_audit.chmod(0o700)
    assert main(str(pip_audit), "a.txt") == exit_code
    assert capsys.readouterr().out.startswith(said)


LOCK = """six==1.17.0 \\
    --hash=sha256:00
typing-extensions==4.16.0 \\
    --hash=sha256:00
colorama==0.4.6 ; sys_platform == 'win32' \\
    --hash=sha256:00
"""
MIT = [{"license": {"id": "MIT"}}]


def test_a_bill_has_each_package_of_its_lock_file_and_a_license_of_each() -> None:
    six = {"name": "six", "version": "1.17.0", "licenses": MIT}
    extensions = {"name": "typing_extensions", "version": "4.16.0", "licenses": MIT}
    assert problems({"components": [six, extensions]}, LOCK) == []
    assert problems({"components": [six | {"version": "1.0"}, extensions | {"licenses": []}]}, LOCK) == [
        "six 1.17.0 is not in the bill",
        "six 1.0 is not in the lock file",
        "typing-extensions 4.16.0 has no license",
    ]
