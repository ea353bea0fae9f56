"""The settings of each function, which are read from its environment once and checked.

A wrong or missing variable fails the first invocation with a message that names the variable.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, field_validator

from library_validator.releases.fetching.sources import (
    ReleaseSource,
    built_in_sources,
    own_source,
    read_sources,
)
from library_validator.terms import MOST_RELEASE_BYTES


class Settings(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", defer_build=True, str_strip_whitespace=True)

    service: str = Field(alias="POWERTOOLS_SERVICE_NAME", min_length=1)
    metrics_namespace: str = Field("LibraryValidator", alias="POWERTOOLS_METRICS_NAMESPACE", min_length=1)
    log_level: str = Field("INFO", alias="LOG_LEVEL", pattern="^(DEBUG|INFO|WARNING|ERROR|CRITICAL)$")

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Self:
        """Raises ``pydantic.ValidationError``, which names each variable that is missing or wrong."""
        return cls.model_validate(dict(environment))


class LoadingSettings(Settings):
    """Settings of the functions that fetch and load releases."""

    registry_table: str = Field(alias="REGISTRY_TABLE", min_length=3)
    results_bus: str = Field(alias="RESULTS_BUS", min_length=1)
    releases_bucket: str = Field(alias="RELEASES_BUCKET", min_length=3)
    max_release_bytes: int = Field(
        MOST_RELEASE_BYTES,
        alias="MAX_RELEASE_BYTES",
        gt=0,
        le=MOST_RELEASE_BYTES,
        description="largest zip of a release, in bytes; the official zips have 3 to 13 MB",
    )


class IndexReleaseSettings(LoadingSettings):
    """Settings of ``functions/index_release``."""

    releases_queue_url: str = Field(
        "",
        alias="RELEASES_QUEUE_URL",
        description="queue of releases, for early retries; empty: a failed message waits for its visibility "
        "timeout",
    )


class FetchReleaseSettings(LoadingSettings):
    """Settings of ``functions/fetch_release``."""

    fetch_sources: str = Field(
        "",
        alias="FETCH_SOURCES",
        description="release sources: JSON in the shape of releases/fetching/sources.toml; empty: that file",
    )
    release_url: str = Field(
        "",
        alias="RELEASE_URL",
        description="web address of the operator's own release source, tried last; empty: none",
    )

    @field_validator("fetch_sources")
    @classmethod
    def _check_sources(cls, value: str) -> str:
        if value:
            read_sources(value)
        return value

    @field_validator("release_url")
    @classmethod
    def _check_url(cls, value: str) -> str:
        if value:
            own_source(value, ())
        return value

    def sources(self) -> tuple[ReleaseSource, ...]:
        """The release sources, in the order in which they are tried."""
        listed = read_sources(self.fetch_sources) if self.fetch_sources else built_in_sources()
        return (*listed, own_source(self.release_url, listed)) if self.release_url else listed


class DecidingSettings(Settings):
    """Settings of every function that decides applications."""

    registry_table: str = Field(alias="REGISTRY_TABLE", min_length=3)
    casework_table: str = Field(alias="CASEWORK_TABLE", min_length=3)
    results_bus: str = Field(alias="RESULTS_BUS", min_length=1)
    decision_validity_days: int = Field(
        365,
        alias="DECISION_VALIDITY_DAYS",
        ge=1,
        le=3650,
        description="how long a validated decision is valid before it is renewed",
    )

    @property
    def validity(self) -> timedelta:
        return timedelta(days=self.decision_validity_days)


class ValidateApplicationsSettings(DecidingSettings):
    """Settings of ``functions/validate_applications``."""

    claims_share: float = Field(
        0.5,
        alias="CLAIMS_SHARE",
        gt=0,
        le=1,
        description="part of the registry's systems that one of several senders may get validated",
    )
    applications_per_hour: int = Field(
        0,
        alias="APPLICATIONS_PER_HOUR",
        ge=0,
        description="of a sender; more are reported; 0: no limit",
    )
    redrivers: frozenset[str] = Field(
        frozenset(),
        alias="REDRIVERS",
        description="unique ids of the senders whose messages may name a first sender, separated by commas",
    )

    @field_validator("redrivers", mode="before")
    @classmethod
    def _read_ids(cls, value: object) -> object:
        return (
            [each.strip() for each in value.split(",") if each.strip()] if isinstance(value, str) else value
        )


class RevalidateSettings(DecidingSettings):
    """Settings of ``functions/revalidate``."""

    revalidations_queue_url: str = Field(alias="REVALIDATIONS_QUEUE_URL", min_length=1)
    expiry_notice_days: tuple[int, ...] = Field(
        (30, 7),
        alias="EXPIRY_NOTICE_DAYS",
        description="days before the end of a decision at which notices are given: 30,7; empty: no notices",
    )

    application_retention_days: int = Field(
        0,
        alias="APPLICATION_RETENTION_DAYS",
        ge=0,
        le=3650,
        description="days after which the texts of an applicant are erased that nobody needs; 0: never",
    )

    @field_validator("expiry_notice_days", mode="before")
    @classmethod
    def _read_days(cls, value: object) -> object:
        return [day for day in value.split(",") if day.strip()] if isinstance(value, str) else value


class SweepResultsSettings(Settings):
    """Settings of ``functions/sweep_results``."""

    casework_table: str = Field(alias="CASEWORK_TABLE", min_length=3)
    results_bus: str = Field(alias="RESULTS_BUS", min_length=1)
    unpublished_after_seconds: int = Field(
        120,
        alias="UNPUBLISHED_AFTER_SECONDS",
        ge=0,
        le=86_400,
        description="seconds after which the sweeper publishes a decision that its writer did not publish",
    )
