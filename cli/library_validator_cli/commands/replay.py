"""``replay``: publish the events of stored decisions again."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import typer

from library_validator.recovery.replaying import Period, Replayed, replay
from library_validator_cli.failures import FAILED, WrongUsage
from library_validator_cli.moments import FORMS, parse_time
from library_validator_cli.options import SERVICE, AsJson, Yes, confirm
from library_validator_cli.stack_access import StackName, open_stack
from library_validator_cli.terminal import (
    count_and_noun,
    show,
    show_json,
    show_notice,
    show_progress,
    show_warning,
)


def register(app: typer.Typer) -> None:
    app.command(
        "replay",
        rich_help_panel=SERVICE,
        epilog="Example: library-validator replay --since 2026-11-28T06:00 --until 2026-11-28T18:00",
    )(replay_events)


def replay_events(
    since: Annotated[
        str,
        typer.Option(help=f"Decisions since then: {FORMS}."),
    ],
    until: Annotated[
        str, typer.Option(help="Decisions before then, in the same forms; without it: now.")
    ] = "",
    source: Annotated[str | None, typer.Option(help="Only decisions on applications of this sender.")] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Count the events, and publish nothing.")
    ] = False,
    yes: Yes = False,
    stack_name: StackName = None,
    as_json: AsJson = False,
) -> None:
    """Publish the events of stored decisions again, oldest first, for a consumer that lost them.

    Each event has its own event id again: a consumer that has it ignores it. Every consumer of the bus gets
    the events. Decisions that are not published yet stay marked as such. If the bus refuses an event, the
    command stops and says how to go on; exit code 1.
    """
    now = datetime.now(UTC)
    end = parse_time(until, now, "--until") if until else now
    period = Period(parse_time(since, now), end, source)
    if period.since >= period.until:
        raise WrongUsage("--since is not before --until")
    stack = open_stack(stack_name)
    with show_progress("counting decisions"):
        number = sum(1 for _ in period.decisions(stack.decisions))
    about = (
        f"{count_and_noun(number, 'event')} of decisions from {_text_of(period.since)} "
        f"to {_text_of(period.until)}"
    )
    if dry_run:
        _show_count(number, about, as_json=as_json)
        return
    show_notice(about)
    confirm("Publish these events again?", yes=yes or not number, otherwise="no event was published")
    with show_progress("publishing events", number) as bar:
        done = replay(period, stack.decisions, stack.bus, bar.advance)
    _show_result(done, period, as_json=as_json)


def _show_count(number: int, about: str, *, as_json: bool) -> None:
    if as_json:
        show_json({"events": number, "published": 0})
    else:
        show(f"{about}; nothing was published")


def _show_result(done: Replayed, period: Period, *, as_json: bool) -> None:
    if as_json:
        show_json(
            {
                "published": done.published,
                "without_event": done.without_event,
                "refused": [str(refusal.event_id) for refusal in done.refused],
                "up_to": done.up_to,
            }
        )
    else:
        show(f"{count_and_noun(done.published, 'event')} published again")
    if done.without_event:
        show_warning(f"{count_and_noun(done.without_event, 'decision')} without an event: they were left out")
    if done.refused and done.up_to:
        show_warning(
            f"the bus refused {count_and_noun(len(done.refused), 'event')} ({done.refused[0].code}); "
            f"to go on: {command_to_go_on(period, done.up_to)}"
        )
        raise typer.Exit(FAILED)


def command_to_go_on(period: Period, up_to: datetime) -> str:
    only = f" --source {period.source}" if period.source else ""
    until = period.until.isoformat()
    return f"library-validator replay --since {up_to.isoformat()} --until {until}{only}"


def _text_of(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S} UTC"
