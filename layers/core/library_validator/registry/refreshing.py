"""The registry is kept up to date: sources are asked for a release newer than the live one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from library_validator.event_bus import EventBus, publish_or_raise
from library_validator.registry.age import registry_ages
from library_validator.registry.events import (
    FetchAttempt,
    ReleaseFetchFailedData,
    release_fetch_failed,
)
from library_validator.registry.live import LiveRegistry, live_registry
from library_validator.registry.store import RegistryStore
from library_validator.releases.fetching.fetch import FetchPorts, KnownReleases, Search, look_for_release
from library_validator.releases.fetching.source_states import last_answer_of
from library_validator.releases.fetching.sources import ReleaseSource
from library_validator.terms import Clock


@dataclass(frozen=True, slots=True)
class RefreshPorts:
    store: RegistryStore
    bus: EventBus
    fetch: FetchPorts


@dataclass(frozen=True, slots=True)
class RefreshResult:
    """The result of a search for a release, and the age of the live registry."""

    search: Search
    ages: dict[str, int]  # from ``registry_ages``; empty if no registry is live
    last_answer: datetime | None  # when any source last answered, in this search or an earlier one

    @property
    def days_since_answer(self) -> int | None:
        return (self.search.at - self.last_answer).days if self.last_answer else None


def refresh_registry(
    sources: Sequence[ReleaseSource], ports: RefreshPorts, now: Clock, *, trial: bool = False
) -> RefreshResult:
    """Ask the sources for a release and upload a new one, unless this is a ``trial``.

    If no source answers, ``Release Fetch Failed`` is published; that is not an error. Raises
    ``PublishFailed`` and the errors of the stores.
    """
    live = live_registry(ports.store)
    search = look_for_release(sources, _known_releases(live), ports.fetch, now, trial=trial)
    ages = registry_ages(live.pointer, search.at) if live else {}
    if search.answer:
        return RefreshResult(search, ages, search.at)
    refreshed = RefreshResult(search, ages, last_answer_of(ports.fetch.states))
    if not trial:
        active = live.pointer.active if live else None
        publish_or_raise(release_fetch_failed(_data_of_failed_search(refreshed, live), active), ports.bus)
    return refreshed


def _known_releases(live: LiveRegistry | None) -> KnownReleases:
    if live is None:
        return KnownReleases()
    contents = frozenset(release.content_sha256 for release in live.record.releases)
    return KnownReleases(live.pointer.fiscal_year, contents)


def _data_of_failed_search(refreshed: RefreshResult, live: LiveRegistry | None) -> ReleaseFetchFailedData:
    return ReleaseFetchFailedData(
        attempted_at=refreshed.search.at,
        attempts=[
            FetchAttempt(
                source_id=attempt.source_id,
                official=attempt.official,
                outcome=attempt.outcome.value,
                said=attempt.said,
                url=attempt.url,
            )
            for attempt in refreshed.search.attempts
        ],
        last_answer_at=refreshed.last_answer,
        fiscal_year=live.pointer.fiscal_year if live else None,
        registry_age_days=refreshed.ages.get("RegistryAgeDays"),
        days_since_activation=refreshed.ages.get("DaysSinceActivation"),
    )
