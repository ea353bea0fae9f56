"""The registry is built again from a list of accepted releases, and goes live once.

If the registry table is lost, each release could be uploaded again. Then each upload would go live, and every
application would be decided again by a registry that lacks the later releases. Instead, a person asks for one
load of the whole list. The request is a run in the journal, and the newest release is uploaded again with a
mark that names this run: that upload triggers the load, as every upload does. A request is valid for one
load.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Final
from urllib.parse import quote, unquote

from library_validator.errors import RegistryError
from library_validator.registry.accepted_releases import ReadRelease
from library_validator.registry.bucket import ACCEPTED_RUN, PROVENANCE, ReleaseBucket, Upload
from library_validator.registry.live import live_registry
from library_validator.registry.store import AcceptedRelease, RegistryStore, Run
from library_validator.terms import Clock

REBUILD: Final = "rebuild@"
_RELEASES: Final = "releases"  # in the provenance of the run: the list, as JSON


@dataclass(frozen=True, slots=True)
class Rebuild:
    """A request of a person to build the registry from ``releases``, oldest first."""

    releases: tuple[AcceptedRelease, ...]
    reason: str
    by: str


def known_releases(store: RegistryStore, bucket: ReleaseBucket) -> tuple[AcceptedRelease, ...]:
    """The releases of the live registry or, if the table lost it, those that the bucket names.

    Raises ``RegistryError`` if both are lost: a person has to name the releases.
    """
    live = live_registry(store)
    releases = live.record.releases if live else _releases_of(bucket.live_releases())
    if not releases:
        raise RegistryError(
            "no registry is live, and the releases bucket does not name the releases of an earlier one: name "
            "the releases, such as: release rebuild pls_fy2021_csv.zip pls_fy2022_csv.zip"
        )
    return releases


def read_releases(
    uploads: Iterable[Upload], bucket: ReleaseBucket, read: ReadRelease, now: Clock
) -> tuple[AcceptedRelease, ...]:
    """Read the releases that a person names; returns them oldest first.

    Raises ``ReleaseRefused`` if an object is gone or is not a release, ``RegistryError`` if two of them are
    for the same fiscal year, or if a year is not over.
    """
    found: dict[int, AcceptedRelease] = {}
    for upload in uploads:
        with bucket.open_release(upload) as body:
            release = read(body, file_name=upload.file_name)
        year = release.fiscal_year
        if year in found:
            raise RegistryError(f"{found[year].object_key} and {upload.key} are both for fiscal year {year}")
        if year > now().year:
            raise RegistryError(f"{upload.key} is for fiscal year {year}, which is not over")
        found[year] = AcceptedRelease(year, release.content_sha256, upload.key, upload.version)
    return tuple(found[year] for year in sorted(found))


def ask_for_rebuild(
    releases: Sequence[AcceptedRelease],
    reason: str,
    who: str,
    store: RegistryStore,
    bucket: ReleaseBucket,
    now: Clock,
) -> Upload:
    """Note the request and upload the newest release again. The run of that upload shows the result.

    If a call was killed in between, the next call with the same releases completes it. Raises
    ``ReleaseRefused`` if a release is not in the bucket: nothing is noted then.
    """
    metadata = [bucket.metadata(release.upload) for release in releases]
    run = _unused_request(releases, store)
    if run is None:
        stamp = now().isoformat()
        listed = json.dumps([asdict(release) for release in releases])
        run = Run(f"{REBUILD}{stamp}", "accepted", "done", stamp, stamp, provenance={_RELEASES: listed})
    run = replace(run, reason=reason, by=who, decided_at=now().isoformat())
    store.put_run(run)
    newest = releases[-1].upload
    kept = {name: value for name, value in metadata[-1].items() if name in PROVENANCE}
    return bucket.upload_again(newest, newest.key, kept | {ACCEPTED_RUN: quote(run.run_id)})


def find_rebuild(metadata: Mapping[str, str], run_id: str, store: RegistryStore) -> Rebuild | None:
    """The request that the metadata of an upload name. Only the load ``run_id`` may use it."""
    named = unquote(metadata.get(ACCEPTED_RUN, ""))
    run = store.run(named) if named.startswith(REBUILD) else None
    if run is None or run.accepted_as not in ("", run_id):
        return None
    if not run.accepted_as:
        store.put_run(replace(run, accepted_as=run_id), expected="accepted")
    return Rebuild(_listed_releases(run), run.reason, run.by)


def is_rebuild(run: Run) -> bool:
    """Whether ``run`` is the request of a person, and not a load."""
    return run.run_id.startswith(REBUILD)


def _unused_request(releases: Sequence[AcceptedRelease], store: RegistryStore) -> Run | None:
    waiting = (run for run in store.runs() if is_rebuild(run) and not run.accepted_as)
    return next((run for run in waiting if _listed_releases(run) == tuple(releases)), None)


def _listed_releases(run: Run) -> tuple[AcceptedRelease, ...]:
    return _releases_of(json.loads(run.provenance[_RELEASES]))


def _releases_of(listed: Iterable[Mapping[str, object]]) -> tuple[AcceptedRelease, ...]:
    return tuple(AcceptedRelease(**release) for release in listed)  # type: ignore[arg-type]
