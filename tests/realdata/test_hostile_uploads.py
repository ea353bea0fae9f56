"""Damaged copies of the official FY2022 are uploaded while FY2021 is live: each is reported and changes
nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.builders.spoiled_releases import SPOILED, spoiled_releases
from tests.realdata.official_years import FILES
from tests.unit.registry.test_hostile_uploads import Service, check_upload

pytestmark = pytest.mark.realdata


def test_every_spoiled_release_is_reported_and_changes_nothing(data: Path) -> None:
    older, last, this = ((data / "pls" / FILES[year]).read_bytes() for year in (2017, 2021, 2022))
    service = Service(last)
    assert service.run.status == "active"
    taken = []
    for spoiled in spoiled_releases(last, this, older):
        check_upload(service, spoiled)
        taken.append(spoiled.case)
    assert taken == list(SPOILED)
