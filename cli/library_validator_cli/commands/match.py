"""``match``: decide a file of applications on this machine, without AWS."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from enum import StrEnum
from itertools import chain
from pathlib import Path
from typing import Annotated

import typer

from library_validator.decisions.deciding import Judge
from library_validator.intake.applications_file import BadLine, Row
from library_validator_cli.applications_file import (
    ApplicationsArgument,
    ColumnOption,
    SheetOption,
    open_applications,
    warn_of_bad_lines,
)
from library_validator_cli.local_matching import csv_header, csv_line, registry_of
from library_validator_cli.match_processes import AnswerLines, processes_for
from library_validator_cli.options import FILES
from library_validator_cli.output_file import write_texts
from library_validator_cli.terminal import Bar, count_and_noun, json_line, show_notice, show_progress


class OutputFormat(StrEnum):
    JSONL = "jsonl"
    CSV = "csv"


def register(app: typer.Typer) -> None:
    app.command(
        rich_help_panel=FILES,
        epilog="Example: library-validator match partners.csv --release pls_fy2022_csv.zip -o answers.jsonl",
    )(match)


def match(
    applications: ApplicationsArgument,
    release: Annotated[
        list[Path],
        typer.Option(
            exists=True,
            dir_okay=False,
            help="A release to match against; repeat the option for older releases, in any order.",
        ),
    ],
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Write to this file instead of standard output.")
    ] = None,
    form: Annotated[
        OutputFormat,
        typer.Option("--format", help="jsonl: a whole answer in each line; csv: the main fields as columns."),
    ] = OutputFormat.JSONL,
    column: ColumnOption = None,
    sheet: SheetOption = None,
) -> None:
    """Decide applications on this machine, with the code of the service: one answer for each row, in order.

    Columns are recognised by their headers; a notice names the columns that were read. A row that cannot
    be read is answered with an error and its line number. The same files give the same output.
    """
    counts: Counter[str] = Counter()
    bad: list[BadLine] = []
    as_line = csv_line if form is OutputFormat.CSV else json_line
    with open_applications(applications, columns=column, sheet=sheet) as file:
        with show_progress("reading") as starting:
            judge = Judge(registry_of(release, starting.say))
        with (
            processes_for(file.lines, judge, as_line) as match_lines,
            show_progress(f"deciding {applications.name}", total=file.lines) as bar,
        ):
            lines = _count_answers(match_lines(_collect_bad_lines(file, bad)), counts, bar)
            write_texts(chain([f"{csv_header()}\n"], lines) if form is OutputFormat.CSV else lines, output)
    for sentence in file.notices.sentences():
        show_notice(sentence)
    warn_of_bad_lines(bad)
    total = sum(counts.values())
    shares = ", ".join(f"{count:,} {answer.replace('_', ' ')}" for answer, count in counts.most_common())
    show_notice(f"{count_and_noun(total, 'answer')}: {shares}" if total else "no applications in the file")


def _collect_bad_lines(rows: Iterable[Row | BadLine], bad: list[BadLine]) -> Iterator[Row | BadLine]:
    """Yields all rows, and adds the rows that cannot be read to ``bad``."""
    for row in rows:
        if isinstance(row, BadLine):
            bad.append(row)
        yield row


def _count_answers(answered: Iterable[AnswerLines], counts: Counter[str], bar: Bar) -> Iterator[str]:
    for lines in answered:
        counts.update(lines.counts)
        bar.advance(lines.counts.total())
        yield lines.text
