"""Revalidation: when another registry goes live, every current decision is decided again on it.

The same happens when a person asks for it (``asked_at``), for example after a deployment with another policy.
Only material changes are stored and published. A worker processes a shard in chunks, and notes its progress
before the first chunk and after each. A worker that is killed at any point and started again reaches the same
result: a chunk that is decided twice finds what it stored, and an application that was decided on the live
registry by the same policy is passed by.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime

from library_validator.casework.again import Chunk, Replacement, answer_today, decide_again
from library_validator.casework.events import registry_revalidated
from library_validator.casework.progress import ShardProgress
from library_validator.casework.tasks import CHUNK, RESERVE_SECONDS, Outcome, Ports, Task, activation_of
from library_validator.decisions.changes import material_changes
from library_validator.decisions.deciding import Decider, policy_version
from library_validator.decisions.decision import SHARDS, Cause, Decision
from library_validator.decisions.store import CurrentPage
from library_validator.event_bus import publish_or_raise
from library_validator.registry.store import Pointer, RegistryReader
from library_validator.terms import Clock, TimeLeft


class Superseded(Exception):
    """Another registry went live meanwhile: its own activation decides everything again."""


@dataclass(frozen=True, slots=True)
class Live:
    """What decides now: the live registry, and the policy of this code."""

    activation: str
    registry_version: str
    policy_version: str

    def judged(self, decision: Decision) -> bool:
        versions = decision.registry_version, decision.policy_version
        return versions == (self.registry_version, self.policy_version)

    def cause(self, decision: Decision, *, registry_known: bool) -> Cause:
        """Why ``decision`` is replaced. Going back and forth again makes causes of their own.

        ``registry_known``: an earlier revalidation decided the application on this registry. If its decision
        names an older registry all the same, this registry changed nothing, and the policy is the cause.
        """
        by_other_policy = decision.policy_version != self.policy_version
        if decision.registry_version != self.registry_version and not (registry_known and by_other_policy):
            return Cause(kind="registry", detail=self.activation)
        # The moment of the decision that it replaces tells one change of the rules and back from the next.
        return Cause(kind="policy", detail=f"{self.policy_version}@{decision.decided_at.isoformat()}")

    def made(self, decision: Decision, since: str) -> bool:
        """Whether the revalidation that began at ``since`` made ``decision``, and counted it as a change."""
        registry = decision.cause.kind == "registry" and decision.cause.detail == self.activation
        new = decision.decided_at.astimezone(UTC).isoformat() >= since
        return self.judged(decision) and new and (registry or decision.cause.kind == "policy")

    def replacement(self, decider: Decider, *, registry_known: bool) -> Replacement:
        """A function that gives the decision to store in place of a current one; it raises ``Superseded``."""

        def replacement(current: Decision, raw: Decision) -> Decision | None:
            if raw.registry_version != self.registry_version:
                raise Superseded
            cause = self.cause(current, registry_known=registry_known)
            decision = answer_today(current, raw, cause, decider)
            if not material_changes(current, decision):
                return None
            return decision.model_copy(update={"before": current.as_before})

        return replacement


def live_now(registry: RegistryReader) -> Live:
    """Raises ``NoActiveRegistry``."""
    pointer = registry.pointer()
    return Live(activation_of(pointer), pointer.active, policy_version())


def plan(pointer: Pointer, asked_at: datetime | None = None) -> tuple[Task, ...]:
    """One task for each shard of the current decisions, for the activation that is live."""
    activation = activation_of(pointer)
    return tuple(
        Task(task="revalidate", activation=activation, shard=shard, asked_at=asked_at)
        for shard in range(SHARDS)
    )


def revalidate(task: Task, ports: Ports, now: Clock, time_left: TimeLeft) -> Outcome:
    """Do a task, or as much of it as there is time for.

    A task of an activation that is not the live one is superseded, and so is one that a later request
    overtakes. Raises ``RegistryError``,
    ``CaseworkUnavailable``, ``DecisionConflict`` and ``PublishFailed``: then the task is to come again.
    """
    pointer = ports.registry.pointer()
    live = Live(activation_of(pointer), pointer.active, policy_version())
    if task.activation not in ("", live.activation):
        return Outcome("superseded")
    if task.shard is None:
        return Outcome("split", plan(pointer, task.asked_at))
    try:
        return _go_through(task, task.shard, live, ports, now, time_left)
    except Superseded:
        return Outcome("superseded")


def _go_through(task: Task, shard: int, live: Live, ports: Ports, now: Clock, time_left: TimeLeft) -> Outcome:
    progress = _begun(task, shard, live, ports, now())
    outcome = Outcome("done")
    while not progress.done:
        page = ports.decisions.current_page(shard, progress.cursor, CHUNK)
        chunk = _decide(page, progress, live, ports, now())
        progress = _noted(progress, page, chunk, live, now())
        noted = ports.revalidations.put_progress(progress)
        outcome = replace(
            outcome,
            checked=outcome.checked + len(page.decisions),
            changed=outcome.changed + chunk.changed,
            undecided=(*outcome.undecided, *chunk.undecided),
            without_event=(*outcome.without_event, *chunk.without_event),
        )
        if not noted and _is_overtaken(progress, ports):
            return replace(outcome, status="superseded")
        if not progress.done and time_left() < RESERVE_SECONDS:
            return replace(outcome, status="unfinished", follow=(task,))
    _tell_the_end(progress, ports)
    return outcome


def _begun(task: Task, shard: int, live: Live, ports: Ports, now: datetime) -> ShardProgress:
    """The progress noted for the shard by this policy and this or a later request, or new progress."""
    asked_at = moment_asked(task.asked_at)
    shards = ports.revalidations.progress(live.activation)
    noted = next((progress for progress in shards if progress.shard == shard), None)
    if noted and noted.policy_version == live.policy_version and noted.asked_at >= asked_at:
        return noted
    begun = ShardProgress(
        activation=live.activation,
        shard=shard,
        policy_version=live.policy_version,
        cursor=None,
        done=False,
        unchanged=0,
        failed=0,
        updated_at=now.isoformat(),
        begun_at=now.isoformat(),
        asked_at=max(asked_at, noted.asked_at) if noted else asked_at,
        registry_known=noted is not None and noted.went_through,
    )
    # Noted before the first decision is made: Live.made compares the times of decisions with begun_at.
    ports.revalidations.put_progress(begun)
    return begun


def _is_overtaken(progress: ShardProgress, ports: Ports) -> bool:
    """Whether a later request, which may come with another policy, decides the shard from its beginning."""
    shards = ports.revalidations.progress(progress.activation)
    return any(noted.shard == progress.shard and noted.asked_at > progress.asked_at for noted in shards)


def moment_asked(asked_at: datetime | None) -> str:
    """``asked_at`` as progress holds it. These texts sort in the order of the times."""
    return asked_at.astimezone(UTC).isoformat(timespec="microseconds") if asked_at else ""


def _decide(page: CurrentPage, progress: ShardProgress, live: Live, ports: Ports, now: datetime) -> Chunk:
    replacement = live.replacement(ports.decider, registry_known=progress.registry_known)
    return decide_again(
        page.decisions, ports, now, replacement, lambda one: not live.judged(one), progress.revalidation
    )


def _noted(
    progress: ShardProgress, page: CurrentPage, chunk: Chunk, live: Live, now: datetime
) -> ShardProgress:
    passed = sum(not live.made(one, progress.begun_at) for one in chunk.not_due)
    return replace(
        progress,
        cursor=page.cursor,
        done=page.cursor is None,
        unchanged=progress.unchanged + chunk.stayed + passed + len(chunk.undecided),
        failed=progress.failed + len(chunk.undecided),
        updated_at=now.isoformat(),
    )


def _tell_the_end(progress: ShardProgress, ports: Ports) -> None:
    """Whoever finds all shards done tells it; once it is told, nobody does again."""
    shards = [
        one
        for one in ports.revalidations.progress(progress.activation)
        if (one.policy_version, one.asked_at) == (progress.policy_version, progress.asked_at)
    ]
    if sum(one.done for one in shards) < SHARDS or any(one.announced for one in shards):
        return
    publish_or_raise(registry_revalidated(shards), ports.bus)
    mine = next(one for one in shards if one.shard == progress.shard)
    ports.revalidations.put_progress(replace(mine, announced=True))
