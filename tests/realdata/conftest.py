"""Finds the real releases and labelled sets.

``LIBRARY_VALIDATOR_DATA`` names the folder. The default is ``../shared/data`` beside the repository. Without
the folder, tests marked ``realdata`` are deselected and the summary says so.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from library_validator.adapters.memory.registry import MemoryRegistry
from library_validator.decisions.deciding import Judge
from library_validator.releases.reading.release import read_release
from library_validator.releases.records import Release
from library_validator_cli.local_matching import registry_of
from tests.realdata.official_years import FILES

_BESIDE = Path(__file__).parents[3] / "shared" / "data"


def _folder() -> Path | None:
    named = os.environ.get("LIBRARY_VALIDATOR_DATA")
    folder = Path(named) if named else _BESIDE
    return folder if (folder / "pls").is_dir() else None


@pytest.fixture(scope="session")
def data() -> Path:
    """The folder with ``pls/`` and ``labelled/``."""
    folder = _folder()
    assert folder is not None, "realdata tests are deselected without the data"
    return folder


@pytest.fixture(scope="session")
def releases(data: Path) -> dict[int, Release]:
    """Every official release, by fiscal year."""
    return {year: read_release(data / "pls" / name) for year, name in FILES.items()}


@pytest.fixture(scope="session")
def newest(data: Path) -> MemoryRegistry:
    """The registry of fiscal year 2022 alone. Tests only read it."""
    return registry_of([data / "pls" / FILES[2022]], lambda _: None)


@pytest.fixture(scope="session")
def judge(newest: MemoryRegistry) -> Judge:
    """A judge with the registry of fiscal year 2022 alone."""
    return Judge(newest)


@pytest.fixture(scope="session")
def mangled_release(data: Path) -> Release:
    """FY2022 as saved by a spreadsheet."""
    return read_release(data / "pls" / "mangled_fy2022.zip")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if _folder() is not None:
        return
    absent = [item for item in items if item.get_closest_marker("realdata")]
    if absent:
        config.hook.pytest_deselected(items=absent)
        items[:] = [item for item in items if item not in absent]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if _folder() is None:
        terminalreporter.write_line(
            "tests on real data: not run (no LIBRARY_VALIDATOR_DATA, no ../shared/data)"
        )
