"""``evaluate``: how often the product is right on applications with a known right answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures.process import BrokenProcessPool
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.table import Table

from library_validator.registry.store import RegistryReader
from library_validator_cli.applications_file import ColumnOption, SheetOption
from library_validator_cli.ending import file_in_errors
from library_validator_cli.evaluation.floors import read_floors
from library_validator_cli.evaluation.intervals import Share
from library_validator_cli.evaluation.labelled import LabelledRow, fields_to_keep, read_labelled
from library_validator_cli.evaluation.measure import MeasuredRow, measure_rows
from library_validator_cli.evaluation.report import html_report
from library_validator_cli.evaluation.run import Run, read_run
from library_validator_cli.evaluation.run import evaluate as evaluated
from library_validator_cli.evaluation.summary import Group
from library_validator_cli.failures import CommandFailed
from library_validator_cli.local_matching import registry_of
from library_validator_cli.options import FILES
from library_validator_cli.terminal import (
    NOTHING,
    escape_cells,
    show,
    show_json,
    show_notice,
    show_progress,
    show_warning,
    table_with_headings,
)

# Column heading -> measure. The first measure is shown with its interval; report and JSON have all intervals.
_OF_LIBRARIES: Final = {
    "right": "validated_right",
    "wrong key": "wrong",
    "to review": "review",
    "not validated": "not_validated",
    "found": "recall",
}
_OF_OTHERS: Final = {
    "validated": "non_library_validated",
    "to review": "non_library_review",
    "not validated": "non_library_not_validated",
}
_OF_GONE: Final = {
    "validated": "gone_validated",
    "at another place": "gone_validated_elsewhere",
    "to review": "gone_review",
    "not validated": "gone_not_validated",
}
# Measures shown as a number of rows, because every row matters.
_COUNTED: Final = frozenset({"wrong", "not_validated", "non_library_validated", "gone_validated_elsewhere"})

LabelledArgument = Annotated[
    list[Path],
    typer.Argument(
        metavar="LABELLED...",
        exists=True,
        dir_okay=False,
        help="CSV files with the columns application_id, the fields of an application, "
        "label (an FSCS key, NONE or GONE), "
        "set and kind.",
    ),
]


def register(app: typer.Typer) -> None:
    app.command(
        rich_help_panel=FILES,
        epilog="Example: library-validator evaluate labelled/*.csv --release pls_fy2022_csv.zip --report out",
    )(evaluate)


def evaluate(
    labelled: LabelledArgument,
    release: Annotated[
        list[Path],
        typer.Option(
            exists=True,
            dir_okay=False,
            help="The release to decide with. Repeat the option to add older releases.",
        ),
    ],
    only: Annotated[
        str | None,
        typer.Option(
            metavar="FIELDS", help="Use only these fields of each application, for example name,city,state."
        ),
    ] = None,
    report: Annotated[
        Path | None, typer.Option(file_okay=False, help="Write report.html and run.json to this folder.")
    ] = None,
    against: Annotated[
        Path | None,
        typer.Option(exists=True, dir_okay=False, help="run.json of an earlier evaluation to compare with."),
    ] = None,
    floor: Annotated[
        Path | None,
        typer.Option(
            exists=True, dir_okay=False, help="A TOML file of limits. A missed limit gives exit code 1."
        ),
    ] = None,
    column: ColumnOption = None,
    sheet: SheetOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="The whole measurement as JSON.")] = False,
) -> None:
    """Measure how often the product is right, and how often it is wrong in each direction.

    The code of the service decides the applications in memory. Shares have 95% intervals (Wilson).
    """
    kept = fields_to_keep(only)
    files = read_labelled(labelled, kept, columns=column, sheet=sheet)
    floors = read_floors(floor) if floor else []
    earlier = (against.name, read_run(against)) if against else None
    with show_progress("reading") as starting:
        registry = registry_of(release, starting.say)
    run = evaluated(
        files,
        release,
        registry,
        _measure_files([row for file in files for row in file.rows], registry),
        only=kept,
        command=_command_line(labelled, release, kept, floor, against),
        measured_at=datetime.now(UTC).replace(microsecond=0),
        floors=floors,
        against=earlier,
    )
    for file in files:
        for sentence in file.notices:
            show_notice(f"{file.name}: {sentence}")
    if report:
        _write_report(run, report)
    if as_json:
        show_json(run.model_dump(mode="json", exclude={"rows"}))
    else:
        _show_measures(run)
    _check_floors(run, floor)


def _measure_files(rows: Sequence[LabelledRow], registry: RegistryReader) -> list[MeasuredRow]:
    measured_rows = []
    try:
        with measure_rows(rows, registry) as stream, show_progress("deciding", total=len(rows)) as bar:
            for measured in stream:
                measured_rows.append(measured)
                bar.advance()
    except BrokenProcessPool as error:
        raise CommandFailed(
            "a measuring process ended, perhaps for lack of memory; try fewer rows"
        ) from error
    return measured_rows


def _command_line(
    labelled: Sequence[Path],
    release: Sequence[Path],
    only: Sequence[str],
    floor: Path | None,
    against: Path | None,
) -> str:
    """The command with the names of files, without their folders."""
    words = ["library-validator evaluate", *(path.name for path in labelled)]
    words += [f"--release {path.name}" for path in release]
    words += [f"--only {','.join(only)}"] if only else []
    words += [f"--floor {floor.name}"] if floor else []
    words += [f"--against {against.name}"] if against else []
    return " ".join(words)


def _write_report(run: Run, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with file_in_errors(folder / "run.json"):
        (folder / "run.json").write_text(run.model_dump_json(), "utf-8")
    with file_in_errors(folder / "report.html"):
        (folder / "report.html").write_text(html_report(run), "utf-8")
    show_notice(f"written: {folder / 'report.html'}, {folder / 'run.json'}")


def _show_measures(run: Run) -> None:
    fields = f", only the fields {', '.join(run.only)}" if run.only else ""
    show_notice(f"registry {run.registry_version}, policy {run.policy_version}{fields}")
    for title, columns in (
        ("libraries", _OF_LIBRARIES),
        ("others", _OF_OTHERS),
        ("no longer listed", _OF_GONE),
    ):
        groups = [group for group in run.groups if group.measures[next(iter(columns.values()))].of]
        if groups:
            show(_table_of(title, groups, columns))
    if run.gone_validated:
        keys = ", ".join(
            f"{row.application.application_id} as {row.match.fscs_key if row.match else NOTHING}"
            + ("" if row.same_place else " (another place)")
            for row in run.gone_validated
        )
        show_notice(f"validated though no longer listed ({len(run.gone_validated)}): {keys}")
    if run.changes:
        changed = table_with_headings(
            "set", "rows", "changed", numbers=("rows", "changed"), title="since the earlier run"
        )
        for change in run.changes.sets:
            changed.add_row(*escape_cells(change.set, change.rows, change.changed))
        show(changed)
        for sentence in run.changes.differences:
            show_notice(sentence)


def _table_of(title: str, groups: Sequence[Group], columns: Mapping[str, str]) -> Table:
    """A table with the measures of one kind of rows. A narrow terminal folds the first column."""
    made = table_with_headings("set", "rows", *columns, title=title, numbers=("rows", *list(columns)[1:]))
    made.columns[2].justify = "right"
    made.columns[2].min_width = len("100.00%")
    for group in groups:
        shares = [group.measures[name] for name in columns.values()]
        shown = [_cell_text(name, share) for name, share in zip(columns.values(), shares, strict=True)]
        shown[0] += f" ({100 * shares[0].low:.2f}-{100 * shares[0].high:.2f})"
        named = f"  {group.kind}" if group.kind else group.set
        made.add_row(*escape_cells(named, shares[0].of, *shown))
    return made


def _cell_text(name: str, share: Share) -> str:
    if share.share is None:
        return NOTHING
    return f"{share.count:,}" if name in _COUNTED else f"{100 * share.share:.2f}%"


def _check_floors(run: Run, floor: Path | None) -> None:
    """Raises ``CommandFailed`` if a floor is missed, or if no floor is about this run."""
    if floor is None:
        return
    for about in run.floors_elsewhere:
        show_notice(f"floor not measured in this run: {about}")
    if not run.floors:
        raise CommandFailed(f"no floor of {floor.name} is about the sets and fields of this run")
    for check in run.missed:
        show_warning(f"{check.about}: {check.limit}, measured {check.measured}")
    if run.missed:
        raise CommandFailed(f"{len(run.missed)} of {len(run.floors)} limits missed")
    show_notice(f"all {len(run.floors)} limits met")
