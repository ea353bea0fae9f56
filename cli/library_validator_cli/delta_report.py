"""What changed between two releases, for people: tables on the terminal, and Markdown that lists it all."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from rich.console import Group, RenderableType

from library_validator.releases.lineage.delta import CHANGES, Delta, ListingChange, What
from library_validator_cli.terminal import cells, table

# What each change is called in a report, and the columns that say something about it.
_TITLES: Final[Mapping[What, str]] = {
    "absorbed": "part of another system now",
    "absorbed_another": "took over another system, which one is not certain",
    "re_keyed": "the same under another key",
    "to_other_system": "belong to another system now",
    "closed": "closed",
    "gone": "listed no more, reason not known",
    "new": "new",
    "reopened": "open again",
    "temporarily_closed": "temporarily closed",
    "renamed": "renamed",
    "moved": "moved",
    "name_corrected": "another spelling of the name",
    "address_corrected": "another spelling of the address",
}
_WITH_BEFORE: Final = frozenset({"re_keyed", "to_other_system", "closed", "gone", "renamed", "moved"})
_WITH_AFTER: Final = frozenset({"absorbed", "re_keyed", "to_other_system", "new", "renamed", "moved"})
_CORRECTIONS: Final = frozenset({"name_corrected", "address_corrected"})
_WITNESSES: Final = {"code": "code", "comparison": "compared", "both": "both"}
_KINDS: Final = {"system": "systems", "outlet": "outlets"}


@dataclass(frozen=True, slots=True)
class _Section:
    title: str
    columns: tuple[str, ...]
    rows: list[tuple[str, ...]]


def show_delta(delta: Delta, rows_shown: int) -> RenderableType:
    """Counts, and the first rows of each kind of change; spellings are counted only."""
    counts = table("change", "systems", "outlets", numbers=("systems", "outlets"))
    for title, systems, outlets in _counts(delta):
        counts.add_row(*cells(title, systems, outlets))
    parts: list[RenderableType] = [_heading(delta), "", counts]
    for section in _sections(delta):
        if section.rows:
            shown = table(*section.columns, title=f"[bold]{section.title}[/]", whole=section.columns[:1])
            for row in section.rows[:rows_shown]:
                shown.add_row(*cells(*row))
            parts += ["", shown]
            if len(section.rows) > rows_shown:
                parts.append(
                    f"[dim]and {len(section.rows) - rows_shown:,} more: --output report.md has all[/]"
                )
    return Group(*parts)


def delta_as_markdown(delta: Delta) -> str:
    """The whole report."""
    lines = [
        f"# Fiscal year {delta.older.fiscal_year} to {delta.newer.fiscal_year}",
        "",
        _heading(delta) + ".",
        "",
        "Seen by: *code*, the survey's own change codes; *compared*, both releases compared; or *both*.",
        "",
        "| change | systems | outlets |",
        "|---|---:|---:|",
        *(f"| {title} | {systems:,} | {outlets:,} |" for title, systems, outlets in _counts(delta)),
    ]
    for section in _sections(delta):
        if section.rows:
            lines += ["", f"## {section.title}", "", f"| {' | '.join(section.columns)} |"]
            lines.append("|" + "---|" * len(section.columns))
            lines += [f"| {' | '.join(map(_escaped, row))} |" for row in section.rows]
    return "\n".join(lines) + "\n"


def _heading(delta: Delta) -> str:
    older, newer = delta.older, delta.newer
    return (
        f"Fiscal year {older.fiscal_year}: {older.systems:,} systems, {older.outlets:,} outlets; "
        f"{newer.fiscal_year}: {newer.systems:,} systems, {newer.outlets:,} outlets"
    )


def _counts(delta: Delta) -> Iterator[tuple[str, int, int]]:
    counts = delta.counts()
    for what in CHANGES:
        systems, outlets = counts["systems"].get(what, 0), counts["outlets"].get(what, 0)
        if systems or outlets:
            yield _TITLES[what], systems, outlets


def _sections(delta: Delta) -> Iterator[_Section]:
    for kind, kinds in _KINDS.items():
        for what in CHANGES:
            if what in _CORRECTIONS:
                continue
            changes = delta.of(kind, what)
            columns = ["FSCS key" if kind == "system" else "FSCS id", "name"]
            columns += ["before"] * (what in _WITH_BEFORE) + ["now"] * (what in _WITH_AFTER)
            if what == "renamed":
                columns.remove("name")
            rows = [_row(change) for change in changes]
            title = f"{len(changes):,} {kinds if len(changes) != 1 else kind}: {_TITLES[what]}"
            yield _Section(title, (*columns, "seen by", "what shows it"), rows)


def _row(change: ListingChange) -> tuple[str, ...]:
    values = [change.id, *([change.name] if change.what != "renamed" else [])]
    values += [change.before] * (change.what in _WITH_BEFORE) + [change.after] * (change.what in _WITH_AFTER)
    shows = ", ".join((*change.codes, *change.comparison))
    return (*values, _WITNESSES[change.evidence], shows)


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("|", "\\|").replace("<", "&lt;")
