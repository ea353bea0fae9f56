"""``results``: the decisions that were made."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import typer

from library_validator.decisions.answer import Answer
from library_validator.decisions.store import DecisionStore
from library_validator.views.as_json import decision_json
from library_validator.views.decision import decision_view
from library_validator_cli.following import follow_decisions
from library_validator_cli.moments import FORMS, parse_time
from library_validator_cli.options import SERVICE
from library_validator_cli.stack_access import StackName, open_stack
from library_validator_cli.tables.decisions import decision_line, decisions_table
from library_validator_cli.terminal import show, show_json_line, show_notice, show_progress


def register(app: typer.Typer) -> None:
    app.command(
        rich_help_panel=SERVICE,
        epilog="Example: library-validator results --since 2h --follow",
    )(results)


def results(
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on until interrupted.")] = False,
    since: Annotated[
        str,
        typer.Option(help=f"Decisions since then: {FORMS}."),
    ] = "24h",
    decision: Annotated[Answer | None, typer.Option(help="Only decisions with this answer.")] = None,
    limit: Annotated[
        int, typer.Option(min=0, help="How many of the newest decisions the table shows; 0 shows all.")
    ] = 50,
    stack_name: StackName = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="JSON Lines with a whole decision in each line.")
    ] = False,
) -> None:
    """Show the decisions that were made, oldest first.

    The decisions are read from the casework table. Nothing is taken from the queues that partners read.
    """
    start = parse_time(since, datetime.now(UTC))
    stack = open_stack(stack_name)
    store = stack.decisions
    if follow:
        _follow_decisions(store, start, decision, as_json=as_json)
        return
    with show_progress("reading decisions"):
        found = [made for made in store.recent_decisions(start) if decision in (None, made.decision)]
    if as_json:
        for made in found:
            show_json_line(decision_json(made))
        return
    shown = found[-limit:] if limit else found
    partners = stack.partners.partners()
    names = {made.source: partners.name_of(made.source) or made.source for made in shown}
    show(decisions_table([decision_view(made) for made in shown], names if partners.registered else {}))
    if len(shown) < len(found):
        show_notice(f"the newest {len(shown):,} of {len(found):,} decisions; --limit 0 shows all")
    if not found:
        show_notice(f"no decisions since {start:%Y-%m-%d %H:%M} UTC")


def _follow_decisions(store: DecisionStore, start: datetime, only: Answer | None, *, as_json: bool) -> None:
    try:
        for made in follow_decisions(store, start):
            if made is None or only not in (None, made.decision):
                continue
            if as_json:
                show_json_line(decision_json(made))
            else:
                show(decision_line(decision_view(made)))
    except KeyboardInterrupt:
        show_notice("stopped following")
