"""Publishes decisions whose events were never confirmed. Runs on a schedule."""

from __future__ import annotations

from library_validator import starting

# isort: split
import os
from datetime import timedelta
from functools import cache, partial

from library_validator.adapters.aws.casework_access import CaseworkAccess
from library_validator.adapters.aws.clients import clients_of
from library_validator.adapters.aws.decision_table import DecisionTable
from library_validator.adapters.aws.event_bus import EventBridgeBus
from library_validator.config import SweepResultsSettings
from library_validator.entrypoints.sweep_results import Runtime, entrypoint
from library_validator.observability import Metrics, build_logger


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


lambda_handler = partial(entrypoint, build_runtime)

starting.finish_imports()
