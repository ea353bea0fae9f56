"""From an uploaded release to a live registry version.

``load_release`` is the whole sequence. If it is killed at any line and called again with the same upload, the
result is the same. The live version is complete at every moment. Two loads must not run at the same time; the
queue delivers one message at a time.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from library_validator.errors import IndexIncomplete, ReleaseRefused
from library_validator.event_bus import EventBus, publish_or_raise
from library_validator.matching.index import Index, build_index
from library_validator.registry.accepted_releases import AcceptedReleases, ReadRelease
from library_validator.registry.bucket import PROVENANCE, REQUESTER, ReleaseBucket, Upload
from library_validator.registry.building import (
    check_time_left,
    delete_stale_versions,
    discard_version,
    verify_version,
    write_version,
)
from library_validator.registry.checks import check_proposal, lift_accepted_problems, lift_problems
from library_validator.registry.events import registry_activated, release_refused
from library_validator.registry.journal import Journal, problems_as_json, report_as_json
from library_validator.registry.live import LiveRegistry, live_registry
from library_validator.registry.proposals import proposal_of
from library_validator.registry.rebuilding import Rebuild, find_rebuild
from library_validator.registry.review import find_acceptance
from library_validator.registry.store import (
    AcceptedRelease,
    Pointer,
    RegistryStore,
    Run,
    VersionRecord,
    VersionState,
)
from library_validator.registry.versions import version_name, version_record
from library_validator.releases.lineage.delta import delta_between
from library_validator.releases.reading.release import read_release
from library_validator.releases.records import Problem, Release
from library_validator.terms import Clock, TimeLeft

LOADED: Final = "release loaded"  # the reason of an activation that needed no person

# Every batch that read the pointer before a flip has ended when this time has passed.
LONGEST_VALIDATION: Final = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class LoadPorts:
    """The ports and the functions that a load needs."""

    store: RegistryStore
    bucket: ReleaseBucket
    bus: EventBus
    time_left: TimeLeft
    read: ReadRelease = read_release
    build: Callable[[Sequence[Release]], Index] = build_index


def load_release(upload: Upload, ports: LoadPorts, now: Clock, requester: str = "") -> Run:
    """Load one uploaded release; returns its run: active, unchanged, quarantined or refused.

    ``requester``: the account that uploaded it, as S3 says; empty if S3 does not say it.

    An exception leaves the live version as it was and the run unfinished: the queue delivers the message
    again. Raises ``IndexIncomplete`` (the written index differs from the built one, or time ran short),
    ``VersionSuperseded`` (another flip happened meanwhile), ``PublishFailed`` (the version is live, its event
    is not published), and the errors of the stores.
    """
    store, bucket = ports.store, ports.bucket
    journal = Journal(store, upload.run_id, now)
    if journal.is_finished:
        announce_run(journal, upload, ports)
        return journal.run
    live = live_registry(store)
    try:
        if _has_flipped_before(journal.run, live):
            mark_activated(journal, store, bucket)
        else:
            _load_upload(journal, upload, requester, live, ports, now)
    except ReleaseRefused as refusal:
        journal.end_run("refused", [Problem("release_refused", "refused", str(refusal))])
    except Exception as error:
        journal.note_failure(error)
        raise
    announce_run(journal, upload, ports)
    if live and journal.run.status == "active" and _has_no_readers_left(live.pointer, now()):
        delete_stale_versions(store.pointer(), store, bucket, ports.time_left)
    return journal.run


def _load_upload(
    journal: Journal,
    upload: Upload,
    requester: str,
    live: LiveRegistry | None,
    ports: LoadPorts,
    now: Clock,
) -> None:
    """Read and check the release, build and verify its version, make it live. Note the result."""
    store, bucket = ports.store, ports.bucket
    metadata = bucket.metadata(upload)
    provenance = {name: value for name, value in metadata.items() if name in PROVENANCE}
    if requester:
        provenance[REQUESTER] = requester
    journal.begin_step("reading", problems=(), provenance=provenance)
    rebuild = find_rebuild(metadata, upload.run_id, store)
    if rebuild:
        _load_rebuild(rebuild, journal, live, ports, now)
        return
    with bucket.open_release(upload) as body:
        release = ports.read(body, file_name=upload.file_name)
    report = report_as_json(release.report)
    journal.begin_step("guarding", report=report, content_sha256=release.content_sha256)
    proposal = proposal_of(release, upload, live)
    version = proposal.version
    accepted = AcceptedReleases(version, bucket, ports.read, ports.time_left)
    nearest = None if proposal.known else accepted.nearest_release(proposal, live)
    earlier = store.find_version(version)
    problems = check_proposal(proposal, provenance, live, nearest, earlier, today=now().date())
    acceptance = find_acceptance(metadata, release.content_sha256, upload.run_id, store)
    if acceptance:
        problems = lift_accepted_problems(problems, acceptance)
    if nearest:
        problems += _put_delta(upload.run_id, nearest, release, bucket)
    _put_report(journal.run, release, problems, bucket)
    if any(problem.severity == "quarantine" for problem in problems):
        journal.end_run("quarantined", problems)
    elif live and live.record.version == version:
        # The content is accepted already. The next load reads it from this newest upload.
        store.put_version(replace(live.record, releases=proposal.releases))
        journal.end_run("unchanged", problems, version=version)
    else:
        why = (acceptance.reason, acceptance.by) if acceptance else (LOADED, "")
        _make_live(
            proposal.releases,
            lambda: [release, *accepted.other_releases(proposal)],
            problems,
            why,
            journal,
            live,
            ports,
            now,
        )


def _load_rebuild(
    rebuild: Rebuild, journal: Journal, live: LiveRegistry | None, ports: LoadPorts, now: Clock
) -> None:
    """Build the version of all listed releases and make it live, even if it is the live version.

    A person decided about the releases: their problems are warnings.
    """
    accepted = AcceptedReleases(version_name(rebuild.releases), ports.bucket, ports.read, ports.time_left)
    releases = accepted.all_of(rebuild.releases)
    newest = releases[-1]
    journal.begin_step("guarding", report=report_as_json(newest.report), content_sha256=newest.content_sha256)
    found = [problem for release in releases for problem in release.report.problems]
    problems = lift_problems(found, f"rebuild by {rebuild.by}: {rebuild.reason}")
    _put_report(journal.run, newest, problems, ports.bucket)
    why = (rebuild.reason, rebuild.by)
    _make_live(rebuild.releases, lambda: releases, problems, why, journal, live, ports, now)


def _make_live(
    releases: tuple[AcceptedRelease, ...],
    sources: Callable[[], Sequence[Release]],
    problems: Sequence[Problem],
    why: tuple[str, str],
    journal: Journal,
    live: LiveRegistry | None,
    ports: LoadPorts,
    now: Clock,
) -> None:
    """Build, write and verify the version of ``releases``, and flip. ``why``: the reason, and the person."""
    store, bucket, version = ports.store, ports.bucket, version_name(releases)
    active = live.pointer.active if live else None
    _delete_abandoned_version(journal.run, version, live, ports)
    journal.begin_step("writing", problems, version=version, replaces=None if active == version else active)
    index = ports.build(sources())
    record = version_record(releases, index)
    write_version(record, index, store, bucket, ports.time_left)
    journal.begin_step("verifying")
    verify_version(record, index, store, bucket)
    store.set_state(version, VersionState.READY)
    check_time_left(version, ports.time_left)
    journal.begin_step("flipping", reason=why[0], by=why[1])
    pointer = _pointer_to(record, journal.run, now())
    if live and active == version:
        pointer = replace(pointer, previous=live.pointer.previous)
    store.flip(pointer, expected_active=active)
    mark_activated(journal, store, bucket)


def mark_activated(journal: Journal, store: RegistryStore, bucket: ReleaseBucket) -> None:
    """After the flip: set the state of both versions, note the live releases in the bucket, end the run."""
    run = journal.run
    if run.version:
        store.set_state(run.version, VersionState.ACTIVE)
        bucket.put_live_releases([asdict(release) for release in store.version(run.version).releases])
    if run.replaces:
        store.set_state(run.replaces, VersionState.SUPERSEDED)
    journal.end_run("active")


def announce_run(journal: Journal, upload: Upload, ports: LoadPorts) -> None:
    """Publish the event of a finished run, unless it is published already. Raises ``PublishFailed``."""
    run, store = journal.run, ports.store
    if run.events_published:
        return
    live = live_registry(store)
    if run.status in ("refused", "quarantined", "rejected"):
        active = live.record.version if live else None
        publish_or_raise(release_refused(run, upload, active), ports.bus)
    elif run.status == "active" and live and live.record.version == run.version:
        publish_or_raise(registry_activated(run, live.pointer, live.record), ports.bus)
    journal.note_published()


def _has_flipped_before(run: Run, live: LiveRegistry | None) -> bool:
    """Whether an earlier delivery was killed after its flip, before it could end the run."""
    return run.step == "flipping" and live is not None and live.pointer.active == run.version


def _delete_abandoned_version(run: Run, version: str, live: LiveRegistry | None, ports: LoadPorts) -> None:
    """Delete the version that an earlier delivery of this upload began, if this delivery makes another."""
    if run.version is None or run.version == version:
        return
    record = ports.store.find_version(run.version)
    in_use = {live.pointer.active, live.pointer.previous} if live else set()
    written = (VersionState.BUILDING, VersionState.READY)
    if record is None or record.version in in_use or record.state not in written:
        return
    if not discard_version(record, ports.store, ports.bucket, ports.time_left):
        raise IndexIncomplete(version, "there was no time left to delete the version of an earlier try")


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
    """Store the whole report, with every row that cannot be read. A person reads it before they decide."""
    report: dict[str, object] = report_as_json(release.report)
    report["row_problems"] = [row.as_json() for row in release.report.row_problems]
    report["problems"] = problems_as_json(problems)
    report["content_sha256"] = release.content_sha256
    report["provenance"] = dict(run.provenance)
    bucket.put_report(run.run_id, report)


def _put_delta(run_id: str, nearest: Release, release: Release, bucket: ReleaseBucket) -> tuple[Problem, ...]:
    """Store the changes between two releases, for people. Returns a warning if they cannot be computed."""
    older, newer = sorted((nearest, release), key=lambda candidate: candidate.fiscal_year)
    try:
        delta = delta_between(older, newer)
    except Exception as error:  # noqa: BLE001 - a report that fails must not keep a good release from going live
        return (Problem("delta_missing", "warning", f"there is no report of the changes: {error!r}"),)
    bucket.put_delta(run_id, delta.as_json())
    return ()


def _has_no_readers_left(pointer: Pointer, now: datetime) -> bool:
    """Whether every batch that read the version before ``pointer`` has ended."""
    return now - datetime.fromisoformat(pointer.activated_at) >= LONGEST_VALIDATION
