"""``up`` and ``down``: the local stack."""

from __future__ import annotations

from typing import Annotated

import typer

from library_validator_cli.failures import Interrupted, StackUnreachable
from library_validator_cli.options import LOCAL_STACK
from library_validator_cli.stack_access import project_root
from library_validator_cli.terminal import show_notice, show_progress, show_warning
from library_validator_devstack.local_stack import LocalStack
from library_validator_devstack.state_folder import RunningStack


def register(app: typer.Typer) -> None:
    app.command(rich_help_panel=LOCAL_STACK, epilog="Example: library-validator up")(up)
    app.command(rich_help_panel=LOCAL_STACK, epilog="Example: library-validator down")(down)


def local_stack() -> LocalStack:
    """The local stack of the checkout that holds the current folder.

    Raises ``StackUnreachable`` if the current folder is not in a checkout.
    """
    root = project_root()
    if root is None:
        raise StackUnreachable(
            "the local stack needs a checkout of library-validator: "
            "neither this folder nor a folder above it has the template.yaml"
        )
    return LocalStack(root)


def up(
    redeploy: Annotated[
        bool, typer.Option("--redeploy", help="Build and deploy again, with the present code.")
    ] = False,
) -> None:
    """Start the service on this machine. Steps that were done before are skipped.

    The steps are: install, start, build, deploy. The whole template runs on 127.0.0.1, without AWS and
    without a container engine. To deploy to AWS: sam build && sam deploy.
    """
    with show_progress("starting the local stack") as bar:
        local = LocalStack(local_stack().root, progress=bar.step)
        if loss := local.folder.loss():
            show_warning(f"{loss}. An empty local stack starts now")
        with local.folder.one_at_a_time(on_wait=lambda busy: show_notice(f"{busy}; waiting until it ends")):
            running = _start_and_deploy(local, redeploy=redeploy)
    show_notice(f"the local stack is up at {running.endpoint}")
    show_notice("next, load a release: library-validator upload RELEASE")


def _start_and_deploy(local: LocalStack, *, redeploy: bool) -> RunningStack:
    """A half-started stack does not remain if a person interrupts."""
    try:
        running = local.start()
        if redeploy or not local.outputs():
            local.deploy()
    except KeyboardInterrupt:
        if local.outputs():
            raise Interrupted(
                "interrupted: the local stack is up, and a part of it may be redeployed; "
                "library-validator up --redeploy completes it"
            ) from None
        local.stop()
        raise Interrupted(
            "interrupted: the unfinished local stack is stopped again; library-validator up begins again"
        ) from None
    return running


def down() -> None:
    """Stop the local stack and delete its content: uploads, decisions, everything."""
    local = local_stack()
    crashed = local.folder.loss()
    with local.folder.one_at_a_time():
        stopped = local.stop()
    if crashed:
        show_warning(crashed)
    show_notice("the local stack is down" if stopped else "the local stack was not running")
