"""The progress of revalidations, and the store that keeps it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from library_validator.decisions.store import Revalidation


@dataclass(frozen=True, slots=True)
class ShardProgress:
    """The progress of one revalidation in one shard. ``activation`` is ``<version>@<activated at>``."""

    activation: str
    shard: int
    policy_version: str  # another policy, or a later asked_at, begins the shard again
    cursor: str | None
    done: bool
    unchanged: int  # applications that were checked and keep their decisions
    failed: int  # applications among ``unchanged`` that could not be decided
    updated_at: str  # ISO 8601, UTC
    changed: int = 0  # applications with material changes; the store counts them with their decisions
    announced: bool = False  # this worker was the last, and announced the end
    begun_at: str = ""  # ISO 8601, UTC
    asked_at: str = ""  # ISO 8601, UTC: when a person asked for it; empty: a registry went live
    registry_known: bool = False  # an earlier revalidation went through the whole shard on this registry

    @property
    def checked(self) -> int:
        return self.unchanged + self.changed

    @property
    def has_gone_through(self) -> bool:
        """Whether some revalidation, by any policy, decided the whole shard on this registry."""
        return self.done or self.registry_known

    @property
    def revalidation(self) -> Revalidation:
        return Revalidation(self.activation, self.asked_at)


class RevalidationStore(Protocol):
    """The progress of revalidations. Every method raises ``CaseworkUnavailable``."""

    def put_progress(self, progress: ShardProgress) -> bool:
        """Store the progress, unless later progress is stored: the progress of a shard never goes back.

        Progress with a later ``asked_at`` replaces all progress with an earlier one. With the same
        ``asked_at``, progress of another policy replaces it. Returns whether it was stored.
        """

    def progress(self, activation: str) -> Sequence[ShardProgress]:
        """The progress of each shard that was begun, in order; the decision store counts ``changed``."""
