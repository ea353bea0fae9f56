"""``fetch``: look for a newer release now, as the service does on its schedule."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Final

import typer

from library_validator.adapters.aws.fetch_states import FetchStatesTable
from library_validator.adapters.aws.fetched_releases import FetchedReleasesBucket
from library_validator.adapters.downloads.http import Urllib3Client
from library_validator.registry.refreshing import RefreshPorts, RefreshResult, refresh_registry
from library_validator.registry.store import Run
from library_validator.releases.fetching.fetch import FetchPorts
from library_validator.releases.fetching.sources import (
    ReleaseSource,
    built_in_sources,
    own_source,
    read_source_file,
)
from library_validator.terms import MOST_RELEASE_BYTES
from library_validator.views.run import run_view
from library_validator_cli.failures import FAILED, WrongUsage
from library_validator_cli.following import follow_run
from library_validator_cli.load_ending import show_ending
from library_validator_cli.options import RELEASES, AsJson, Timeout
from library_validator_cli.stack_access import Stack, StackName, open_stack
from library_validator_cli.terminal import (
    NOTHING,
    escape_cells,
    show,
    show_json,
    show_progress,
    show_warning,
    table_with_headings,
)

_SECONDS: Final = 600.0  # time limit for all sources together


def register(app: typer.Typer) -> None:
    app.command(rich_help_panel=RELEASES, epilog="Example: library-validator fetch --dry-run")(fetch)


def fetch(
    url: Annotated[
        str | None,
        typer.Option(help="Ask only this address. A release from outside the agency waits for a person."),
    ] = None,
    sources: Annotated[
        Path | None,
        typer.Option(
            exists=True,
            dir_okay=False,
            help="A file with sources to ask instead of the built-in sources: TOML or JSON.",
        ),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Ask the sources and report; upload nothing.")
    ] = False,
    timeout: Timeout = 900,
    stack_name: StackName = None,
    as_json: AsJson = False,
) -> None:
    """Look for a release that is newer than the live one, upload it, and follow the load.

    Release sources are asked in order until one of them answers. Exit code 1: no source answered, or the
    uploaded release is not live.
    """
    asked = _read_sources(url, sources)
    stack = open_stack(stack_name)
    run: Run | None = None
    with show_progress("asking the sources") as bar:
        ports = RefreshPorts(stack.registry, stack.bus, _open_fetch_ports(stack))
        refreshed = refresh_registry(asked, ports, lambda: datetime.now(UTC), trial=dry_run)
        answer = refreshed.search.answer
        if answer and answer.run_id:
            run = follow_run(stack.registry, answer.run_id, bar.say, timeout)
    if as_json:
        show_json(_as_json(refreshed, run))
    else:
        _show_fetch(refreshed)
    if run and not as_json:
        show_ending(run, as_json=False)
    if answer is None or (run and not run_view(run, active=None).is_loaded):
        raise typer.Exit(FAILED)


def _read_sources(url: str | None, file: Path | None) -> Sequence[ReleaseSource]:
    try:
        listed = read_source_file(file) if file else built_in_sources()
        return [own_source(url, listed)] if url else listed
    except ValueError as error:
        raise WrongUsage(f"{file or url}: {error}") from error


def _open_fetch_ports(stack: Stack) -> FetchPorts:
    end = time.monotonic() + _SECONDS
    return FetchPorts(
        http=Urllib3Client(),
        releases=FetchedReleasesBucket(stack.s3, stack.output("ReleasesBucket")),
        states=FetchStatesTable(stack.session.client("dynamodb"), stack.output("RegistryTable")),
        time_left=lambda: end - time.monotonic(),
        sleep=time.sleep,
        max_bytes=MOST_RELEASE_BYTES,
        has_run=lambda run_id: stack.registry.run(run_id) is not None,
    )


def _as_json(refreshed: RefreshResult, run: Run | None) -> dict[str, object]:
    search = refreshed.search
    return {
        "outcome": search.answer.outcome if search.answer else "failed",
        "attempts": [asdict(attempt) for attempt in search.attempts],
        "registry": refreshed.ages,
        "run": asdict(run) if run else None,
    }


def _show_fetch(refreshed: RefreshResult) -> None:
    shown = table_with_headings("source", "agency", "outcome", "the source …", "address")
    for attempt in refreshed.search.attempts:
        agency = "yes" if attempt.official else "no"
        row = escape_cells(
            attempt.source_id, agency, attempt.outcome.value, attempt.said, attempt.url or NOTHING
        )
        shown.add_row(*row, style="green" if attempt.outcome.is_answer else "red")
    show(shown)
    if refreshed.search.answer is None:
        age = refreshed.ages.get("RegistryAgeDays")
        show_warning(
            "no source answered; the live registry is unchanged"
            + (f": its fiscal year ended {age:,} days ago" if age is not None else "")
        )
