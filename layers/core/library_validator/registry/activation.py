"""From an uploaded release to a live registry version.

``load_release`` is the whole sequence. It may be killed at any line and called again with the same
upload: what is live is always a whole version, and the end is the same. Loads must not run side by
side (the queue sees to it).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import BinaryIO, Final, Protocol

from library_validator.errors import IndexIncomplete, NoActiveRegistry, ReleaseRefused
from library_validator.matching.index import Index, build_index
from library_validator.registry.bucket import ReleaseBucket, Upload
from library_validator.registry.building import (
    TimeLeft,
    check_time,
    delete_stale_versions,
    discard_version,
    verify_version,
    write_version,
)
from library_validator.registry.events import RegistryBus, registry_activated, release_refused
from library_validator.registry.journal import Clock, Journal, problems_as_json, report_as_json
from library_validator.registry.store import (
    AcceptedRelease,
    Pointer,
    RegistryStore,
    Run,
    VersionRecord,
    VersionState,
)
from library_validator.registry.versions import version_name, version_record
from library_validator.releases.guard import LiveRelease, guard
from library_validator.releases.reading import read_release
from library_validator.releases.records import Problem, Release

# A validation that read the pointer before a flip has ended long before this.
READERS_GONE_AFTER: Final = timedelta(minutes=15)


class ReadRelease(Protocol):
    """As ``releases.reading.read_release``."""

    def __call__(self, source: BinaryIO, *, file_name: str) -> Release: ...


@dataclass(frozen=True, slots=True)
class LoadPorts:
    """What a load works with. ``time_left`` tells the seconds until the function is killed."""

    store: RegistryStore
    bucket: ReleaseBucket
    bus: RegistryBus
    time_left: TimeLeft
    read: ReadRelease = read_release
    build: Callable[[Sequence[Release]], Index] = build_index


@dataclass(frozen=True, slots=True)
class Live:
    """What answers now."""

    pointer: Pointer
    record: VersionRecord


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
            journal.step("reading", problems=())
            with bucket.open_release(upload) as body:
                release = ports.read(body, file_name=upload.file_name)
            journal.step("guarding", report=report_as_json(release.report))
            accepted = accepted_set(release, upload, live)
            version = version_name(accepted)
            concerns = _concerns(release, version, live, store, now().date())
            bucket.put_report(upload.run_id, _full_report(release, concerns))
            if live and live.record.version == version:
                # The newest upload of what is accepted already: read from there next time.
                store.put_version(replace(live.record, releases=accepted))
                journal.end("unchanged", release.report.problems, version=version)
            elif any(concern.severity == "quarantine" for concern in concerns):
                journal.end("quarantined", concerns)
            else:
                _forget_other_try(journal.run, version, live, ports)
                replaces = live.pointer.active if live else None
                journal.step("writing", concerns, version=version, replaces=replaces)
                index = ports.build([release, *_read_others(accepted, version, upload, ports)])
                record = version_record(accepted, index)
                write_version(record, index, store, bucket, ports.time_left)
                journal.step("verifying")
                verify_version(record, index, store, bucket)
                store.set_state(version, VersionState.READY)
                check_time(version, ports.time_left)
                journal.step("flipping", reason="release loaded")
                store.flip(_pointer_to(record, journal.run, now()), expected_active=replaces)
                mark_activated(journal, store)
    except ReleaseRefused as refusal:
        journal.end("refused", [Problem("release_refused", "refused", str(refusal))])
    except Exception as error:
        journal.fail(error)
        raise
    announce(journal, upload, ports)
    if live and journal.run.status == "active" and _readers_gone(live.pointer, now()):
        delete_stale_versions(store.pointer(), store, bucket, ports.time_left)
    return journal.run


def live_registry(store: RegistryStore) -> Live | None:
    """What answers now; None where nothing was ever activated."""
    try:
        pointer = store.pointer()
    except NoActiveRegistry:
        return None
    return Live(pointer, store.version(pointer.active))


def accepted_set(release: Release, upload: Upload, live: Live | None) -> tuple[AcceptedRelease, ...]:
    """The releases of the version to be: what is accepted already and this one, oldest first."""
    by_year = {accepted.fiscal_year: accepted for accepted in live.record.releases} if live else {}
    by_year[release.fiscal_year] = AcceptedRelease(
        release.fiscal_year, release.content_sha256, upload.key, upload.version
    )
    return tuple(by_year[year] for year in sorted(by_year))


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
    if run.status in ("refused", "quarantined"):
        active = live.record.version if live else None
        ports.bus.publish(release_refused(run, upload.key, upload.version, active))
    elif run.status == "active" and live and live.record.version == run.version:
        ports.bus.publish(registry_activated(run, live.pointer, live.record))
    journal.published()


def _flipped_before(run: Run, live: Live | None) -> bool:
    """Whether an earlier delivery was killed after its flip, before it could say so."""
    return run.step == "flipping" and live is not None and live.pointer.active == run.version


def _concerns(
    release: Release, version: str, live: Live | None, store: RegistryStore, today: date
) -> tuple[Problem, ...]:
    """What the reader and the guard found, and whether the version to be was withdrawn before."""
    problems = list(release.report.problems)
    accepted = {(one.fiscal_year, one.content_sha256) for one in live.record.releases} if live else set()
    if (release.fiscal_year, release.content_sha256) not in accepted:
        problems += guard(release, _live_release(live), today)
    earlier = store.find_version(version)
    if earlier and earlier.state not in (VersionState.BUILDING, VersionState.READY):
        problems.append(
            Problem(
                "version_withdrawn",
                "quarantine",
                f"registry version {version}, which this release makes, was live before and is "
                f"{earlier.state.value.replace('_', ' ')}: only a person brings it back",
            )
        )
    return tuple(problems)


def _live_release(live: Live | None) -> LiveRelease | None:
    if live is None:
        return None
    newest = max(live.record.releases, key=lambda release: release.fiscal_year)
    return LiveRelease(newest.fiscal_year, newest.content_sha256, live.record.systems, live.record.outlets)


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


def _read_others(
    accepted: Sequence[AcceptedRelease], version: str, upload: Upload, ports: LoadPorts
) -> Iterator[Release]:
    """Read the other accepted releases again, each from the exact object it was accepted from."""
    for known in accepted:
        source = Upload(known.object_key, known.object_version)
        if source == upload:
            continue
        check_time(version, ports.time_left)
        try:
            with ports.bucket.open_release(source) as body:
                release = ports.read(body, file_name=source.file_name)
        except ReleaseRefused as refusal:
            raise IndexIncomplete(
                version,
                f"the accepted release of fiscal year {known.fiscal_year} cannot be read again "
                f"({refusal}); upload it once more",
            ) from refusal
        if release.content_sha256 != known.content_sha256:
            raise IndexIncomplete(
                version, f"the accepted release of fiscal year {known.fiscal_year} reads differently now"
            )
        yield release


def _pointer_to(record: VersionRecord, run: Run, at: datetime) -> Pointer:
    return Pointer(
        active=record.version,
        previous=run.replaces,
        fiscal_year=record.fiscal_year,
        index_format=record.index_format,
        activated_at=at.isoformat(),
        reason=run.reason,
    )


def _full_report(release: Release, concerns: Sequence[Problem]) -> dict[str, object]:
    return {**report_as_json(release.report), "problems": problems_as_json(concerns)}


def _readers_gone(pointer: Pointer, now: datetime) -> bool:
    """Whether nobody can still be reading what ``pointer`` replaced."""
    return now - datetime.fromisoformat(pointer.activated_at) >= READERS_GONE_AFTER
