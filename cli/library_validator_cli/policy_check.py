"""Which policy the current answers were checked by last, found without reading the answers.

Each revalidation notes its progress and its policy version for each shard. A revalidation runs for each
registry that goes live, and for each ``revalidate start``. An answer that it does not change keeps its old
policy version, so the policy versions of the answers do not show which policy checked them last.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final, Literal

from library_validator.casework.store import SHARDS, ShardProgress

LOOK: Final = "library-validator revalidate start --dry-run"
START: Final = "library-validator revalidate start"
FOLLOW: Final = "library-validator revalidate status"

RESTS_ON: Final = "progress that the last revalidation on the live registry noted; the answers were not read"

State = Literal["up_to_date", "other_policy", "under_way", "not_begun", "unknown"]


@dataclass(frozen=True, slots=True)
class PolicyCheck:
    """What ``status`` says about the policy and the current answers."""

    state: State
    deployed: str | None  # policy version of the deployed functions; None: their template does not say
    checked_by: tuple[str, ...]  # policy versions under which the shards were gone through, sorted
    checked_at: str | None  # ISO 8601, UTC: when a revalidation noted progress last
    shards_done: int  # under the deployed policy
    failed: int  # answers that could not be checked
    run: tuple[str, ...]  # commands to run next, in order

    @property
    def sentence(self) -> str:
        by = " and ".join(self.checked_by)
        at = (self.checked_at or "")[:19]
        match self.state:
            case "up_to_date":
                failed = f"; {self.failed:,} could not be decided" if self.failed else ""
                return f"current answers were checked by the deployed policy, last on {at}{failed}"
            case "other_policy":
                return (
                    f"current answers were checked by policy {by}, last on {at}, not by the deployed policy"
                )
            case "under_way":
                return f"current answers are being checked: {self.shards_done} of {SHARDS} shards are done"
            case "not_begun":
                return "no current answer was checked on the live registry yet: the check starts by itself"
            case "unknown":
                return "the deployed template does not name its policy version: deploy this version"

    def as_json(self) -> dict[str, Any]:
        return asdict(self) | {"sentence": self.sentence, "rests_on": RESTS_ON}


def policy_check(shards: Sequence[ShardProgress], deployed: str | None) -> PolicyCheck:
    """``shards`` is the progress noted on the live registry; ``deployed`` is the deployed policy version."""
    by_deployed = [shard for shard in shards if shard.policy_version == deployed]
    state, run = _state_of(shards, by_deployed, deployed)
    return PolicyCheck(
        state=state,
        deployed=deployed,
        checked_by=tuple(sorted({shard.policy_version for shard in shards})),
        checked_at=max((shard.updated_at for shard in shards), default=None),
        shards_done=sum(shard.done for shard in by_deployed),
        failed=sum(shard.failed for shard in shards),
        run=run,
    )


def _state_of(
    shards: Sequence[ShardProgress], by_deployed: Sequence[ShardProgress], deployed: str | None
) -> tuple[State, tuple[str, ...]]:
    if deployed is None:
        return "unknown", ()
    if not shards:
        return "not_begun", (FOLLOW,)
    if not all(shard.done for shard in by_deployed):
        return "under_way", (FOLLOW,)
    if len(by_deployed) < len(shards):
        return "other_policy", (LOOK, START)
    return ("up_to_date", ()) if len(shards) == SHARDS else ("under_way", (FOLLOW,))
