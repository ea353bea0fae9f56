"""``explain``: one decision with its reasons, evidence and history."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import typer

from library_validator.decisions.decision import Decision
from library_validator.errors import ApplicationUnknown, SeveralSenders
from library_validator.views.as_json import explanation_json
from library_validator.views.explanation import explanation_of
from library_validator.views.finding import find_application, find_application_of_any_sender
from library_validator_cli.failures import CommandFailed
from library_validator_cli.options import SERVICE, ApplicationId, Source
from library_validator_cli.stack_access import Stack, StackName, open_stack
from library_validator_cli.tables.explanation import explanation_tables
from library_validator_cli.terminal import show, show_json, show_notice, show_progress


def register(app: typer.Typer) -> None:
    app.command(rich_help_panel=SERVICE, epilog="Example: library-validator explain sample-7-000042")(explain)


def explain(
    application_id: ApplicationId,
    source: Source = None,
    stack_name: StackName = None,
    as_json: Annotated[bool, typer.Option("--json", help="The decision and its history as JSON.")] = False,
) -> None:
    """Explain one decision: the reasons, the evidence, the other candidates, and the next step.

    Without --source, your own application with this id is shown, or else that of any sender that was decided
    in the last 7 days.
    """
    stack = open_stack(stack_name)
    store = stack.decisions
    current = find_decision(stack, application_id, source)
    history = store.history(current.source, application_id)
    overrides = stack.overrides.of_application(current.source, application_id)
    explanation = explanation_of(current, history, overrides)
    if as_json:
        show_json(explanation_json(explanation))
    else:
        show(explanation_tables(explanation))
    if name := stack.partners.partners().name_of(current.source):
        show_notice(f"sent by {name} ({current.source})")


def find_decision(stack: Stack, application_id: str, source: str | None) -> Decision:
    """The current decision. Without a source, your own application is preferred to those of other senders.

    Raises ``ApplicationUnknown``, and ``CommandFailed`` where ``--source`` is needed.
    """
    if source is not None:
        return find_application(stack.decisions, application_id, source)
    try:
        with show_progress("searching the last 7 days"):
            return find_application_of_any_sender(
                stack.decisions, application_id, stack.own_source(), datetime.now(UTC)
            )
    except ApplicationUnknown as error:
        raise CommandFailed(f"{error}; for an older decision, name the sender with --source") from error
    except SeveralSenders as error:
        raise CommandFailed(f"{error}; choose a sender with --source") from error
