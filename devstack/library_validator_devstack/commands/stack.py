"""``up`` and ``down``: the local stack."""

from __future__ import annotations

from typing import Annotated

import typer

from library_validator_cli.failures import StackUnreachable
from library_validator_cli.stack_access import project_root
from library_validator_cli.terminal import notice, progress
from library_validator_devstack.local_stack import LocalStack


def register(app: typer.Typer) -> None:
    app.command(epilog="Example: library-validator up")(up)
    app.command(epilog="Example: library-validator down")(down)


def local_stack() -> LocalStack:
    """The local stack of the checkout that one stands in. Raises ``StackUnreachable`` outside of one."""
    root = project_root()
    if root is None:
        raise StackUnreachable(
            "the local stack needs a checkout of library-validator: "
            "no folder from here upward has its template.yaml"
        )
    return LocalStack(root)


def up(
    redeploy: Annotated[
        bool, typer.Option("--redeploy", help="Build and deploy again, with the code as it is now.")
    ] = False,
) -> None:
    """Start the service on this machine: install, start, build and deploy what is not there yet.

    The whole template runs on an embedded stack on 127.0.0.1, without a container engine. AWS itself is
    deployed with sam build && sam deploy.
    """
    with progress("starting the local stack") as bar:
        local = LocalStack(local_stack().root, progress=bar.step)
        running = local.start()
        if redeploy or not local.outputs():
            local.deploy()
    notice(f"the local stack is up at {running.endpoint}")
    notice("next: library-validator upload RELEASE")


def down() -> None:
    """Stop the local stack. Everything in it is gone: uploads, decisions and all."""
    stopped = local_stack().stop()
    notice("the local stack is down" if stopped else "the local stack was not up")
