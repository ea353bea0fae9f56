"""``status``: what a deployed stack is doing."""

from __future__ import annotations

from typing import Annotated, Any, Final

import typer

from library_validator.casework.tasks import activation_of
from library_validator.errors import NoActiveRegistry
from library_validator_cli.policy_check import policy_check
from library_validator_cli.stack_access import Stack, StackName, open_stack
from library_validator_cli.terminal import cells, notice, show, show_json, table

QUEUES: Final = {
    "applications": "ApplicationsQueueUrl",
    "applications dead letters": "ApplicationsDeadLetterQueueUrl",
    "releases": "ReleasesQueueUrl",
    "releases dead letters": "ReleasesDeadLetterQueueUrl",
    "results": "ResultsQueueUrl",
    "results dead letters": "ResultsDeadLetterQueueUrl",
    "revalidations": "RevalidationsQueueUrl",
    "revalidations dead letters": "RevalidationsDeadLetterQueueUrl",
    "undelivered events": "UndeliveredEventsQueueUrl",
}


def register(app: typer.Typer) -> None:
    app.command(epilog="Example: library-validator status --json")(status)


def status(
    stack_name: StackName = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document instead of tables.")] = False,
) -> None:
    """Which stack answers, which registry version is live, by which policy, and what waits in the queues."""
    stack = open_stack(stack_name)
    found = status_of(stack)
    if as_json:
        show_json(found)
        return
    show(f"[bold]{found['place']}[/]")
    registry = found["registry"]
    if registry is None:
        show("no registry is active: library-validator upload RELEASE")
    else:
        show(
            f"registry {registry['active']} (fiscal year {registry['fiscal_year']}: "
            f"{registry['systems']:,} systems, {registry['outlets']:,} outlets), "
            f"live since {registry['activated_at'][:19]}, previous {registry['previous'] or 'none'}"
        )
    policy = found["policy"]
    if policy:
        show(f"policy {policy['deployed'] or 'unknown'}: {policy['sentence']}")
        for command in policy["run"]:
            notice(f"next: {command}")
    queues = table("queue", "waiting", "in work", numbers=("waiting", "in work"))
    for name, depth in found["queues"].items():
        queues.add_row(*cells(name, depth["waiting"], depth["in_work"]))
    show(queues)


def status_of(stack: Stack) -> dict[str, Any]:
    """What ``status`` shows. Depths are SQS's approximate numbers."""
    sqs = stack.sqs
    queues = {}
    for name, output in QUEUES.items():
        answer = sqs.get_queue_attributes(
            QueueUrl=stack.output(output),
            AttributeNames=["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"],
        )
        depth = answer["Attributes"]
        queues[name] = {
            "waiting": int(depth["ApproximateNumberOfMessages"]),
            "in_work": int(depth["ApproximateNumberOfMessagesNotVisible"]),
        }
    return {
        "place": stack.place,
        "is_local": stack.is_local,
        "endpoint": stack.session.client("sqs").meta.endpoint_url,
        "registry": _registry_of(stack),
        "policy": _policy_of(stack),
        "queues": queues,
        "outputs": dict(stack.outputs),
    }


def _registry_of(stack: Stack) -> dict[str, Any] | None:
    registry = stack.registry
    try:
        pointer = registry.pointer()
    except NoActiveRegistry:
        return None
    record = registry.version(pointer.active)
    return {
        "active": pointer.active,
        "previous": pointer.previous,
        "fiscal_year": pointer.fiscal_year,
        "activated_at": pointer.activated_at,
        "reason": pointer.reason,
        "systems": record.systems,
        "outlets": record.outlets,
        "entries": record.entries,
    }


def _policy_of(stack: Stack) -> dict[str, Any] | None:
    """By which policy current answers were checked; None: without a registry nobody was answered."""
    try:
        activation = activation_of(stack.registry.pointer())
    except NoActiveRegistry:
        return None
    return policy_check(stack.casework.progress(activation), stack.policy_version).as_json()
