"""The live registry: the version that answers now, and its record."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from library_validator.errors import NoActiveRegistry
from library_validator.registry.store import Pointer, RegistryReader, VersionRecord


class PinnedRegistry:
    """``RegistryReader`` that answers as if the version of ``pointer`` was live."""

    def __init__(self, registry: RegistryReader, pointer: Pointer) -> None:
        self._registry = registry
        self._pointer = pointer

    def pointer(self) -> Pointer:
        return self._pointer

    def version(self, version: str) -> VersionRecord:
        return self._registry.version(version)

    def postings(self, version: str, keys: Iterable[str]) -> Mapping[str, bytes]:
        return self._registry.postings(version, keys)


@dataclass(frozen=True, slots=True)
class LiveRegistry:
    pointer: Pointer
    record: VersionRecord


def live_registry(store: RegistryReader) -> LiveRegistry | None:
    """The live registry; None if nothing was ever activated."""
    try:
        pointer = store.pointer()
    except NoActiveRegistry:
        return None
    return LiveRegistry(pointer, store.version(pointer.active))
