"""``partner``: the organizations that send applications, their principals and their limits."""

from __future__ import annotations

import time
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Final

import typer

from library_validator.casework.partners import (
    PartnerStore,
    Signature,
    add_partner,
    add_principal,
    begin_release,
    partner_of,
    remove_principal,
    resume,
    set_limits,
    suspend,
)
from library_validator.casework.suspending import (
    NOTICED_SECONDS,
    ReleaseResult,
    decide_waiting_again,
    release_claims,
    validated_decisions,
)
from library_validator.casework.tasks import Ports
from library_validator.decisions.partners import Partner, PartnerLimits
from library_validator.views.as_json import decision_json
from library_validator.views.decision import decision_view
from library_validator.views.partner import partner_json, partner_views
from library_validator_cli.failures import FAILED
from library_validator_cli.options import SERVICE, AsJson, Yes, confirm, trimmed_reason
from library_validator_cli.output_file import write_texts
from library_validator_cli.stack_access import Stack, StackName, open_stack
from library_validator_cli.tables.decisions import decisions_table
from library_validator_cli.tables.partners import partners_table
from library_validator_cli.terminal import (
    json_line,
    show,
    show_json,
    show_notice,
    show_progress,
    show_warning,
)

_SHOWN: Final = 50  # validated answers that the table shows

Key = Annotated[str, typer.Argument(metavar="KEY", help="The partner's key; partner list shows it.")]
Principal = Annotated[
    str,
    typer.Argument(metavar="PRINCIPAL", help="The unique id of a role (AROA…), user (AIDA…) or account."),
]
ClaimsShare = Annotated[
    float | None,
    typer.Option(
        min=0.0001, max=1, help="The largest part of the registry's systems that it may get validated: 0.5."
    ),
]
ApplicationsPerHour = Annotated[
    int | None, typer.Option(min=0, help="An alarm reports more applications an hour; 0: no limit.")
]


def register(app: typer.Typer) -> None:
    partner = typer.Typer(no_args_is_help=True, help="The organizations that send applications.")
    partner.command(
        "add",
        epilog='Example: library-validator partner add AROAEXAMPLE --name "A foundation"',
    )(add)
    principal = typer.Typer(no_args_is_help=True, help="The principals that send for a partner.")
    principal.command(
        "add", epilog="Example: library-validator partner principal add AROAEXAMPLE AROAANOTHER"
    )(add_one_principal)
    principal.command(
        "remove", epilog="Example: library-validator partner principal remove AROAEXAMPLE AROAANOTHER"
    )(remove_one_principal)
    partner.add_typer(principal, name="principal")
    partner.command(
        "limit", epilog="Example: library-validator partner limit AROAEXAMPLE --claims-share 0.8"
    )(limit)
    partner.command(
        "suspend",
        epilog='Example: library-validator partner suspend AROAEXAMPLE --reason "it sent the public list"',
    )(suspend_partner)
    partner.command("release-claims", epilog="Example: library-validator partner release-claims AROAEXAMPLE")(
        release_partner_claims
    )
    partner.command("resume", epilog="Example: library-validator partner resume AROAEXAMPLE")(resume_partner)
    partner.command("recount", epilog="Example: library-validator partner recount")(recount)
    partner.command("list", epilog="Example: library-validator partner list")(list_partners)
    app.add_typer(partner, name="partner", rich_help_panel=SERVICE)


def add(
    principal: Principal,
    name: Annotated[str, typer.Option(help="The organization's name, for staff only; no person's name.")],
    claims_share: ClaimsShare = None,
    applications_per_hour: ApplicationsPerHour = None,
    yes: Yes = False,
    stack_name: StackName = None,
    as_json: AsJson = False,
) -> None:
    """Register a sender. The id of its first principal is its key for ever, and its applications' source.

    From the second active partner on, the share of the claims of each sender is limited.
    """
    stack = open_stack(stack_name)
    limits = PartnerLimits(claims_share=claims_share, applications_per_hour=applications_per_hour)
    confirm(f"Register {principal} as {name}?", yes=yes)
    partner = add_partner(stack.partners, principal, name, limits, _signed(stack))
    _recount(stack)
    _show_changed(partner, as_json=as_json)


