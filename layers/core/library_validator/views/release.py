"""A release file: its counts by status and by type of outlet, in words."""

from __future__ import annotations

from dataclasses import dataclass

from library_validator.releases.records import ReleaseReport
from library_validator.views.words import OUTLET_TYPES, STRUCTURE_CHANGES


@dataclass(frozen=True, slots=True)
class StatusCount:
    status: str  # in words
    code: str  # the survey's code, STATSTRU
    systems: int
    outlets: int


@dataclass(frozen=True, slots=True)
class ReleaseView:
    """``report`` has every field; the other attributes are the counts that need words."""

    report: ReleaseReport
    statuses: tuple[StatusCount, ...]
    outlet_types: dict[str, int]  # outlets by type, in words


def release_view(report: ReleaseReport) -> ReleaseView:
    systems, outlets = report.systems_by_structure, report.outlets_by_structure
    return ReleaseView(
        report,
        tuple(
            StatusCount(
                STRUCTURE_CHANGES.get(code, "unknown"), code, systems.get(code, 0), outlets.get(code, 0)
            )
            for code in sorted({*systems, *outlets})
        ),
        {OUTLET_TYPES.get(code, code): count for code, count in report.outlets_by_type.items()},
    )
