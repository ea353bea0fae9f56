"""Before a registry goes live by a person's command: the answers that would change.

The current answers are decided again on the version that would go live, as the revalidation after the
activation does. Nothing is written. A release that is not loaded yet is read from the bucket, and its version
is built in the memory of the command.
"""

from __future__ import annotations

import math
import time
from collections import deque
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Final

import typer

from library_validator.adapters.memory.registry import MemoryRegistry
from library_validator.casework.preview import Preview
from library_validator.decisions.deciding import Decider
from library_validator.decisions.decision import SHARDS
from library_validator.matching.index import build_index
from library_validator.registry.accepted_releases import AcceptedReleases
from library_validator.registry.live import PinnedRegistry, live_registry
from library_validator.registry.proposals import proposal_of
from library_validator.registry.store import Pointer, RegistryReader, Run
from library_validator.releases.reading.release import read_release
from library_validator_cli.dry_run import DryRun
from library_validator_cli.stack_access import Stack
from library_validator_cli.tables.dry_run import dry_run_table
from library_validator_cli.terminal import show, show_notice, show_progress, show_warning
from library_validator_cli.uploading import releases_bucket

WithoutPreview = Annotated[
    bool, typer.Option("--no-preview", help="Do not count the answers that would change.")
]
PREVIEW_SECONDS: Final = 120.0


def preview_roll_back(stack: Stack, pointer: Pointer, *, as_json: bool) -> dict[str, Any]:
    """Count and show the answers that would change if the version of ``pointer`` went live."""
    return _preview(stack, lambda: PinnedRegistry(stack.registry, pointer), as_json=as_json)


def preview_acceptance(stack: Stack, run: Run, *, as_json: bool) -> dict[str, Any]:
    """Count and show the answers that would change if the release of ``run`` was loaded.

    Raises ``ReleaseRefused`` and ``IndexIncomplete`` if a release cannot be read any more.
    """
    return _preview(stack, lambda: _registry_with(stack, run), as_json=as_json)


def _registry_with(stack: Stack, run: Run) -> RegistryReader:
    """A registry in memory: the accepted releases, and the release of ``run``."""
    bucket = releases_bucket(stack)
    live = live_registry(stack.registry)
    with bucket.open_release(run.upload) as body:
        release = read_release(body, file_name=run.upload.file_name)
    proposal = proposal_of(release, run.upload, live)
    accepted = AcceptedReleases(proposal.version, bucket, read_release, lambda: math.inf)
    index = build_index([release, *accepted.other_releases(proposal)])
    return MemoryRegistry.of_index(index, proposal.releases, datetime.now(UTC))


def _has_answers(stack: Stack) -> bool:
    decisions = stack.decisions
    return any(decisions.current_page(shard, None, 1).decisions for shard in range(SHARDS))


def _preview(stack: Stack, registry_of: Callable[[], RegistryReader], *, as_json: bool) -> dict[str, Any]:
    if not _has_answers(stack):
        show_notice("there are no answers yet that could change")
        return {"checked": 0, "changed": 0, "unchanged": 0, "undecided": 0, "complete": True, "changes": []}
    with show_progress("building the registry that would be live") as bar:
        registry = registry_of()
        # Reading and building a release takes long; the time limit is for the answers.
        end = time.monotonic() + PREVIEW_SECONDS
        validity = timedelta(days=float(stack.output("DecisionValidityDays")))
        preview = Preview(
            stack.decisions,
            stack.revalidations,
            registry,
            Decider(registry, validity),
            lambda: datetime.now(UTC),
            stack.partners.partners(),
        )
        run = DryRun(preview, stack.policy_version, time_left=lambda: end - time.monotonic())
        deque(run.lines(bar.say), maxlen=0)
    if not as_json:
        _show_counts(run)
    return run.as_json()


def _show_counts(run: DryRun) -> None:
    if run.changed:
        show(dry_run_table(run))
    registry = run.preview.live.registry_version
    show_notice(
        f"on registry {registry}: {run.checked:,} answers checked, {run.changed:,} would change, "
        f"{run.unchanged:,} would stay, {run.undecided:,} could not be decided"
    )
    if not run.is_complete:
        show_warning(
            f"after {PREVIEW_SECONDS:,.0f} seconds not all answers were checked: more of them may change"
        )
    for sentence in run.warnings():
        show_warning(sentence)
