from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from library_validator.releases.guarding.guard import LiveRelease, guard
from library_validator.releases.guarding.limits import guard_limits
from library_validator.releases.records import Problem, Release
from tests.builders.invented_country import Rows, country_rows, release_of_country
from tests.builders.release_files import SYSTEM, release_of

TODAY = date(2026, 11, 23)
NEAREST = release_of_country(country_rows(), 2021)
LIVE = LiveRelease(2021, NEAREST.content_sha256, len(NEAREST.systems), len(NEAREST.outlets))
NEXT = release_of_country(country_rows(), 2022)


def problems(release: Release, nearest: Release = NEAREST) -> list[Problem]:
    found = guard(release, LIVE, TODAY, nearest)
    assert all(problem.severity == "quarantine" for problem in found)
    assert all("\n" not in problem.message for problem in found)
    return list(found)


def codes(release: Release, nearest: Release = NEAREST) -> list[str]:
    return sorted({problem.code for problem in problems(release, nearest)})


def test_a_release_of_the_next_year_goes_live_by_itself() -> None:
    assert codes(NEXT) == []


def test_the_first_release_goes_live_by_itself() -> None:
    assert guard(NEAREST, None, TODAY, None) == ()
    assert guard(release_of(2022), None, TODAY, None) == ()


def test_the_live_release_itself_has_no_problem() -> None:
    assert codes(NEAREST) == []


def test_a_release_of_a_future_year_waits_for_a_person() -> None:
    (problem,) = problems(release_of_country(country_rows(), 2027))
    assert problem.code == "future_year"
    assert codes(release_of_country(country_rows(), 2026)) == []


def test_a_release_older_than_the_live_year_waits_for_a_person() -> None:
    assert codes(release_of_country(country_rows(), 2019)) == ["superseded"]


def test_other_content_for_the_live_year_waits_for_a_person() -> None:
    systems, outlets = country_rows()
    systems[0]["PHONE"] = "8025559999"
    assert codes(release_of_country((systems, outlets), 2021)) == ["live_year_differs"]


def test_the_problems_of_a_release_do_not_depend_on_the_day() -> None:
    """A person accepts the problems of a release: the next day, the release must have the same problems."""
    release = release_of_country(country_rows(40), 2030)
    found = guard(release, LIVE, TODAY, NEAREST)
    assert found == guard(release, LIVE, date(2027, 1, 5), NEAREST)
    assert len(found) > 1


