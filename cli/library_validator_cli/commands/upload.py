"""``upload``: put a release into the service and follow its load."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import Annotated, BinaryIO, Final

import typer

from library_validator.errors import ReleaseRefused
from library_validator.registry.live import live_registry
from library_validator.releases.reading.archive import zip_pair
from library_validator_cli.following import follow_run
from library_validator_cli.inspecting import report_of
from library_validator_cli.load_ending import show_ending
from library_validator_cli.options import RELEASES, AsJson, ReleaseFile, Timeout
from library_validator_cli.stack_access import Stack, StackName, open_stack
from library_validator_cli.terminal import show_notice, show_progress, show_warning
from library_validator_cli.uploading import newest_run_id, put_release

SAMPLE: Final = "pls_sample_"  # begins the names of the sample releases


def register(app: typer.Typer) -> None:
    app.command(
        rich_help_panel=RELEASES,
        epilog="Example: library-validator upload pls_fy2022_csv.zip",
    )(upload)


def upload(
    release: ReleaseFile,
    outlets: Annotated[
        Path | None,
        typer.Argument(
            metavar="OUTLETS",
            exists=True,
            dir_okay=False,
            help="The outlets CSV, if RELEASE is the systems CSV.",
        ),
    ] = None,
    timeout: Timeout = 900,
    stack_name: StackName = None,
    as_json: AsJson = False,
) -> None:
    """Put a release into the releases bucket and follow the load until it ends.

    A release is the survey's official zip for one fiscal year, or its two CSV files, which this command zips.
    Exit code 1: the release is quarantined or refused, or its load failed. The live registry then stays as
    it was.
    """
    stack = open_stack(stack_name)
    with tempfile.TemporaryFile() as body:
        name = _write_zip(release, outlets, body)
        with show_progress(f"reading {name}") as bar:
            _show_forecast(body, name)
            bar.say(f"uploading {name}")
            run_id = put_release(stack, body, name)
            run = follow_run(
                stack.registry,
                run_id,
                bar.say,
                timeout,
                newer_run_id=lambda: newest_run_id(stack, run_id),
            )
    if run.run_id != run_id:
        show_notice(f"another upload of {name} was loaded in place of this one: {run.run_id}")
    if run.status == "quarantined" and SAMPLE not in name:
        _show_sample_that_is_live(stack)
    show_ending(run, as_json=as_json)


def _show_sample_that_is_live(stack: Stack) -> None:
    """A real release differs from the invented sample in everything: the reason should be seen first."""
    live = live_registry(stack.registry)
    samples = [release.upload.file_name for release in live.record.releases] if live else []
    invented = [name for name in samples if SAMPLE in name]
    if invented:
        show_warning(
            f"the live registry is built from the invented sample {', '.join(invented)}, so a real release "
            "is unlike it: accept the release to replace the sample of its year, or begin again without the "
            "sample: library-validator down, then up"
        )


def _write_zip(release: Path, outlets: Path | None, body: BinaryIO) -> str:
    """Write the zip to ``body``; returns the name under which it is uploaded."""
    if outlets is not None:
        zip_pair(release, outlets, body)
        return f"{release.stem}.zip"
    with release.open("rb") as source:
        shutil.copyfileobj(source, body)
    return release.name


def _show_forecast(body: BinaryIO, name: str) -> None:
    """Show early whether the service will probably load the release. The service decides later; with the
    forecast, nobody has to wait for an obvious refusal."""
    body.seek(0)
    try:
        report = report_of(body, name)
    except ReleaseRefused as refusal:
        show_warning(f"{name} will be refused: {refusal}")
        return
    show_notice(
        f"{name}: fiscal year {report.fiscal_year}, {report.systems:,} systems, {report.outlets:,} outlets"
    )
    for problem in report.problems:
        show_warning(f"{problem.severity}: {problem.message}")