def add_one_principal(
    key: Key, principal: Principal, yes: Yes = False, stack_name: StackName = None, as_json: AsJson = False
) -> None:
    """Let another principal send for a partner, for example a role that was made anew.

    If the principal sent applications before, these stay under its own id, which becomes an alias of the
    partner. The principal also needs the permission to send: see SenderPrincipals in the runbook.
    """
    stack = open_stack(stack_name)
    confirm(f"Let {principal} send as {_named(stack.partners, key)}?", yes=yes)
    _show_changed(add_principal(stack.partners, key, principal, _signed(stack)), as_json=as_json)
    show_notice("every instance of the service knows the principal in half a minute")


def remove_one_principal(
    key: Key, principal: Principal, yes: Yes = False, stack_name: StackName = None, as_json: AsJson = False
) -> None:
    """End the sending of a principal for a partner. Its earlier applications remain the partner's.

    A removed principal that may still send is an unregistered sender.
    """
    stack = open_stack(stack_name)
    confirm(f"End the sending of {principal} for {_named(stack.partners, key)}?", yes=yes)
    _show_changed(remove_principal(stack.partners, key, principal, _signed(stack)), as_json=as_json)


def limit(
    key: Key,
    claims_share: ClaimsShare = None,
    applications_per_hour: ApplicationsPerHour = None,
    defaults: Annotated[
        bool, typer.Option("--defaults", help="First set both limits to the defaults of the stack.")
    ] = False,
    yes: Yes = False,
    stack_name: StackName = None,
    as_json: AsJson = False,
) -> None:
    """Set the limits of a partner. A limit that is not given stays as it is."""
    stack = open_stack(stack_name)
    given = {"claims_share": claims_share, "applications_per_hour": applications_per_hour}
    before = PartnerLimits() if defaults else partner_of(stack.partners, key).limits
    limits = before.model_copy(update={name: limit for name, limit in given.items() if limit is not None})
    confirm(f"Change the limits of {_named(stack.partners, key)}?", yes=yes)
    _show_changed(set_limits(stack.partners, key, limits, _signed(stack)), as_json=as_json)


def list_partners(stack_name: StackName = None, as_json: AsJson = False) -> None:
    """Show all partners with their principals, their limits and the changes made to them."""
    store = open_stack(stack_name).partners
    partners = store.partners()
    if as_json:
        show_json([partner_json(each, store.entries(each.key)) for each in partners.registered])
        return
    show(partners_table(partner_views(partners.registered)))
    if not partners.registered:
        show_notice("no partner is registered: every sender is its own source; partner add registers one")


def _named(store: PartnerStore, key: str) -> str:
    partner = partner_of(store, key)
    return f"{partner.name} ({key})"


def _signed(stack: Stack, words: str = "") -> Signature:
    return Signature(by=stack.operator(), at=datetime.now(UTC), words=words)


def _show_changed(partner: Partner, *, as_json: bool) -> None:
    if as_json:
        show_json(partner_json(partner))
    else:
        show(partners_table(partner_views([partner])))


def suspend_partner(
    key: Key,
    reason: Annotated[str, typer.Option(help="The reason, for people who read the record later.")],
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Write what it got validated, as JSON Lines.")
    ] = None,
    yes: Yes = False,
    stack_name: StackName = None,
    as_json: AsJson = False,
) -> None:
    """Stop the decisions for a partner, and list what it got validated.

    Its claims stay until release-claims gives them back. Its messages are answered with needs_review and
    PARTNER_SUSPENDED. The functions notice the suspension within half a minute.
    """
    stack = open_stack(stack_name)
    confirm(f"Suspend {_named(stack.partners, key)}?", yes=yes)
    partner = suspend(stack.partners, key, _signed(stack, trimmed_reason(reason)))
    with show_progress("reading what it got validated"):
        validated = list(validated_decisions(stack.decisions, partner))
    if output:
        write_texts((f"{json_line(decision_json(each))}\n" for each in validated), output)
    if as_json:
        show_json({"partner": partner_json(partner), "validated": len(validated)})
        return
    show(decisions_table([decision_view(each) for each in validated[:_SHOWN]]))
    show_notice(
        f"{partner.name} ({key}) is suspended; it got {len(validated):,} answers validated. "
        f"To give its claims back: library-validator partner release-claims {key}"
    )


