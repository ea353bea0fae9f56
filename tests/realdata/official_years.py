"""The official releases that the tests read, and the successors of libraries between them."""

from __future__ import annotations

from typing import Final

# Fiscal year -> file below ``pls/``.
FILES: Final = {
    2015: "pls_fy2015_data_files_csv.zip",
    2017: "pls_fy2017_data_files_csv.zip",
    2018: "pls_fy2018_data_files_csv.zip",
    2019: "pls_fy2019_csv.zip",
    2020: "pls_fy2020_csv.zip",
    2021: "pls_fy2021_csv.zip",
    2022: "pls_fy2022_csv.zip",
}
# FSCS key of FY2017 -> its FSCS id in FY2022. A person checked each pair.
FY2017_TO_FY2022: Final = {
    "AR0046": "AR0005-016", "AZ0147": "AZ0067-025", "CA0033": "CA0136-018", "FL0123": "FL0039-030",
    "GA0003": "GA0046-013", "GA0009": "GA0021-013", "GA0062": "GA0004-022", "MA0349": "MA0002-003",
    "MA9021": "MA0272-005", "MI0082": "MI0022-011", "MI0139": "MI0276-004", "MN0156": "MN0046-014",
    "NJ9014": "NJ0044-003", "PA0175": "PA0176-182", "PA0180": "PA0188-014", "PA0185": "PA0188-015",
    "PA0517": "PA0120-121", "PA9014": "PA0101-004", "SD0156": "SD0098-003", "TN0119": "TN8060-002",
    "TN0120": "TN8060-003", "TN0121": "TN8060-005", "TN0136": "TN8060-006", "TN0212": "TN8060-004",
    "WV0072": "WV0071-008",
}  # fmt: skip
RE_KEYED: Final = {"NJ9014", "NY9019"}  # the same library with a new key, without a successor
