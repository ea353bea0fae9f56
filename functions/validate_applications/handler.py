"""Decides a batch of applications from SQS, stores the decisions and publishes their events."""

from __future__ import annotations

from library_validator import starting

# isort: split
import os
from functools import cache, partial

from library_validator.adapters.aws.casework_access import CaseworkAccess
from library_validator.adapters.aws.clients import clients_of
from library_validator.adapters.aws.decision_table import DecisionTable
from library_validator.adapters.aws.event_bus import EventBridgeBus
from library_validator.adapters.aws.partner_table import PartnerTable
from library_validator.adapters.aws.registry_table import RegistryTable
from library_validator.adapters.aws.source_counts import SourceCountTable
from library_validator.casework.limits import Limits
from library_validator.casework.partners import KnownPartners
from library_validator.config import ValidateApplicationsSettings
from library_validator.decisions.deciding import Decider
from library_validator.entrypoints.validate_applications import Runtime, entrypoint
from library_validator.observability import Metrics, build_logger


@cache
def build_runtime() -> Runtime:
    settings = ValidateApplicationsSettings.from_environment(os.environ)
    logger = build_logger(settings)
    dynamodb, events = clients_of("dynamodb", "events")
    registry = RegistryTable(dynamodb, settings.registry_table)
    casework = CaseworkAccess(dynamodb, settings.casework_table)
    return Runtime(
        decider=Decider(registry, settings.validity),
        requests=registry.requests,
        store=DecisionTable(casework),
        limits=Limits(SourceCountTable(casework), settings.claims_share, settings.applications_per_hour),
        partners=KnownPartners(PartnerTable(casework)),
        bus=EventBridgeBus(events, settings.results_bus, logger.warning),
        logger=logger,
        metrics=Metrics(settings),
        redrivers=settings.redrivers,
    )


lambda_handler = partial(entrypoint, build_runtime)

starting.finish_imports()
