"""The table of ZIP prefixes and every address of the official releases."""

from __future__ import annotations

from typing import Final

import pytest

from library_validator.matching.zips import five_digit_zip, state_of_zip
from library_validator.releases.records import Release

pytestmark = pytest.mark.realdata

# (state, ZIP) of addresses in a state with a ZIP of another state. A person checked each of them.
NEAR_A_BORDER: Final = {("AZ", "92363"), ("AR", "75501"), ("VA", "37620")}
MISPRINTS: Final = {("AK", "99471"), ("ID", "88385"), ("IN", "45636"), ("NC", "22701"), ("AR", "76250")}


def test_a_listed_zip_belongs_to_its_state_except_known_zips(releases: dict[int, Release]) -> None:
    listed: set[tuple[str, str]] = set()
    for release in releases.values():
        for system in release.systems:
            listed |= {(system.state, system.zip), (system.state, system.mailing_zip)}
        listed |= {(outlet.state, outlet.zip) for outlet in release.outlets}
    read = {(state, five_digit_zip(zip_code)) for state, zip_code in listed} - {
        (state, "") for state, _ in listed
    }
    assert len(read) > 14_000
    strange = {(state, zip_code) for state, zip_code in read if state_of_zip(zip_code) != state}
    assert strange <= NEAR_A_BORDER | MISPRINTS
