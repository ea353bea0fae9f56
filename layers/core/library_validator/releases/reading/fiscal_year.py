"""The fiscal year of a release, from its rows, and other marks of the year that disagree with it.

The fiscal year is the year in which most systems end their reporting period (ENDDATE; about 300 systems end
it a year earlier). ``YR_SUB`` is that year in some releases and the next year in others. So ``YR_SUB`` is
only compared, like the suffix of the imputation flags (``R_22``) and the names of the files (``pud22i``,
``fy2022``).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from library_validator.errors import ReleaseRefused
from library_validator.releases.reading.repairs import is_digits
from library_validator.releases.records import Problem, System

_NAMED_YEARS: Final = re.compile(r"(?:fy[ _-]?(?:20)?|pu(?:d|pld|out|ld)?)([0-9]{2})(?![0-9])", re.IGNORECASE)
_CLEAR_SHARE: Final = 0.6


@dataclass(slots=True)
class YearMarks:
    """The other years in the rows of a file, beside the reporting periods: each value with its rows."""

    submission_years: Counter[str] = field(default_factory=Counter)  # YR_SUB: "2023"
    flags: Counter[str] = field(default_factory=Counter)  # the first imputation flag: "R_22"

    def submission_year(self) -> int | None:
        return _most_common_number(self.submission_years)

    def flag_year(self) -> int | None:
        years: Counter[str] = Counter()
        for flag, rows in self.flags.items():
            years[flag[-2:]] += rows
        two_digits = _most_common_number(years)
        return None if two_digits is None else 2000 + two_digits


def fiscal_year_of(systems: Iterable[System]) -> int:
    """The fiscal year of most systems. Raises ``ReleaseRefused`` if no year has a clear majority."""
    years: Counter[int] = Counter()
    for period_end, rows in Counter(system.period_end for system in systems).items():
        if year := _year_of(period_end):
            years[year] += rows
    if not years:
        raise ReleaseRefused("a systems file without reporting periods (ENDDATE)", "dates like 06/30/2022")
    (year, rows), *_ = years.most_common(1)
    if rows < _CLEAR_SHARE * years.total():
        spread = ", ".join(f"{year}: {rows}" for year, rows in years.most_common(3))
        raise ReleaseRefused(f"reporting periods of several years ({spread} systems)", "one fiscal year")
    return year


def check_same_year(systems: YearMarks, outlets: YearMarks) -> None:
    """Raises ``ReleaseRefused`` if the two files of a release are of different years."""
    for systems_year, outlets_year, mark in (
        (systems.submission_year(), outlets.submission_year(), "submission year"),
        (systems.flag_year(), outlets.flag_year(), "imputation flags of"),
    ):
        if systems_year and outlets_year and systems_year != outlets_year:
            raise ReleaseRefused(
                f"two files of different years ({mark} {systems_year} in the systems file, "
                f"{outlets_year} in the outlets file)",
                "the systems and the outlets file of one fiscal year",
            )


def disagreements(year: int, marks: Iterable[YearMarks], names: Iterable[str]) -> list[Problem]:
    """A problem of severity "quarantine" for each year in the files that differs from ``year``.

    ``marks`` are the years in the rows of each file, ``names`` the names of the files.
    """
    problems = []
    for mark in marks:
        if (flagged := mark.flag_year()) and flagged != year:
            problems.append(_problem_of_year(year, f"its imputation flags are of fiscal year {flagged}"))
        if (submitted := mark.submission_year()) and submitted not in (year, year + 1):
            problems.append(_problem_of_year(year, f"it was submitted in {submitted} (YR_SUB)"))
    for name in names:
        named = {2000 + int(two_digits) for two_digits in _NAMED_YEARS.findall(name)}
        if named and named != {year}:
            problems.append(
                _problem_of_year(
                    year, f"the name {name!r} says fiscal year {' and '.join(map(str, sorted(named)))}"
                )
            )
    return list(dict.fromkeys(problems))


def _problem_of_year(year: int, but: str) -> Problem:
    return Problem("year_disagrees", "quarantine", f"most systems report for fiscal year {year}, but {but}")


def _year_of(period_end: str) -> int | None:
    """The year of ``06/30/2022``, ``6/30/22`` or ``2022-06-30``; None for a missing code."""
    for part in (period_end[-4:], period_end[:4]):
        if len(part) == 4 and is_digits(part):
            return int(part)
    last = period_end.rpartition("/")[2]
    return 2000 + int(last) if len(last) == 2 and is_digits(last) and "/" in period_end else None


def _most_common_number(values: Counter[str]) -> int | None:
    return next((int(value) for value, _ in values.most_common() if is_digits(value)), None)
