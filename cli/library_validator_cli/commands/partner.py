"""``partner``: the organizations that send applications, their principals and their limits."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import typer

from library_validator.casework.partners import (
    PartnerStore,
    Signature,
    add_partner,
    add_principal,
    partner_of,
    remove_principal,
    set_limits,
)
from library_validator.decisions.partners import Partner, PartnerLimits
from library_validator.views.partner import partner_json, partner_views
from library_validator_cli.failures import CommandFailed
from library_validator_cli.options import SERVICE, AsJson
from library_validator_cli.stack_access import Stack, StackName, open_stack
from library_validator_cli.tables.partners import partners_table
from library_validator_cli.terminal import show, show_json, show_notice

Key = Annotated[str, typer.Argument(metavar="KEY", help="The partner's key; partner list shows it.")]
Principal = Annotated[
    str,
    typer.Argument(metavar="PRINCIPAL", help="The unique id of a role (AROA…), user (AIDA…) or account."),
]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask for confirmation.")]
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
    _ask(f"Register {principal} as {name}?", yes=yes)
    _show_changed(add_partner(stack.partners, principal, name, limits, _signed(stack)), as_json=as_json)


def add_one_principal(
    key: Key, principal: Principal, yes: Yes = False, stack_name: StackName = None, as_json: AsJson = False
) -> None:
    """Let another principal send for a partner, for example a role that was made anew.

    If the principal sent applications before, these stay under its own id, which becomes an alias of the
    partner. The principal also needs the permission to send: see SenderPrincipals in the runbook.
    """
    stack = open_stack(stack_name)
    _ask(f"Let {principal} send as {_named(stack.partners, key)}?", yes=yes)
    _show_changed(add_principal(stack.partners, key, principal, _signed(stack)), as_json=as_json)
    show_notice("every instance of the service knows the principal in half a minute")


def remove_one_principal(
    key: Key, principal: Principal, yes: Yes = False, stack_name: StackName = None, as_json: AsJson = False
) -> None:
    """End the sending of a principal for a partner. Its earlier applications remain the partner's.

    A removed principal that may still send is an unregistered sender.
    """
    stack = open_stack(stack_name)
    _ask(f"End the sending of {principal} for {_named(stack.partners, key)}?", yes=yes)
    _show_changed(remove_principal(stack.partners, key, principal, _signed(stack)), as_json=as_json)


def limit(
    key: Key,
    claims_share: ClaimsShare = None,
    applications_per_hour: ApplicationsPerHour = None,
    yes: Yes = False,
    stack_name: StackName = None,
    as_json: AsJson = False,
) -> None:
    """Set the limits of a partner. A limit that is left out is the default of the stack again."""
    stack = open_stack(stack_name)
    limits = PartnerLimits(claims_share=claims_share, applications_per_hour=applications_per_hour)
    _ask(f"Replace the limits of {_named(stack.partners, key)}?", yes=yes)
    _show_changed(set_limits(stack.partners, key, limits, _signed(stack)), as_json=as_json)


def list_partners(stack_name: StackName = None, as_json: AsJson = False) -> None:
    """Show all partners with their principals, their limits and the changes made to them."""
    store = open_stack(stack_name).partners
    partners = store.partners()
    if as_json:
        show_json([partner_json(each, store.entries(each.key)) for each in partners.registered])
        return
    show(partners_table(partner_views(partners)))
    if not partners.registered:
        show_notice("no partner is registered: every sender is its own source; partner add registers one")


def _named(store: PartnerStore, key: str) -> str:
    partner = partner_of(store, key)
    return f"{partner.name} ({key})"


def _signed(stack: Stack, words: str = "") -> Signature:
    return Signature(by=stack.operator(), at=datetime.now(UTC), words=words)


def _ask(question: str, *, yes: bool) -> None:
    """Raises ``CommandFailed`` unless the person agrees."""
    if not yes and not typer.confirm(question, err=True):
        raise CommandFailed("nothing was changed")


def _show_changed(partner: Partner, *, as_json: bool) -> None:
    if as_json:
        show_json(partner_json(partner))
    else:
        show(partners_table(partner_views(partner)))