def resume_partner(key: Key, yes: Yes = False, stack_name: StackName = None, as_json: AsJson = False) -> None:
    """Decide the applications of a suspended partner again, those that waited included.

    If the command was stopped, run it again: it goes on.
    """
    stack = open_stack(stack_name)
    confirm(f"Resume {_named(stack.partners, key)}, and decide its applications again?", yes=yes)
    partner = resume(stack.partners, key, _signed(stack))
    with show_progress("deciding again"):
        done = decide_waiting_again(partner, _ports(stack), lambda: datetime.now(UTC))
    if as_json:
        show_json(
            {"partner": partner_json(partner), "decided": done.changed, "undecided": len(done.undecided)}
        )
    else:
        show_notice(f"{partner.name} ({key}) is active; {done.changed:,} applications were decided again")
    _end_if_undecided(len(done.undecided))


def release_partner_claims(
    key: Key, yes: Yes = False, stack_name: StackName = None, as_json: AsJson = False
) -> None:
    """Give back every claim of a suspended partner, and decide the applications again that these stopped.

    Each of its answers that the rules validated becomes needs_review with PARTNER_SUSPENDED; answers that a
    person validated stay. If the command was stopped, run it again: it goes on and counts nothing twice.
    """
    stack = open_stack(stack_name)
    partner = partner_of(stack.partners, key)
    if not partner.is_active:
        count = sum(1 for _ in validated_decisions(stack.decisions, partner))
        confirm(f"Take back {count:,} validated answers of {_named(stack.partners, key)}?", yes=yes)
    partner = begin_release(stack.partners, key, _signed(stack))
    _wait_until_noticed(stack.partners, partner)
    with show_progress("giving claims back") as bar:
        done = release_claims(
            partner,
            _ports(stack),
            lambda: datetime.now(UTC),
            lambda so_far: bar.say(
                f"{so_far.released:,} claims given back, {so_far.decided:,} decided again"
            ),
        )
    _recount(stack)
    _show_release(partner, done, as_json=as_json)
    _end_if_undecided(len(done.undecided))


def _show_release(partner: Partner, done: ReleaseResult, *, as_json: bool) -> None:
    if as_json:
        show_json(
            {
                "partner": partner_json(partner),
                "released": done.released,
                "validated_by_person": done.by_person,
                "decided_again": done.decided,
                "validated": done.validated,
                "undecided": len(done.undecided),
            }
        )
    else:
        show_notice(
            f"{done.released:,} answers are not validated any more; {done.by_person:,} that a person "
            f"validated stay; {done.decided:,} applications were decided again, and {done.validated:,} of "
            "them are validated"
        )


def _recount(stack: Stack) -> Counter[str]:
    """Count the claims of every sender again. Returns the counts by source."""
    counts = stack.partners.validated_counts()
    stack.counts.set_claims(counts, stack.partners.partners())
    return counts


def recount(stack_name: StackName = None, as_json: AsJson = False) -> None:
    """Count the validated answers of every sender again, for the limits of claims."""
    stack = open_stack(stack_name)
    counts = _recount(stack)
    if as_json:
        show_json(dict(counts))
        return
    names = stack.partners.partners()
    show("validated  sender")
    for source, number in counts.most_common():
        show(f"{number:>9,}  {source}  {names.name_of(source)}".rstrip())


def _ports(stack: Stack) -> Ports:
    return Ports(
        stack.decisions,
        stack.revalidations,
        stack.registry,
        stack.decider,
        stack.bus,
        stack.partners.partners,
    )


def _wait_until_noticed(store: PartnerStore, partner: Partner) -> None:
    """Wait until no function decides for the partner any more: they read the partners every half minute."""
    at = max(entry.at for entry in store.entries(partner.key) if entry.action == "suspend")
    left = NOTICED_SECONDS - (datetime.now(UTC) - at).total_seconds()
    if left > 0:
        show_notice(f"waiting {left:.0f} seconds, until every function knows of the suspension")
        time.sleep(left)


def _end_if_undecided(number: int) -> None:
    if number:
        show_warning(
            f"{number:,} applications could not be decided: see the errors in the log, then run again"
        )
        raise typer.Exit(FAILED)
