"""``submit``, ``results``, ``explain``: applications in, decisions out."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Annotated, Final

import typer
from rich.table import Table
from rich.text import Text

from library_validator.decisions.answer import Answer
from library_validator.decisions.application import application_from_fields
from library_validator.decisions.decision import Decision
from library_validator.decisions.store import DecisionStore
from library_validator.errors import ApplicationUnreadable
from library_validator.intake.applications_file import ApplicationsFile, BadLine, Row
from library_validator_cli.account import account
from library_validator_cli.applications_file import (
    BAD_LINES_SHOWN,
    ColumnOption,
    SheetOption,
    open_applications,
    warn_of_bad_lines,
)
from library_validator_cli.commands.matching import ApplicationsArgument
from library_validator_cli.decision_json import decision_as_json
from library_validator_cli.failures import CommandFailed
from library_validator_cli.following import follow_decisions
from library_validator_cli.overrides_shown import overrides_as_json, overrides_table
from library_validator_cli.sending import NotSent, send
from library_validator_cli.stack_access import Stack, StackName, open_stack
from library_validator_cli.terminal import (
    ANSWER_STYLES,
    NOTHING,
    Bar,
    cells,
    notice,
    progress,
    show,
    show_json,
    show_json_line,
    table,
    warning,
)

_UNITS: Final = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_SEARCHED: Final = timedelta(days=7)


def register(app: typer.Typer) -> None:
    app.command(epilog="Example: library-validator submit partners.csv")(submit)
    app.command(epilog="Example: library-validator results --since 2h --follow")(results)
    app.command(epilog="Example: library-validator explain sample-7-000042")(explain)


def submit(
    applications: ApplicationsArgument,
    column: ColumnOption = None,
    sheet: SheetOption = None,
    stack_name: StackName = None,
    as_json: Annotated[bool, typer.Option("--json", help="The counts as one JSON document.")] = False,
) -> None:
    """Send applications to the applications queue; decisions come out on the results bus.

    Columns are recognised by their headers, and a notice says which was read for what. Exit code 1: some
    lines could not be read or were not taken; the others were sent. Sending the same file again is
    harmless: an application is decided once.
    """
    stack = open_stack(stack_name)
    bad: list[BadLine] = []
    sent = 0
    with (
        open_applications(applications, columns=column, sheet=sheet) as file,
        progress(f"sending {applications.name}", file.lines) as bar,
    ):

        def count(taken: int) -> None:
            nonlocal sent
            sent += taken

        not_sent = send(
            stack.own_sqs, stack.output("ApplicationsQueueUrl"), _sendable(file, bad, bar), sent=count
        )
    if as_json:
        show_json(_outcome_as_json(sent, bad, not_sent, file))
    else:
        _show_outcome(sent, bad, not_sent, file, stack.place)
    if bad or not_sent:
        raise typer.Exit(1)


def results(
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on until interrupted.")] = False,
    since: Annotated[
        str, typer.Option(help="90s, 15m, 24h, 7d, or a date or time in ISO 8601 (UTC).")
    ] = "24h",
    decision: Annotated[Answer | None, typer.Option(help="Only these.")] = None,
    limit: Annotated[int, typer.Option(min=0, help="The newest so many in the table; 0 shows all.")] = 50,
    stack_name: StackName = None,
    as_json: Annotated[bool, typer.Option("--json", help="JSON Lines: every decision whole.")] = False,
) -> None:
    """Decisions that were made, oldest first.

    Reads the casework table: nothing is taken from the queues that partners read.
    """
    start = _time(since, datetime.now(UTC))
    store = open_stack(stack_name).casework
    if follow:
        _follow(store, start, decision, as_json=as_json)
        return
    with progress("reading decisions"):
        found = [one for one in store.recent(start) if decision in (None, one.decision)]
    if as_json:
        for one in found:
            show_json_line(decision_as_json(one))
        return
    shown = found[-limit:] if limit else found
    show(decisions_table(shown))
    if len(shown) < len(found):
        notice(f"the newest {len(shown):,} of {len(found):,} decisions; --limit 0 shows all")
    if not found:
        notice(f"no decisions since {start:%Y-%m-%d %H:%M} UTC")


def explain(
    application_id: Annotated[
        str, typer.Argument(metavar="APPLICATION_ID", help="The application's id, as its sender gave it.")
    ],
    source: Annotated[
        str | None, typer.Option(help="Who sent it, where several senders use the same ids.")
    ] = None,
    stack_name: StackName = None,
    as_json: Annotated[bool, typer.Option("--json", help="The decision and its history as JSON.")] = False,
) -> None:
    """A readable account of one decision: why, on what evidence, against which rivals, and what next.

    Without --source, your own applications come first, then those that others sent in the last 7 days.
    """
    stack = open_stack(stack_name)
    store = stack.casework
    current = decision_on(stack, application_id, source)
    history = store.history(current.source, application_id)
    overrides = store.overrides(current.source, application_id)
    if as_json:
        show_json(
            {
                **decision_as_json(current),
                "history": [decision_as_json(one) for one in history],
                "overrides": overrides_as_json(overrides, history, current),
            }
        )
        return
    show(account(current, history))
    if overrides:
        show(overrides_table(overrides, history, current))


def decision_on(stack: Stack, application_id: str, source: str | None) -> Decision:
    """The current decision; without a source, one's own application comes before those of others.

    Raises ``CommandFailed`` where there is none, or where several senders have one.
    """
    store = stack.casework
    if source is None:
        own = stack.own_source()
        source = own if store.get(own, application_id) else _other_source(store, application_id)
    current = store.get(source, application_id)
    if current is None:
        raise CommandFailed(f"{source} has no decision on an application {application_id!r}")
    return current


def decisions_table(decisions: Iterable[Decision]) -> Table:
    shown = table(
        "decided", "application", "decision", "match", "listed as", "reasons", whole=("decision", "match")
    )
    for one in decisions:
        match = one.match
        row = cells(
            f"{one.decided_at:%H:%M:%S}",
            one.application_id,
            one.decision.value.replace("_", " "),
            (match.fscs_id or match.fscs_key) if match else NOTHING,
            match.name if match else NOTHING,
            " ".join(one.reason_codes),
        )
        row[2] = f"[{ANSWER_STYLES[one.decision.value]}]{row[2]}[/]"
        shown.add_row(*row)
    return shown


def _sendable(file: ApplicationsFile, bad: list[BadLine], bar: Bar) -> Iterator[Row]:
    """Rows that the service can answer; the others go to ``bad``."""
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


def _show_outcome(
    sent: int, bad: list[BadLine], not_sent: list[NotSent], file: ApplicationsFile, place: str
) -> None:
    for sentence in file.notices.sentences():
        notice(sentence)
    warn_of_bad_lines(bad)
    for one in not_sent[:BAD_LINES_SHOWN]:
        warning(f"line {one.row.line} ({one.row.application_id}) was not taken: {one.reason}")
    show(
        f"{sent:,} applications sent to {place}"
        + (f", {len(bad):,} lines not readable" if bad else "")
        + (f", {len(not_sent):,} not taken" if not_sent else "")
    )


def _outcome_as_json(
    sent: int, bad: list[BadLine], not_sent: list[NotSent], file: ApplicationsFile
) -> dict[str, object]:
    return {
        "sent": sent,
        "unreadable": [line.as_json for line in bad],
        "not_taken": [
            {"line": one.row.line, "application_id": one.row.application_id, "error": one.reason}
            for one in not_sent
        ],
        "notices": file.notices.sentences(),
    }


def _follow(store: DecisionStore, start: datetime, only: Answer | None, *, as_json: bool) -> None:
    try:
        for one in follow_decisions(store, start):
            if one is None or only not in (None, one.decision):
                continue
            if as_json:
                show_json_line(decision_as_json(one))
            else:
                show(_line(one))
    except KeyboardInterrupt:
        notice("stopped following")


def _line(one: Decision) -> Text:
    answer = one.decision.value
    match = f"{one.match.fscs_id or one.match.fscs_key}  {one.match.name}" if one.match else NOTHING
    return Text.assemble(
        f"{one.decided_at:%H:%M:%S}  {one.application_id}  ",
        (f"{answer.replace('_', ' '):<13}", ANSWER_STYLES[answer]),
        f"  {match}  {' '.join(one.reason_codes)}",
    )


def _other_source(store: DecisionStore, application_id: str) -> str:
    """The only source that has sent such an application lately. Raises ``CommandFailed`` if none or many."""
    with progress("searching the last 7 days"):
        recent = store.recent(datetime.now(UTC) - _SEARCHED)
        sources = sorted({one.source for one in recent if one.application_id == application_id})
    if not sources:
        raise CommandFailed(
            f"no decision on an application {application_id!r} in the last 7 days; "
            "an older one of another sender needs --source"
        )
    if len(sources) > 1:
        raise CommandFailed(
            f"several senders use {application_id!r}; add --source with one of: {', '.join(sources)}"
        )
    return sources[0]


def _time(text: str, now: datetime) -> datetime:
    """``15m`` ago, or a date or time in ISO 8601, UTC unless it says otherwise."""
    ago = re.fullmatch(r"(\d{1,6})([smhd])", text.strip())
    if ago:
        return now - timedelta(seconds=int(ago[1]) * _UNITS[ago[2]])
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        raise typer.BadParameter(
            f"{text!r} is neither a duration (90s, 15m, 24h, 7d) nor a date or time (2026-11-23T08:00)",
            param_hint="--since",
        ) from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
