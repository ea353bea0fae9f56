"""``/v1/registry``: the registry version that answers now."""

from __future__ import annotations

from typing import Any

from library_validator.entrypoints.http.request import Request, Runtime
from library_validator.registry.age import registry_ages
from library_validator.views.status import registry_view


def live_registry(_request: Request, runtime: Runtime) -> dict[str, Any]:
    """Version, fiscal year, activation, counts, and days since the fiscal year ended.

    Raises ``NoActiveRegistry``.
    """
    pointer = runtime.registry.pointer()
    view = registry_view(pointer, runtime.registry.version(pointer.active))
    return {
        "version": view.active,
        "previous": view.previous,
        "fiscal_year": view.fiscal_year,
        "age_days": registry_ages(pointer, runtime.now())["RegistryAgeDays"],
        "activated_at": view.activated_at,
        "counts": {"systems": view.systems, "outlets": view.outlets},
    }
