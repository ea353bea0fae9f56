"""Asks the sources of releases for a newer one, on a schedule. If no source answers, an event reports it."""

from __future__ import annotations

from library_validator import starting

# isort: split
import os
import time
from functools import cache, partial

from library_validator.adapters.aws.clients import clients_of
from library_validator.adapters.aws.event_bus import EventBridgeBus
from library_validator.adapters.aws.fetch_states import FetchStatesTable
from library_validator.adapters.aws.fetched_releases import FetchedReleasesBucket
from library_validator.adapters.aws.registry_table import RegistryTable
from library_validator.adapters.aws.releases_bucket import ReleasesBucket
from library_validator.adapters.downloads.http import Urllib3Client
from library_validator.config import FetchReleaseSettings
from library_validator.entrypoints.fetch_release import Runtime, entrypoint
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
    fetch = FetchPorts(
        Urllib3Client(),
        releases,
        states,
        lambda: 0.0,
        time.sleep,
        max_bytes,
        has_run=lambda run_id: store.run(run_id) is not None,
    )
    bucket = ReleasesBucket(s3, settings.releases_bucket, max_bytes)
    return Runtime(settings.sources(), RefreshPorts(store, bus, fetch), bucket, logger, Metrics(settings))


lambda_handler = partial(entrypoint, build_runtime)

starting.finish_imports()
