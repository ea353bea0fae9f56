"""From an uploaded release to a live registry version.

``load_release`` is the whole sequence. It may be killed at any line and called again with the same
upload: what is live is always a whole version, and the end is the same. Loads must not run side by
side (the queue sees to it).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from library_validator.errors import IndexIncomplete, ReleaseRefused
from library_validator.event_bus import EventBus, publish_or_raise
from library_validator.matching.index import Index, build_index
from library_validator.registry.acceptance import find_acceptance
from library_validator.registry.accepted import (
    AcceptedReleases,
    Live,
    ReadRelease,
    live_registry,
    propose,
)
from library_validator.registry.bucket import PROVENANCE, ReleaseBucket, Upload
from library_validator.registry.building import (
    check_time,
    delete_stale_versions,
    discard_version,
    verify_version,
    write_version,
)
from library_validator.registry.events import registry_activated, release_refused
from library_validator.registry.journal import Journal, problems_as_json, report_as_json
from library_validator.registry.judging import judge, under
from library_validator.registry.store import Pointer, RegistryStore, Run, VersionRecord, VersionState
from library_validator.registry.versions import version_record
from library_validator.releases.lineage.delta import delta_between
from library_validator.releases.reading.release import read_release
from library_validator.releases.records import Problem, Release
from library_validator.terms import Clock, TimeLeft

LOADED: Final = "release loaded"  # the reason of an activation that needed nobody

# A validation that read the pointer before a flip has ended long before this.
READERS_GONE_AFTER: Final = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class LoadPorts:
    """What a load works with. ``time_left`` tells the seconds until the function is killed."""

    store: RegistryStore
    bucket: ReleaseBucket
    bus: EventBus
    time_left: TimeLeft
    read: ReadRelease = read_release
    build: Callable[[Sequence[Release]], Index] = build_index


def load_release(upload: Upload, ports: LoadPorts, now: Clock) -> Run:
    """Load one uploaded release; returns its run: active, unchanged, quarantined or refused.

    Whatever raises leaves the live version as it was and the run unfinished, so that the queue's next
    delivery tries again: ``IndexIncomplete`` (written is not built, or time ran short),
    ``VersionSuperseded`` (another flip came between), ``PublishFailed`` (live already; only the event
    is missing), and what the stores raise.
    """
    store, bucket = ports.store, ports.bucket
    journal = Journal(store, upload.run_id, now)
    if journal.finished:
        announce(journal, upload, ports)
        return journal.run
    live = live_registry(store)
    try:
        if _flipped_before(journal.run, live):
            mark_activated(journal, store)
        else:
            _load(journal, upload, live, ports, now)
    except ReleaseRefused as refusal:
        journal.end("refused", [Problem("release_refused", "refused", str(refusal))])
    except Exception as error:
        journal.fail(error)
        raise
    announce(journal, upload, ports)
    if live and journal.run.status == "active" and _readers_gone(live.pointer, now()):
        delete_stale_versions(store.pointer(), store, bucket, ports.time_left)
    return journal.run


def _load(journal: Journal, upload: Upload, live: Live | None, ports: LoadPorts, now: Clock) -> None:
    """Read, judge, build beside what is live, verify, flip; the journal has how it ended."""
    store, bucket = ports.store, ports.bucket
    metadata = bucket.metadata(upload)
    provenance = {name: value for name, value in metadata.items() if name in PROVENANCE}
    journal.step("reading", problems=(), provenance=provenance)
    with bucket.open_release(upload) as body:
        release = ports.read(body, file_name=upload.file_name)
    report = report_as_json(release.report)
    journal.step("guarding", report=report, content_sha256=release.content_sha256)
    proposal = propose(release, upload, live)
    version = proposal.version
    accepted = AcceptedReleases(version, bucket, ports.read, ports.time_left)
    nearest = None if proposal.known else accepted.nearest(proposal, live)
    problems = judge(proposal, provenance, live, nearest, store.find_version(version), today=now().date())
    acceptance = find_acceptance(metadata, release.content_sha256, upload.run_id, store)
    if acceptance:
        problems = under(acceptance, problems)
    if nearest:
        problems += _put_delta(upload.run_id, nearest, release, bucket)
    _put_report(journal.run, release, problems, bucket)
    if any(problem.severity == "quarantine" for problem in problems):
        journal.end("quarantined", problems)
    elif live and live.record.version == version:
        # The newest upload of what is accepted already: read from there next time.
        store.put_version(replace(live.record, releases=proposal.releases))
        journal.end("unchanged", problems, version=version)
    else:
        _forget_other_try(journal.run, version, live, ports)
        replaces = live.pointer.active if live else None
        journal.step("writing", problems, version=version, replaces=replaces)
        index = ports.build([release, *accepted.others(proposal)])
        record = version_record(proposal.releases, index)
        write_version(record, index, store, bucket, ports.time_left)
        journal.step("verifying")
        verify_version(record, index, store, bucket)
        store.set_state(version, VersionState.READY)
        check_time(version, ports.time_left)
        word = (acceptance.reason, acceptance.by) if acceptance else (LOADED, "")
        journal.step("flipping", reason=word[0], by=word[1])
        store.flip(_pointer_to(record, journal.run, now()), expected_active=replaces)
        mark_activated(journal, store)


def mark_activated(journal: Journal, store: RegistryStore) -> None:
    """After the flip: say so on both versions and on the run."""
    run = journal.run
    if run.version:
        store.set_state(run.version, VersionState.ACTIVE)
    if run.replaces:
        store.set_state(run.replaces, VersionState.SUPERSEDED)
    journal.end("active")


def announce(journal: Journal, upload: Upload, ports: LoadPorts) -> None:
    """Publish the event of a finished run, unless the bus took it before. Raises ``PublishFailed``."""
    run, store = journal.run, ports.store
    if run.events_published:
        return
    live = live_registry(store)
    if run.status in ("refused", "quarantined", "rejected"):
        active = live.record.version if live else None
        publish_or_raise(release_refused(run, upload.key, upload.version, active), ports.bus)
    elif run.status == "active" and live and live.record.version == run.version:
        publish_or_raise(registry_activated(run, live.pointer, live.record), ports.bus)
    journal.published()


def _flipped_before(run: Run, live: Live | None) -> bool:
    """Whether an earlier delivery was killed after its flip, before it could say so."""
    return run.step == "flipping" and live is not None and live.pointer.active == run.version


def _forget_other_try(run: Run, version: str, live: Live | None, ports: LoadPorts) -> None:
    """Delete what an earlier delivery wrote of another version, before the run forgets its name."""
    if run.version is None or run.version == version:
        return
    record = ports.store.find_version(run.version)
    in_use = {live.pointer.active, live.pointer.previous} if live else set()
    written = (VersionState.BUILDING, VersionState.READY)
    if record is None or record.version in in_use or record.state not in written:
        return
    if not discard_version(record, ports.store, ports.bucket, ports.time_left):
        raise IndexIncomplete(version, "there was no time left to delete an earlier try")


def _pointer_to(record: VersionRecord, run: Run, at: datetime) -> Pointer:
    return Pointer(
        active=record.version,
        previous=run.replaces,
        fiscal_year=record.fiscal_year,
        index_format=record.index_format,
        activated_at=at.isoformat(),
        reason=run.reason,
    )


def _put_report(run: Run, release: Release, problems: Sequence[Problem], bucket: ReleaseBucket) -> None:
    """What a person reads before they decide: the whole report, with every row that could not be read."""
    report: dict[str, object] = report_as_json(release.report)
    report["row_problems"] = [row.as_json() for row in release.report.row_problems]
    report["problems"] = problems_as_json(problems)
    report["content_sha256"] = release.content_sha256
    report["provenance"] = dict(run.provenance)
    bucket.put_report(run.run_id, report)


def _put_delta(run_id: str, nearest: Release, release: Release, bucket: ReleaseBucket) -> tuple[Problem, ...]:
    """What changed between the two, for people; a warning where that could not be told."""
    older, newer = sorted((nearest, release), key=lambda one: one.fiscal_year)
    try:
        delta = delta_between(older, newer)
    except Exception as error:  # noqa: BLE001 - a report that fails must not keep a good release from going live
        return (Problem("delta_missing", "warning", f"what changed could not be told: {error!r}"),)
    bucket.put_delta(run_id, delta.as_json())
    return ()


def _readers_gone(pointer: Pointer, now: datetime) -> bool:
    """Whether nobody can still be reading what ``pointer`` replaced."""
    return now - datetime.fromisoformat(pointer.activated_at) >= READERS_GONE_AFTER
