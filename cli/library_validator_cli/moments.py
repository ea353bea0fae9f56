"""Moments and ages, as options name them and as tables show them."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Final

import typer

FORMS: Final = "90s, 15m, 24h, 7d, or a date or time in ISO 8601 (UTC)"
_UNITS: Final = {"s": 1, "m": 60, "h": 3600, "d": 86400}


def parse_time(text: str, now: datetime, option: str = "--since") -> datetime:
    """The time of an option: ``15m`` ago, or a date or time in ISO 8601 (UTC unless it names a zone)."""
    ago = re.fullmatch(r"(\d{1,6})([smhd])", text.strip())
    if ago:
        return now - timedelta(seconds=int(ago[1]) * _UNITS[ago[2]])
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        raise typer.BadParameter(
            f"{text!r} is neither a duration (90s, 15m, 24h, 7d) nor a date or time (2026-11-23T08:00)",
            param_hint=option,
        ) from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def age_text(age: timedelta | None) -> str:
    """An age in its largest unit: ``3 d``, ``17 min``; ``-`` for none."""
    if age is None:
        return "-"
    seconds = max(int(age.total_seconds()), 0)
    for size, unit in ((86400, "d"), (3600, "h"), (60, "min")):
        if seconds >= size:
            return f"{seconds // size} {unit}"
    return f"{seconds} s"
