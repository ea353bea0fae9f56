"""cfn-guard with AWS's rules reports nothing except what ``suppressions.toml`` has a reason for."""

from __future__ import annotations

import json
import re
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest

from library_validator_devstack.guard_rules import RULES, checker_of, guard_folder
from tests.template.expanded_template import expanded_resources, expanded_template
from tests.template.template_reader import ROOT

SUPPRESSIONS = Path(__file__).with_name("suppressions.toml")
COMPLIES, REPORTS = 0, 19  # exit codes of cfn-guard
_RESOURCE = re.compile(r'"path": "/Resources/(\w+)')


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    template = tmp_path_factory.mktemp("guard") / "template.json"
    template.write_text(json.dumps(expanded_template(), indent=1))
    folder = guard_folder(ROOT)
    options = ["--output-format", "json", "--structured", "--show-summary", "none"]
    done = subprocess.run(
        [checker_of(folder), "validate", "--rules", folder / RULES, "--data", template, *options],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode in {COMPLIES, REPORTS}, done.stderr
    (found,) = json.loads(done.stdout)
    return dict(found)


def _failures(report: dict[str, Any]) -> dict[str, set[str]]:
    """The resources that failed, by rule."""
    return {
        found["Rule"]["name"]: set(_RESOURCE.findall(json.dumps(found))) for found in report["not_compliant"]
    }


def _suppressions() -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = tomllib.loads(SUPPRESSIONS.read_text())["cfn_guard"]
    return found


@pytest.mark.checker
def test_cfn_guard_applied_its_rules(report: dict[str, Any]) -> None:
    assert len(report["compliant"]) >= 10
    assert len(report["compliant"]) + len(report["not_compliant"]) + len(report["not_applicable"]) > 200


@pytest.mark.checker
def test_every_report_of_cfn_guard_has_a_suppression_with_a_reason(report: dict[str, Any]) -> None:
    failures, suppressed = _failures(report), _suppressions()
    assert set(failures) == set(suppressed)
    for rule, resources in failures.items():
        named = suppressed[rule]["resources"]
        assert named == ["*"] or set(named) == resources, rule
        assert resources <= set(expanded_resources()), rule


def test_every_suppression_of_cfn_guard_has_a_reason() -> None:
    for rule, suppression in _suppressions().items():
        assert len(suppression["reason"].split()) >= 8, rule
