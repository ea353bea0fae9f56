"""``submit``: send a file of applications to the service."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Annotated

import typer
from botocore.exceptions import ClientError

from library_validator.decisions.application import application_from_fields
from library_validator.errors import ApplicationUnreadable, NoActiveRegistry, RegistryUnavailable
from library_validator.intake.applications_file import ApplicationsFile, BadLine, Row
from library_validator_cli.applications_file import (
    BAD_LINES_SHOWN,
    ApplicationsArgument,
    ColumnOption,
    SheetOption,
    open_applications,
    warn_of_bad_lines,
)
from library_validator_cli.failures import FAILED
from library_validator_cli.options import SERVICE
from library_validator_cli.sending import NotSent, send
from library_validator_cli.stack_access import Stack, StackName, open_stack
from library_validator_cli.terminal import (
    Bar,
    count_and_noun,
    show,
    show_json,
    show_notice,
    show_progress,
    show_warning,
)


def register(app: typer.Typer) -> None:
    app.command(rich_help_panel=SERVICE, epilog="Example: library-validator submit partners.csv")(submit)


@dataclass(slots=True)
class SendResult:
    """The result of sending a file."""

    notices: list[str]
    sent: int = 0
    bad: list[BadLine] = field(default_factory=list)
    not_taken: list[NotSent] = field(default_factory=list)


def submit(
    applications: ApplicationsArgument,
    column: ColumnOption = None,
    sheet: SheetOption = None,
    stack_name: StackName = None,
    as_json: Annotated[bool, typer.Option("--json", help="The counts as one JSON document.")] = False,
) -> None:
    """Send applications to the applications queue. Decisions come out on the results bus.

    Columns are recognised by their headers; a notice names the columns that were read. Exit code 1: some
    lines could not be read or the queue did not take them. All other lines were sent. Sending the same file
    again is harmless: an application is decided once.
    """
    stack = open_stack(stack_name)
    _warn_without_registry(stack)
    with (
        open_applications(applications, columns=column, sheet=sheet) as file,
        show_progress(f"sending {applications.name}", file.lines) as bar,
    ):
        done = SendResult(notices=[])

        def count(taken: int) -> None:
            done.sent += taken

        rows = _rows_to_send(file, done.bad, bar)
        done.not_taken = send(stack.own_sqs, stack.output("ApplicationsQueueUrl"), rows, sent=count)
        done.notices = file.notices.sentences()
    if as_json:
        show_json(_as_json(done))
    else:
        _show_counts(done, stack.place)
    if done.bad or done.not_taken:
        raise typer.Exit(FAILED)


def _warn_without_registry(stack: Stack) -> None:
    """Warn if nothing is live. A sender who may not read the registry gets no warning."""
    try:
        stack.registry.pointer()
    except NoActiveRegistry:
        show_warning(
            "no registry is live: the applications wait, and after some tries they become dead letters; "
            "to load a release: library-validator upload RELEASE"
        )
    except (ClientError, RegistryUnavailable):
        return


def _rows_to_send(file: ApplicationsFile, bad: list[BadLine], bar: Bar) -> Iterator[Row]:
    """Rows that the service can answer; the others are added to ``bad``."""
    for row in file:
        bar.advance()
        if isinstance(row, BadLine):
            bad.append(row)
            continue
        try:
            application_from_fields(row.fields)
        except ApplicationUnreadable as error:
            bad.append(BadLine(row.line, str(error)))
        else:
            yield row


def _show_counts(done: SendResult, place: str) -> None:
    for sentence in done.notices:
        show_notice(sentence)
    warn_of_bad_lines(done.bad)
    for refused in done.not_taken[:BAD_LINES_SHOWN]:
        row = refused.row
        show_warning(f"line {row.line} ({row.application_id}) was not taken by the queue: {refused.reason}")
    show(
        f"{count_and_noun(done.sent, 'application')} sent to {place}"
        + (f", {count_and_noun(len(done.bad), 'line')} not readable" if done.bad else "")
        + (f", {len(done.not_taken):,} not taken by the queue" if done.not_taken else "")
    )


def _as_json(done: SendResult) -> dict[str, object]:
    return {
        "sent": done.sent,
        "unreadable": [line.as_json for line in done.bad],
        "not_taken": [
            {
                "line": refused.row.line,
                "application_id": refused.row.application_id,
                "error": refused.reason,
            }
            for refused in done.not_taken
        ],
        "notices": done.notices,
    }
