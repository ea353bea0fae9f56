"""The changes between two releases as a Markdown page that lists them all."""

from __future__ import annotations

from library_validator.views.delta import DeltaView, Section


def delta_markdown(view: DeltaView) -> str:
    lines = [
        f"# Fiscal year {view.older_year} to {view.newer_year}",
        "",
        view.heading + ".",
        "",
        "Seen by: *code*, the survey's own change codes; *compared*, both releases compared; or *both*.",
        "",
        "| change | systems | outlets |",
        "|---|---:|---:|",
        *(f"| {count.title} | {count.systems:,} | {count.outlets:,} |" for count in view.counts),
    ]
    for section in view.sections:
        lines += _section(section)
    return "\n".join(lines) + "\n"


def _section(section: Section) -> list[str]:
    return [
        "",
        f"## {section.title}",
        "",
        f"| {' | '.join(section.columns)} |",
        "|" + "---|" * len(section.columns),
        *(f"| {' | '.join(map(_escape_cell, row))} |" for row in section.rows),
    ]


def _escape_cell(text: str) -> str:
    return text.replace("\\", "\\\\").replace("|", "\\|").replace("<", "&lt;")
