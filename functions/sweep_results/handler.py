"""Publishes decisions whose events nobody has confirmed, whoever wrote them. Runs on a schedule."""

from __future__ import annotations

from library_validator import starting

# isort: split
import math
import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext
from pydantic import BaseModel, Field

from library_validator.adapters.aws.casework_access import CaseworkAccess
from library_validator.adapters.aws.clients import clients_of
from library_validator.adapters.aws.decision_table import DecisionTable
from library_validator.adapters.aws.event_bus import EventBridgeBus
from library_validator.config import SweepResultsSettings
from library_validator.decisions.recording import sweep
from library_validator.decisions.store import DecisionStore
from library_validator.event_bus import EventBus
from library_validator.observability import Metrics, build_logger, warn_without_event

# A chunk of ten takes PutEvents with its retries and ten updates: what one needs before it is begun.
RESERVE_SECONDS = 10


class SweepEvent(BaseModel):
    """Says nothing but that it is time: any JSON object."""


class SweepResponse(BaseModel):
    published: int
    left: int = Field(description="tried and not published: the next run tries again")


@dataclass(frozen=True, slots=True)
class Runtime:
    store: DecisionStore
    bus: EventBus
    unpublished_after: timedelta
    logger: Logger
    metrics: Metrics
    time_left: Callable[[], float] = lambda: math.inf  # seconds


def handler(_event: SweepEvent, runtime: Runtime, now: datetime) -> SweepResponse:
    before = now - runtime.unpublished_after
    publication = sweep(runtime.store, runtime.bus, before, runtime.time_left, RESERVE_SECONDS)
    warn_without_event(runtime.logger, publication.without_event)
    runtime.metrics.count("EventsPublishedBySweeper", publication.published)
    runtime.metrics.count("EventsLeftUnpublished", publication.left)
    response = SweepResponse(published=publication.published, left=publication.left)
    if publication.published or publication.left:
        # The writer of a decision publishes it within a second: whatever is found here went wrong there.
        runtime.logger.warning("decisions were unpublished", extra=response.model_dump())
    return response


@cache
def build_runtime() -> Runtime:
    settings = SweepResultsSettings.from_environment(os.environ)
    logger = build_logger(settings)
    dynamodb, events = clients_of("dynamodb", "events")
    return Runtime(
        store=DecisionTable(CaseworkAccess(dynamodb, settings.casework_table)),
        bus=EventBridgeBus(events, settings.results_bus, logger.warning),
        unpublished_after=timedelta(seconds=settings.unpublished_after_seconds),
        logger=logger,
        metrics=Metrics(settings),
    )


def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    runtime = replace(build_runtime(), time_left=lambda: context.get_remaining_time_in_millis() / 1000)
    try:
        response = handler(SweepEvent.model_validate(event), runtime, datetime.now(UTC))
    finally:
        runtime.metrics.flush()
    return response.model_dump()


starting.imported()
