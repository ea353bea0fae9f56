"""Answers applications: a batch of SQS messages in, decisions stored and their events published.

The batch is decided together, against one registry version. Messages that are returned as failed, and
all of them when this raises, come again; what keeps failing ends in the queue's DLQ.
"""

from __future__ import annotations

from library_validator import starting
from library_validator.decisions.deciding import Undecided, decide_apart

# isort: split
import os
import traceback
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from library_validator.adapters.aws.applications_queue import (
    ApplicationMessage,
    ApplicationsBatch,
    BatchResponse,
)
from library_validator.adapters.aws.casework_access import CaseworkAccess
from library_validator.adapters.aws.clients import clients_of
from library_validator.adapters.aws.decision_table import DecisionTable
from library_validator.adapters.aws.event_bus import EventBridgeBus
from library_validator.adapters.aws.registry_table import RegistryTable
from library_validator.config import ValidateApplicationsSettings
from library_validator.decisions.deciding import Decider
from library_validator.decisions.recording import Settled, Unsettled, record_all
from library_validator.decisions.store import DecisionStore
from library_validator.errors import ApplicationUnreadable, LibraryValidatorError, RegistryError
from library_validator.event_bus import EventBus
from library_validator.observability import Metrics, build_logger, warn_without_event


@dataclass(frozen=True, slots=True)
class Runtime:
    decider: Decider
    requests: Counter[str]  # the registry's, by operation
    store: DecisionStore
    bus: EventBus
    logger: Logger
    metrics: Metrics


def handler(event: ApplicationsBatch, runtime: Runtime, now: datetime) -> BatchResponse:
    messages, submissions, failed = [], [], []
    for message in event.in_order_sent():
        try:
            submissions.append(message.submission())
            messages.append(message)
        except ApplicationUnreadable as error:
            failed.append(_failed(message, "ApplicationsUnreadable", error, runtime))
    try:
        decided = decide_apart(runtime.decider, submissions, now) if submissions else []
    except RegistryError as error:
        return BatchResponse.failing(
            [*failed, *(_failed(message, "RegistryUnavailable", error, runtime) for message in messages)]
        )
    answered, decisions = [], []
    for message, outcome in zip(messages, decided, strict=True):
        if isinstance(outcome, Undecided):
            failed.append(_failed(message, "ApplicationsUndecided", outcome.error, runtime))
        else:
            answered.append(message)
            decisions.append(outcome)
    settled, publication = record_all(
        decisions,
        runtime.store,
        runtime.bus,
        runtime.decider,
    )
    for message, result in zip(answered, settled, strict=True):
        if isinstance(result, Unsettled):
            failed.append(_failed(message, "DecisionsUnsettled", result.error, runtime))
        else:
            _tell(message, result, runtime)
    warn_without_event(runtime.logger, publication.without_event)
    runtime.metrics.count("EventsPublished", publication.published)
    runtime.metrics.count("EventsLeftToSweeper", publication.left)
    return BatchResponse.failing(failed)


def _failed(
    message: ApplicationMessage, metric: str, error: Exception, runtime: Runtime
) -> ApplicationMessage:
    """Count and log a message that shall come again."""
    runtime.metrics.count(metric)
    # Messages of other errors than ours may quote the applicant: their place says enough.
    ours = isinstance(error, LibraryValidatorError)
    frames = traceback.extract_tb(error.__traceback__)
    runtime.logger.error(
        "message failed",
        extra={
            "message_id": message.message_id,
            "source": message.source,
            "metric": metric,
            "problem": str(error) if ours else type(error).__name__,
            "raised_at": [f"{frame.filename}:{frame.lineno}" for frame in frames[-3:]],
        },
    )
    return message


def _tell(message: ApplicationMessage, settled: Settled, runtime: Runtime) -> None:
    decision = settled.decision
    if settled.how == "recorded":
        runtime.metrics.count("ApplicationsDecided", decision=decision.decision)
    else:
        runtime.metrics.count("ApplicationsNotDecidedAgain", reason=settled.how)
    runtime.logger.info(
        "application decided",
        extra={
            "message_id": message.message_id,
            "correlation_id": message.correlation_id,
            "source": decision.source,
            "application_id": decision.application_id,
            "event_id": str(decision.event_id),
            "how": settled.how,
            "decision": decision.decision,
            "reason_codes": decision.reason_codes,
            "registry_version": decision.registry_version,
        },
    )


@cache
def build_runtime() -> Runtime:
    settings = ValidateApplicationsSettings.from_environment(os.environ)
    logger = build_logger(settings)
    dynamodb, events = clients_of("dynamodb", "events")
    registry = RegistryTable(dynamodb, settings.registry_table)
    return Runtime(
        decider=Decider(registry, settings.validity),
        requests=registry.requests,
        store=DecisionTable(CaseworkAccess(dynamodb, settings.casework_table)),
        bus=EventBridgeBus(events, settings.results_bus, logger.warning),
        logger=logger,
        metrics=Metrics(settings),
    )


def lambda_handler(event: dict[str, Any], _context: LambdaContext) -> dict[str, Any]:
    runtime = build_runtime()
    try:
        response = handler(ApplicationsBatch.model_validate(event), runtime, datetime.now(UTC))
    finally:
        for operation, times in runtime.requests.items():
            runtime.metrics.count("RegistryRequests", times, operation=operation)
        runtime.requests.clear()
        runtime.metrics.flush()
    return response.model_dump()


starting.imported()
