"""Loads an uploaded release. The message comes from S3 by EventBridge and the releases queue.

An exception puts the message back on the queue and, after some tries, into its dead-letter queue.
"""

from __future__ import annotations

from library_validator import starting

# isort: split
import os
from functools import cache, partial

from library_validator.adapters.aws.clients import clients_of
from library_validator.adapters.aws.early_retries import EarlyRetries
from library_validator.adapters.aws.event_bus import EventBridgeBus
from library_validator.adapters.aws.registry_table import RegistryTable
from library_validator.adapters.aws.releases_bucket import ReleasesBucket
from library_validator.config import IndexReleaseSettings
from library_validator.entrypoints.index_release import Runtime, entrypoint
from library_validator.observability import Metrics, build_logger


@cache
def build_runtime() -> Runtime:
    settings = IndexReleaseSettings.from_environment(os.environ)
    logger = build_logger(settings)
    dynamodb, events, s3, sqs = clients_of("dynamodb", "events", "s3", "sqs")
    return Runtime(
        store=RegistryTable(dynamodb, settings.registry_table),
        bucket=ReleasesBucket(s3, settings.releases_bucket, settings.max_release_bytes),
        bus=EventBridgeBus(events, settings.results_bus, logger.warning),
        logger=logger,
        metrics=Metrics(settings),
        retry_soon=EarlyRetries(sqs, settings.releases_queue_url, logger.warning).ask_for,
    )


lambda_handler = partial(entrypoint, build_runtime)

starting.finish_imports()
