"""The policy that checked the current answers last, found without reading the answers.

A revalidation notes its progress and its policy version for each shard. It runs for each registry that goes
live, and on request. An answer that it does not change keeps its old policy version, so the policy versions
of the answers do not show which policy checked them last.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from library_validator.casework.progress import ShardProgress
from library_validator.decisions.decision import SHARDS

RESTS_ON: Final = "progress that the last revalidation on the live registry noted; the answers were not read"

State = Literal["up_to_date", "other_policy", "under_way", "not_begun", "unknown"]
NextAction = Literal["preview_revalidation", "start_revalidation", "follow_revalidation"]


@dataclass(frozen=True, slots=True)
class PolicyView:
    """The policy of the deployed functions, and whether it checked the current answers."""

    state: State
    deployed: str | None  # policy version of the deployed functions; None: their template does not name it
    checked_by: tuple[str, ...]  # policy versions that checked the shards, sorted
    checked_at: str | None  # ISO 8601, UTC: when a revalidation noted progress last
    shards_done: int  # shards that the deployed policy checked
    failed: int  # answers that could not be checked
    next_actions: tuple[NextAction, ...]  # in the order in which to do them

    @property
    def sentence(self) -> str:
        by = " and ".join(self.checked_by)
        at = (self.checked_at or "")[:19]
        match self.state:
            case "up_to_date":
                failed = f"; {self.failed:,} could not be decided" if self.failed else ""
                return f"the deployed policy checked the current answers, last on {at}{failed}"
            case "other_policy":
                return f"policy {by} checked the current answers, last on {at}; the deployed policy did not"
            case "under_way":
                return f"current answers are being checked: {self.shards_done} of {SHARDS} shards are done"
            case "not_begun":
                return "no current answer was checked on the live registry yet; the check starts by itself"
            case "unknown":
                return "the deployed template does not name its policy version: deploy this version"


def policy_view(shards: Sequence[ShardProgress], deployed: str | None) -> PolicyView:
    """``shards`` is the progress on the live registry; ``deployed`` is the deployed policy version."""
    by_deployed = [shard for shard in shards if shard.policy_version == deployed]
    state, next_actions = _state_of(shards, by_deployed, deployed)
    return PolicyView(
        state=state,
        deployed=deployed,
        checked_by=tuple(sorted({shard.policy_version for shard in shards})),
        checked_at=max((shard.updated_at for shard in shards), default=None),
        shards_done=sum(shard.done for shard in by_deployed),
        failed=sum(shard.failed for shard in shards),
        next_actions=next_actions,
    )


def _state_of(
    shards: Sequence[ShardProgress], by_deployed: Sequence[ShardProgress], deployed: str | None
) -> tuple[State, tuple[NextAction, ...]]:
    if deployed is None:
        return "unknown", ()
    if not shards:
        return "not_begun", ("follow_revalidation",)
    if not all(shard.done for shard in by_deployed):
        return "under_way", ("follow_revalidation",)
    if len(by_deployed) < len(shards):
        return "other_policy", ("preview_revalidation", "start_revalidation")
    return ("up_to_date", ()) if len(shards) == SHARDS else ("under_way", ("follow_revalidation",))
