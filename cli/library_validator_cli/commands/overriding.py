"""``override set``, ``override list``, ``override reasons``: what people decide in place of the rules."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

import typer

from library_validator.casework.overriding import MAX_WORDS, Proposal, Ruling, carry_out, propose
from library_validator.decisions.answer import Answer
from library_validator.decisions.decision import Decision
from library_validator.decisions.override_reasons import override_reasons
from library_validator_cli.account import account, place
from library_validator_cli.commands.casework import decision_on
from library_validator_cli.decision_json import decision_as_json
from library_validator_cli.failures import CommandFailed
from library_validator_cli.overrides_shown import overrides_as_json, overrides_table
from library_validator_cli.stack_access import StackName, open_stack
from library_validator_cli.terminal import ANSWER_STYLES, cells, notice, show, show_json, table, warning

ApplicationId = Annotated[
    str, typer.Argument(metavar="APPLICATION_ID", help="The application's id, as its sender gave it.")
]
Source = Annotated[str | None, typer.Option(help="Who sent it, where several senders use the same ids.")]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON document instead of tables.")]


def register(app: typer.Typer) -> None:
    override = typer.Typer(
        no_args_is_help=True, help="What a person decides on one application in place of the rules."
    )
    override.command(
        "set",
        epilog="Example: library-validator override set A-17 --answer validated --as AK0001 "
        '--reason CONFIRMED_BY_PHONE --words "the director confirmed it"',
    )(set_override)
    override.command("list", epilog="Example: library-validator override list A-17")(list_overrides)
    override.command("reasons", epilog="Example: library-validator override reasons")(list_reasons)
    app.add_typer(override, name="override")


def set_override(
    application_id: ApplicationId,
    answer: Annotated[
        Answer,
        typer.Option(help="needs_review takes the present override back: the rules decide again."),
    ],
    reason: Annotated[str, typer.Option(help="A reason code: library-validator override reasons.")],
    words: Annotated[
        str,
        typer.Option(
            help=f"Why, for whoever asks later; at most {MAX_WORDS:,} characters, kept for good. Write no "
            "names, addresses or numbers of persons."
        ),
    ],
    as_library: Annotated[
        str, typer.Option("--as", help="The FSCS key or id that it is: AK0001, AK0001-002.")
    ] = "",
    source: Source = None,
    beside_holder: Annotated[
        bool,
        typer.Option("--beside-holder", help="Even if another application was validated as that library."),
    ] = False,
    seen: Annotated[
        UUID | None, typer.Option(help="Only if this event id is still that of the present decision.")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask before it is done.")] = False,
    stack_name: StackName = None,
    as_json: AsJson = False,
) -> None:
    """Answer one application in place of the rules. Shows what stands and what would, and asks.

    The answer stands through resends, new registries and renewals as long as its ground does, and
    comes back to a person when it is gone. Signed with your ARN; nothing of it is ever deleted.
    """
    stack = open_stack(stack_name)
    store = stack.casework
    present = decision_on(stack, application_id, source)
    ruling = Ruling(
        source=present.source,
        application_id=application_id,
        answer=answer,
        reason_code=reason.strip().upper(),
        words=words,
        by=stack.operator(),
        fscs=as_library.strip(),
        beside_holder=beside_holder,
        seen=seen or present.event_id,
    )
    proposal = propose(ruling, store, stack.decider, datetime.now(UTC))
    if not yes:
        _ask(proposal)
    done = carry_out(proposal, store, stack.bus)
    if as_json:
        show_json(decision_as_json(done.decision))
    else:
        show(f"decided: {_line(done.decision)}")
    if not done.published:
        notice("its event is not published yet: the sweeper does it within minutes")


def list_overrides(
    application_id: ApplicationId,
    source: Source = None,
    stack_name: StackName = None,
    as_json: AsJson = False,
) -> None:
    """Everything that people decided on an application, oldest first, and whether it stands."""
    stack = open_stack(stack_name)
    current = decision_on(stack, application_id, source)
    history = stack.casework.history(current.source, application_id)
    overrides = stack.casework.overrides(current.source, application_id)
    if as_json:
        show_json(overrides_as_json(overrides, history, current))
        return
    show(overrides_table(overrides, history, current))
    if not overrides:
        notice(f"nobody overrode the rules on {application_id}")


def list_reasons(as_json: AsJson = False) -> None:
    """The reason codes of overrides: which answer each fits, and whether it names a library."""
    reasons = override_reasons().values()
    if as_json:
        show_json(
            [
                {
                    "code": one.code,
                    "answers": sorted(one.answers),
                    "key": one.key,
                    "staff": one.staff,
                    "applicant": one.applicant,
                    "next_step": asdict(one.next_step),
                }
                for one in reasons
            ]
        )
        return
    shown = table("answer", "reason", "--as", "meaning", whole=("answer", "reason"))
    for one in reasons:
        shown.add_row(*cells(", ".join(sorted(one.answers)), one.code, one.key, one.staff))
    show(shown)


def _ask(proposal: Proposal) -> None:
    """Show what stands and what would stand, and go on only if the person wants that."""
    notice("present decision")
    show(account(proposal.current))
    show("")
    show(f"would become: {_line(proposal.decision)}")
    if proposal.beside_holder:
        warning("even if another application was validated as this library")
    if not typer.confirm("Decide so?", err=True):
        raise CommandFailed("nothing was decided")


def _line(decision: Decision) -> str:
    answer, match = decision.decision.value, decision.match
    (codes,) = cells(" ".join(decision.reason_codes))
    where = ""
    if match:
        address = place(match.street, match.city, match.state, match.zip)
        (where,) = cells(f" as {match.fscs_id or match.fscs_key} {match.name}, {address}")
    return f"[{ANSWER_STYLES[answer]}]{answer.replace('_', ' ')}[/]{where} ({codes})"
