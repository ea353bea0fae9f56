"""What keeping answers true needs of the casework table, as the domain sees it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Protocol

from library_validator.decisions.decision import Decision, Override
from library_validator.decisions.store import DecisionStore

SHARDS: Final = 8  # of the current decisions, by application: what one worker goes through at a time


@dataclass(frozen=True, slots=True)
class CurrentPage:
    """Some of the current decisions of one shard."""

    decisions: tuple[Decision, ...]
    cursor: str | None  # where the next page begins; None: this was the last
    notified: dict[str, int] = field(default_factory=dict)  # event id -> days of the last notice sent


@dataclass(frozen=True, slots=True)
class ShardProgress:
    """How far one revalidation is through one shard. ``activation`` is ``<version>@<activated at>``."""

    activation: str
    shard: int
    cursor: str | None
    done: bool
    checked: int  # applications
    changed: int  # of them, with material changes
    updated_at: str  # ISO 8601, UTC


class CaseworkStore(DecisionStore, Protocol):
    """The decision store, with its current decisions in shards, and what people decided."""

    def current_page(
        self, shard: int, cursor: str | None, limit: int, *, ending_before: datetime | None = None
    ) -> CurrentPage:
        """Current decisions of a shard, by ``valid_until``, then application; at most ``limit``.

        Each is found once by following the cursors, also while others are recorded; one that is
        recorded meanwhile may be found twice. ``ending_before``: only those that end before it.
        """

    def note_notice(self, decision: Decision, days: int) -> None:
        """The notice ``days`` before the end went out. Nothing, where it is not current any more."""

    def append_override(self, override: Override) -> None:
        """Keep a person's answer for good. Doing it twice is harmless."""

    def overrides(self, source: str, application_id: str) -> list[Override]:
        """Every override of an application, oldest first."""

    def put_progress(self, progress: ShardProgress) -> None: ...

    def progress(self, activation: str) -> Sequence[ShardProgress]:
        """Of each shard that was begun, in order."""
