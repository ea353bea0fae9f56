"""Loads an uploaded release, from the message that tells of its upload.

Whatever raises puts the message back on the queue, and after some tries into its DLQ.
"""

from __future__ import annotations

from library_validator import starting
from library_validator.terms import Clock, TimeLeft

# isort: split
import math
import os
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext
from pydantic import BaseModel, Field

from library_validator.adapters.aws.clients import clients_of
from library_validator.adapters.aws.event_bus import EventBridgeBus
from library_validator.adapters.aws.registry_table import RegistryTable
from library_validator.adapters.aws.releases_bucket import ReleasesBucket
from library_validator.adapters.aws.releases_queue import ReleasesMessage
from library_validator.config import IndexReleaseSettings
from library_validator.errors import ReleaseRefused
from library_validator.event_bus import EventBus
from library_validator.observability import Metrics, build_logger
from library_validator.registry.activation import LoadPorts, load_release
from library_validator.registry.bucket import ReleaseBucket, Upload
from library_validator.registry.store import RegistryStore, Run


class IndexReleaseResponse(BaseModel):
    run_id: str | None = None
    status: str = Field(
        description="active, unchanged, quarantined, refused; accepted or rejected, where a person decided "
        "before this delivery; ignored: not a release's key"
    )
    version: str | None = None


@dataclass(frozen=True, slots=True)
class Runtime:
    store: RegistryStore
    bucket: ReleaseBucket
    bus: EventBus
    logger: Logger
    metrics: Metrics
    time_left: TimeLeft = lambda: math.inf


def handler(event: ReleasesMessage, runtime: Runtime, now: Clock) -> IndexReleaseResponse:
    """``now`` is a clock here: a load takes up to minutes."""
    created = event.created
    if created.is_folder:
        return IndexReleaseResponse(status="ignored")
    try:
        version = created.version_id or runtime.bucket.current_version(created.key)
    except ReleaseRefused as refusal:
        # Gone before anything could say which version it was: there is no run to keep.
        runtime.logger.warning("release refused", extra={"object_key": created.key, "problem": str(refusal)})
        return IndexReleaseResponse(status="refused")
    upload = Upload(created.key, version)
    with runtime.logger.append_context_keys(run_id=upload.run_id):
        ports = LoadPorts(runtime.store, runtime.bucket, runtime.bus, runtime.time_left)
        try:
            run = load_release(upload, ports, now)
        except Exception:
            runtime.metrics.count("ReleaseRuns", status="failed")
            runtime.logger.exception("load interrupted")
            raise
        _tell(run, runtime)
    return IndexReleaseResponse(run_id=run.run_id, status=run.status, version=run.version)


def _tell(run: Run, runtime: Runtime) -> None:
    report = run.report or {}
    repaired = sum(report.get("repairs", {}).values())
    runtime.metrics.count("ReleaseRuns", status=run.status)
    runtime.metrics.count("ReleaseSystems", report.get("systems", 0))
    runtime.metrics.count("ReleaseOutlets", report.get("outlets", 0))
    runtime.metrics.count("ReleaseValuesRepaired", repaired)
    runtime.logger.info(
        "release loaded" if run.status == "active" else f"release {run.status}",
        extra={
            "version": run.version,
            "fiscal_year": report.get("fiscal_year"),
            "systems": report.get("systems"),
            "outlets": report.get("outlets"),
            "values_repaired": repaired,
            "problems": [problem["code"] for problem in run.problems],
        },
    )


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
    runtime = replace(build_runtime(), time_left=lambda: context.get_remaining_time_in_millis() / 1000)
    try:
        response = handler(ReleasesMessage.model_validate(event), runtime, lambda: datetime.now(UTC))
    finally:
        runtime.metrics.flush()
    return response.model_dump()


starting.imported()
