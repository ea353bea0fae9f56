"""Loads an uploaded release. The message comes from S3 by EventBridge and the releases queue.

An exception puts the message back on the queue and, after some tries, into its dead-letter queue.
"""

from __future__ import annotations

from library_validator import starting

# isort: split
import os
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from library_validator.adapters.aws.clients import clients_of
from library_validator.adapters.aws.event_bus import EventBridgeBus
from library_validator.adapters.aws.registry_table import RegistryTable
from library_validator.adapters.aws.releases_bucket import ReleasesBucket
from library_validator.adapters.aws.releases_queue import ReleasesMessage
from library_validator.config import IndexReleaseSettings
from library_validator.entrypoints.index_release import Runtime, handler
from library_validator.entrypoints.invocation import time_left_of
from library_validator.observability import Metrics, build_logger


@cache
def build_runtime() -> Runtime:
    settings = IndexReleaseSettings.from_environment(os.environ)
    logger = build_logger(settings)
    dynamodb, events, s3 = clients_of("dynamodb", "events", "s3")
    return Runtime(
        store=RegistryTable(dynamodb, settings.registry_table),
        bucket=ReleasesBucket(s3, settings.releases_bucket, settings.max_release_bytes),
        bus=EventBridgeBus(events, settings.results_bus, logger.warning),
        logger=logger,
        metrics=Metrics(settings),
    )


def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    runtime = replace(build_runtime(), time_left=time_left_of(context))
    try:
        response = handler(ReleasesMessage.model_validate(event), runtime, lambda: datetime.now(UTC))
    finally:
        runtime.metrics.flush()
    return response.model_dump()


starting.imported()
