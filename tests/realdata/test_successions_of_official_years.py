"""The certain successors of the vanished systems of the official years.

A person checked every successor below, with names, streets and phones of both years side by side. FY2017
lists 132 systems that FY2022 does not. 25 of them have a successor, and none is wrong. Among the other 107
are OR0068, which was divided into single libraries; OR0117 and OR0134, of which a branch is now a separate
library; and WA0045, which joined another system in a new building with a new phone: its successor is not
certain.
"""

from __future__ import annotations

import pytest

from library_validator.releases.lineage.successions import ReleasePair
from library_validator.releases.records import Release
from tests.realdata.official_years import FY2017_TO_FY2022, RE_KEYED

pytestmark = pytest.mark.realdata

FY2015_TO_FY2017 = {
    "IN0211": "IN0210-041", "MO0188": "MO0065-010", "PA0064": "PA0068-003", "PA0100": "PA0101-003",
    "PA0187": "PA0188-012",
}  # fmt: skip
FY2021_TO_FY2022 = {
    "GA0062": "GA0004-022", "MA0349": "MA0002-003", "NY9019": "NY0799-001", "TN0119": "TN8060-002",
    "TN0120": "TN8060-003", "TN0121": "TN8060-005", "TN0136": "TN8060-006", "TN0212": "TN8060-004",
}  # fmt: skip


@pytest.mark.parametrize(
    ("older", "newer", "gone", "expected"),
    [
        (2017, 2022, 132, FY2017_TO_FY2022),
        (2015, 2017, 38, FY2015_TO_FY2017),
        (2021, 2022, 21, FY2021_TO_FY2022),
    ],
)
def test_the_computed_successors_are_those_that_a_person_checked(
    releases: dict[int, Release], older: int, newer: int, gone: int, expected: dict[str, str]
) -> None:
    before, after = releases[older], releases[newer]
    listed = {system.fscs_key for system in after.systems}
    assert sum(system.fscs_key not in listed for system in before.systems) == gone
    found = ReleasePair(before, after).successions
    assert {key: succession.fscs_id for key, succession in found.items()} == expected
    assert {key for key, succession in found.items() if succession.how == "re_keyed"} == RE_KEYED & set(found)
