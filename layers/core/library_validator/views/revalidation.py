"""The progress of a revalidation: shard by shard, and in all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from library_validator.casework.progress import ShardProgress
from library_validator.decisions.decision import SHARDS


@dataclass(frozen=True, slots=True)
class ShardRow:
    """The progress of the last revalidation that reached this shard."""

    shard: int
    done: bool
    checked: int  # applications
    changed: int
    failed: int
    policy_version: str
    asked_at: str  # ISO 8601, UTC: when a person asked for it; empty: a registry went live
    begun_at: str
    updated_at: str


@dataclass(frozen=True, slots=True)
class RevalidationView:
    """The newest revalidation on the live registry. Its numbers count the shards that it has reached."""

    activation: str  # <version>@<activated at>
    asked_at: str
    policy_version: str | None  # None: no revalidation has begun
    done: bool
    checked: int
    changed: int
    failed: int
    seconds: float
    shards: tuple[ShardRow, ...]  # shards that an earlier revalidation reached are included

    def is_reached(self, row: ShardRow) -> bool:
        """Whether the newest revalidation has reached this shard."""
        return (row.asked_at, row.policy_version) == (self.asked_at, self.policy_version)

    @property
    def shards_done(self) -> int:
        return sum(row.done for row in self.shards if self.is_reached(row))

    @property
    def sentence(self) -> str:
        if not self.shards:
            return "nothing was decided again on this registry yet"
        counts = (
            f"{self.shards_done} of {SHARDS} shards done: "
            f"{self.changed:,} of {self.checked:,} answers changed"
        )
        if not self.checked:
            return counts
        pace = 1000 * self.seconds / self.checked
        return f"{counts}, in {self.seconds:,.1f} s: {pace:,.2f} s per 1,000"


def revalidation_view(activation: str, shards: Sequence[ShardProgress]) -> RevalidationView:
    """``shards`` is the progress that is stored for ``activation``."""
    newest = _newest_shards(shards)
    return RevalidationView(
        activation=activation,
        asked_at=newest[0].asked_at if newest else "",
        policy_version=newest[0].policy_version if newest else None,
        done=sum(shard.done for shard in newest) == SHARDS,
        checked=sum(shard.checked for shard in newest),
        changed=sum(shard.changed for shard in newest),
        failed=sum(shard.failed for shard in newest),
        seconds=round(_seconds(newest), 3),
        shards=tuple(map(_row, shards)),
    )


def _newest_shards(shards: Sequence[ShardProgress]) -> list[ShardProgress]:
    """The shards that the newest revalidation has reached."""
    last = max(shards, key=lambda shard: (shard.asked_at, shard.begun_at), default=None)
    return [
        shard
        for shard in shards
        if last and (shard.asked_at, shard.policy_version) == (last.asked_at, last.policy_version)
    ]


def _seconds(shards: Sequence[ShardProgress]) -> float:
    """The seconds from the beginning of the first shard to the last noted progress of any shard."""
    begun = [datetime.fromisoformat(shard.begun_at) for shard in shards if shard.begun_at]
    if not begun:
        return 0.0
    last = max(datetime.fromisoformat(shard.updated_at) for shard in shards)
    return (last - min(begun)).total_seconds()


def _row(shard: ShardProgress) -> ShardRow:
    return ShardRow(
        shard.shard,
        shard.done,
        shard.checked,
        shard.changed,
        shard.failed,
        shard.policy_version,
        shard.asked_at,
        shard.begun_at,
        shard.updated_at,
    )
