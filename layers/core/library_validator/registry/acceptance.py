"""A person's word on a quarantined release.

Accepting puts the same object into the bucket again, marked with the run that was accepted: the upload
triggers the load, like every other one. The load finds the verdict by that mark and lifts what stood
against the release then. One acceptance is good for one load.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final
from urllib.parse import quote, unquote

from library_validator.errors import NoActiveRegistry, VerdictRefused
from library_validator.event_bus import EventBus, publish_or_raise
from library_validator.registry.bucket import ACCEPTED_RUN, PROVENANCE, ReleaseBucket, Upload
from library_validator.registry.events import release_refused
from library_validator.registry.store import RegistryStore, Run
from library_validator.terms import Clock, RunStatus

ACCEPTED: Final[RunStatus] = "accepted"
REJECTED: Final[RunStatus] = "rejected"
_QUARANTINED: Final[RunStatus] = "quarantined"
_NEVER_ACCEPTED: Final = "future_year"  # a year that is not over has no survey: the data are wrong
_LONGEST_MARK: Final = 1_000  # characters; S3 takes 2 KB of user metadata


def accept_release(
    run_id: str, reason: str, who: str, store: RegistryStore, bucket: ReleaseBucket, now: Clock
) -> Upload:
    """Accept a quarantined release; returns the upload that loads it, whose run tells how that went.

    A call that was killed before the object stood there again is completed by the next one. Raises
    ``VerdictRefused`` where there is nothing to accept, ``RunChanged`` where somebody else decided at
    the same time, ``ReleaseRefused`` where the object is gone.
    """
    run = _decidable(store.run(run_id), run_id)
    if run.status == REJECTED or run.accepted_as:
        raise VerdictRefused(run_id, _decided_before(run))
    if any(problem["code"] == _NEVER_ACCEPTED for problem in run.problems):
        raise VerdictRefused(run_id, "its fiscal year is not over, so it cannot be what it says")
    mark = quote(run_id)
    if not run.content_sha256 or len(mark) > _LONGEST_MARK:
        why = (
            "its name is too long"
            if run.content_sha256
            else "its run is from an older version of the service"
        )
        raise VerdictRefused(run_id, f"{why}; upload the file again under a short name")
    judged = run.upload
    metadata = bucket.metadata(judged)
    if run.status == _QUARANTINED:
        store.put_run(_verdict(run, ACCEPTED, reason, who, now), expected=_QUARANTINED)
    kept = {name: value for name, value in metadata.items() if name in PROVENANCE}
    return bucket.put_again(judged, judged.key, {**kept, ACCEPTED_RUN: mark})


def reject_release(
    run_id: str, reason: str, who: str, store: RegistryStore, bus: EventBus, now: Clock
) -> Run:
    """End a quarantined run for good, and say so. A call that was killed is completed by the next one.

    Raises ``VerdictRefused`` where there is nothing to reject, ``RunChanged`` where somebody else
    decided at the same time, ``PublishFailed`` (rejected already: call again).
    """
    run = _decidable(store.run(run_id), run_id)
    if run.status == ACCEPTED or (run.status == REJECTED and run.events_published):
        raise VerdictRefused(run_id, _decided_before(run))
    if run.status == _QUARANTINED:
        run = replace(_verdict(run, REJECTED, reason, who, now), events_published=False)
        store.put_run(run, expected=_QUARANTINED)
    rejected = run.upload
    try:
        active = store.pointer().active
    except NoActiveRegistry:
        active = None
    publish_or_raise(release_refused(run, rejected.key, rejected.version, active), bus)
    run = replace(run, events_published=True)
    store.put_run(run, expected=REJECTED)
    return run


def find_acceptance(
    metadata: Mapping[str, str], content_sha256: str, run_id: str, store: RegistryStore
) -> Run | None:
    """The accepted run that the upload of ``run_id`` was put there again for, spent on it from now on.

    None where no person accepted this very content, or where another upload was loaded on that word.
    """
    mark = metadata.get(ACCEPTED_RUN, "")
    if not mark or len(mark) > _LONGEST_MARK:
        return None
    run = store.run(unquote(mark))
    if run is None or run.status != ACCEPTED or run.content_sha256 != content_sha256:
        return None
    if run.accepted_as:
        return run if run.accepted_as == run_id else None
    run = replace(run, accepted_as=run_id)
    store.put_run(run, expected=ACCEPTED)
    return run


def _decidable(run: Run | None, run_id: str) -> Run:
    if run is None:
        raise VerdictRefused(run_id, "there is no such run")
    if run.status not in (_QUARANTINED, ACCEPTED, REJECTED):
        raise VerdictRefused(run_id, f"it is {run.status}, and only what is quarantined waits for a person")
    return run


def _decided_before(run: Run) -> str:
    loaded = f" and loaded as {run.accepted_as}" if run.accepted_as else ""
    return f"it was {run.status} by {run.by} on {run.decided_at[:10]}{loaded} ({run.reason})"


def _verdict(run: Run, status: RunStatus, reason: str, who: str, now: Clock) -> Run:
    at = now().isoformat()
    return replace(run, status=status, reason=reason, by=who, decided_at=at, updated_at=at)