def cut_files_in_half(systems: Rows, outlets: Rows) -> None:
    del systems[len(systems) // 2 :], outlets[len(outlets) // 2 :]


def remove_thirty_per_cent(systems: Rows, outlets: Rows) -> None:
    systems[:] = [row for number, row in enumerate(systems) if number % 10 >= 3]
    kept = {row["FSCSKEY"] for row in systems}
    outlets[:] = [row for row in outlets if row["FSCSKEY"] in kept]


def remove_state(systems: Rows, outlets: Rows) -> None:
    systems[:] = [row for row in systems if row["STABR"] != "VT"]
    outlets[:] = [row for row in outlets if row["STABR"] != "VT"]


def halve_state(systems: Rows, outlets: Rows) -> None:
    systems[:30] = []
    outlets[:60] = []


def remove_most_outlets(systems: Rows, outlets: Rows) -> None:
    del outlets[::2]
    outlets[:] = outlets[:100]


def renumber_keys(systems: Rows, outlets: Rows) -> None:
    for row in (*systems, *outlets):
        row["FSCSKEY"] = f"{row['STABR']}{5000 + int(row['FSCSKEY'][2:])}"


def shift_keys(systems: Rows, outlets: Rows) -> None:
    for rows, step in ((systems, 1), (outlets, 2)):
        keys = [row["FSCSKEY"] for row in rows]
        for row, key in zip(rows, keys[step:] + keys[:step], strict=True):
            row["FSCSKEY"] = key


def add_unknown_systems(systems: Rows, outlets: Rows) -> None:
    for number in range(20):
        key = f"VT{7000 + number}"
        row = {"FSCSKEY": key, "LIBNAME": f"STRANGER {number} LIBRARY", "ADDRESS": f"{number} FAR ROAD"}
        systems.append({**systems[0], **row, "PHONE": f"777555{number:04}"})
        outlets.append({**outlets[0], **row, "PHONE": f"777555{number:04}"})


def remove_phones(systems: Rows, outlets: Rows) -> None:
    for row in (*systems[::4], *outlets[::4]):
        row["PHONE"] = "-3"


def remove_addresses(systems: Rows, outlets: Rows) -> None:
    for row in systems[::5]:
        row["ADDRESS"] = "M"


def remove_a_few_zips(systems: Rows, outlets: Rows) -> None:
    for row in systems[:7]:
        row["ZIP"] = "M"


def swap_columns(column: str, other: str) -> Callable[[Rows, Rows], None]:
    def swap(systems: Rows, outlets: Rows) -> None:
        for row in (*systems, *outlets):
            row[column], row[other] = row[other], row[column]

    swap.__name__ = f"{column}_and_{other}_swapped"
    return swap


def sort_phones(systems: Rows, outlets: Rows) -> None:
    for rows in (systems, outlets):
        for row, phone in zip(rows, sorted((row["PHONE"] for row in rows), reverse=True), strict=True):
            row["PHONE"] = phone


def remove_leading_zeros(systems: Rows, outlets: Rows) -> None:
    for row in (*systems, *outlets):
        row["ZIP"] = row["ZIP"].lstrip("0")


@pytest.mark.parametrize(
    ("spoil", "expected"),
    [
        (cut_files_in_half, ["keys_gone", "row_count", "states_shrunk", "states_vanished"]),
        (remove_thirty_per_cent, ["keys_gone", "row_count", "states_shrunk"]),
        (remove_state, ["keys_gone", "row_count", "states_vanished"]),
        (halve_state, ["keys_gone", "row_count", "states_shrunk"]),
        (
            remove_most_outlets,
            ["keys_gone", "row_count", "states_shrunk", "states_vanished", "systems_without_outlets"],
        ),
        (renumber_keys, ["keys_renumbered"]),
        (shift_keys, ["columns_swapped", "keys_reassigned", "values_changed"]),
        (add_unknown_systems, ["keys_new", "row_count"]),
        (remove_phones, ["more_values_missing", "values_changed", "values_missing"]),
        (remove_addresses, ["more_values_missing", "values_changed", "values_missing"]),
        (remove_a_few_zips, ["more_values_missing", "values_changed"]),
        (swap_columns("LIBNAME", "CITY"), ["columns_swapped", "values_changed"]),
        (swap_columns("ADDRESS", "CITY"), ["columns_swapped", "values_changed"]),
        (
            swap_columns("PHONE", "ZIP"),
            ["more_values_missing", "values_changed", "values_missing", "values_unreadable"],
        ),
        (swap_columns("CNTY", "LIBNAME"), ["columns_swapped", "values_changed"]),
        (sort_phones, ["values_changed"]),
        (remove_leading_zeros, ["rows_repaired"]),
    ],
)
def test_each_kind_of_spoiled_release_has_its_problem(
    spoil: Callable[[Rows, Rows], None], expected: list[str]
) -> None:
    rows = country_rows()
    spoil(*rows)
    assert codes(release_of_country(rows, 2022)) == expected


@pytest.mark.parametrize(
    ("spoil", "expected"),
    [
        (swap_columns("LIBNAME", "CITY"), ["columns_swapped"]),
        (swap_columns("PHONE", "ZIP"), ["values_missing", "values_unreadable"]),
        (remove_phones, ["values_missing"]),
        (remove_leading_zeros, ["rows_repaired"]),
        (remove_most_outlets, ["systems_without_outlets"]),
    ],
)
def test_the_first_release_is_checked_without_a_comparison(
    spoil: Callable[[Rows, Rows], None], expected: list[str]
) -> None:
    rows = country_rows()
    spoil(*rows)
    found = guard(release_of_country(rows, 2022), None, TODAY, None)
    assert sorted({problem.code for problem in found}) == expected


def test_a_readable_release_with_rejected_rows_waits_for_a_person() -> None:
    report = NEXT.report
    files = (replace(report.files[0], rejected=6), report.files[1])
    (problem,) = problems(replace(NEXT, report=replace(report, files=files)))
    assert problem.code == "rows_rejected"
    assert problem.message == (
        "6 of 180 (3.3 %) rows of 'pud22i_ae.csv' cannot be read, the limit is 0.1 %: look at the rows in "
        "the report"
    )


def test_a_message_has_the_number_the_limit_and_advice() -> None:
    rows = country_rows()
    remove_thirty_per_cent(*rows)
    by_code = {
        problem.code: problem.message for problem in reversed(problems(release_of_country(rows, 2022)))
    }
    assert by_code["row_count"] == (
        "126 systems, where fiscal year 2021 has 180: 95 to 105 % of that are expected, check whether the "
        "file is complete"
    )
    assert by_code["keys_gone"] == (
        "54 of 180 (30.0 %) systems of fiscal year 2021 are not in this release, at most 1.5 % are expected: "
        "check whether rows were cut off"
    )


def test_the_limits_grow_with_the_years_between_two_releases() -> None:
    rows = country_rows()
    rows[0][:7], rows[1][:14] = [], []
    spoiled = release_of_country(rows, 2022)
    assert "keys_gone" in codes(spoiled)
    long_ago = release_of_country(country_rows(), 2013)
    assert codes(spoiled, nearest=long_ago) == []


def test_an_older_year_may_lack_a_territory_that_reported_later() -> None:
    systems, outlets = country_rows()
    territory = {**systems[0], "STABR": "PR", "FSCSKEY": "PR0001", "PHONE": "7875550100", "ZIP": "00901"}
    newest = release_of_country(([*systems, territory], outlets), 2021)
    assert codes(release_of_country(country_rows(), 2019), newest) == ["superseded"]
    assert codes(release_of_country(country_rows(), 2022), newest) == ["states_vanished"]


def test_a_few_rows_may_differ_in_a_small_release() -> None:
    small = release_of(2021, [SYSTEM, {**SYSTEM, "FSCSKEY": "VT0002"}])
    assert codes(release_of(2022, [SYSTEM]), small) == []


@settings(max_examples=40, deadline=None)
@given(st.sets(st.integers(0, 179), max_size=180))
def test_a_release_that_lost_systems_waits_exactly_when_the_limits_are_exceeded(
    gone: set[int],
) -> None:
    systems, outlets = country_rows()
    kept = [row for number, row in enumerate(systems) if number not in gone]
    if not kept:
        return
    keys = {row["FSCSKEY"] for row in kept}
    release = release_of_country((kept, [row for row in outlets if row["FSCSKEY"] in keys]), 2022)
    limits = guard_limits()
    expected = limits.is_exceeded(len(gone), 180, limits.gone.systems.percent_after(1)) or limits.is_exceeded(
        2 * len(gone), 360, limits.gone.outlets.percent_after(1)
    )
    assert ("keys_gone" in codes(release)) == expected
