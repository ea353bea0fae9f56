"""The registry in memory, for matching without AWS and for tests."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Self

from library_validator.errors import NoActiveRegistry, RegistryError, RunChanged, VersionSuperseded
from library_validator.matching.index import Index
from library_validator.registry.store import (
    AcceptedRelease,
    Pointer,
    Run,
    VersionRecord,
    VersionState,
)
from library_validator.registry.versions import version_record
from library_validator.terms import RunStatus

_BATCH_GET_KEYS = 100  # the limit of DynamoDB, so that ``requests`` counts as AWS would


class _RequestedPostings(Mapping[str, bytes]):
    """The requested postings of a version. Each is looked up when it is used; many are never used."""

    def __init__(self, keys: frozenset[str], items: Mapping[str, bytes]) -> None:
        self._keys = keys
        self._items = items

    def __getitem__(self, key: str) -> bytes:
        if key not in self._keys:
            raise KeyError(key)
        return self._items[key]

    def __iter__(self) -> Iterator[str]:
        return (key for key in self._keys if key in self._items)

    def __len__(self) -> int:
        return sum(key in self._items for key in self._keys)

    def get(self, key: str, default: Any = None) -> Any:
        return self._items.get(key, default) if key in self._keys else default


class MemoryRegistry:
    """``RegistryStore`` in dictionaries. ``requests`` counts the reads as on DynamoDB."""

    def __init__(self) -> None:
        self.requests: Counter[str] = Counter()
        self.versions: dict[str, VersionRecord] = {}
        self.items: dict[str, dict[str, bytes]] = {}  # version -> blocking key -> posting
        self._pointer: Pointer | None = None
        self._runs: dict[str, Run] = {}

    @classmethod
    def of_index(cls, index: Index, releases: Iterable[AcceptedRelease], at: datetime) -> Self:
        """A registry whose live version is ``index``, built from ``releases``."""
        registry = cls()
        record = version_record(releases, index, VersionState.ACTIVE)
        registry.put_version(record)
        registry.put_postings(record.version, index.postings)
        registry.flip(
            Pointer(
                active=record.version,
                previous=None,
                fiscal_year=record.fiscal_year,
                index_format=record.index_format,
                activated_at=at.isoformat(),
                reason="release loaded",
            ),
            expected_active=None,
        )
        return registry

    def __contains__(self, version: str) -> bool:
        """Whether the registry has a posting of ``version``."""
        return bool(self.items.get(version))

    def pointer(self) -> Pointer:
        self.requests["GetItem"] += 1
        if self._pointer is None:
            raise NoActiveRegistry
        return self._pointer

    def version(self, version: str) -> VersionRecord:
        record = self.find_version(version)
        if record is None:
            raise RegistryError(f"registry version {version} has no record")
        return record

    def find_version(self, version: str) -> VersionRecord | None:
        self.requests["GetItem"] += 1
        return self.versions.get(version)

    def put_version(self, record: VersionRecord) -> None:
        self.versions[record.version] = record

    def set_state(self, version: str, state: VersionState) -> None:
        self.versions[version] = replace(self.version(version), state=state)

    def delete_version(self, version: str) -> None:
        self.versions.pop(version, None)

    def postings(
        self,
        version: str,
        keys: Iterable[str],
        *,
        consistent: bool = False,  # noqa: ARG002 - every read of memory is consistent
    ) -> Mapping[str, bytes]:
        requested = frozenset(keys)
        self.requests["BatchGetItem"] += -(-len(requested) // _BATCH_GET_KEYS)
        return _RequestedPostings(requested, self.items.get(version, {}))

    def put_postings(self, version: str, postings: Mapping[str, bytes]) -> None:
        self.items.setdefault(version, {}).update(postings)

    def delete_postings(self, version: str, keys: Iterable[str]) -> None:
        items = self.items.get(version, {})
        for key in keys:
            items.pop(key, None)

    def flip(self, pointer: Pointer, expected_active: str | None, *, back: bool = False) -> None:
        live = self._pointer
        if live and (live.active, live.activated_at) == (pointer.active, pointer.activated_at):
            return
        active = live.active if live else None
        if active != expected_active:
            raise VersionSuperseded(pointer.active, f"{active} is live now, not {expected_active}")
        if live and back and live.previous != pointer.active:
            raise VersionSuperseded(pointer.active, f"{live.previous} is the previous version")
        if live and not back and live.fiscal_year > pointer.fiscal_year:
            raise VersionSuperseded(pointer.active, f"fiscal year {live.fiscal_year} is live already")
        self._pointer = pointer

    def run(self, run_id: str) -> Run | None:
        return self._runs.get(run_id)

    def put_run(self, run: Run, *, expected: RunStatus | None = None) -> None:
        kept = self._runs.get(run.run_id)
        if expected is not None and (kept is None or kept.status != expected):
            raise RunChanged(run.run_id, expected)
        self._runs[run.run_id] = run

    def runs(self) -> list[Run]:
        return sorted(self._runs.values(), key=lambda run: (run.started_at, run.run_id), reverse=True)
