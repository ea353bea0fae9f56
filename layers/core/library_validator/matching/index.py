"""The index of a registry version: postings by blocking key, and term statistics.

Interface first; the body follows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from library_validator.releases.records import Release

INDEX_FORMAT: Final = 1
READABLE_FORMATS: Final = (1,)


@dataclass(frozen=True, slots=True)
class Index:
    """Everything that a registry version writes. Values are ready to be stored as binary items."""

    postings: dict[str, bytes]  # blocking key -> encoded candidates, at most 64 KB each
    statistics: bytes  # encoded term statistics of the version
    fiscal_year: int  # the newest one
    systems: int  # listed in the newest release
    outlets: int
    entries: int  # with those of older releases that vanished since


def build_index(releases: Sequence[Release]) -> Index:
    """Index all accepted releases; the order in which they are given does not matter."""
    raise NotImplementedError
