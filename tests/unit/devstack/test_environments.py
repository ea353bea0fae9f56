"""Environments are made once, and again only when their files have changed."""

from __future__ import annotations

import platform
import subprocess
import sys
from pathlib import Path

import pytest

from library_validator_devstack.environments import (
    STAMP,
    Environment,
    EnvironmentFailed,
    base_python,
    bootstrap_environment,
    install,
    project_environments,
)


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    (tmp_path / "requirements").mkdir()
    for name in ("check", "command", "sam", "stack", "bench", "checkov", "supply", "bootstrap"):
        (tmp_path / "requirements" / f"{name}.txt").write_text(f"{name}==1\n")
    (tmp_path / "pyproject.toml").write_text("[project]\n")
    return tmp_path


def _make_environment(environment: Environment) -> None:
    environment.path.mkdir(parents=True, exist_ok=True)
    (environment.path / STAMP).write_text(environment.stamp())


def test_an_environment_with_unchanged_files_is_not_made_again(
    checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: pytest.fail("ran something"))
    for environment in project_environments(checkout).values():
        _make_environment(environment)
    install(checkout, ("development", "sam", "stack", "handlers"), pytest.fail)


@pytest.mark.parametrize(
    ("name", "changed"),
    [
        ("development", "requirements/check.txt"),
        ("development", "pyproject.toml"),
        ("sam", "requirements/sam.txt"),
        ("stack", "requirements/stack.txt"),
        ("bench", "requirements/bench.txt"),
        ("bench", "pyproject.toml"),
    ],
)
def test_an_environment_is_made_again_when_one_of_its_files_changed(
    checkout: Path, name: str, changed: str
) -> None:
    environment = project_environments(checkout)[name]
    _make_environment(environment)
    assert environment.is_ready()
    (checkout / changed).write_text("something==2\n")
    assert not environment.is_ready()


def test_an_environment_in_another_folder_has_another_stamp(checkout: Path) -> None:
    # Virtual environments cannot be moved: a copied checkout has to make its own.
    here = Environment("sam", checkout / "sam", checkout / "requirements" / "sam.txt")
    there = Environment("sam", checkout / "copy", checkout / "requirements" / "sam.txt")
    assert here.stamp() != there.stamp()


@pytest.mark.parametrize("version_line", ["version = {}", "version_info = {}"])
def test_an_environment_with_another_python_is_recognized(tmp_path: Path, version_line: str) -> None:
    environment = Environment("any", tmp_path, None)
    assert not environment.has_this_python()
    home = f"home = {Path(base_python()).parent}\n"
    (tmp_path / "pyvenv.cfg").write_text(home + version_line.format(platform.python_version()))
    assert environment.has_this_python()
    (tmp_path / "pyvenv.cfg").write_text(home + version_line.format("3.11.0rc1"))
    assert not environment.has_this_python()


def test_the_base_python_is_not_in_a_virtual_environment() -> None:
    assert Path(base_python()).is_file()
    assert not Path(base_python()).is_relative_to(sys.prefix) or sys.prefix == sys.base_prefix


def test_the_message_quotes_the_installer_that_failed(
    checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bootstrap = bootstrap_environment(checkout)
    _make_environment(bootstrap)
    uv = bootstrap.path / "bin" / "uv"
    uv.parent.mkdir()
    uv.write_text("#!/bin/sh\necho 'no route to the registry' >&2\nexit 2\n")
    uv.chmod(0o755)
    steps: list[str] = []
    with pytest.raises(EnvironmentFailed, match=r"sam: uv failed:\nno route to the registry"):
        install(checkout, ("sam",), steps.append)
    assert steps == ["installing sam"]
    assert not project_environments(checkout)["sam"].is_ready()


@pytest.mark.parametrize(
    ("output", "sentence"),
    [
        (
            "Retrying after connection broken by 'NewConnectionError'\nERROR: No matching uv==0.13.9",
            "the package index cannot be reached. The first installation needs a network",
        ),
        ("error: Failed to fetch: `https://pypi.org/simple/x/`", "the package index cannot be reached"),
        ("OSError: [Errno 28] No space left on device", "the disk is full"),
        ("ERROR: hashes do not match", "bootstrap: python.* failed:"),
    ],
)
def test_a_failed_installation_says_the_cause_in_plain_words(
    checkout: Path, monkeypatch: pytest.MonkeyPatch, output: str, sentence: str
) -> None:
    failed = subprocess.CompletedProcess([], 1, stdout="", stderr=output)
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: failed)
    with pytest.raises(EnvironmentFailed, match=sentence) as raised:
        install(checkout, ("sam",), lambda _text: None)
    assert output.splitlines()[-1] in str(raised.value) or sentence == "the disk is full"
