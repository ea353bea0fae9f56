"""``inspect``: the content of a release file."""

from __future__ import annotations

from dataclasses import asdict

import typer

from library_validator.errors import ReleaseRefused
from library_validator.views.release import release_view
from library_validator_cli.failures import CommandFailed
from library_validator_cli.inspecting import report_of
from library_validator_cli.options import RELEASES, AsJson, ReleaseFile
from library_validator_cli.tables.release import release_tables
from library_validator_cli.terminal import show, show_json, show_progress


def register(app: typer.Typer) -> None:
    app.command(
        rich_help_panel=RELEASES,
        epilog="Example: library-validator inspect pls_fy2022_csv.zip --json",
    )(inspect)


def inspect(release: ReleaseFile, as_json: AsJson = False) -> None:
    """Show the content of a release: fiscal year, layout, encodings, counts, repairs, problems. Needs no AWS.

    Before a release goes live, the service also compares it with the release of the year before.
    Exit code 1: the file is not a whole release; the message says what was found and what was expected.
    """
    try:
        with show_progress(f"reading {release.name}"):
            report = report_of(release, release.name)
    except ReleaseRefused as refusal:
        if as_json:
            show_json({"status": "refused", "found": refusal.found, "expected": refusal.expected})
        raise CommandFailed(f"{release.name} is refused: {refusal}") from refusal
    if as_json:
        show_json({"status": "readable", **asdict(report)})
    else:
        show(release_tables(release_view(report)))
