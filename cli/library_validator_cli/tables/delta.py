"""The changes between two releases, on the terminal."""

from __future__ import annotations

from rich.console import Group, RenderableType

from library_validator.views.delta import DeltaView, Section
from library_validator_cli.terminal import escape_cells, table_with_headings


def delta_tables(view: DeltaView, rows_shown: int) -> RenderableType:
    """The counts, and the first rows of each kind of change."""
    counts = table_with_headings("change", "systems", "outlets", numbers=("systems", "outlets"))
    for count in view.counts:
        counts.add_row(*escape_cells(count.title, count.systems, count.outlets))
    parts: list[RenderableType] = [view.heading, "", counts]
    for section in view.sections:
        parts += _section(section, rows_shown)
    return Group(*parts)


def _section(section: Section, rows_shown: int) -> list[RenderableType]:
    shown = table_with_headings(
        *section.columns, title=f"[bold]{section.title}[/]", whole=section.columns[:1]
    )
    for row in section.rows[:rows_shown]:
        shown.add_row(*escape_cells(*row))
    hidden = len(section.rows) - rows_shown
    more = [f"[dim]and {hidden:,} more: --output report.md writes all of them[/]"] if hidden > 0 else []
    return ["", shown, *more]
