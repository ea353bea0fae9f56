"""The live registry of a deployed service."""

from __future__ import annotations

from dataclasses import dataclass

from library_validator.registry.store import Pointer, VersionRecord


@dataclass(frozen=True, slots=True)
class RegistryView:
    """The registry version that answers now, and its contents."""

    active: str
    previous: str | None
    fiscal_year: int
    activated_at: str  # ISO 8601, UTC
    reason: str
    systems: int
    outlets: int
    entries: int


def registry_view(pointer: Pointer, record: VersionRecord) -> RegistryView:
    """``record``: the record of the version that ``pointer`` makes live."""
    return RegistryView(
        active=pointer.active,
        previous=pointer.previous,
        fiscal_year=pointer.fiscal_year,
        activated_at=pointer.activated_at,
        reason=pointer.reason,
        systems=record.systems,
        outlets=record.outlets,
        entries=record.entries,
    )
