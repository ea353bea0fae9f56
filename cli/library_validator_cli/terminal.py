"""The output of commands: answers on standard output, everything else on standard error."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any, Final, Literal

import orjson
import typer
from rich.console import Console, RenderableType
from rich.markup import escape
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
)
from rich.table import Table
from rich.text import Text

ERR: Final = Console(stderr=True, highlight=False)

_PIPED_WIDTH: Final = 180  # width in characters of a table that is not shown on a terminal
NOTHING: Final = "-"  # the text of a cell without a value
ANSWER_STYLES: Final = {"validated": "green", "needs_review": "yellow", "not_validated": "red"}


def show(answer: RenderableType) -> None:
    """Print an answer on standard output."""
    has_width = sys.stdout.isatty() or "COLUMNS" in os.environ
    Console(highlight=False, width=None if has_width else _PIPED_WIDTH).print(answer)


def show_json(value: object) -> None:
    """Print an answer as one indented JSON document."""
    typer.echo(json.dumps(value, indent=2, ensure_ascii=False, default=str))


def show_json_line(value: object) -> None:
    typer.echo(json_line(value))


def json_line(value: object) -> str:
    """One line of JSON, in UTF-8; a value that JSON has no type for is written as text."""
    return orjson.dumps(value, default=str).decode()


def show_notice(text: str) -> None:
    """Print information about an answer on standard error."""
    ERR.print(safe_text(text), soft_wrap=True, style="dim")


def show_warning(text: str) -> None:
    ERR.print(safe_text(text), soft_wrap=True, style="yellow")


def show_error(text: str) -> None:
    ERR.print(f"[bold red]error:[/] {safe_text(text)}", soft_wrap=True)


def table_with_headings(
    *columns: str, title: str | None = None, numbers: tuple[str, ...] = (), whole: tuple[str, ...] = ()
) -> Table:
    """An empty table. Columns in ``numbers`` are aligned right; columns in ``whole`` are never folded."""
    made = Table(title=title, title_justify="left", box=None, pad_edge=False, header_style="bold")
    for column in columns:
        justify: Literal["left", "right"] = "right" if column in numbers else "left"
        made.add_column(column, justify=justify, overflow="fold", no_wrap=column in {*numbers, *whole})
    return made


def escape_cells(*values: Any) -> list[str]:
    """Table cells of any text. No part of a text is read as markup or changes the display."""
    return [safe_text(f"{value:,}" if isinstance(value, int) else str(value)) for value in values]


def safe_text(text: str) -> str:
    """``visible_text`` for a terminal that does not read it as markup.

    An escape sequence or a bidirectional control in a name from outside would change the display.
    """
    return escape(visible_text(text))


def visible_text(text: str) -> str:
    """``text`` with a code in place of each character that is not seen."""
    if text.isprintable():
        return text
    return "".join(sign if sign.isprintable() or sign in "\n\t" else ascii(sign)[1:-1] for sign in text)


def two_column_table() -> Table:
    """An empty table of two columns without headings: names, and their texts."""
    made = Table.grid(padding=(0, 2))
    made.add_column(no_wrap=True, min_width=10)
    made.add_column()
    return made


def styled_answer(answer: str, width: int = 0) -> tuple[str, str]:
    """An answer in words, padded to ``width``, with its style."""
    return f"{answer.replace('_', ' '):<{width}}", ANSWER_STYLES[answer]


def answer_cell(answer: str) -> str:
    """An answer as a colored table cell."""
    words, style = styled_answer(answer)
    return f"[{style}]{words}[/]"


def text_with_label(label: str, text: Text) -> Text:
    return Text.assemble(f"{label}: ", text)


def count_and_noun(number: int, noun: str) -> str:
    """``1 answer``, ``2,000 answers``."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def format_time(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S}"


class Bar:
    """A progress bar that can be moved and renamed."""

    def __init__(self, progress: Progress, task: Any) -> None:
        self._progress = progress
        self._task = task

    def advance(self, by: int = 1) -> None:
        self._progress.advance(self._task, by)

    def say(self, text: str) -> None:
        self._progress.update(self._task, description=escape(text))

    def step(self, text: str) -> None:
        """Like ``say``, for long steps: without a terminal, a line is printed instead."""
        if ERR.is_terminal:
            self.say(text)
        else:
            show_notice(text)


@contextmanager
def show_progress(text: str, total: int | None = None) -> Iterator[Bar]:
    """A bar on standard error while something runs; without a ``total``, a spinner.

    Nothing is drawn if standard error is not a terminal: logs stay readable.
    """
    columns = [SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn()]
    if total is not None:
        columns[2:2] = [BarColumn(), MofNCompleteColumn()]
    with Progress(*columns, console=ERR, transient=True, disable=not ERR.is_terminal) as drawn:
        yield Bar(drawn, drawn.add_task(escape(text), total=total))
