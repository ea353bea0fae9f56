"""Revalidation: when another registry goes live, every current decision is decided again by it.

The same happens when a person asks for it (``asked_at``), for example after a deployment with another policy.
Only material changes are stored and published. A worker processes a shard in chunks, and stores its progress
before the first chunk and after each chunk. A worker that is killed at any point and started again reaches
the same result: a chunk that is decided twice finds the decisions that it stored, and an application that was
decided by the live registry and the same policy is left as it is.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime

from library_validator.casework.again import ChunkResult, Replacement, answer_today, decide_again
from library_validator.casework.events import registry_revalidated
from library_validator.casework.progress import ShardProgress
from library_validator.casework.tasks import CHUNK, RESERVE_SECONDS, Ports, Task, TaskResult
from library_validator.decisions.changes import material_changes
from library_validator.decisions.deciding import Decider, policy_version
from library_validator.decisions.decision import SHARDS, Cause, Decision
from library_validator.decisions.rivals import Rivals
from library_validator.decisions.store import CurrentPage
from library_validator.event_bus import publish_or_raise
from library_validator.registry.store import Pointer, RegistryReader
from library_validator.terms import Clock, TimeLeft


class RevalidationSuperseded(Exception):
    """Another registry went live meanwhile: its revalidation decides everything again."""


@dataclass(frozen=True, slots=True)
class LiveVersions:
    """The version of the live registry and the version of this code's policy, which decide now."""

    activation: str
    registry_version: str
    policy_version: str

    def has_decided(self, decision: Decision) -> bool:
        """Whether ``decision`` was made by these versions."""
        versions = decision.registry_version, decision.policy_version
        return versions == (self.registry_version, self.policy_version)

    def cause(self, decision: Decision, *, registry_known: bool) -> Cause:
        """Why ``decision`` is replaced. A change of versions that is undone and made again has a new cause.

        ``registry_known``: an earlier revalidation decided the application on this registry. If its decision
        names an older registry all the same, this registry changed nothing, and the policy is the cause.
        """
        by_other_policy = decision.policy_version != self.policy_version
        if decision.registry_version != self.registry_version and not (registry_known and by_other_policy):
            return Cause(kind="registry", detail=self.activation)
        # The time of the replaced decision makes a policy that is deployed again another cause than before.
        return Cause(kind="policy", detail=f"{self.policy_version}@{decision.decided_at.isoformat()}")

    def has_made_since(self, decision: Decision, begun_at: str) -> bool:
        """Whether the revalidation that began at ``begun_at`` made ``decision`` and counted the change."""
        registry = decision.cause.kind == "registry" and decision.cause.detail == self.activation
        new = decision.decided_at.astimezone(UTC).isoformat() >= begun_at
        return self.has_decided(decision) and new and (registry or decision.cause.kind == "policy")

    def replacement(self, decider: Decider, rivals: Rivals, *, registry_known: bool) -> Replacement:
        """A function that gives the decision to store in place of a current decision.

        The function raises ``RevalidationSuperseded``.
        """

        def replacement(current: Decision, raw: Decision) -> Decision | None:
            if raw.registry_version != self.registry_version:
                raise RevalidationSuperseded
            cause = self.cause(current, registry_known=registry_known)
            decision = answer_today(current, raw, cause, decider, rivals)
            if not material_changes(current, decision):
                return None
            return decision.model_copy(update={"before": current.as_before})

        return replacement


def live_versions(registry: RegistryReader) -> LiveVersions:
    """Read the live registry's version, and this code's policy version. Raises ``NoActiveRegistry``."""
    pointer = registry.pointer()
    return LiveVersions(str(pointer.activation), pointer.active, policy_version())


def plan_tasks(pointer: Pointer, asked_at: datetime | None = None) -> tuple[Task, ...]:
    """One task for each shard of the current decisions, for the activation that is live."""
    activation = str(pointer.activation)
    return tuple(
        Task(task="revalidate", activation=activation, shard=shard, asked_at=asked_at)
        for shard in range(SHARDS)
    )


