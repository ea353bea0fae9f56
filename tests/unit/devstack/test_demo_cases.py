"""The applications that the demo draws from releases."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from library_validator.releases.records import Release
from library_validator_devstack.demo import SAMPLE_RELEASES, releases_by_year
from library_validator_devstack.demo_cases import drawn_cases

ROOT = Path(__file__).parents[3]
OLDER, NEWER = (ROOT / sample for sample in SAMPLE_RELEASES)


@pytest.mark.parametrize("paths", [[OLDER, NEWER], [NEWER, OLDER]])
def test_releases_in_any_order_are_loaded_oldest_first(paths: list[Path]) -> None:
    read = releases_by_year(paths)
    assert [(path, release.fiscal_year) for path, release in read] == [(OLDER, 2021), (NEWER, 2022)]


@pytest.fixture(scope="module")
def releases() -> list[Release]:
    return [release for _, release in releases_by_year([OLDER, NEWER])]


def test_with_older_releases_there_are_cases_of_former_names_and_vanished_libraries(
    releases: list[Release],
) -> None:
    cases = {case.about: case for case in drawn_cases(releases)}
    former = cases["under a former name"]
    names = {system.fscs_key: system.name for system in releases[0].systems}
    assert former.fscs_key is not None
    assert former.fields["name"].upper() == names[former.fscs_key]
    gone = cases["last listed for fiscal year 2021"]
    assert gone.fscs_key not in {system.fscs_key for system in releases[1].systems}


def test_without_older_releases_there_are_only_cases_of_listed_libraries(releases: list[Release]) -> None:
    listed = {system.fscs_key for system in releases[1].systems} | {"NONE", None}
    cases = drawn_cases(releases[1:])
    assert {case.fscs_key for case in cases} <= listed
    assert max(Counter(case.application_id for case in cases).values()) == 1
