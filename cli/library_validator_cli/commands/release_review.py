"""``release accept``, ``release reject``, ``release reindex``: what only a person decides of a release."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated

import typer

from library_validator.registry.bucket import Upload
from library_validator.registry.reindexing import reindex
from library_validator.registry.review import accept_release, reject_release
from library_validator.registry.store import Run
from library_validator_cli.failures import CommandFailed
from library_validator_cli.following import follow_run
from library_validator_cli.run_outcome import tell_outcome
from library_validator_cli.stack_access import Stack, StackName, open_stack
from library_validator_cli.terminal import progress, show, show_json
from library_validator_cli.uploading import releases_bucket

QuarantinedRun = Annotated[
    str, typer.Argument(metavar="RUN", help="The run's id, or a part of the file's name that only it has.")
]
Timeout = Annotated[float, typer.Option(min=1, help="Seconds to follow the load for.")]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON document instead of tables.")]


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
    reason: Annotated[str, typer.Option(help="Why: kept with the run, the registry and in its event.")],
    timeout: Timeout = 900,
    stack_name: StackName = None,
    as_json: AsJson = False,
) -> None:
    """Let a quarantined release be loaded after all, and follow the load.

    What stood against it stands on as a warning with your words. What was not known when you decided
    quarantines it again. Exit code 1: it is not live; what was live before goes on answering.
    """
    why = _words(reason)
    stack = open_stack(stack_name)
    run_id = quarantined_run(stack.registry.runs(), run, _accepted_not_loaded)
    who = stack.operator()

    def put() -> Upload:
        return accept_release(run_id, why, who, stack.registry, releases_bucket(stack), _now)

    _follow(stack, put, timeout, as_json=as_json)


def reject(
    run: QuarantinedRun,
    reason: Annotated[str, typer.Option(help="Why: kept with the run and in its event.")],
    stack_name: StackName = None,
    as_json: AsJson = False,
) -> None:
    """End a quarantined release for good. Nothing that answers changes."""
    why = _words(reason)
    stack = open_stack(stack_name)
    run_id = quarantined_run(stack.registry.runs(), run, _rejected_not_told)
    rejected = reject_release(run_id, why, stack.operator(), stack.registry, stack.bus, _now)
    if as_json:
        show_json(asdict(rejected))
    else:
        show(f"rejected: {run_id}")


def build_again(timeout: Timeout = 900, stack_name: StackName = None, as_json: AsJson = False) -> None:
    """Build the live registry again from the same releases, for a newer index format, and follow that.

    It ends as unchanged where the live version has the deployed code's format already.
    """
    stack = open_stack(stack_name)
    _follow(stack, lambda: reindex(stack.registry, releases_bucket(stack)), timeout, as_json=as_json)


def quarantined_run(runs: list[Run], wanted: str, resumable: Callable[[Run], bool]) -> str:
    """The id of the run that ``wanted`` means: its id, or a part of the file name of one that waits.

    A run waits while it is quarantined, or while a verdict on it was begun and not carried out
    (``resumable``). Raises ``CommandFailed`` where there is none, or more than one.
    """
    if any(run.run_id == wanted for run in runs):
        return wanted
    waiting = [run for run in runs if run.status == "quarantined" or resumable(run)]
    named = [run.run_id for run in waiting if wanted in run.upload.file_name]
    if len(named) == 1:
        return named[0]
    if named:
        ids = "".join(f"\n  {run_id}" for run_id in named)
        raise CommandFailed(
            f"{len(named)} quarantined runs are called like {wanted}; name one by its id:{ids}"
        )
    ended = sorted({run.status for run in runs if wanted in run.upload.file_name})
    found = f"there are {', '.join(ended)} ones only" if ended else "library-validator release list shows all"
    raise CommandFailed(f"no quarantined run is called like {wanted}: {found}")


def _follow(stack: Stack, put: Callable[[], Upload], timeout: float, *, as_json: bool) -> None:
    with progress("putting the release into the bucket again") as bar:
        run = follow_run(stack.registry, put().run_id, bar.say, timeout)
    tell_outcome(run, as_json=as_json)


def _accepted_not_loaded(run: Run) -> bool:
    return run.status == "accepted" and not run.accepted_as


def _rejected_not_told(run: Run) -> bool:
    return run.status == "rejected" and not run.events_published


def _words(reason: str) -> str:
    if not reason.strip():
        raise typer.BadParameter("say why, for whoever asks later", param_hint="--reason")
    return reason.strip()


def _now() -> datetime:
    return datetime.now(UTC)
