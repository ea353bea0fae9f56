"""Asks the sources of releases for a newer release and uploads it. Runs on a schedule."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Final

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext
from pydantic import BaseModel, Field

from library_validator.entrypoints.invocation import begin_invocation
from library_validator.errors import BucketUnavailable, NoActiveRegistry, ReleaseRefused
from library_validator.observability import Metrics
from library_validator.registry.bucket import FETCHED, ReleaseBucket
from library_validator.registry.refreshing import RefreshPorts, RefreshResult, refresh_registry
from library_validator.registry.reindexing import is_format_outdated, reindex
from library_validator.releases.fetching.sources import ReleaseSource
from library_validator.terms import Clock, TimeLeft

# Time for the steps after the download: the zip is read and uploaded, states are stored, an event is
# published.
RESERVE_SECONDS: Final = 45.0


class FetchEvent(BaseModel):
    """The event of the schedule: any JSON object."""


class FetchResponse(BaseModel):
    outcome: str = Field(description="result of the source that answered, or failed if no source answered")
    source_id: str | None = None
    fiscal_year: int | None = None
    run_id: str | None = Field(None, description="run id of the load that the upload triggers")
    reindexed: str | None = Field(None, description="run id of the load that builds a newer index format")


@dataclass(frozen=True, slots=True)
class Runtime:
    sources: Sequence[ReleaseSource]
    ports: RefreshPorts
    bucket: ReleaseBucket
    logger: Logger
    metrics: Metrics

    def with_time_left(self, time_left: TimeLeft) -> Runtime:
        """The runtime of one invocation: its search ends so early that the reserve is left."""
        fetch = replace(self.ports.fetch, time_left=lambda: time_left() - RESERVE_SECONDS)
        return replace(self, ports=replace(self.ports, fetch=fetch))


def entrypoint(
    build_runtime: Callable[[], Runtime], event: dict[str, Any], context: LambdaContext
) -> dict[str, Any]:
    """Lambda calls this function. ``build_runtime`` comes from its ``handler.py``."""
    runtime = build_runtime().with_time_left(begin_invocation(context))
    try:
        response = handler(FetchEvent.model_validate(event), runtime, lambda: datetime.now(UTC))
    finally:
        runtime.metrics.flush()
    return response.model_dump()


def handler(_event: FetchEvent, runtime: Runtime, now: Clock) -> FetchResponse:
    """Search for a release. ``now`` is a clock, because a search can take minutes."""
    reindexed = _reindex_if_outdated(runtime)
    refreshed = refresh_registry(runtime.sources, runtime.ports, now)
    _log_and_count(refreshed, runtime)
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


def _reindex_if_outdated(runtime: Runtime) -> str | None:
    """Start to build the live registry again if this code has a newer index format; returns the run's id."""
    try:
        if not is_format_outdated(runtime.ports.store):
            return None
        return reindex(runtime.ports.store, runtime.bucket, FETCHED).run_id
    except NoActiveRegistry:
        return None
    except ReleaseRefused as refusal:
        # The live registry stays in its old format; a newer release may bring the new format.
        runtime.logger.warning("registry not indexed again", extra={"problem": str(refusal)})
        return None
    except BucketUnavailable as error:
        # The search goes on: the next one tries again to index the registry.
        runtime.logger.warning("registry not indexed again", extra={"problem": str(error)})
        return None


def _log_and_count(refreshed: RefreshResult, runtime: Runtime) -> None:
    search, metrics = refreshed.search, runtime.metrics
    for attempt in search.attempts:
        metrics.count("FetchAttempts", source=attempt.source_id, outcome=attempt.outcome.value)
        fine = attempt.outcome.is_answer and not attempt.lost
        log = runtime.logger.info if fine else runtime.logger.warning
        log(
            f"{attempt.source_id} {attempt.said}",
            extra={
                "source_id": attempt.source_id,
                "outcome": attempt.outcome.value,
                "url": attempt.url,
                "fiscal_year": attempt.fiscal_year,
                "run_id": attempt.run_id,
            },
        )
    # An upload without a load is a failed search too: a person finds out why its event was lost.
    is_lost = any(attempt.lost for attempt in search.attempts)
    metrics.count("FetchFailed", 1 if is_lost or search.answer is None else 0)
    for name, days in refreshed.ages.items():
        metrics.count(name, days)
    if refreshed.days_since_answer is not None:
        metrics.count("DaysSinceFetch", refreshed.days_since_answer)
    if search.answer is None:
        runtime.logger.error("no source of releases answered", extra={"ages": refreshed.ages})
