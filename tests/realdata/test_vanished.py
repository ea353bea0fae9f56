"""The answers to applications from the 132 systems of FY2017 that FY2022 no longer lists.

A person checked each row of the table that ``pytest -s`` prints. FY2022 lists each of the 25 validated
systems in the building of FY2017 (same street line, ZIP and city), with its name or its telephone. 24 are an
outlet of the system that took them over, with an id that FY2017 does not have. Northvale (NJ) is the same
library with its permanent key. Two have another name in the same building, with the same street and
telephone: Saline County Library is Bob Herzfeld Memorial Library, its main library, and Twin Lakes Library
System is Mary Vinson Memorial Library, where it had its office. None of the 25 validated systems is a
neighbour.

The answer to the other 107 has the year that last listed them. Four of these 107 systems could be confused
with a neighbour: Marengo Library System (AL), Coos County and Wasco County Library Service Districts (OR),
which shared a telephone with another library of FY2017, and Sedro-Woolley (WA0045), which has no certain
successor. A district at another address serves its town, and FY2017 lists both.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest

from library_validator.adapters.memory.registry import MemoryRegistry
from library_validator.decisions.answer import Answer
from library_validator.decisions.application import application_from_fields
from library_validator.decisions.deciding import Decider
from library_validator.decisions.decision import Decision, Submission
from library_validator.intake.applications_file import Row
from library_validator.matching.index import build_index
from library_validator.registry.store import AcceptedRelease
from library_validator.releases.records import Release, System
from library_validator_cli.applications_file import open_applications
from tests.realdata.official_years import FILES, FY2017_TO_FY2022, RE_KEYED

pytestmark = pytest.mark.realdata

NOW = datetime(2026, 11, 23, tzinfo=UTC)
TWO_YEARS = (2017, 2022)
CLOSED = {
    "AL0144", "AL0255", "CO0027", "IL8004", "KS0280", "KS0284", "KS0325", "KS8005", "NE9045", "NH0212",
    "NH0222", "NH0248", "NJ0308", "NM0111", "OR0068", "TX0742", "UT0009", "WI0417",
}  # fmt: skip
# A release between the two years reports it as closed. Only a registry with that release has it.
CLOSED_IN_BETWEEN = {
    "AK0082", "AK0095", "AK0114", "CO0080", "CO9026", "CT0125", "IA0530", "ME0128", "ME0162", "ME0214",
    "ME0271", "ME0275", "ME0297", "MI0252", "ND0037", "ND0078", "ND0105", "NE0038", "OR0127", "OR9004",
    "PA0279", "PA0508", "PA9050", "SD0041", "SD0050", "TN8032", "TX0010", "TX0250", "TX0548", "TX0743",
    "UT0015", "WA0071", "WI0409",
}  # fmt: skip


def vanished_systems(releases: dict[int, Release]) -> list[System]:
    """The systems of FY2017 that FY2022 no longer lists, in file order."""
    listed = {system.fscs_key for system in releases[2022].systems}
    return [system for system in releases[2017].systems if system.fscs_key not in listed]


def decide(
    releases: Sequence[Release], applications: Path, keys: dict[str, str] | None = None
) -> list[Decision]:
    """A decision for each row. ``keys``: the FSCS key that each application gives, by its id."""
    accepted = [
        AcceptedRelease(release.fiscal_year, release.content_sha256, "a.zip", "1") for release in releases
    ]
    decider = Decider(MemoryRegistry.of_index(build_index(releases), accepted, NOW))
    with open_applications(applications) as rows:
        fields = [row.fields for row in rows if isinstance(row, Row)]
    if keys is not None:
        fields = [{**given, "fscs_id": keys[str(given["application_id"])]} for given in fields]
    read = [application_from_fields(given) for given in fields]
    submissions = [
        Submission(source="s", application=row.application, sent_at=NOW, problems=row.problems)
        for row in read
    ]
    return decider.decide(submissions, NOW)


def decisions_by_key(decisions: Sequence[Decision], systems: Sequence[System]) -> dict[str, Decision]:
    """FSCS key of the FY2017 system -> the decision on the application with its record."""
    of_record = {(system.name, system.street, system.city): system.fscs_key for system in systems}
    found = {}
    for decision in decisions:
        application = decision.application
        found[of_record[application.name, application.street, application.city]] = decision
    return found


def levels_by_field(decision: Decision) -> dict[str, str]:
    return {comparison.field: comparison.level for comparison in decision.evidence}


def table_of_decisions(decided: dict[str, Decision]) -> str:
    """A line for each system: the sentence for staff, and the levels of the fields."""
    lines = []
    for key, decision in sorted(decided.items()):
        agreed = levels_by_field(decision)
        seen = ", ".join(f"{field} {agreed[field]}" for field in ("name", "street", "place", "phone"))
        lines.append(f"{key} {decision.application.name} | {decision.reasons[-1].staff} | {seen}\n")
    return "".join(lines)


@pytest.mark.parametrize("gives_its_old_key", [False, True], ids=["no id", "old key"])
@pytest.mark.parametrize("years", [TWO_YEARS, tuple(FILES)], ids=["two years", "all years"])
def test_the_answer_names_a_certain_successor_or_the_year_that_last_listed_the_system(
    releases: dict[int, Release], data: Path, years: tuple[int, ...], *, gives_its_old_key: bool
) -> None:
    applications = data / "labelled" / "gone17.csv"
    systems = vanished_systems(releases)
    loaded = [releases[year] for year in years]
    decisions = decide(loaded, applications)
    decided = decisions_by_key(decisions, systems)
    if gives_its_old_key:
        keys = {decision.application_id: key for key, decision in decided.items()}
        decided = decisions_by_key(decide(loaded, applications, keys), systems)
    sys.stdout.write(table_of_decisions(decided))

    assert len(decisions) == len(decided) == len(systems) == 132
    last_listed = {system.fscs_key: release.fiscal_year for release in loaded for system in release.systems}
    closed = CLOSED if years == TWO_YEARS else CLOSED | CLOSED_IN_BETWEEN
    kinds: Counter[str] = Counter()
    for key, decision in decided.items():
        assert decision.match is not None, key
        if key in FY2017_TO_FY2022:
            kinds["validated as its successor"] += 1
            assert (decision.decision, decision.match.fscs_id) == (Answer.VALIDATED, FY2017_TO_FY2022[key]), (
                key
            )
            assert decision.match.last_listed == 2022
            assert ("SUCCEEDED" in decision.reason_codes) == (key not in RE_KEYED), key
            continue
        code = "CLOSED_SINCE" if key in closed else "NO_LONGER_LISTED"
        kinds[code] += 1
        assert (decision.decision, decision.reason_codes) == (Answer.NEEDS_REVIEW, [code]), key
        assert (decision.match.fscs_key, decision.match.last_listed) == (key, last_listed[key])
        assert decision.match.fate == ("closed" if key in closed else "no_longer_reported")
        assert decision.match.successor is None
        assert f"last listed for fiscal year {last_listed[key]}" in decision.reasons[0].staff
    assert kinds == {
        "validated as its successor": 25,
        "CLOSED_SINCE": len(closed),
        "NO_LONGER_LISTED": 107 - len(closed),
    }


def test_each_successor_is_in_the_same_building_with_a_new_id(
    releases: dict[int, Release], data: Path
) -> None:
    decided = decisions_by_key(
        decide([releases[2017], releases[2022]], data / "labelled" / "gone17.csv"), vanished_systems(releases)
    )
    before = {outlet.fscs_id for outlet in releases[2017].outlets}
    assert before.isdisjoint(FY2017_TO_FY2022.values())
    for key in FY2017_TO_FY2022:
        found = levels_by_field(decided[key])
        assert (found["street"], found["place"]) == ("exact", "zip_and_city"), key
        assert found["name"] in ("exact", "same_words") or found["phone"] == "exact", key
