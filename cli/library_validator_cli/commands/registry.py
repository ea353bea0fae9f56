"""``upload``, ``inspect``, ``release list``, ``release rollback``: releases and the live registry."""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, BinaryIO

import typer

from library_validator.errors import NoActiveRegistry, ReleaseRefused
from library_validator.registry.rollback import roll_back
from library_validator.releases.guarding.guard import problems_of_file
from library_validator.releases.reading.archive import zip_pair
from library_validator.releases.reading.release import read_release
from library_validator.releases.records import Release, ReleaseReport
from library_validator_cli.commands import delta, release_review
from library_validator_cli.failures import CommandFailed
from library_validator_cli.following import follow_run
from library_validator_cli.release_report import report_as_json, show_report
from library_validator_cli.run_outcome import remarks_on, style_of, tell_outcome
from library_validator_cli.stack_access import StackName, open_stack
from library_validator_cli.terminal import NOTHING, cells, notice, progress, show, show_json, table, warning
from library_validator_cli.uploading import PREFIX, put_release

ReleaseFile = Annotated[
    Path,
    typer.Argument(
        metavar="RELEASE", exists=True, dir_okay=False, help="An official zip, or the systems (AE) CSV."
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON document instead of tables.")]


def register(app: typer.Typer) -> None:
    app.command(epilog="Example: library-validator upload pls_fy2022_csv.zip")(upload)
    app.command(epilog="Example: library-validator inspect pls_fy2022_csv.zip --json")(inspect)
    release = typer.Typer(no_args_is_help=True, help="Releases that were uploaded, and which one answers.")
    release.command("list", epilog="Example: library-validator release list")(list_runs)
    release.command(
        "rollback", epilog='Example: library-validator release rollback --reason "FY2023 misses Kansas"'
    )(rollback)
    release_review.register(release)
    delta.register(release)
    app.add_typer(release, name="release")


def upload(
    release: ReleaseFile,
    outlets: Annotated[
        Path | None,
        typer.Argument(
            exists=True, dir_okay=False, help="The outlets CSV, where RELEASE is the systems CSV."
        ),
    ] = None,
    timeout: Annotated[float, typer.Option(min=1, help="Seconds to follow the load for.")] = 900,
    stack_name: StackName = None,
    as_json: AsJson = False,
) -> None:
    """Put a release into the releases bucket and follow the load until it is live, or why it is not.

    A release is the survey's official zip for one fiscal year, or its two CSV files, which are zipped
    here. Exit code 1: quarantined, refused or failed; what was live before goes on answering.
    """
    stack = open_stack(stack_name)
    with tempfile.TemporaryFile() as body:
        name = _whole_release(release, outlets, body)
        with progress(f"reading {name}") as bar:
            _look_at(body, name)
            bar.say(f"uploading {name}")
            run_id = put_release(stack, body, name)
            run = follow_run(stack.registry, run_id, bar.say, timeout)
    tell_outcome(run, as_json=as_json)


def inspect(release: ReleaseFile, as_json: AsJson = False) -> None:
    """What a release holds: fiscal year, layout, encodings, counts, repairs, problems. Needs no AWS.

    The service looks at more before a release goes live: it compares it with the one before.
    Exit code 1: the file is not a whole release; the sentence says what was found and expected.
    """
    try:
        with progress(f"reading {release.name}"):
            report = _report_of(read_release(release))
    except ReleaseRefused as refusal:
        if as_json:
            show_json({"status": "refused", "found": refusal.found, "expected": refusal.expected})
        raise CommandFailed(f"{release.name} is refused: {refusal}") from refusal
    if as_json:
        show_json({"status": "readable", **report_as_json(report)})
    else:
        show(show_report(report))


def list_runs(stack_name: StackName = None, as_json: AsJson = False) -> None:
    """Every upload and roll-back, newest first, and what became of it."""
    registry = open_stack(stack_name).registry
    runs = registry.runs()
    try:
        active = registry.pointer().active
    except NoActiveRegistry:
        active = None
    if as_json:
        show_json({"active": active, "runs": [asdict(run) for run in runs]})
        return
    shown = table(
        "started",
        "status",
        "what",
        "version",
        "systems",
        "outlets",
        "remarks",
        numbers=("systems", "outlets"),
    )
    for run in runs:
        report = run.report or {}
        status = run.status if run.step == "done" else f"{run.status} ({run.step})"
        live = " (live)" if run.version and run.version == active else ""
        row = cells(
            run.started_at[:19].replace("T", " "),
            status,
            run.run_id.partition("@")[0].removeprefix(PREFIX),
            f"{run.version or NOTHING}{live}",
            report.get("systems", NOTHING),
            report.get("outlets", NOTHING),
            "; ".join(remarks_on(run)),
        )
        shown.add_row(*row, style=style_of(run))
    show(shown)


def rollback(
    reason: Annotated[str, typer.Option(help="Why: kept with the registry and in its event.")],
    restore: Annotated[
        bool, typer.Option("--restore", help="Undo a roll-back: go forward again to the version it left.")
    ] = False,
    stack_name: StackName = None,
    as_json: AsJson = False,
) -> None:
    """Let the version that answered before answer again, at once.

    The version that is left is marked: no upload brings it back by itself.
    """
    if not reason.strip():
        raise typer.BadParameter("say why, for whoever asks later", param_hint="--reason")
    stack = open_stack(stack_name)
    pointer = roll_back(
        stack.registry,
        stack.bus,
        reason.strip(),
        lambda: datetime.now(UTC),
        stack.operator(),
        restore=restore,
    )
    if as_json:
        show_json(asdict(pointer))
    else:
        show(
            f"registry {pointer.active} answers now (fiscal year {pointer.fiscal_year}); "
            f"left: {pointer.previous}"
        )


def _whole_release(release: Path, outlets: Path | None, body: BinaryIO) -> str:
    """Put the zip into ``body``; returns the name it is uploaded under."""
    if outlets is not None:
        zip_pair(release, outlets, body)
        return f"{release.stem}.zip"
    with release.open("rb") as source:
        shutil.copyfileobj(source, body)
    return release.name


def _report_of(release: Release) -> ReleaseReport:
    """The report of a release, with what shows that a program spoiled its file."""
    return replace(release.report, problems=problems_of_file(release))


def _look_at(body: BinaryIO, name: str) -> None:
    """Say beforehand what the service will say: it decides, this only saves a wait."""
    body.seek(0)
    try:
        report = _report_of(read_release(body, file_name=name))
    except ReleaseRefused as refusal:
        warning(f"{name} will be refused: {refusal}")
        return
    notice(
        f"{name}: fiscal year {report.fiscal_year}, {report.systems:,} systems, {report.outlets:,} outlets"
    )
    for problem in report.problems:
        warning(f"{problem.severity}: {problem.message}")
