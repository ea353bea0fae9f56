"""``release accept``, ``release reject``, ``release reindex``: decisions that only people make."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated

import typer

from library_validator.registry.bucket import Upload
from library_validator.registry.rebuilding import is_rebuild
from library_validator.registry.reindexing import reindex
from library_validator.registry.review import accept_release, check_acceptable, reject_release
from library_validator.registry.store import Run
from library_validator_cli.failures import CommandFailed
from library_validator_cli.following import follow_run
from library_validator_cli.load_ending import show_ending
from library_validator_cli.options import AsJson, Timeout, Yes, confirm, trimmed_reason
from library_validator_cli.previewing import WithoutPreview, preview_acceptance
from library_validator_cli.stack_access import Stack, StackName, open_stack
from library_validator_cli.terminal import show, show_json, show_progress
from library_validator_cli.uploading import releases_bucket

QuarantinedRun = Annotated[
    str,
    typer.Argument(
        metavar="RUN", help="The run's id, or a part of its file's name that no other quarantined run has."
    ),
]


def register(release: typer.Typer) -> None:
    release.command(
        "accept",
        epilog='Example: library-validator release accept pls_fy2015 --reason "older year, checked by hand"',
    )(accept)
    release.command(
        "reject", epilog='Example: library-validator release reject pls_fy2023 --reason "Ohio is missing"'
    )(reject)
    release.command("reindex", epilog="Example: library-validator release reindex")(build_again)


def accept(
    run: QuarantinedRun,
    reason: Annotated[
        str,
        typer.Option(
            help="The reason, which is kept with the run and the registry version, and in the event."
        ),
    ],
    no_preview: WithoutPreview = False,
    yes: Yes = False,
    timeout: Timeout = 900,
    stack_name: StackName = None,
    as_json: AsJson = False,
) -> None:
    """Load a quarantined release after all, and follow the load.

    First the command counts the answers that would change, and asks. The problems that quarantined the
    release become warnings, with your reason. A problem that appears after your decision quarantines it
    again. Exit code 1: the release is not live, and the live registry stays as it was.
    """
    why = trimmed_reason(reason)
    stack = open_stack(stack_name)
    run_id = find_waiting_run(stack.registry.runs(), run, _is_accepted_but_not_loaded)
    waiting = check_acceptable(run_id, stack.registry)
    preview = None if no_preview else preview_acceptance(stack, waiting, as_json=as_json)
    confirm(f"Load {run_id}?", yes=yes)
    by = stack.operator()

    def upload_again() -> Upload:
        return accept_release(run_id, why, by, stack.registry, releases_bucket(stack), _now)

    _upload_and_follow(stack, upload_again, timeout, as_json=as_json, also={"preview": preview})


def reject(
    run: QuarantinedRun,
    reason: Annotated[str, typer.Option(help="The reason, which is kept with the run and in its event.")],
    stack_name: StackName = None,
    as_json: AsJson = False,
) -> None:
    """Reject a quarantined release for good. The live registry does not change."""
    why = trimmed_reason(reason)
    stack = open_stack(stack_name)
    run_id = find_waiting_run(stack.registry.runs(), run, _is_rejected_but_not_published)
    rejected = reject_release(run_id, why, stack.operator(), stack.registry, stack.bus, _now)
    if as_json:
        show_json(asdict(rejected))
    else:
        show(f"rejected: {run_id}")


def build_again(timeout: Timeout = 900, stack_name: StackName = None, as_json: AsJson = False) -> None:
    """Build the live registry again from the same releases, for a newer index format, and follow the load.

    The load ends as unchanged if the live version already has the index format of the deployed code.
    """
    stack = open_stack(stack_name)
    _upload_and_follow(
        stack, lambda: reindex(stack.registry, releases_bucket(stack)), timeout, as_json=as_json
    )


def find_waiting_run(runs: list[Run], wanted: str, resumable: Callable[[Run], bool]) -> str:
    """Finds a run by its id or by a part of its file's name (``wanted``), and returns its id.

    Only runs that wait for a person are found by a part of the name: quarantined runs, and runs whose
    acceptance or rejection was begun and not finished (``resumable``). Raises ``CommandFailed`` unless
    exactly one run is found.
    """
    if any(run.run_id == wanted for run in runs):
        return wanted
    waiting = [run for run in runs if run.status == "quarantined" or (resumable(run) and not is_rebuild(run))]
    named = [run.run_id for run in waiting if wanted in run.upload.file_name]
    if len(named) == 1:
        return named[0]
    if named:
        ids = "".join(f"\n  {run_id}" for run_id in named)
        raise CommandFailed(
            f"{len(named)} quarantined runs have {wanted} in their name; give the id of one of them:{ids}"
        )
    ended = sorted({run.status for run in runs if wanted in run.upload.file_name})
    found = f" (it is {' or '.join(ended)})" if ended else ""
    raise CommandFailed(
        f"no release with {wanted} in its name waits for a person{found}: "
        "library-validator release list shows all runs"
    )


def _upload_and_follow(
    stack: Stack,
    upload_again: Callable[[], Upload],
    timeout: float,
    *,
    as_json: bool,
    also: Mapping[str, object] | None = None,
) -> None:
    """``also``: further fields of the JSON document."""
    with show_progress("putting the release into the bucket again") as bar:
        run = follow_run(stack.registry, upload_again().run_id, bar.say, timeout)
    show_ending(run, as_json=as_json, also=also)


def _is_accepted_but_not_loaded(run: Run) -> bool:
    return run.status == "accepted" and not run.accepted_as


def _is_rejected_but_not_published(run: Run) -> bool:
    return run.status == "rejected" and not run.events_published


def _now() -> datetime:
    return datetime.now(UTC)
