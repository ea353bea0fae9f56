"""The lock files pin what ``pyproject.toml`` requires, with hashes and without download addresses."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.version import Version

from tests.template.template_reader import ROOT

LAYER = ROOT / "layers" / "core" / "requirements.txt"
LOCKS = {
    "layer": LAYER,
    **{
        group: ROOT / "requirements" / f"{group}.txt"
        for group in ("command", "test", "check", "bench", "stack", "sam", "checkov", "bootstrap", "supply")
    },
}
_PIN = re.compile(r"^([a-z0-9][a-z0-9-]*)(?:\[[a-z0-9, -]+\])?==([^ ;\\]+)( ; [^\\]+)? \\$")
_HASH = re.compile(r"^    --hash=sha256:[0-9a-f]{64}( \\)?$")


def _pyproject() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text())


def _requirements_of(group: str) -> list[Requirement]:
    asked: list[Requirement] = []
    for entry in _pyproject()["dependency-groups"][group]:
        if isinstance(entry, dict):
            asked += _requirements_of(entry["include-group"])
        else:
            asked.append(Requirement(entry))
    return asked


def _locked_packages(file: Path) -> dict[str, Version]:
    """Every pinned package. Fails on a line that is neither a pinned package nor a hash."""
    found: dict[str, Version] = {}
    for line in file.read_text().splitlines():
        if pin := _PIN.match(line):
            found[pin[1]] = Version(pin[2])
        else:
            assert _HASH.match(line), f"{file.name}: {line}"
    return found


def _normalized_name(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


@pytest.mark.parametrize("group", LOCKS)
def test_a_lock_file_satisfies_the_requirements_of_its_group(group: str) -> None:
    locked = _locked_packages(LOCKS[group])
    for requirement in _requirements_of(group):
        assert requirement.specifier.contains(locked[_normalized_name(requirement.name)]), requirement


def test_every_group_that_is_installed_has_a_lock_file() -> None:
    included_only = {"cli"}
    assert set(_pyproject()["dependency-groups"]) - included_only == set(LOCKS)


def test_the_command_and_the_tests_use_the_package_versions_of_the_layer() -> None:
    shipped = _locked_packages(LAYER)
    for group in ("command", "test", "check", "bench"):
        locked = _locked_packages(LOCKS[group])
        assert {name: locked.get(name) for name in shipped} == shipped


def test_the_layer_is_the_same_whichever_python_builds_it() -> None:
    # pip evaluates markers with the Python that builds the layer, not with the Python of the function.
    assert " ; " not in LAYER.read_text()


def test_the_command_requires_the_packages_of_the_layer_and_its_own() -> None:
    groups = _pyproject()["dependency-groups"]
    assert sorted(_pyproject()["project"]["dependencies"]) == sorted(groups["layer"] + groups["cli"])


def test_no_lock_file_names_a_download_address() -> None:
    for file in LOCKS.values():
        assert "://" not in file.read_text(), file.name
