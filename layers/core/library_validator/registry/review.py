"""A person's review of a quarantined release: they accept it or reject it.

To accept a release, the same object is put into the bucket again, marked with the run that was accepted. That
upload triggers a load, as every upload does. The load finds the acceptance by the mark and lifts the problems
that the person accepted. An acceptance is valid for one load.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final
from urllib.parse import quote, unquote

from library_validator.errors import NoActiveRegistry, ReviewRefused
from library_validator.event_bus import EventBus, publish_or_raise
from library_validator.registry.bucket import ACCEPTED_RUN, PROVENANCE, ReleaseBucket, Upload
from library_validator.registry.events import release_refused
from library_validator.registry.store import RegistryStore, Run
from library_validator.terms import Clock, RunStatus

_NEVER_ACCEPTED: Final = "future_year"  # a year that is not over has no survey yet: the data are wrong
_LONGEST_MARK: Final = 1_000  # characters; S3 takes 2 KB of user metadata


def accept_release(
    run_id: str, reason: str, who: str, store: RegistryStore, bucket: ReleaseBucket, now: Clock
) -> Upload:
    """Accept a quarantined release; returns the new upload. The run of the new upload shows the result.

    If a call was killed before the object was in the bucket again, the next call completes it. Raises
    ``ReviewRefused`` if there is nothing to accept, ``RunChanged`` if somebody else decided at the same time,
    ``ReleaseRefused`` if the object is gone.
    """
    run = check_acceptable(run_id, store)
    mark = quote(run_id)
    metadata = bucket.metadata(run.upload)
    if run.status == "quarantined":
        store.put_run(_run_with_decision(run, "accepted", reason, who, now), expected="quarantined")
    kept = {name: value for name, value in metadata.items() if name in PROVENANCE}
    return bucket.upload_again(run.upload, run.upload.key, {**kept, ACCEPTED_RUN: mark})


def check_acceptable(run_id: str, store: RegistryStore) -> Run:
    """The run that a person may accept. Raises ``ReviewRefused``."""
    run = _reviewable_run(store.run(run_id), run_id)
    if run.status == "rejected" or run.accepted_as:
        raise ReviewRefused(run_id, _earlier_review_text(run))
    if any(problem["code"] == _NEVER_ACCEPTED for problem in run.problems):
        raise ReviewRefused(run_id, "its fiscal year is not over, so there is no survey of that year yet")
    if not run.content_sha256 or len(quote(run_id)) > _LONGEST_MARK:
        why = (
            "its name is too long"
            if run.content_sha256
            else "its run is from an older version of the service"
        )
        raise ReviewRefused(run_id, f"{why}; upload the file again under a short name")
    return run


def reject_release(
    run_id: str, reason: str, who: str, store: RegistryStore, bus: EventBus, now: Clock
) -> Run:
    """End a quarantined run for good and publish that. If a call was killed, the next call completes it.

    Raises ``ReviewRefused`` if there is nothing to reject, ``RunChanged`` if somebody else decided at the
    same time, ``PublishFailed`` (the run is rejected, its event is not published: call again).
    """
    run = _reviewable_run(store.run(run_id), run_id)
    if run.status == "accepted" or (run.status == "rejected" and run.events_published):
        raise ReviewRefused(run_id, _earlier_review_text(run))
    if run.status == "quarantined":
        run = replace(_run_with_decision(run, "rejected", reason, who, now), events_published=False)
        store.put_run(run, expected="quarantined")
    try:
        active = store.pointer().active
    except NoActiveRegistry:
        active = None
    publish_or_raise(release_refused(run, run.upload, active), bus)
    run = replace(run, events_published=True)
    store.put_run(run, expected="rejected")
    return run


def find_acceptance(
    metadata: Mapping[str, str], content_sha256: str, run_id: str, store: RegistryStore
) -> Run | None:
    """The accepted run that the metadata of an upload name. Only the load ``run_id`` may use it.

    None if no person accepted this content, or if another load has used the acceptance.
    """
    mark = metadata.get(ACCEPTED_RUN, "")
    if not mark or len(mark) > _LONGEST_MARK:
        return None
    run = store.run(unquote(mark))
    if run is None or run.status != "accepted" or run.content_sha256 != content_sha256:
        return None
    if run.accepted_as:
        return run if run.accepted_as == run_id else None
    run = replace(run, accepted_as=run_id)
    store.put_run(run, expected="accepted")
    return run


def _reviewable_run(run: Run | None, run_id: str) -> Run:
    if run is None:
        raise ReviewRefused(run_id, "there is no such run")
    if run.status not in ("quarantined", "accepted", "rejected"):
        raise ReviewRefused(run_id, f"it is {run.status}, and only a quarantined run waits for a person")
    return run


def _earlier_review_text(run: Run) -> str:
    loaded = f" and loaded as {run.accepted_as}" if run.accepted_as else ""
    return f"it was {run.status} by {run.by} on {run.decided_at[:10]}{loaded} ({run.reason})"


def _run_with_decision(run: Run, status: RunStatus, reason: str, who: str, now: Clock) -> Run:
    at = now().isoformat()
    return replace(run, status=status, reason=reason, by=who, decided_at=at, updated_at=at)
