"""Shares as ``docs/accuracy.md`` writes them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Final

from library_validator_cli.evaluation.intervals import Share

NOTHING: Final = "-"


def percent(share: Share) -> str:
    """A percentage, rounded down: it is 100% only if no row is missing."""
    return NOTHING if not share.of else f"{10_000 * share.count // share.of / 100:.2f}%"


def interval(share: Share) -> str:
    """The Wilson interval, rounded outwards."""
    low, high = math.floor(10_000 * share.low) / 100, math.ceil(10_000 * share.high) / 100
    return f"{low:.2f} to {min(high, 100.0):.2f}"


def rows_and_share(share: Share) -> str:
    """Rows, and their share."""
    return f"{share.count:,} ({percent(share)})"


def reasons_and_counts(reasons: Mapping[str, int], most: int | None = None) -> str:
    """``NO_ENTRY`` 8, ``TIE`` 2: the most frequent reason codes first, at most ``most``."""
    frequent = sorted(reasons.items(), key=lambda counted: (-counted[1], counted[0]))[:most]
    return ", ".join(f"`{code}` {rows:,}" for code, rows in frequent)
