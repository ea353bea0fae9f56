"""``override``: a person's decision on one application, in place of the rules."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

import typer

from library_validator.casework.overriding import MAX_WORDS, OverrideProposal, Ruling, carry_out, propose
from library_validator.decisions.answer import Answer
from library_validator.decisions.override_reasons import override_reasons
from library_validator.views.as_json import decision_json, overrides_json
from library_validator.views.decision import decision_view
from library_validator.views.history import override_rows
from library_validator_cli.commands.explain import find_decision
from library_validator_cli.options import SERVICE, ApplicationId, AsJson, Source, Yes, confirm
from library_validator_cli.stack_access import StackName, open_stack
from library_validator_cli.tables.decisions import answer_line
from library_validator_cli.tables.explanation import decision_tables, overrides_table
from library_validator_cli.terminal import (
    escape_cells,
    show,
    show_json,
    show_notice,
    show_warning,
    table_with_headings,
    text_with_label,
)


def register(app: typer.Typer) -> None:
    override = typer.Typer(
        no_args_is_help=True, help="A person's decision on one application, in place of the rules."
    )
    override.command(
        "set",
        epilog="Example: library-validator override set A-17 --answer validated --as AK0001 "
        '--reason CONFIRMED_BY_PHONE --words "the director confirmed it"',
    )(set_override)
    override.command("list", epilog="Example: library-validator override list A-17")(list_overrides)
    override.command("reasons", epilog="Example: library-validator override reasons")(list_reasons)
    app.add_typer(override, name="override", rich_help_panel=SERVICE)


def set_override(
    application_id: ApplicationId,
    answer: Annotated[
        Answer,
        typer.Option(help="needs_review ends the current override: the rules decide again."),
    ],
    reason: Annotated[
        str, typer.Option(help="A reason code; library-validator override reasons lists them.")
    ],
    words: Annotated[
        str,
        typer.Option(
            help=f"The reason, for people who read the record later; at most {MAX_WORDS:,} characters. It is "
            "never deleted: write no names, addresses or numbers of persons."
        ),
    ],
    as_library: Annotated[
        str,
        typer.Option("--as", help="FSCS key or FSCS id of the library that applied: AK0001 or AK0001-002."),
    ] = "",
    source: Source = None,
    beside_holder: Annotated[
        bool,
        typer.Option(
            "--beside-holder", help="Override even if another application was validated as that library."
        ),
    ] = False,
    seen: Annotated[
        UUID | None, typer.Option(help="Override only if the current decision still has this event id.")
    ] = None,
    yes: Yes = False,
    stack_name: StackName = None,
    as_json: AsJson = False,
) -> None:
    """Answer one application in place of the rules. The command shows the current decision and yours, and
    asks before it records yours.

    The override also applies when the application is sent again, when a registry goes live, and when a
    decision is renewed. When the facts behind the override change, a person has to decide again. The override
    is signed with your ARN and never deleted.
    """
    stack = open_stack(stack_name)
    decisions, overrides = stack.decisions, stack.overrides
    current = find_decision(stack, application_id, source)
    ruling = Ruling(
        source=current.source,
        application_id=application_id,
        answer=answer,
        reason_code=reason.strip().upper(),
        words=words,
        by=stack.operator(),
        fscs=as_library.strip(),
        beside_holder=beside_holder,
        seen=seen or current.event_id,
    )
    proposal = propose(ruling, decisions, overrides, stack.decider, datetime.now(UTC))
    if not yes:
        _ask_for_confirmation(proposal)
    done = carry_out(proposal, decisions, overrides, stack.bus, stack.partners.partners())
    if as_json:
        show_json(decision_json(done.decision))
    else:
        show(text_with_label("decided", answer_line(decision_view(done.decision))))
    if not done.published:
        show_notice("the event of the override is not published yet: the service publishes it within minutes")


def list_overrides(
    application_id: ApplicationId,
    source: Source = None,
    stack_name: StackName = None,
    as_json: AsJson = False,
) -> None:
    """Show every override of an application, oldest first, and whether it is in force."""
    stack = open_stack(stack_name)
    current = find_decision(stack, application_id, source)
    history = stack.decisions.history(current.source, application_id)
    rows = override_rows(stack.overrides.of_application(current.source, application_id), history, current)
    if as_json:
        show_json(overrides_json(rows))
        return
    show(overrides_table(rows))
    if not rows:
        show_notice(f"nobody overrode the rules on {application_id}")


def list_reasons(as_json: AsJson = False) -> None:
    """Show the reason codes of overrides: the answer that each fits, and whether it names a library."""
    reasons = override_reasons().values()
    if as_json:
        show_json(
            [
                {
                    "code": reason.code,
                    "answers": sorted(reason.answers),
                    "key": reason.key,
                    "staff": reason.staff,
                    "applicant": reason.applicant,
                    "next_step": asdict(reason.next_step),
                }
                for reason in reasons
            ]
        )
        return
    shown = table_with_headings("answer", "reason", "--as", "meaning", whole=("answer", "reason"))
    for reason in reasons:
        shown.add_row(*escape_cells(", ".join(sorted(reason.answers)), reason.code, reason.key, reason.staff))
    show(shown)


def _ask_for_confirmation(proposal: OverrideProposal) -> None:
    """Show the current decision and the proposed one. Raises ``CommandFailed`` unless the person agrees."""
    show_notice("current decision")
    show(decision_tables(decision_view(proposal.current)))
    show("")
    show(text_with_label("would become", answer_line(decision_view(proposal.decision))))
    if proposal.beside_holder:
        show_warning("even if another application was validated as this library")
    confirm("Record this override?", yes=False, otherwise="no override was recorded")
