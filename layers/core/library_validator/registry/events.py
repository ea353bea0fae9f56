"""The events of the registry: ``Registry Activated``, ``Release Refused`` and ``Release Fetch Failed``.

Their ids are derived from the run or the search: an event that is sent again has the same id.
"""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar, Final, Literal
from uuid import UUID, uuid5

from pydantic import BaseModel, ConfigDict, Field

from library_validator.event_bus import EventMetadata
from library_validator.registry.bucket import Upload
from library_validator.registry.store import Pointer, Run, VersionRecord

_NAMESPACE: Final = UUID("0d0c5b5e-2f0b-5c61-8f0a-3f1f2a1b7d42")


class _EventModel(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", from_attributes=True)


class ActivatedRelease(_EventModel):
    """A release that a registry version is built from."""

    fiscal_year: int
    content_sha256: str = Field(description="of the decompressed systems and outlets files")
    object_key: str
    object_version: str


class RegistryActivatedData(_EventModel):
    version: str
    previous_version: str | None = Field(description="the version that was live before")
    fiscal_year: int
    index_format: int
    releases: list[ActivatedRelease]
    systems: int = Field(description="listed in the newest release")
    outlets: int
    entries: int = Field(description="with the entries of older releases that are not listed any more")
    reason: str = Field(
        description='"release loaded", or the words of the person who accepted the release or rolled back'
    )
    by: str = Field(description="who accepted or rolled back; empty for a load that needed no person")
    run_id: str


class RegistryActivated(_EventModel):
    """Another registry version is live from now on."""

    detail_type: ClassVar[str] = "Registry Activated"
    metadata: EventMetadata
    data: RegistryActivatedData


class ReleaseProblem(_EventModel):
    code: str
    severity: str
    message: str


class ReleaseRefusedData(_EventModel):
    run_id: str
    status: Literal["refused", "quarantined", "rejected"] = Field(
        description="refused: the file is not a release; quarantined: a person has to decide; rejected: a "
        "person decided against it. The live registry is unchanged"
    )
    object_key: str
    object_version: str
    fiscal_year: int | None = Field(
        description="fiscal year of the release; None if the file could not be read"
    )
    problems: list[ReleaseProblem]
    reason: str = Field("", description="the words of the person who rejected it")
    by: str = Field("", description="who rejected it")


class ReleaseRefusedEvent(_EventModel):
    """An uploaded file was not loaded; its problems say why."""

    detail_type: ClassVar[str] = "Release Refused"
    metadata: EventMetadata
    data: ReleaseRefusedData


class FetchAttempt(_EventModel):
    """The result of a request to one source of releases."""

    source_id: str
    official: bool = Field(description="whether the source is the agency itself")
    outcome: str = Field(description="gone, refused, timed_out, not_a_release …")
    said: str = Field(description="the result as a sentence; its subject is the source")
    url: str


class ReleaseFetchFailedData(_EventModel):
    attempted_at: datetime
    attempts: list[FetchAttempt] = Field(
        description="one result for each source, in the order of the requests"
    )
    last_answer_at: datetime | None = Field(description="when a source last answered; None: never")
    fiscal_year: int | None = Field(
        description="year of the live registry; this and the next two fields are None if no registry is live"
    )
    registry_age_days: int | None = Field(description="days since the end of the live fiscal year")
    days_since_activation: int | None


class ReleaseFetchFailed(_EventModel):
    """The service looked for a new release and no source answered. The live registry is unchanged."""

    detail_type: ClassVar[str] = "Release Fetch Failed"
    metadata: EventMetadata
    data: ReleaseFetchFailedData


RegistryEvent = RegistryActivated | ReleaseRefusedEvent | ReleaseFetchFailed


def registry_activated(run: Run, pointer: Pointer, record: VersionRecord) -> RegistryActivated:
    """The event of the run that made ``pointer`` live."""
    return RegistryActivated(
        metadata=_event_metadata(RegistryActivated.detail_type, run, record.version, pointer.activated_at),
        data=RegistryActivatedData(
            version=record.version,
            previous_version=run.replaces,
            fiscal_year=record.fiscal_year,
            index_format=record.index_format,
            releases=[ActivatedRelease.model_validate(release) for release in record.releases],
            systems=record.systems,
            outlets=record.outlets,
            entries=record.entries,
            reason=run.reason,
            by=run.by,
            run_id=run.run_id,
        ),
    )


def release_refused(run: Run, upload: Upload, active_version: str | None) -> ReleaseRefusedEvent:
    """The event of a run whose release did not go live; ``active_version`` is the live version.

    A run that is quarantined and then rejected has two events with different ids.
    """
    data = ReleaseRefusedData(
        run_id=run.run_id,
        status=_refusal_status(run),
        object_key=upload.key,
        object_version=upload.version,
        fiscal_year=run.report["fiscal_year"] if run.report else None,
        problems=[ReleaseProblem.model_validate(problem) for problem in run.problems],
        reason=run.reason,
        by=run.by,
    )
    identity = f"{run.run_id}\nrejected" if data.status == "rejected" else run.run_id
    detail_type = ReleaseRefusedEvent.detail_type
    return ReleaseRefusedEvent(
        metadata=_event_metadata(detail_type, run, active_version, run.updated_at, identity), data=data
    )


def release_fetch_failed(data: ReleaseFetchFailedData, active_version: str | None) -> ReleaseFetchFailed:
    """The event of a search that no source answered; ``active_version`` is the live version."""
    search = f"fetch@{data.attempted_at.isoformat()}"
    return ReleaseFetchFailed(
        metadata=EventMetadata(
            event_id=uuid5(_NAMESPACE, f"{ReleaseFetchFailed.detail_type}\n{search}"),
            registry_version=active_version,
            policy_version=None,
            correlation_id=search,
            occurred_at=data.attempted_at,
        ),
        data=data,
    )


def _refusal_status(run: Run) -> Literal["refused", "quarantined", "rejected"]:
    match run.status:
        case "refused" | "quarantined" | "rejected":
            return run.status
    raise ValueError(f"run {run.run_id} is {run.status}: its release was not refused")


def _event_metadata(
    detail_type: str, run: Run, registry_version: str | None, occurred_at: str, identity: str = ""
) -> EventMetadata:
    return EventMetadata(
        event_id=uuid5(_NAMESPACE, f"{detail_type}\n{identity or run.run_id}"),
        registry_version=registry_version,
        policy_version=None,
        correlation_id=run.run_id,
        occurred_at=datetime.fromisoformat(occurred_at),
    )
