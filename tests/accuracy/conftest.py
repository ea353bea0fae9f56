from __future__ import annotations

import pytest

from library_validator.releases.records import Release
from tests.accuracy.labelled import (
    HARD_CASES,
    MORE_CASES,
    DecidedCase,
    decide_cases,
    read_cases,
    sample_releases,
    with_more_libraries,
)


@pytest.fixture(scope="session")
def releases(tmp_path_factory: pytest.TempPathFactory) -> tuple[Release, Release]:
    """The sample release, then the sample release of the year before."""
    return sample_releases(tmp_path_factory.mktemp("releases"))


@pytest.fixture(scope="session")
def hard_cases(releases: tuple[Release, Release]) -> list[DecidedCase]:
    return decide_cases(read_cases(HARD_CASES), *releases)


@pytest.fixture(scope="session")
def more_cases(releases: tuple[Release, Release]) -> list[DecidedCase]:
    newest, before = releases
    return decide_cases(read_cases(MORE_CASES), with_more_libraries(newest), before)
