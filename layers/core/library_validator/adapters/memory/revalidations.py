"""The progress of revalidations in memory."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from library_validator.adapters.memory.decisions import ChangeCounts
from library_validator.casework.progress import ShardProgress


@dataclass(slots=True)
class MemoryRevalidations:
    """``RevalidationStore`` in a dictionary. ``changed`` is the count that ``MemoryDecisions`` keeps."""

    changed: ChangeCounts
    shards: dict[tuple[str, int], ShardProgress] = field(default_factory=dict)

    def put_progress(self, progress: ShardProgress) -> bool:
        stored = self.shards.get((progress.activation, progress.shard))
        if stored and _is_behind(progress, stored):
            return False
        self.shards[progress.activation, progress.shard] = progress
        return True

    def progress(self, activation: str) -> list[ShardProgress]:
        found = [progress for progress in self.shards.values() if progress.activation == activation]
        found.sort(key=lambda progress: progress.shard)
        return [replace(progress, changed=self._change_count(progress)) for progress in found]

    def _change_count(self, progress: ShardProgress) -> int:
        return self.changed[progress.revalidation, progress.shard, progress.policy_version]


def _is_behind(progress: ShardProgress, stored: ShardProgress) -> bool:
    """Whether ``stored``, the progress of the same shard, is ahead of ``progress``."""
    if progress.asked_at != stored.asked_at:
        return progress.asked_at < stored.asked_at
    if progress.policy_version != stored.policy_version:
        return progress.announced
    if progress.announced:
        return False
    return stored.done or (not progress.done and stored.unchanged > progress.unchanged)
