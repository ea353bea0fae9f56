"""A task from the queue decides current applications again: after an activation, or because decisions end.

One message is one task. A task for all shards is split into a task for each. A shard that is not done in time
sends itself again. An error puts the message back on the queue, and after some tries into its DLQ.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext
from pydantic import BaseModel

from library_validator.adapters.aws.early_retries import Delivery
from library_validator.adapters.aws.revalidations_queue import ActivationEvent, RevalidationsMessage
from library_validator.casework.expiry import expire
from library_validator.casework.retention import Retention, erase_what_is_due
from library_validator.casework.revalidation import plan_tasks, revalidate
from library_validator.casework.tasks import Ports, Task, TaskResult
from library_validator.entrypoints.invocation import begin_invocation
from library_validator.errors import NoActiveRegistry
from library_validator.observability import Metrics, warn_without_event
from library_validator.registry.age import registry_ages
from library_validator.releases.fetching.source_states import FetchStates, last_answer_of
from library_validator.terms import Clock, TimeLeft


class RevalidateResponse(BaseModel):
    status: str
    checked: int
    changed: int
    notices: int


@dataclass(frozen=True, slots=True)
class Runtime:
    ports: Ports
    notice_days: Sequence[int]
    fetch_states: FetchStates
    send: Callable[[Sequence[Task]], None]
    recount_claims: Callable[[], None]
    logger: Logger
    metrics: Metrics
    time_left: TimeLeft = lambda: math.inf
    retry_soon: Callable[[Delivery], None] = lambda _delivery: None
    retention: Retention | None = None  # None: nothing is erased


def entrypoint(
    build_runtime: Callable[[], Runtime], event: dict[str, Any], context: LambdaContext
) -> dict[str, Any]:
    """Lambda calls this function. ``build_runtime`` comes from its ``handler.py``."""
    runtime = replace(build_runtime(), time_left=begin_invocation(context))
    try:
        response = handler(RevalidationsMessage.model_validate(event), runtime, lambda: datetime.now(UTC))
    finally:
        runtime.metrics.flush()
    return response.model_dump()


def handler(message: RevalidationsMessage, runtime: Runtime, now: Clock) -> RevalidateResponse:
    """Do a task. ``now`` is a clock, because a shard can take minutes.

    After an error the message comes again, the first time soon.
    """
    try:
        return _do_request(message.request, runtime, now)
    except Exception:
        runtime.retry_soon(message.delivery)
        raise


def _do_request(request: ActivationEvent | Task, runtime: Runtime, now: Clock) -> RevalidateResponse:
    try:
        result = (
            _split_activation(request, runtime)
            if isinstance(request, ActivationEvent)
            else _do_task(request, runtime, now)
        )
    except NoActiveRegistry:
        result = TaskResult("done")  # without a registry, no application was ever decided
    runtime.send(result.follow)
    _log_result(request, result, runtime)
    return RevalidateResponse(
        status=result.status, checked=result.checked, changed=result.changed, notices=result.notices
    )


def _split_activation(activation: ActivationEvent, runtime: Runtime) -> TaskResult:
    pointer = runtime.ports.registry.pointer()
    return TaskResult("split", plan_tasks(pointer)) if activation.is_of(pointer) else TaskResult("superseded")


def _do_task(task: Task, runtime: Runtime, now: Clock) -> TaskResult:
    if task.task == "revalidate":
        return revalidate(task, runtime.ports, now, runtime.time_left)
    if task.task == "retention":
        retention = runtime.retention
        return erase_what_is_due(task, retention, now, runtime.time_left) if retention else TaskResult("done")
    if task.shard is None:
        runtime.recount_claims()
        # This task comes once a day. The alarms on an old registry and on a search that stopped watch these.
        if answered := last_answer_of(runtime.fetch_states):
            runtime.metrics.count("DaysSinceFetch", (now() - answered).days)
        for name, days in registry_ages(runtime.ports.registry.pointer(), now()).items():
            runtime.metrics.count(name, days)
    result = expire(task, runtime.ports, runtime.notice_days, now, runtime.time_left)
    if task.shard is None and runtime.retention and runtime.retention.days:
        return replace(result, follow=(*result.follow, Task(task="retention")))
    return result


def _log_result(request: ActivationEvent | Task, result: TaskResult, runtime: Runtime) -> None:
    task = request if isinstance(request, Task) else Task(task="revalidate")
    runtime.metrics.count("DecisionsCheckedAgain", result.checked, task=task.task)
    runtime.metrics.count("DecisionsChangedAgain", result.changed, task=task.task)
    runtime.metrics.count("NoticesGiven", result.notices)
    if task.task == "retention":
        runtime.metrics.count("DecisionsErased", result.changed)
    runtime.metrics.count("DecisionsUndecidedAgain", len(result.undecided))
    warn_without_event(runtime.logger, result.without_event)
    for undecided in result.undecided:
        # The error may quote the applicant, so only its type and the ids are logged.
        runtime.logger.error(
            "application not decided again",
            extra={
                "source": undecided.submission.source,
                "application_id": undecided.submission.application.application_id,
                "problem": type(undecided.error).__name__,
            },
        )
    runtime.logger.info(
        "task worked on",
        extra={
            "status": result.status,
            **task.model_dump(mode="json", exclude_defaults=True),
            "checked": result.checked,
            "changed": result.changed,
            "notices": result.notices,
        },
    )
