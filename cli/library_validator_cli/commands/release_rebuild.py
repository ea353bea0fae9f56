"""``release rebuild``: build the registry again from all accepted releases, and make it live once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated

import typer

from library_validator.registry.bucket import Upload
from library_validator.registry.rebuilding import ask_for_rebuild, known_releases, read_releases
from library_validator.registry.store import AcceptedRelease
from library_validator.releases.reading.release import read_release
from library_validator_cli.following import follow_run
from library_validator_cli.load_ending import show_ending
from library_validator_cli.options import AsJson, Timeout, Yes, confirm, trimmed_reason
from library_validator_cli.stack_access import Stack, StackName, open_stack
from library_validator_cli.terminal import show_notice, show_progress
from library_validator_cli.uploading import PREFIX, releases_bucket


def register(release: typer.Typer) -> None:
    release.command(
        "rebuild", epilog='Example: library-validator release rebuild --reason "the registry table was lost"'
    )(rebuild)


def rebuild(
    reason: Annotated[str, typer.Option(help="The reason, which is kept with the run and in the event.")],
    releases: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[RELEASE]...",
            help="Releases in the releases bucket, by key, or KEY@VERSION. Without them: the releases of the "
            "registry that is or was live.",
        ),
    ] = None,
    yes: Yes = False,
    timeout: Timeout = 900,
    stack_name: StackName = None,
    as_json: AsJson = False,
) -> None:
    """Build the registry again from all its releases, and follow the load.

    Use this if the registry table was lost. The registry goes live once, with all releases, and then every
    application is decided again once. If the command or the load is stopped, run the command again. Exit code
    1: the registry is not live.
    """
    why = trimmed_reason(reason)
    stack = open_stack(stack_name)
    bucket = releases_bucket(stack)
    with show_progress("reading the releases"):
        if releases:
            found = read_releases([_upload_of(stack, name) for name in releases], bucket, read_release, _now)
        else:
            found = known_releases(stack.registry, bucket)
        by = stack.operator()
    _show_releases(found)
    confirm("Build the registry from exactly these releases?", yes=yes)
    with show_progress("putting the newest release into the bucket again") as bar:
        upload = ask_for_rebuild(found, why, by, stack.registry, bucket, _now)
        run = follow_run(stack.registry, upload.run_id, bar.say, timeout)
    show_ending(run, as_json=as_json)


def _upload_of(stack: Stack, name: str) -> Upload:
    key, _, version = name.partition("@")
    key = key if key.startswith(PREFIX) else PREFIX + key
    return Upload(key, version or releases_bucket(stack).current_version(key))


def _show_releases(releases: Sequence[AcceptedRelease]) -> None:
    for release in releases:
        show_notice(f"fiscal year {release.fiscal_year}: {release.object_key} ({release.object_version})")


def _now() -> datetime:
    return datetime.now(UTC)
