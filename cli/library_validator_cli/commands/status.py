"""``status``: the state of a deployed stack."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import typer

from library_validator.errors import NoActiveRegistry
from library_validator.recovery.queues import EVERY_QUEUE, QueueDepth
from library_validator.views.policy import RESTS_ON, PolicyView, policy_view
from library_validator.views.status import RegistryView, registry_view
from library_validator_cli.next_commands import COMMANDS
from library_validator_cli.options import SERVICE, AsJson
from library_validator_cli.stack_access import Stack, StackName, open_stack
from library_validator_cli.tables.status import queues_table
from library_validator_cli.terminal import show, show_json, show_notice


@dataclass(frozen=True, slots=True)
class StackStatus:
    registry: RegistryView | None  # None: nothing is live
    policy: PolicyView | None  # None: without a registry there are no answers
    queues: Mapping[str, QueueDepth]


def register(app: typer.Typer) -> None:
    app.command(rich_help_panel=SERVICE, epilog="Example: library-validator status --json")(status)


def status(stack_name: StackName = None, as_json: AsJson = False) -> None:
    """Show the live registry version, the decision policy, and the messages that wait in the queues."""
    stack = open_stack(stack_name)
    found = status_of(stack)
    if as_json:
        show_json(_as_json(stack, found))
        return
    show(f"[bold]{stack.place}[/]")
    show(_registry_sentence(found.registry))
    if found.policy:
        show(f"policy {found.policy.deployed or 'unknown'}: {found.policy.sentence}")
        for action in found.policy.next_actions:
            show_notice(f"next: {COMMANDS[action]}")
    show(queues_table(found.queues))


def status_of(stack: Stack) -> StackStatus:
    dead_letters = stack.dead_letters
    queues = {name: dead_letters.depth(queue) for name, queue in EVERY_QUEUE.items()}
    try:
        pointer = stack.registry.pointer()
    except NoActiveRegistry:
        return StackStatus(None, None, queues)
    return StackStatus(
        registry_view(pointer, stack.registry.version(pointer.active)),
        policy_view(stack.revalidations.progress(str(pointer.activation)), stack.policy_version),
        queues,
    )


def policy_json(view: PolicyView) -> dict[str, Any]:
    """The view as JSON, with commands in place of its next actions."""
    document = asdict(view)
    actions = document.pop("next_actions")
    run = [COMMANDS[action] for action in actions]
    return document | {"run": run, "sentence": view.sentence, "rests_on": RESTS_ON}


def _as_json(stack: Stack, found: StackStatus) -> dict[str, Any]:
    return {
        "place": stack.place,
        "is_local": stack.is_local,
        "endpoint": stack.session.client("sqs").meta.endpoint_url,
        "registry": asdict(found.registry) if found.registry else None,
        "policy": policy_json(found.policy) if found.policy else None,
        "queues": {name: asdict(depth) for name, depth in found.queues.items()},
        "outputs": dict(stack.outputs),
    }


def _registry_sentence(view: RegistryView | None) -> str:
    if view is None:
        return "no registry is live; to load a release: library-validator upload RELEASE"
    return (
        f"registry {view.active} (fiscal year {view.fiscal_year}: {view.systems:,} systems, "
        f"{view.outlets:,} outlets), live since {view.activated_at[:19]}, previous {view.previous or 'none'}"
    )
