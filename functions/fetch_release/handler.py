"""Asks the sources of releases for a newer one, on a schedule. If no source answers, an event reports it."""

from __future__ import annotations

from library_validator import starting

# isort: split
import os
import time
from datetime import UTC, datetime
from functools import cache
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from library_validator.adapters.aws.clients import clients_of
from library_validator.adapters.aws.event_bus import EventBridgeBus
from library_validator.adapters.aws.fetch_states import FetchStatesTable
from library_validator.adapters.aws.fetched_releases import FetchedReleasesBucket
from library_validator.adapters.aws.registry_table import RegistryTable
from library_validator.adapters.aws.releases_bucket import ReleasesBucket
from library_validator.adapters.downloads.http import Urllib3Client
from library_validator.config import FetchReleaseSettings
from library_validator.entrypoints.fetch_release import FetchEvent, Runtime, handler
from library_validator.entrypoints.invocation import time_left_of
from library_validator.observability import Metrics, build_logger
from library_validator.registry.refreshing import RefreshPorts
from library_validator.releases.fetching.fetch import FetchPorts


@cache
def build_runtime() -> Runtime:
    settings = FetchReleaseSettings.from_environment(os.environ)
    logger = build_logger(settings)
    dynamodb, events, s3 = clients_of("dynamodb", "events", "s3")
    store = RegistryTable(dynamodb, settings.registry_table)
    bus = EventBridgeBus(events, settings.results_bus, logger.warning)
    releases = FetchedReleasesBucket(s3, settings.releases_bucket)
    states = FetchStatesTable(dynamodb, settings.registry_table)
    max_bytes = settings.max_release_bytes
    fetch = FetchPorts(Urllib3Client(), releases, states, lambda: 0.0, time.sleep, max_bytes)
    bucket = ReleasesBucket(s3, settings.releases_bucket, max_bytes)
    return Runtime(settings.sources(), RefreshPorts(store, bus, fetch), bucket, logger, Metrics(settings))


def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    runtime = build_runtime().with_time_left(time_left_of(context))
    try:
        response = handler(FetchEvent.model_validate(event), runtime, lambda: datetime.now(UTC))
    finally:
        runtime.metrics.flush()
    return response.model_dump()


starting.imported()
