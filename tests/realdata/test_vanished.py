"""What becomes of applications from the 132 systems of FY2017 that FY2022 lists no longer.

Looked at one by one: each of the validated is listed in FY2022 at the street or under the telephone of
FY2017, or under its very name in its town, under an id that FY2017 does not have, as an outlet of the
system that took it over. The others are told as last listed. Among them are four that a neighbour could be
taken for: Marengo Library System (AL), Coos County and Wasco County Library Service Districts (OR), which
shared a telephone with a library that FY2017 lists too, and Sedro-Woolley (WA), whose town is served by a
district that FY2017 lists already, at another address.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest

from library_validator.adapters.memory.registry import MemoryRegistry
from library_validator.decisions.application import application_from_fields
from library_validator.decisions.deciding import Decider
from library_validator.decisions.decision import Answer, Decision, Submission
from library_validator.matching.index import build_index
from library_validator.registry.store import AcceptedRelease
from library_validator.releases.reading import read_release
from library_validator.releases.records import Release
from library_validator_cli.applications_file import Row, open_applications

pytestmark = pytest.mark.realdata

NOW = datetime(2026, 11, 23, tzinfo=UTC)
FILES = {
    2015: "pls_fy2015_data_files_csv.zip",
    2017: "pls_fy2017_data_files_csv.zip",
    2021: "pls_fy2021_csv.zip",
    2022: "pls_fy2022_csv.zip",
}
# FSCS ids of FY2022 that the validated are now.
SUCCESSORS = {
    "AR0005-016", "AZ0067-025", "CA0136-018", "FL0039-030", "GA0004-022", "GA0021-013", "GA0046-013",
    "MA0002-003", "MA0272-005", "MI0022-011", "MI0276-004", "MN0046-014", "NJ0044-003", "PA0101-004",
    "PA0120-121", "PA0176-182", "PA0188-014", "PA0188-015", "SD0098-003", "TN8060-002", "TN8060-003",
    "TN8060-004", "TN8060-005", "TN8060-006", "WV0071-008",
}  # fmt: skip


@pytest.fixture(scope="module")
def releases(data: Path) -> dict[int, Release]:
    return {year: read_release(data / "pls" / name) for year, name in FILES.items()}


def decide(releases: Sequence[Release], applications: Path) -> list[Decision]:
    accepted = [AcceptedRelease(one.fiscal_year, one.content_sha256, "a.zip", "1") for one in releases]
    decider = Decider(MemoryRegistry.holding(build_index(releases), accepted, NOW))
    with open_applications(applications) as rows:
        read = [application_from_fields(row.fields) for row in rows if isinstance(row, Row)]
    submissions = [
        (Submission(source="s", application=one.application, sent_at=NOW), one.problems) for one in read
    ]
    return decider.decide(submissions, NOW)


@pytest.mark.parametrize("years", [(2017, 2022), (2015, 2017, 2021, 2022)], ids=["two years", "four years"])
def test_each_has_a_certain_successor_or_is_told_as_last_listed(
    releases: dict[int, Release], data: Path, years: tuple[int, ...]
) -> None:
    decisions = decide([releases[year] for year in years], data / "labelled" / "gone17.csv")

    validated = [one for one in decisions if one.decision is Answer.VALIDATED]
    told = [one for one in decisions if one.decision is Answer.NEEDS_REVIEW]
    assert {one.match.fscs_id for one in validated if one.match} == SUCCESSORS
    assert len(validated) == len(SUCCESSORS)
    assert len(validated) + len(told) == len(decisions) == 132
    before = {outlet.fscs_id for outlet in releases[2017].outlets}
    assert before.isdisjoint(SUCCESSORS)
    codes = Counter(one.reason_codes[0] for one in told)
    assert codes == {"NO_LONGER_LISTED": 89, "CLOSED_SINCE": 18}
    for one in told:
        assert one.match is not None
        assert one.match.last_listed < 2022
        assert one.match.fate == ("closed" if one.reason_codes[0] == "CLOSED_SINCE" else "no_longer_reported")
        assert f"fiscal year {one.match.last_listed}" in one.reasons[0].staff
