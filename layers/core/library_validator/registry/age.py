"""How old the live registry is."""

from __future__ import annotations

from datetime import UTC, date, datetime

from library_validator.registry.store import Pointer


def registry_ages(pointer: Pointer, now: datetime) -> dict[str, int]:
    """Days since the end of the live fiscal year, and since the live registry was activated.

    A fiscal year ends with its calendar year: no state's reporting period ends later.
    """
    year_end = date(pointer.fiscal_year, 12, 31)
    activated = datetime.fromisoformat(pointer.activated_at).astimezone(UTC).date()
    today = now.astimezone(UTC).date()
    return {"RegistryAgeDays": (today - year_end).days, "DaysSinceActivation": (today - activated).days}
