"""Looks for a newer release of the survey and uploads what it finds. Runs on a schedule.

That no source answers is a fact, told by an event, a metric and its alarm; it is not an error.
"""

from __future__ import annotations

from library_validator import starting
from library_validator.terms import Clock, TimeLeft

# isort: split
import os
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext
from pydantic import BaseModel, Field

from library_validator.adapters.aws.clients import clients_of
from library_validator.adapters.aws.event_bus import EventBridgeBus
from library_validator.adapters.aws.fetch_states import FetchStatesTable
from library_validator.adapters.aws.fetched_releases import FetchedReleasesBucket
from library_validator.adapters.aws.registry_table import RegistryTable
from library_validator.adapters.aws.releases_bucket import ReleasesBucket
from library_validator.adapters.downloads.http import Urllib3Client
from library_validator.config import FetchReleaseSettings
from library_validator.errors import NoActiveRegistry, ReleaseRefused
from library_validator.observability import Metrics, build_logger
from library_validator.registry.bucket import FETCHED, ReleaseBucket
from library_validator.registry.refreshing import Refresh, RefreshPorts, refresh
from library_validator.registry.reindexing import format_is_outdated, reindex
from library_validator.releases.fetching.fetch import FetchPorts
from library_validator.releases.fetching.sources import ReleaseSource

# For what comes after the last byte: reading the zip, the upload, the states, the event.
RESERVE_SECONDS = 45.0


class FetchEvent(BaseModel):
    """Says nothing but that it is time: any JSON object."""


class FetchResponse(BaseModel):
    outcome: str = Field(description="of the source that answered; or failed: none did")
    source_id: str | None = None
    fiscal_year: int | None = None
    run_id: str | None = Field(None, description="of the load that the upload triggers")
    reindexed: str | None = Field(None, description="the load that builds a newer index format")


@dataclass(frozen=True, slots=True)
class Runtime:
    sources: Sequence[ReleaseSource]
    ports: RefreshPorts
    bucket: ReleaseBucket
    logger: Logger
    metrics: Metrics


def handler(_event: FetchEvent, runtime: Runtime, now: Clock) -> FetchResponse:
    """``now`` is a clock here: a search takes up to minutes."""
    reindexed = _reindex(runtime)
    refreshed = refresh(runtime.sources, runtime.ports, now)
    _tell(refreshed, runtime)
    answer = refreshed.search.answer
    if answer is None:
        return FetchResponse(outcome="failed", reindexed=reindexed)
    return FetchResponse(
        outcome=answer.outcome.value,
        source_id=answer.source_id,
        fiscal_year=answer.fiscal_year,
        run_id=answer.run_id or None,
        reindexed=reindexed,
    )


def _reindex(runtime: Runtime) -> str | None:
    """Have the live registry built again where this code's index format is newer."""
    try:
        if not format_is_outdated(runtime.ports.store):
            return None
        return reindex(runtime.ports.store, runtime.bucket, FETCHED).run_id
    except NoActiveRegistry:
        return None
    except ReleaseRefused as refusal:
        # What is live goes on answering in its old format, and a newer release may bring the new one.
        runtime.logger.warning("registry not indexed again", extra={"problem": str(refusal)})
        return None


def _tell(refreshed: Refresh, runtime: Runtime) -> None:
    search, metrics = refreshed.search, runtime.metrics
    for attempt in search.attempts:
        metrics.count("FetchAttempts", source=attempt.source_id, outcome=attempt.outcome.value)
        tell = runtime.logger.info if attempt.outcome.is_answer else runtime.logger.warning
        tell(
            f"{attempt.source_id} {attempt.said}",
            extra={
                "source_id": attempt.source_id,
                "outcome": attempt.outcome.value,
                "url": attempt.url,
                "fiscal_year": attempt.fiscal_year,
                "run_id": attempt.run_id,
            },
        )
    metrics.count("FetchFailed", 0 if search.answer else 1)
    for name, days in refreshed.ages.items():
        metrics.count(name, days)
    if refreshed.days_since_answer is not None:
        metrics.count("DaysSinceFetch", refreshed.days_since_answer)
    if search.answer is None:
        runtime.logger.error("no source of releases answered", extra={"ages": refreshed.ages})


@cache
def build_runtime() -> Runtime:
    settings = FetchReleaseSettings.from_environment(os.environ)
    logger = build_logger(settings)
    dynamodb, events, s3 = clients_of("dynamodb", "events", "s3")
    return Runtime(
        sources=settings.sources(),
        ports=RefreshPorts(
            store=RegistryTable(dynamodb, settings.registry_table),
            bus=EventBridgeBus(events, settings.results_bus, logger.warning),
            fetch=FetchPorts(
                http=Urllib3Client(),
                releases=FetchedReleasesBucket(s3, settings.releases_bucket),
                states=FetchStatesTable(dynamodb, settings.registry_table),
                time_left=lambda: 0.0,
                sleep=time.sleep,
                max_bytes=settings.max_release_bytes,
            ),
        ),
        bucket=ReleasesBucket(s3, settings.releases_bucket, settings.max_release_bytes),
        logger=logger,
        metrics=Metrics(settings),
    )


def within(runtime: Runtime, time_left: TimeLeft) -> Runtime:
    """The same runtime with the time of one invocation."""
    ports = replace(runtime.ports, fetch=replace(runtime.ports.fetch, time_left=time_left))
    return replace(runtime, ports=ports)


def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    runtime = within(build_runtime(), lambda: context.get_remaining_time_in_millis() / 1000 - RESERVE_SECONDS)
    try:
        response = handler(FetchEvent.model_validate(event), runtime, lambda: datetime.now(UTC))
    finally:
        runtime.metrics.flush()
    return response.model_dump()


starting.imported()