def revalidate(task: Task, ports: Ports, now: Clock, time_left: TimeLeft) -> TaskResult:
    """Do a task, or a part of it if the time is short.

    A task is superseded if its activation is not the live one, or if a later request overtakes it. Raises
    ``RegistryError``, ``CaseworkUnavailable``, ``DecisionConflict`` and ``PublishFailed``: then the task has
    to be done again.
    """
    pointer = ports.registry.pointer()
    live = LiveVersions(str(pointer.activation), pointer.active, policy_version())
    if task.activation not in ("", live.activation):
        return TaskResult("superseded")
    if task.shard is None:
        return TaskResult("split", plan_tasks(pointer, task.asked_at))
    try:
        return _go_through(task, task.shard, live, ports, now, time_left)
    except RevalidationSuperseded:
        return TaskResult("superseded")


def _go_through(
    task: Task, shard: int, live: LiveVersions, ports: Ports, now: Clock, time_left: TimeLeft
) -> TaskResult:
    progress = _progress_of(task, shard, live, ports, now())
    result = TaskResult("done")
    while not progress.done:
        page = ports.decisions.current_page(shard, progress.cursor, CHUNK)
        chunk = _decide_page(page, progress, live, ports, now())
        progress = _progress_after(progress, page, chunk, live, now())
        noted = ports.revalidations.put_progress(progress)
        result = replace(
            result,
            checked=result.checked + len(page.decisions),
            changed=result.changed + chunk.changed,
            undecided=(*result.undecided, *chunk.undecided),
            without_event=(*result.without_event, *chunk.without_event),
        )
        if not noted and _is_overtaken(progress, ports):
            return replace(result, status="superseded")
        if not progress.done and time_left() < RESERVE_SECONDS:
            return replace(result, status="unfinished", follow=(task,))
    _announce_the_end(progress, ports)
    return result


def _progress_of(task: Task, shard: int, live: LiveVersions, ports: Ports, now: datetime) -> ShardProgress:
    """The stored progress of the shard, or new progress if another policy or request begins it again."""
    asked_at = asked_at_text(task.asked_at)
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
        registry_known=noted is not None and noted.has_gone_through,
    )
    # Before the first decision is made: ``has_made_since`` compares the times of decisions with ``begun_at``.
    ports.revalidations.put_progress(begun)
    return begun


def _is_overtaken(progress: ShardProgress, ports: Ports) -> bool:
    """Whether a later request, which may come with another policy, decides the shard from its beginning."""
    shards = ports.revalidations.progress(progress.activation)
    return any(noted.shard == progress.shard and noted.asked_at > progress.asked_at for noted in shards)


def asked_at_text(asked_at: datetime | None) -> str:
    """``asked_at`` as the text that progress keeps: the texts sort in the order of the times."""
    return asked_at.astimezone(UTC).isoformat(timespec="microseconds") if asked_at else ""


def _decide_page(
    page: CurrentPage, progress: ShardProgress, live: LiveVersions, ports: Ports, now: datetime
) -> ChunkResult:
    suspended = ports.partners().is_suspended
    replacement = live.replacement(ports.decider, ports.rivals, registry_known=progress.registry_known)
    return decide_again(
        page.decisions,
        ports,
        now,
        replacement,
        lambda current: not (live.has_decided(current) or suspended(current.source)),
        progress.revalidation,
    )


def _progress_after(
    progress: ShardProgress, page: CurrentPage, chunk: ChunkResult, live: LiveVersions, now: datetime
) -> ShardProgress:
    left_alone = sum(not live.has_made_since(current, progress.begun_at) for current in chunk.not_due)
    return replace(
        progress,
        cursor=page.cursor,
        done=page.cursor is None,
        unchanged=progress.unchanged + chunk.stayed + left_alone + len(chunk.undecided),
        failed=progress.failed + len(chunk.undecided),
        updated_at=now.isoformat(),
    )


def _announce_the_end(progress: ShardProgress, ports: Ports) -> None:
    """The worker that finds all shards done announces the end, unless another worker did before."""
    shards = [
        shard
        for shard in ports.revalidations.progress(progress.activation)
        if (shard.policy_version, shard.asked_at) == (progress.policy_version, progress.asked_at)
    ]
    if sum(shard.done for shard in shards) < SHARDS or any(shard.announced for shard in shards):
        return
    publish_or_raise(registry_revalidated(shards), ports.bus)
    own = next(shard for shard in shards if shard.shard == progress.shard)
    ports.revalidations.put_progress(replace(own, announced=True))
