"""The live registry is built again from the same releases, for a newer index format."""

from __future__ import annotations

from library_validator.matching.stored_entries import INDEX_FORMAT
from library_validator.registry.bucket import PROVENANCE, ReleaseBucket, Upload
from library_validator.registry.store import RegistryStore, VersionState
from library_validator.registry.versions import version_name


def is_format_outdated(store: RegistryStore) -> bool:
    """Whether this code builds a newer index format than the live registry has. If a person has withdrawn the
    version in the newer format, the answer is False.

    Raises ``NoActiveRegistry``.
    """
    record = store.version(store.pointer().active)
    if record.index_format >= INDEX_FORMAT:
        return False
    newer = store.find_version(version_name(record.releases))
    return newer is None or newer.state in (VersionState.BUILDING, VersionState.READY)


def reindex(store: RegistryStore, bucket: ReleaseBucket, folder: str | None = None) -> Upload:
    """Upload the newest accepted release again; returns the upload, which triggers the load.

    The upload keeps its key, or gets ``folder`` (a key prefix, such as ``FETCHED``) before its file name. The
    load ends as unchanged if the live version already has the index format of this code. Raises
    ``NoActiveRegistry``; ``ReleaseRefused`` if the object is gone: upload that release once more.
    """
    record = store.version(store.pointer().active)
    newest = max(record.releases, key=lambda release: release.fiscal_year)
    upload = newest.upload
    metadata = {name: value for name, value in bucket.metadata(upload).items() if name in PROVENANCE}
    return bucket.upload_again(upload, upload.key if folder is None else folder + upload.file_name, metadata)
