"""By which policy the current answers were checked last, as far as that is known without reading them all.

It is known from the progress that a revalidation notes for each shard. Each registry that goes live has one,
and each ``revalidate start``. An answer that stays as it was keeps the policy version that gave it, so the
answers themselves do not tell.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final, Literal

from library_validator.casework.store import SHARDS, ShardProgress

LOOK: Final = "library-validator revalidate start --dry-run"
START: Final = "library-validator revalidate start"
FOLLOW: Final = "library-validator revalidate status"

RESTS_ON: Final = "what the last revalidation on the live registry noted, shard by shard; no answer was read"

State = Literal["up_to_date", "other_policy", "under_way", "not_begun", "unknown"]


@dataclass(frozen=True, slots=True)
class PolicyCheck:
    """What ``status`` says of the answers that were given before."""

    state: State
    deployed: str | None  # policy version of the deployed functions; None: their template does not say
    checked_by: tuple[str, ...]  # policy versions under which the shards were gone through, sorted
    checked_at: str | None  # ISO 8601, UTC: when a revalidation noted something last
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
                return f"current answers were checked by policy {by}, last on {at}: not by the deployed one"
            case "under_way":
                return f"current answers are being checked: {self.shards_done} of {SHARDS} shards are done"
            case "not_begun":
                return "no current answer was checked on the live registry yet: that begins by itself"
            case "unknown":
                return "the deployed template does not say which policy decides: deploy this version"

    def as_json(self) -> dict[str, Any]:
        return asdict(self) | {"sentence": self.sentence, "rests_on": RESTS_ON}


def policy_check(shards: Sequence[ShardProgress], deployed: str | None) -> PolicyCheck:
    """Of the progress on the live registry's activation."""
    by_deployed = [one for one in shards if one.policy_version == deployed]
    state, run = _state_of(shards, by_deployed, deployed)
    return PolicyCheck(
        state=state,
        deployed=deployed,
        checked_by=tuple(sorted({one.policy_version for one in shards})),
        checked_at=max((one.updated_at for one in shards), default=None),
        shards_done=sum(one.done for one in by_deployed),
        failed=sum(one.failed for one in shards),
        run=run,
    )


def _state_of(
    shards: Sequence[ShardProgress], by_deployed: Sequence[ShardProgress], deployed: str | None
) -> tuple[State, tuple[str, ...]]:
    if deployed is None:
        return "unknown", ()
    if not shards:
        return "not_begun", (FOLLOW,)
    if not all(one.done for one in by_deployed):
        return "under_way", (FOLLOW,)
    if len(by_deployed) < len(shards):
        return "other_policy", (LOOK, START)
    return ("up_to_date", ()) if len(shards) == SHARDS else ("under_way", (FOLLOW,))
