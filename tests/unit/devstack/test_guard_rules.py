"""The checker cfn-guard is fetched by hash, or reported as not run."""

from __future__ import annotations

from pathlib import Path

import pytest

from library_validator_devstack import guard_rules
from library_validator_devstack.guard_rules import GuardNotFetched, guard_folder, install_guard


def test_a_package_with_other_content_is_not_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fetch(folder: Path) -> Path:
        package = folder / "package.tgz"
        package.write_bytes(b"something else")
        return package

    monkeypatch.setattr(guard_rules, "_fetch", fetch)
    with pytest.raises(ValueError, match="has another content"):
        install_guard(tmp_path)
    assert not guard_folder(tmp_path).exists()


def test_without_npm_the_checker_is_reported_as_not_run(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(guard_rules, "guard_folder", lambda _root: tmp_path / "nothing")
    with pytest.raises(GuardNotFetched, match="npm gave no answer"):
        install_guard(tmp_path)
    assert guard_rules.main() == guard_rules.NOT_RUN
    assert "cfn-guard: not run" in capsys.readouterr().err
