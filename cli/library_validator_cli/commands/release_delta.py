"""``release delta``: the changes between two releases."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from library_validator.releases.lineage.delta import delta_between
from library_validator.views.delta import delta_view
from library_validator_cli.delta_markdown import delta_markdown
from library_validator_cli.failures import CommandFailed
from library_validator_cli.options import AsJson
from library_validator_cli.release_file import read_release_file
from library_validator_cli.tables.delta import delta_tables
from library_validator_cli.terminal import show, show_json, show_notice, show_progress

Older = Annotated[
    Path,
    typer.Argument(metavar="OLDER", exists=True, dir_okay=False, help="The official zip of the older year."),
]
Newer = Annotated[
    Path,
    typer.Argument(metavar="NEWER", exists=True, dir_okay=False, help="The official zip of the newer year."),
]


def register(release: typer.Typer) -> None:
    release.command(
        "delta", epilog="Example: library-validator release delta pls_fy2021_csv.zip pls_fy2022_csv.zip"
    )(delta)


def delta(
    older: Older,
    newer: Newer,
    output: Annotated[
        Path | None, typer.Option(dir_okay=False, help="Write the whole report to this file, as Markdown.")
    ] = None,
    rows: Annotated[int, typer.Option(min=1, help="Rows of each table on the terminal.")] = 15,
    as_json: AsJson = False,
) -> None:
    """Show the libraries that two releases list differently: new, gone, renamed, moved, re-keyed, absorbed,
    closed, reopened.

    Changes are found by the survey's own change codes and by comparing both files; each change says how it
    was found. Needs no AWS. Exit code 1: a file is not a whole release, or OLDER is the newer release.
    """
    with show_progress(f"reading {older.name} and {newer.name}"):
        before, after = read_release_file(older), read_release_file(newer)
        if after.fiscal_year < before.fiscal_year:
            raise CommandFailed(
                f"{newer.name} is for fiscal year {after.fiscal_year}, {older.name} for "
                f"{before.fiscal_year}: name the older release first"
            )
        found = delta_between(before, after)
    if output:
        output.write_text(delta_markdown(delta_view(found)), encoding="utf-8")
        show_notice(f"wrote {output}")
    if as_json:
        show_json(found.as_json())
    elif not output:
        show(delta_tables(delta_view(found), rows))
