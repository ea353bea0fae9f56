"""Cells and tables of the report."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from typing import Final, NamedTuple

from library_validator_cli.evaluation.intervals import Share

NOTHING: Final = "-"


class Cell(NamedTuple):
    """``content`` is HTML; ``style`` a CSS class."""

    content: str
    style: str = ""


def as_html(text: str) -> str:
    """Text that others wrote, made harmless: escaped markup, visible control characters."""
    return escape("".join(_visible_character(character) for character in text))


def _visible_character(character: str) -> str:
    return character if character.isprintable() else f"⟨U+{ord(character):04X}⟩"


def percent_text(value: float | None) -> str:
    """Two decimals, or three if two would falsely show 0% or 100%."""
    if value is None:
        return NOTHING
    near_an_end = 0 < value < 0.0001 or 0.9999 < value < 1
    return f"{100 * value:.3f}%" if near_an_end else f"{100 * value:.2f}%"


def number_cell(value: int) -> Cell:
    return Cell(f"{value:,}", "number")


def share_cell(of: Share) -> Cell:
    """A percentage with its interval."""
    if of.share is None:
        return Cell(NOTHING, "number")
    return Cell(f"{percent_text(of.share)}{_interval_html(of)}", "number")


def rows_cell(of: Share, *, grave: bool = False) -> Cell:
    """A count with the interval of its share. ``grave`` marks every count above zero."""
    if of.share is None:
        return Cell(NOTHING, "number")
    return Cell(f"{of.count:,}{_interval_html(of)}", "number bad" if grave and of.count else "number")


def table_html(columns: Sequence[str], rows: Iterable[Sequence[Cell]]) -> str:
    """A table. A column of numbers is aligned to the right."""
    listed = list(rows)
    if not listed:
        return "<p>None.</p>"
    styles = ["number" if "number" in cell.style else "" for cell in listed[0]]
    head = "".join(
        f"<th{_class_attribute(style)}>{as_html(name)}</th>"
        for name, style in zip(columns, styles, strict=True)
    )
    body = "".join(
        "<tr>" + "".join(f"<td{_class_attribute(cell.style)}>{cell.content}</td>" for cell in row) + "</tr>"
        for row in listed
    )
    return f'<div class="scroll"><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'


def _interval_html(of: Share) -> str:
    return f'<span class="interval">{percent_text(of.low)} to {percent_text(of.high)}</span>'


def _class_attribute(style: str) -> str:
    return f' class="{style}"' if style else ""
