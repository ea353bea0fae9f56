"""Which vanished systems of the official years have a certain successor, and which one.

Every successor below was looked at by eye, with names, streets and phones of both years beside each other.
Of the 132 systems that FY2017 lists and FY2022 does not, 25 have one; none is wrong. Among the other 107 are
OR0068, which was divided into single libraries, OR0117 and OR0134, of which a branch is a library of its own
now, and WA0045, which another system has, in a new building with a new phone: not certain here.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from library_validator.releases.reading import read_release
from library_validator.releases.records import Release
from library_validator.releases.successions import successions

pytestmark = pytest.mark.realdata

FY2017_TO_FY2022 = {
    "AR0046": "AR0005-016", "AZ0147": "AZ0067-025", "CA0033": "CA0136-018", "FL0123": "FL0039-030",
    "GA0003": "GA0046-013", "GA0009": "GA0021-013", "GA0062": "GA0004-022", "MA0349": "MA0002-003",
    "MA9021": "MA0272-005", "MI0082": "MI0022-011", "MI0139": "MI0276-004", "MN0156": "MN0046-014",
    "NJ9014": "NJ0044-003", "PA0175": "PA0176-182", "PA0180": "PA0188-014", "PA0185": "PA0188-015",
    "PA0517": "PA0120-121", "PA9014": "PA0101-004", "SD0156": "SD0098-003", "TN0119": "TN8060-002",
    "TN0120": "TN8060-003", "TN0121": "TN8060-005", "TN0136": "TN8060-006", "TN0212": "TN8060-004",
    "WV0072": "WV0071-008",
}  # fmt: skip
FY2015_TO_FY2017 = {
    "IN0211": "IN0210-041", "MO0188": "MO0065-010", "PA0064": "PA0068-003", "PA0100": "PA0101-003",
    "PA0187": "PA0188-012",
}  # fmt: skip
FY2021_TO_FY2022 = {
    "GA0062": "GA0004-022", "MA0349": "MA0002-003", "NY9019": "NY0799-001", "TN0119": "TN8060-002",
    "TN0120": "TN8060-003", "TN0121": "TN8060-005", "TN0136": "TN8060-006", "TN0212": "TN8060-004",
}  # fmt: skip
RE_KEYED = {"NJ9014", "NY9019"}


def release(data: Path, name: str) -> Release:
    return read_release(data / "pls" / name)


@pytest.mark.parametrize(
    ("older", "newer", "gone", "expected"),
    [
        ("pls_fy2017_data_files_csv.zip", "pls_fy2022_csv.zip", 132, FY2017_TO_FY2022),
        ("pls_fy2015_data_files_csv.zip", "pls_fy2017_data_files_csv.zip", 38, FY2015_TO_FY2017),
        ("pls_fy2021_csv.zip", "pls_fy2022_csv.zip", 21, FY2021_TO_FY2022),
    ],
)
def test_the_certain_successors_are_those_that_were_looked_at(
    data: Path, older: str, newer: str, gone: int, expected: dict[str, str]
) -> None:
    before, after = release(data, older), release(data, newer)
    listed = {system.fscs_key for system in after.systems}
    assert sum(system.fscs_key not in listed for system in before.systems) == gone
    found = successions(before, after)
    assert {key: succession.fscs_id for key, succession in found.items()} == expected
    assert {key for key, succession in found.items() if succession.how == "re_keyed"} == RE_KEYED & set(found)
