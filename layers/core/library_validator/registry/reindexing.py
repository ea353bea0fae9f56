"""Building the live registry again from the same releases, for a newer index format."""

from __future__ import annotations

from library_validator.matching.stored_entries import INDEX_FORMAT
from library_validator.registry.bucket import PROVENANCE, ReleaseBucket, Upload
from library_validator.registry.store import RegistryStore, VersionState
from library_validator.registry.versions import version_name


def format_is_outdated(store: RegistryStore) -> bool:
    """Whether this code builds a newer index format than the live one, and nobody withdrew that version.

    Raises ``NoActiveRegistry``.
    """
    record = store.version(store.pointer().active)
    if record.index_format >= INDEX_FORMAT:
        return False
    newer = store.find_version(version_name(record.releases))
    return newer is None or newer.state in (VersionState.BUILDING, VersionState.READY)


def reindex(store: RegistryStore, bucket: ReleaseBucket, folder: str | None = None) -> Upload:
    """Put the newest accepted release there again; returns the upload, which triggers the load.

    It is put where it lies, or into ``folder`` (a key prefix, such as ``FETCHED``) under its own name.
    The load ends as unchanged where the live version has this code's index format already. Raises
    ``NoActiveRegistry``; ``ReleaseRefused`` where the object is gone: upload that release once more.
    """
    record = store.version(store.pointer().active)
    newest = max(record.releases, key=lambda release: release.fiscal_year)
    lies = Upload(newest.object_key, newest.object_version)
    metadata = {name: value for name, value in bucket.metadata(lies).items() if name in PROVENANCE}
    return bucket.put_again(lies, lies.key if folder is None else folder + lies.file_name, metadata)
