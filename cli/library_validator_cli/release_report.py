"""What a release holds, in tables and as JSON."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any, Final

from rich.console import Group, RenderableType
from rich.table import Table

from library_validator.releases.records import ReleaseReport
from library_validator_cli.account import OUTLET_TYPES
from library_validator_cli.terminal import cells, table

# STATSTRU, as the survey's documentation words it.
STRUCTURES: Final = {
    "00": "no change",
    "01": "absorbed another",
    "02": "new",
    "03": "closed",
    "04": "moved to a new system",
    "05": "merged into a new one",
    "08": "restored",
    "09": "restored, was deleted wrongly",
    "10": "incorrect record, deleted",
    "11": "moved to another system",
    "13": "existing, not reported before",
    "22": "FSCS id asked for the future",
    "23": "temporarily closed",
    "24": "open again",
    "25": "did not respond",
}


def report_as_json(report: ReleaseReport) -> dict[str, Any]:
    return asdict(report)


def show_report(report: ReleaseReport) -> RenderableType:
    """The report as tables: files, counts, repairs, problems."""
    files = table(
        "file", "holds", "layout", "encoding", "rows", "columns", "unreadable",
        numbers=("rows", "columns", "unreadable"),
    )  # fmt: skip
    for file in report.files:
        files.add_row(
            *cells(file.member, file.kind, file.layout, file.encoding, file.rows, file.columns, file.rejected)
        )
    parts: list[RenderableType] = [
        f"fiscal year [bold]{report.fiscal_year}[/]: {report.systems:,} systems, {report.outlets:,} outlets",
        files,
        "",
        _statuses(report),
        "",
        _counts("outlet type", {OUTLET_TYPES.get(k, k): n for k, n in report.outlets_by_type.items()}),
    ]
    if report.repairs:
        parts += ["", _counts("repairs", report.repairs)]
    if report.problems:
        problems = table("problem", "severity", "what")
        for problem in report.problems:
            problems.add_row(*cells(problem.code, problem.severity, problem.message))
        parts += ["", problems]
    return Group(*parts)


def _statuses(report: ReleaseReport) -> Table:
    shown = table("status", "code", "systems", "outlets", numbers=("systems", "outlets"))
    for code in sorted({*report.systems_by_structure, *report.outlets_by_structure}):
        shown.add_row(
            *cells(
                STRUCTURES.get(code, "unknown"),
                code,
                report.systems_by_structure.get(code, 0),
                report.outlets_by_structure.get(code, 0),
            )
        )
    return shown


def _counts(title: str, counts: dict[str, int]) -> Table:
    shown = table(title, "rows", numbers=("rows",))
    for name, count in counts.items():
        shown.add_row(*cells(name, count))
    return shown
