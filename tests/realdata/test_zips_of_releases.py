"""The table of ZIP prefixes against every address of the official releases."""

from __future__ import annotations

from typing import Final

import pytest

from library_validator.matching.zips import state_of_zip, zip5
from library_validator.releases.records import Release

pytestmark = pytest.mark.realdata

# (state, ZIP) of addresses that lie in one state and have a ZIP of another; each looked at by eye.
NEAR_A_BORDER: Final = {("AZ", "92363"), ("AR", "75501"), ("VA", "37620")}
MISPRINTS: Final = {("AK", "99471"), ("ID", "88385"), ("IN", "45636"), ("NC", "22701"), ("AR", "76250")}


def test_a_listed_zip_is_one_of_its_state_but_for_known_ones(releases: dict[int, Release]) -> None:
    listed: set[tuple[str, str]] = set()
    for release in releases.values():
        for system in release.systems:
            listed |= {(system.state, system.zip), (system.state, system.mailing_zip)}
        listed |= {(outlet.state, outlet.zip) for outlet in release.outlets}
    read = {(state, zip5(zip_code)) for state, zip_code in listed} - {(state, "") for state, _ in listed}
    assert len(read) > 14_000
    assert {one for one in read if state_of_zip(one[1]) != one[0]} <= NEAR_A_BORDER | MISPRINTS
