"""checkov reports nothing about the expanded template except what ``suppressions.toml`` has a reason for."""

from __future__ import annotations

import json
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest

from tests.template.expanded_template import expanded_resources, expanded_template
from tests.template.template_reader import ROOT

CHECKOV = ROOT / ".local" / "checkov" / "bin" / "checkov"  # `make check` installs it
SUPPRESSIONS = Path(__file__).with_name("suppressions.toml")


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    folder = tmp_path_factory.mktemp("checkov")
    template = folder / "template.json"
    template.write_text(json.dumps(expanded_template(), indent=1))
    options = ["--framework", "cloudformation", "--skip-download", "--soft-fail", "--compact", "-o", "json"]
    done = subprocess.run(
        [CHECKOV, "-f", template, *options],
        capture_output=True,
        text=True,
        check=True,
        env={"HOME": str(folder), "PATH": str(CHECKOV.parent)},
    )
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def _failures(report: dict[str, Any]) -> dict[str, set[str]]:
    """The resources that failed, by check."""
    failures: dict[str, set[str]] = {}
    for failed in report["results"]["failed_checks"]:
        failures.setdefault(failed["check_id"], set()).add(failed["resource"].rpartition(".")[2])
    return failures


def _suppressions() -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = tomllib.loads(SUPPRESSIONS.read_text())["checkov"]
    return found


@pytest.mark.checker
def test_checkov_read_the_whole_template(report: dict[str, Any]) -> None:
    assert report["summary"]["parsing_errors"] == 0
    assert report["summary"]["resource_count"] == len(expanded_resources())
    assert report["summary"]["passed"] > 100


@pytest.mark.checker
def test_every_report_of_checkov_has_a_suppression_with_a_reason(report: dict[str, Any]) -> None:
    failures, suppressed = _failures(report), _suppressions()
    assert set(failures) == set(suppressed)
    for check, resources in failures.items():
        named = suppressed[check]["resources"]
        assert named == ["*"] or set(named) == resources, check


def test_every_suppression_has_a_reason() -> None:
    for check, suppression in _suppressions().items():
        assert len(suppression["reason"].split()) >= 8, check
