"""``sample-applications`` and ``sample-release``: invented inputs for demos, load and tests."""

from __future__ import annotations

import csv
import io
import sys
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from library_validator_cli.commands.match import OutputFormat
from library_validator_cli.failures import CommandFailed
from library_validator_cli.options import FILES
from library_validator_cli.release_file import read_release_file
from library_validator_cli.sample_applications import COLUMNS, SampleApplication, sample_applications
from library_validator_cli.sample_release import write_sample_release
from library_validator_cli.terminal import json_line, show_notice, show_progress


def register(app: typer.Typer) -> None:
    app.command(
        "sample-applications",
        rich_help_panel=FILES,
        epilog="Example: library-validator sample-applications --release pls_fy2022_csv.zip --count 1000",
    )(applications)
    app.command(
        "sample-release",
        rich_help_panel=FILES,
        epilog="Example: library-validator sample-release --output pls_sample_fy2022_csv.zip",
    )(release)


def applications(
    release: Annotated[
        Path, typer.Option(exists=True, dir_okay=False, help="The release to draw libraries from.")
    ],
    count: Annotated[int, typer.Option(min=1, help="How many applications.")] = 100,
    seed: Annotated[int, typer.Option(help="The same seed and release give the same applications.")] = 1,
    form: Annotated[OutputFormat, typer.Option("--format", help="csv or jsonl.")] = OutputFormat.CSV,
) -> None:
    """Write applications as people type them, with their right answers. About a third of the applicants are
    impostors.

    The column label has the FSCS key of the library, or NONE for an applicant that must never be validated.
    The column kind names the sort of application. Commands that read the file ignore both columns.
    """
    with show_progress(f"reading {release.name}"):
        drawn_from = read_release_file(release)
    try:
        drawn = sample_applications(drawn_from, count, seed)
        lines = (
            _csv_text(drawn) if form is OutputFormat.CSV else (json_line(asdict(sample)) for sample in drawn)
        )
        for line in lines:
            sys.stdout.write(line + "\n")
    except ValueError as error:
        raise CommandFailed(f"{release.name}: {error}") from error


def release(
    output: Annotated[Path, typer.Option("--output", "-o", dir_okay=False, help="The zip to write.")],
    fiscal_year: Annotated[int, typer.Option(min=2021, max=2022, help="2022 or 2021.")] = 2022,
    seed: Annotated[int, typer.Option(help="The same seed gives the same bytes.")] = 1,
) -> None:
    """Write an invented release in the official layout: about 300 systems that do not exist.

    Its files say that it is a sample.
    """
    with show_progress("writing the sample release"), output.open("wb") as target:
        write_sample_release(target, fiscal_year, seed)
    show_notice(f"written: {output}; its libraries are invented")


def _csv_text(drawn: Iterable[SampleApplication]) -> Iterator[str]:
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, COLUMNS, lineterminator="")
    writer.writeheader()
    yield buffer.getvalue()
    for sample in drawn:
        buffer.seek(0)
        buffer.truncate()
        writer.writerow(asdict(sample))
        yield buffer.getvalue()
