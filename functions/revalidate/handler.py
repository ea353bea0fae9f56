"""Decides current applications again: after another registry went live, or because their decisions end."""

from __future__ import annotations

from library_validator import starting

# isort: split
import os
from functools import cache, partial

from library_validator.adapters.aws.casework_access import CaseworkAccess
from library_validator.adapters.aws.clients import clients_of
from library_validator.adapters.aws.decision_table import DecisionTable
from library_validator.adapters.aws.early_retries import EarlyRetries
from library_validator.adapters.aws.erasure_table import ErasureTable
from library_validator.adapters.aws.event_bus import EventBridgeBus
from library_validator.adapters.aws.fetch_states import FetchStatesTable
from library_validator.adapters.aws.override_table import OverrideTable
from library_validator.adapters.aws.partner_table import PartnerTable
from library_validator.adapters.aws.registry_table import RegistryTable
from library_validator.adapters.aws.revalidation_table import RevalidationTable
from library_validator.adapters.aws.revalidations_queue import RevalidationsQueue
from library_validator.casework.erasing import ErasureStores
from library_validator.casework.partners import KnownPartners
from library_validator.casework.retention import Retention
from library_validator.casework.tasks import Ports
from library_validator.config import RevalidateSettings
from library_validator.decisions.deciding import Decider
from library_validator.entrypoints.revalidate import Runtime, entrypoint
from library_validator.observability import Metrics, build_logger


@cache
def build_runtime() -> Runtime:
    logger = build_logger(settings := RevalidateSettings.from_environment(os.environ))
    dynamodb, events, sqs = clients_of("dynamodb", "events", "sqs")
    registry = RegistryTable(dynamodb, settings.registry_table)
    casework = CaseworkAccess(dynamodb, settings.casework_table)
    decider, partners = Decider(registry, settings.validity), KnownPartners(PartnerTable(casework))
    bus = EventBridgeBus(events, settings.results_bus, logger.warning)
    decisions, days = DecisionTable(casework), settings.application_retention_days
    return Runtime(
        ports=Ports(decisions, RevalidationTable(casework), registry, decider, bus, partners),
        notice_days=settings.expiry_notice_days,
        retention=Retention(days, ErasureStores(decisions, OverrideTable(casework), ErasureTable(casework))),
        fetch_states=FetchStatesTable(dynamodb, settings.registry_table),
        recount_claims=PartnerTable(casework).recount_claims,
        send=RevalidationsQueue(sqs, settings.revalidations_queue_url).send,
        logger=logger,
        metrics=Metrics(settings),
        retry_soon=EarlyRetries(sqs, settings.revalidations_queue_url, logger.warning).ask_for,
    )


lambda_handler = partial(entrypoint, build_runtime)

starting.finish_imports()
