"""The live registry: the version that answers now, and its record."""

from __future__ import annotations

from dataclasses import dataclass

from library_validator.errors import NoActiveRegistry
from library_validator.registry.store import Pointer, RegistryReader, VersionRecord


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
