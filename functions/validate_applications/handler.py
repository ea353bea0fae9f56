"""Answers applications: a batch of SQS messages in, decisions stored and their events published.

The batch is decided together, against one registry version. Messages that are returned as failed, and
all of them when this raises, come again; what keeps failing ends in the queue's DLQ.
"""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any

import boto3
from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from library_validator.adapters.aws.applications_queue import (
    ApplicationMessage,
    ApplicationsBatch,
    BatchResponse,
)
from library_validator.adapters.aws.casework_table import CaseworkTable
from library_validator.adapters.aws.event_bus import EventBus
from library_validator.adapters.aws.registry_table import RegistryTable
from library_validator.adapters.aws.results_bus import EventBridgeResultsBus
from library_validator.config import ValidateApplicationsSettings
from library_validator.decisions.deciding import Decider
from library_validator.decisions.recording import Settled, Unsettled, record_all
from library_validator.decisions.store import DecisionStore, ResultsBus
from library_validator.errors import ApplicationUnreadable, RegistryError
from library_validator.observability import Metrics, build_logger


@dataclass(frozen=True, slots=True)
class Runtime:
    decider: Decider
    requests: Counter[str]  # the registry's, by operation
    store: DecisionStore
    bus: ResultsBus
    logger: Logger
    metrics: Metrics


def handler(event: ApplicationsBatch, runtime: Runtime, now: datetime) -> BatchResponse:
    messages, submissions, failed = [], [], []
    for message in event.in_order_sent():
        try:
            submissions.append(message.submission())
            messages.append(message)
        except ApplicationUnreadable as error:
            _tell_unreadable(message, error, runtime)
            failed.append(message)
    if not messages:
        return BatchResponse.failing(failed)
    try:
        decisions = runtime.decider.decide(submissions, now)
    except RegistryError:
        # Without a registry nobody can be answered: the messages wait on the queue.
        runtime.logger.exception("registry unavailable", extra={"waiting": len(messages)})
        runtime.metrics.count("RegistryUnavailable")
        return BatchResponse.failing([*failed, *messages])
    outcomes, publication = record_all(decisions, runtime.store, runtime.bus)
    for message, outcome in zip(messages, outcomes, strict=True):
        _tell(message, outcome, runtime)
        if isinstance(outcome, Unsettled):
            failed.append(message)
    runtime.metrics.count("EventsPublished", publication.published)
    runtime.metrics.count("EventsLeftToSweeper", publication.left)
    return BatchResponse.failing(failed)


def _tell_unreadable(message: ApplicationMessage, error: ApplicationUnreadable, runtime: Runtime) -> None:
    runtime.metrics.count("ApplicationsUnreadable")
    runtime.logger.warning(
        "application unreadable",
        extra={"message_id": message.message_id, "source": message.source, "problem": str(error)},
    )


def _tell(message: ApplicationMessage, outcome: Settled | Unsettled, runtime: Runtime) -> None:
    decision = outcome.decision
    about = {
        "message_id": message.message_id,
        "correlation_id": message.correlation_id,
        "source": decision.source,
        "application_id": decision.application_id,
        "event_id": str(decision.event_id),
    }
    if isinstance(outcome, Unsettled):
        runtime.metrics.count("DecisionsUnsettled")
        runtime.logger.error("decision not stored", extra={**about, "problem": str(outcome.error)})
        return
    if outcome.how == "recorded":
        runtime.metrics.count("ApplicationsDecided", decision=decision.decision)
    else:
        runtime.metrics.count("ApplicationsNotDecidedAgain", reason=outcome.how)
    runtime.logger.info(
        "application decided",
        extra={
            **about,
            "how": outcome.how,
            "decision": decision.decision,
            "reason_codes": decision.reason_codes,
            "registry_version": decision.registry_version,
        },
    )


@cache
def build_runtime() -> Runtime:
    settings = ValidateApplicationsSettings.from_environment(os.environ)
    logger = build_logger(settings)
    dynamodb = boto3.client("dynamodb")
    registry = RegistryTable(dynamodb, settings.registry_table)
    return Runtime(
        decider=Decider(registry),
        requests=registry.requests,
        store=CaseworkTable(dynamodb, settings.casework_table),
        bus=EventBridgeResultsBus(EventBus(boto3.client("events"), settings.results_bus), logger.warning),
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
