"""What keeping answers true needs of the casework table, as the domain sees it."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Protocol

from library_validator.decisions.decision import Decision, Override
from library_validator.decisions.store import DecisionStore, Revalidation

SHARDS: Final = 8  # of the current decisions, by application: what one worker goes through at a time


def shard_of(source: str, application_id: str) -> int:
    """The shard of an application's current decision, for good: 0 to ``SHARDS`` - 1."""
    return zlib.crc32(f"{source}\n{application_id}".encode()) % SHARDS


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
    policy_version: str  # another policy begins the shard anew; so does a later asked_at
    cursor: str | None
    done: bool
    unchanged: int  # applications that were looked at and stay as they were
    failed: int  # of them, that could not be decided
    updated_at: str  # ISO 8601, UTC
    changed: int = 0  # applications with material changes: counted by the store as they are recorded
    announced: bool = False  # this worker was the last, and told that the revalidation is over
    begun_at: str = ""  # ISO 8601, UTC
    asked_at: str = ""  # ISO 8601, UTC: when a person asked for it; empty: a registry that went live did
    registry_known: bool = False  # an earlier revalidation went through the whole shard on this registry

    @property
    def checked(self) -> int:
        return self.unchanged + self.changed

    @property
    def went_through(self) -> bool:
        """Whether some revalidation, by any policy, decided the whole shard on this registry."""
        return self.done or self.registry_known

    @property
    def revalidation(self) -> Revalidation:
        return Revalidation(self.activation, self.asked_at)


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

    def put_progress(self, progress: ShardProgress) -> bool:
        """Note it, unless more is noted already: a shard only moves forward, and stays done.

        Progress with a later ``asked_at`` replaces all progress with an earlier one. With the same
        ``asked_at``, progress of another policy replaces it. Returns whether it was noted.
        """

    def progress(self, activation: str) -> Sequence[ShardProgress]:
        """Of each shard that was begun, in order; ``changed`` as recorded with its revalidation."""
