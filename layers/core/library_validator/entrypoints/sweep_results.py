"""On a schedule, decisions whose events were never confirmed are published."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext
from pydantic import BaseModel, Field

from library_validator.decisions.store import DecisionStore
from library_validator.decisions.sweeping import sweep
from library_validator.entrypoints.invocation import begin_invocation
from library_validator.event_bus import EventBus
from library_validator.observability import Metrics, warn_without_event
from library_validator.terms import TimeLeft

# Seconds that a chunk of ten needs, for PutEvents with its retries and ten updates.
RESERVE_SECONDS: Final = 10


class SweepEvent(BaseModel):
    """Any JSON object starts a sweep."""


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
    time_left: TimeLeft = lambda: math.inf


def entrypoint(
    build_runtime: Callable[[], Runtime], event: dict[str, Any], context: LambdaContext
) -> dict[str, Any]:
    """Lambda calls this function. ``build_runtime`` comes from its ``handler.py``."""
    runtime = replace(build_runtime(), time_left=begin_invocation(context))
    try:
        response = handler(SweepEvent.model_validate(event), runtime, datetime.now(UTC))
    finally:
        runtime.metrics.flush()
    return response.model_dump()


def handler(_event: SweepEvent, runtime: Runtime, now: datetime) -> SweepResponse:
    before = now - runtime.unpublished_after
    result = sweep(runtime.store, runtime.bus, before, runtime.time_left, RESERVE_SECONDS)
    response = SweepResponse(published=result.counts.published, left=result.counts.left)
    warn_without_event(runtime.logger, result.counts.without_event)
    runtime.metrics.count("EventsPublishedBySweeper", response.published)
    if response.published or response.left:
        # A writer publishes its decision within a second: the writers of these decisions have failed.
        runtime.logger.warning("decisions were unpublished", extra=response.model_dump())
    if response.left or not result.interrupted_by:
        # Also if it is zero: the alarm reads a missing count as a sweeper that does not work. A decision of
        # which no event can be made counts as left.
        runtime.metrics.count("EventsLeftUnpublished", response.left)
    if result.interrupted_by:
        raise result.interrupted_by
    return response
