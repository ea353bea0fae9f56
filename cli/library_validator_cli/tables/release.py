"""The content of a release file: its members, counts, repairs and problems."""

from __future__ import annotations

from collections.abc import Mapping

from rich.console import Group, RenderableType
from rich.table import Table

from library_validator.releases.records import ReleaseReport
from library_validator.views.release import ReleaseView
from library_validator_cli.terminal import escape_cells, table_with_headings


def release_tables(view: ReleaseView) -> RenderableType:
    report = view.report
    parts: list[RenderableType] = [
        f"fiscal year [bold]{report.fiscal_year}[/]: {report.systems:,} systems, {report.outlets:,} outlets",
        _members_table(report),
        "",
        _statuses_table(view),
        "",
        _counts_table("outlet type", view.outlet_types),
    ]
    if report.repairs:
        parts += ["", _counts_table("repairs", report.repairs)]
    if report.problems:
        parts += ["", _problems_table(report)]
    return Group(*parts)


def _members_table(report: ReleaseReport) -> Table:
    shown = table_with_headings(
        "file", "holds", "layout", "encoding", "rows", "columns", "unreadable",
        numbers=("rows", "columns", "unreadable"),
    )  # fmt: skip
    for file in report.files:
        shown.add_row(
            *escape_cells(
                file.member, file.kind, file.layout, file.encoding, file.rows, file.columns, file.rejected
            )
        )
    return shown


def _statuses_table(view: ReleaseView) -> Table:
    shown = table_with_headings("status", "code", "systems", "outlets", numbers=("systems", "outlets"))
    for count in view.statuses:
        shown.add_row(*escape_cells(count.status, count.code, count.systems, count.outlets))
    return shown


def _counts_table(title: str, counts: Mapping[str, int]) -> Table:
    shown = table_with_headings(title, "rows", numbers=("rows",))
    for name, count in counts.items():
        shown.add_row(*escape_cells(name, count))
    return shown


def _problems_table(report: ReleaseReport) -> Table:
    shown = table_with_headings("problem", "severity", "what was found")
    for problem in report.problems:
        shown.add_row(*escape_cells(problem.code, problem.severity, problem.message))
    return shown
