"""A registry version is written beside the live version and verified. Old versions are deleted.

First the version's manifest is written to the bucket, then its record to the store, then its postings. So
everything that was written can be found again and deleted.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import islice
from typing import Final

from library_validator.errors import IndexIncomplete
from library_validator.matching.index import Index
from library_validator.registry.bucket import ReleaseBucket
from library_validator.registry.store import Pointer, RegistryStore, VersionRecord, VersionState
from library_validator.terms import TimeLeft

_CHUNK: Final = 2_500  # postings that are written between two checks of the time left
_SAMPLE: Final = 1_000  # postings that are read back to verify a version
_MARGIN_SECONDS: Final = 20.0


def write_version(
    record: VersionRecord, index: Index, store: RegistryStore, bucket: ReleaseBucket, time_left: TimeLeft
) -> None:
    """Write manifest, record and postings of a version that nobody reads yet.

    Postings of an interrupted try that ``index`` does not have are deleted. Raises ``IndexIncomplete``
    shortly before the time limit; the next call then writes everything again.
    """
    left_over: frozenset[str] = frozenset()
    earlier = store.find_version(record.version)
    # A retired version has no postings and no manifest any more.
    if earlier and earlier.state is not VersionState.RETIRED:
        left_over = bucket.manifest(record.version) - index.postings.keys()
        bucket.put_manifest(record.version, left_over | index.postings.keys())
        for chunk in _chunks_of(sorted(left_over)):
            check_time_left(record.version, time_left)
            store.delete_postings(record.version, chunk)
    bucket.put_manifest(record.version, index.postings)
    store.put_version(record)
    # Sorted keys would put all writes on one DynamoDB partition at a time.
    for chunk in _chunks_of(_shuffle_keys(index.postings, seed=record.version)):
        check_time_left(record.version, time_left)
        store.put_postings(record.version, {key: index.postings[key] for key in chunk})


def verify_version(record: VersionRecord, index: Index, store: RegistryStore, bucket: ReleaseBucket) -> None:
    """Read back the record, the whole manifest and a sample of the postings.

    Raises ``IndexIncomplete`` if they differ from the index that was built.
    """
    if store.find_version(record.version) != record:
        raise IndexIncomplete(record.version, "its stored record differs from the record that was written")
    if bucket.manifest(record.version) != index.postings.keys():
        raise IndexIncomplete(record.version, "its manifest does not list the postings that were built")
    sample = _shuffle_keys(index.postings, seed=f"{record.version} verified")[:_SAMPLE]
    found = store.postings(record.version, sample, consistent=True)
    wrong = sum(found.get(key) != index.postings[key] for key in sample)
    if wrong:
        raise IndexIncomplete(
            record.version,
            f"{wrong:,} of {len(sample):,} sampled postings differ from the postings that were written",
        )


def delete_stale_versions(
    pointer: Pointer, store: RegistryStore, bucket: ReleaseBucket, time_left: TimeLeft
) -> list[str]:
    """Delete the postings of every version except the active and the previous one; returns the versions.

    A version that was live once keeps its record, as retired. If time runs short, the next load deletes the
    rest.
    """
    kept = {pointer.active, pointer.previous}
    built = {run.version for run in store.runs() if run.version is not None}
    deleted = []
    for version in sorted(built - kept):
        record = store.find_version(version)
        if record is None or record.state is VersionState.RETIRED:
            continue
        if not discard_version(record, store, bucket, time_left):
            break
        deleted.append(version)
    return deleted


def discard_version(
    record: VersionRecord, store: RegistryStore, bucket: ReleaseBucket, time_left: TimeLeft
) -> bool:
    """Delete the postings that a version's manifest lists, then the manifest. False if time ran short."""
    for chunk in _chunks_of(sorted(bucket.manifest(record.version))):
        if time_left() < _MARGIN_SECONDS:
            return False
        store.delete_postings(record.version, chunk)
    if record.state in (VersionState.BUILDING, VersionState.READY):
        store.delete_version(record.version)
    else:
        store.put_version(replace(record, state=VersionState.RETIRED, statistics=b""))
    bucket.delete_manifest(record.version)
    return True


def check_time_left(version: str, time_left: TimeLeft) -> None:
    """Raises ``IndexIncomplete`` before the function is stopped: the queue delivers the message again."""
    if time_left() < _MARGIN_SECONDS:
        raise IndexIncomplete(version, "the function was about to reach its time limit")


def _shuffle_keys(keys: Iterable[str], seed: str) -> list[str]:
    shuffled = sorted(keys)
    random.Random(seed).shuffle(shuffled)
    return shuffled


def _chunks_of(keys: list[str]) -> Iterator[list[str]]:
    remaining = iter(keys)
    while chunk := list(islice(remaining, _CHUNK)):
        yield chunk
