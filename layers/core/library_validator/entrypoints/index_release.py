"""An uploaded release is loaded, after S3 has reported its upload."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext
from pydantic import BaseModel, Field

from library_validator.adapters.aws.early_retries import Delivery
from library_validator.adapters.aws.releases_queue import ReleasesMessage
from library_validator.entrypoints.invocation import begin_invocation
from library_validator.errors import ReleaseRefused
from library_validator.event_bus import EventBus
from library_validator.observability import Metrics
from library_validator.registry.activation import LoadPorts, load_release
from library_validator.registry.bucket import ReleaseBucket, Upload
from library_validator.registry.store import RegistryStore, Run
from library_validator.terms import Clock, TimeLeft


class IndexReleaseResponse(BaseModel):
    run_id: str | None = None
    status: str = Field(
        description="active, unchanged, quarantined or refused; accepted or rejected if a person decided "
        "before this delivery; ignored if the object is a folder"
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
    retry_soon: Callable[[Delivery], None] = lambda _delivery: None


def entrypoint(
    build_runtime: Callable[[], Runtime], event: dict[str, Any], context: LambdaContext
) -> dict[str, Any]:
    """Lambda calls this function. ``build_runtime`` comes from its ``handler.py``."""
    runtime = replace(build_runtime(), time_left=begin_invocation(context))
    try:
        response = handler(ReleasesMessage.model_validate(event), runtime, lambda: datetime.now(UTC))
    finally:
        runtime.metrics.flush()
    return response.model_dump()


def handler(event: ReleasesMessage, runtime: Runtime, now: Clock) -> IndexReleaseResponse:
    """Load the uploaded object. ``now`` is a clock, because a load can take minutes.

    If ``load_release`` raises an exception, the run is counted as failed and Lambda gets the exception.
    """
    created = event.created
    if created.is_folder:
        return IndexReleaseResponse(status="ignored")
    try:
        version = created.version_id or runtime.bucket.current_version(created.key)
    except ReleaseRefused as refusal:
        # The object is gone and its version unknown: there is no run that could be stored.
        runtime.logger.warning("release refused", extra={"object_key": created.key, "problem": str(refusal)})
        return IndexReleaseResponse(status="refused")
    upload = Upload(created.key, version)
    with runtime.logger.append_context_keys(run_id=upload.run_id):
        ports = LoadPorts(runtime.store, runtime.bucket, runtime.bus, runtime.time_left)
        try:
            run = load_release(upload, ports, now, event.requester)
        except Exception:
            runtime.metrics.count("ReleaseRuns", status="failed")
            runtime.logger.exception("load interrupted")
            runtime.retry_soon(event.delivery)
            raise
        _log_and_count(run, runtime)
    return IndexReleaseResponse(run_id=run.run_id, status=run.status, version=run.version)


def _log_and_count(run: Run, runtime: Runtime) -> None:
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
