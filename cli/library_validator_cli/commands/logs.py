"""``logs``: lines of the functions' logs."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Annotated, Final

import typer

from library_validator.recovery.logs import Function, FunctionLogs, Level, LogLine, newest_lines
from library_validator_cli.moments import FORMS, parse_time
from library_validator_cli.options import SERVICE
from library_validator_cli.stack_access import StackName, open_stack
from library_validator_cli.tables.logs import log_line
from library_validator_cli.terminal import show, show_json_line, show_notice, show_progress

POLL_SECONDS: Final = 2.0
# CloudWatch may show a line some seconds after it was written.
_OVERLAP: Final = timedelta(seconds=30)


def register(app: typer.Typer) -> None:
    app.command(
        rich_help_panel=SERVICE,
        epilog="Example: library-validator logs --function validate_applications --since 2h --level ERROR",
    )(logs)


def logs(
    function: Annotated[
        list[Function] | None, typer.Option(help="Only this function; may be given several times.")
    ] = None,
    since: Annotated[str, typer.Option(help=f"Lines since then: {FORMS}.")] = "15m",
    text: Annotated[
        str,
        typer.Option(
            "--id", help="Only lines with this text: an application id, event id, message id, run id."
        ),
    ] = "",
    level: Annotated[
        Level,
        typer.Option(
            case_sensitive=False, help="Only lines of this level and above; DEBUG shows Lambda's too."
        ),
    ] = Level.INFO,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="How many of the newest lines.")] = 200,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on until interrupted.")] = False,
    stack_name: StackName = None,
    as_json: Annotated[bool, typer.Option("--json", help="JSON Lines, with every field of a line.")] = False,
) -> None:
    """Show the log lines of the functions, the newest last: time, function, level, message, ids and counts.

    The logs have no words of applicants.
    """
    store = open_stack(stack_name).function_logs
    now = datetime.now(UTC)
    start = parse_time(since, now)
    functions = function or list(Function)

    def read(begin: datetime, end: datetime) -> list[LogLine]:
        return newest_lines(store, functions, begin, end, text=text, level=level, limit=limit)

    with show_progress("reading logs"):
        found = read(start, now)
    for line in found:
        _show_line(line, as_json=as_json)
    if len(found) == limit:
        show_notice(f"the newest {limit:,} lines; --limit shows more")
    if follow:
        _follow(store, functions, now, found, text, level, as_json=as_json)
    elif not found:
        show_notice(f"no such lines since {start:%Y-%m-%d %H:%M:%S} UTC")


def follow_lines(
    logs: FunctionLogs,
    functions: list[Function],
    since: datetime,
    shown: list[LogLine],
    text: str,
    level: Level,
) -> Iterator[LogLine]:
    """Yields each later line once, and never ends."""
    seen = {_key_of(line): line.at for line in shown}
    while True:
        time.sleep(POLL_SECONDS)
        start = since - _OVERLAP
        now = datetime.now(UTC)
        for line in newest_lines(logs, functions, start, now, text=text, level=level, limit=10_000):
            if _key_of(line) not in seen:
                seen[_key_of(line)] = line.at
                yield line
        since = now
        seen = {key: at for key, at in seen.items() if at >= start}


def _follow(
    store: FunctionLogs,
    functions: list[Function],
    since: datetime,
    shown: list[LogLine],
    text: str,
    level: Level,
    *,
    as_json: bool,
) -> None:
    try:
        for line in follow_lines(store, functions, since, shown, text, level):
            _show_line(line, as_json=as_json)
    except KeyboardInterrupt:
        show_notice("stopped following")


def _key_of(line: LogLine) -> str:
    return line.id or f"{line.at}{line.function}{line.message}{dict(line.fields)}"


def _show_line(line: LogLine, *, as_json: bool) -> None:
    if as_json:
        show_json_line(asdict(line))
    else:
        show(log_line(line))
