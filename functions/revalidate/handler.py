"""Decides current applications again: on a registry that went live, or because their decisions end.

One message is one task. A task that is everything is split into shards; a shard that is not done in time
sends itself again. Whatever raises puts the message back on the queue, and after some tries into its DLQ.
"""

from __future__ import annotations

from library_validator import starting
from library_validator.terms import Clock, TimeLeft

# isort: split
import math
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext
from pydantic import BaseModel

from library_validator.adapters.aws.casework_access import CaseworkAccess
from library_validator.adapters.aws.clients import clients_of
from library_validator.adapters.aws.decision_table import DecisionTable
from library_validator.adapters.aws.event_bus import EventBridgeBus
from library_validator.adapters.aws.registry_table import RegistryTable
from library_validator.adapters.aws.revalidation_table import RevalidationTable
from library_validator.adapters.aws.revalidations_queue import (
    Activation,
    RevalidationsMessage,
    RevalidationsQueue,
)
from library_validator.casework.expiry import expire
from library_validator.casework.revalidation import plan, revalidate
from library_validator.casework.tasks import Ports, Task, TaskResult
from library_validator.config import RevalidateSettings
from library_validator.decisions.deciding import Decider
from library_validator.errors import NoActiveRegistry
from library_validator.observability import Metrics, build_logger, warn_without_event
from library_validator.registry.age import registry_ages


class RevalidateResponse(BaseModel):
    status: str
    checked: int
    changed: int
    notices: int


@dataclass(frozen=True, slots=True)
class Runtime:
    ports: Ports
    notice_days: Sequence[int]
    send: Callable[[Sequence[Task]], None]
    logger: Logger
    metrics: Metrics
    time_left: TimeLeft = lambda: math.inf


def handler(event: RevalidationsMessage, runtime: Runtime, now: Clock) -> RevalidateResponse:
    """``now`` is a clock here: a shard takes up to minutes."""
    asked = event.asked
    try:
        outcome = (
            _on_activation(asked, runtime) if isinstance(asked, Activation) else _work(asked, runtime, now)
        )
    except NoActiveRegistry:
        outcome = TaskResult("done")  # nobody was ever answered: there is nothing to do
    runtime.send(outcome.follow)
    _tell(asked, outcome, runtime)
    return RevalidateResponse(
        status=outcome.status,
        checked=outcome.checked,
        changed=outcome.changed,
        notices=outcome.notices,
    )


def _on_activation(activation: Activation, runtime: Runtime) -> TaskResult:
    pointer = runtime.ports.registry.pointer()
    return TaskResult("split", plan(pointer)) if activation.is_of(pointer) else TaskResult("superseded")


def _work(task: Task, runtime: Runtime, now: Clock) -> TaskResult:
    if task.task == "revalidate":
        return revalidate(task, runtime.ports, now, runtime.time_left)
    if task.shard is None:
        # Once a day: what the alarm on an old registry looks at.
        for name, days in registry_ages(runtime.ports.registry.pointer(), now()).items():
            runtime.metrics.count(name, days)
    return expire(task, runtime.ports, runtime.notice_days, now, runtime.time_left)


def _tell(asked: Activation | Task, outcome: TaskResult, runtime: Runtime) -> None:
    task = asked if isinstance(asked, Task) else Task(task="revalidate")
    runtime.metrics.count("DecisionsCheckedAgain", outcome.checked, task=task.task)
    runtime.metrics.count("DecisionsChangedAgain", outcome.changed, task=task.task)
    runtime.metrics.count("NoticesGiven", outcome.notices)
    runtime.metrics.count("DecisionsUndecidedAgain", len(outcome.undecided))
    warn_without_event(runtime.logger, outcome.without_event)
    for one in outcome.undecided:
        # What was raised may quote the applicant: its kind and the ids say enough.
        runtime.logger.error(
            "application not decided again",
            extra={
                "source": one.submission.source,
                "application_id": one.submission.application.application_id,
                "problem": type(one.error).__name__,
            },
        )
    runtime.logger.info(
        "task worked on",
        extra={
            "status": outcome.status,
            **task.model_dump(mode="json", exclude_defaults=True),
            "checked": outcome.checked,
            "changed": outcome.changed,
            "notices": outcome.notices,
        },
    )


@cache
def build_runtime() -> Runtime:
    settings = RevalidateSettings.from_environment(os.environ)
    logger = build_logger(settings)
    dynamodb, events, sqs = clients_of("dynamodb", "events", "sqs")
    registry = RegistryTable(dynamodb, settings.registry_table)
    casework = CaseworkAccess(dynamodb, settings.casework_table)
    queue = RevalidationsQueue(sqs, settings.revalidations_queue_url)
    return Runtime(
        ports=Ports(
            decisions=DecisionTable(casework),
            revalidations=RevalidationTable(casework),
            registry=registry,
            decider=Decider(registry, settings.validity),
            bus=EventBridgeBus(events, settings.results_bus, logger.warning),
        ),
        notice_days=settings.expiry_notice_days,
        send=queue.send,
        logger=logger,
        metrics=Metrics(settings),
    )


def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    runtime = replace(build_runtime(), time_left=lambda: context.get_remaining_time_in_millis() / 1000)
    try:
        response = handler(RevalidationsMessage.model_validate(event), runtime, lambda: datetime.now(UTC))
    finally:
        runtime.metrics.flush()
    return response.model_dump()


starting.imported()
