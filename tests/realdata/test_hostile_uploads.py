"""The official FY2022, spoiled, while FY2021 is live: each is told and changes nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.spoiled_releases import SPOILED, spoiled_releases
from tests.unit.registry.test_hostile_uploads import Service, check

pytestmark = pytest.mark.realdata


def test_every_spoiled_release_is_told_and_changes_nothing(data: Path) -> None:
    older, last, this = (
        (data / "pls" / name).read_bytes()
        for name in ("pls_fy2017_data_files_csv.zip", "pls_fy2021_csv.zip", "pls_fy2022_csv.zip")
    )
    service = Service(last)
    assert service.run.status == "active"
    taken = []
    for spoiled in spoiled_releases(last, this, older):
        check(service, spoiled)
        taken.append(spoiled.what)
    assert taken == list(SPOILED)
