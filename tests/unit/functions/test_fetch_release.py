"""The function that looks for releases, on memory adapters."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from functions.fetch_release.handler import build_runtime
from library_validator.adapters.memory.downloads import MemoryHttpClient
from library_validator.adapters.memory.event_bus import MemoryEventBus
from library_validator.adapters.memory.fetch_states import MemoryFetchStates
from library_validator.adapters.memory.fetched_releases import MemoryFetchedReleases
from library_validator.adapters.memory.registry import MemoryRegistry
from library_validator.adapters.memory.releases_bucket import MemoryReleasesBucket
from library_validator.config import FetchReleaseSettings
from library_validator.entrypoints.fetch_release import (
    RESERVE_SECONDS,
    FetchEvent,
    FetchResponse,
    Runtime,
    handler,
)
from library_validator.errors import PublishFailed
from library_validator.matching.index import build_index
from library_validator.observability import Metrics, build_logger
from library_validator.registry.bucket import Upload
from library_validator.registry.events import ReleaseFetchFailed
from library_validator.registry.refreshing import RefreshPorts
from library_validator.registry.store import AcceptedRelease
from library_validator.releases.fetching.fetch import FetchPorts
from library_validator.releases.reading.release import read_release
from tests.builders.release_files import release_zip

ROOT = Path(__file__).parents[3]
NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
PAGE = "https://www.imls.gov/research-evaluation/surveys/public-libraries-survey-pls"
FILE = "https://www.imls.gov/sites/default/files/2024-06/pls_fy2022_csv.zip"
LINK = f'<html><a href="{FILE}">CSV</a>'.encode()
FY2022 = release_zip()
CONTENT = read_release(release_zip())


class World:
    def __init__(self) -> None:
        settings = FetchReleaseSettings.from_environment(
            {
                "POWERTOOLS_SERVICE_NAME": "fetch_release",
                "REGISTRY_TABLE": "registry",
                "RESULTS_BUS": "results",
                "RELEASES_BUCKET": "releases",
                "FETCH_SOURCES": "",
                "RELEASE_URL": "https://mirror.example/own.zip",
            }
        )
        self.web = MemoryHttpClient()
        self.bucket = MemoryReleasesBucket()
        self.states = MemoryFetchStates()
        self.bus = MemoryEventBus()
        self.metrics = Metrics(settings)
        self.logger = build_logger(settings)
        self.sources = settings.sources()
        self.registry = MemoryRegistry()
        self.slept: list[float] = []
        self.begun: set[str] = set()  # run ids of the loads that have begun

    def activate(self, upload: Upload | None = None) -> None:
        """Make the release of FY2022 live for a week."""
        uploaded = upload or Upload("releases/by-hand.zip", "v1")
        accepted = AcceptedRelease(2022, CONTENT.content_sha256, uploaded.key, uploaded.version)
        self.registry = MemoryRegistry.of_index(build_index([CONTENT]), [accepted], NOW - timedelta(days=7))

    def activate_in_older_format(self, upload: Upload) -> None:
        """Make the release live in the index format before the present one."""
        self.activate(upload)
        pointer = self.registry.pointer()
        record = self.registry.version(pointer.active)
        index_format = record.index_format - 1
        older = replace(record, version=f"2022.{index_format}.abc", index_format=index_format)
        self.registry = MemoryRegistry()
        self.registry.put_version(older)
        self.registry.flip(replace(pointer, active=older.version, index_format=index_format), None)

    def run_search(self, at: datetime = NOW) -> FetchResponse:
        fetch = FetchPorts(
            self.web,
            MemoryFetchedReleases(self.bucket),
            self.states,
            lambda: 100.0,
            self.slept.append,
            10**6,
            has_run=lambda run_id: run_id in self.begun,
        )
        ports = RefreshPorts(self.registry, self.bus, fetch)
        runtime = Runtime(self.sources, ports, self.bucket, self.logger, self.metrics)
        return handler(FetchEvent(), runtime, lambda: at)


@pytest.fixture
def world() -> World:
    return World()


def invocation_metrics(world: World, capsys: pytest.CaptureFixture[str]) -> dict[str, float]:
    """The metrics of the invocation, by name and dimensions."""
    capsys.readouterr()
    world.metrics.flush()
    found = {}
    for line in capsys.readouterr().out.splitlines():
        emitted = json.loads(line)
        (directive,) = emitted["_aws"]["CloudWatchMetrics"]
        named = [emitted[name] for name in sorted(directive["Dimensions"][0]) if name != "service"]
        for metric in directive["Metrics"]:
            values = emitted[metric["Name"]]
            found[" ".join([metric["Name"], *named])] = values[0] if isinstance(values, list) else values
    return found


def test_a_release_that_the_page_links_to_is_uploaded(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    world.web.serve(PAGE, LINK, content_type="text/html")
    world.web.serve(FILE, FY2022.getvalue(), content_type="application/zip", etag='"1"')
    response = world.run_search()
    assert (response.outcome, response.source_id, response.fiscal_year) == ("uploaded", "imls-page", 2022)
    assert response.run_id == "releases/fetched/pls_fy2022_csv.zip@v1"
    assert world.bucket.metadata(Upload.of_run(response.run_id))["official"] == "yes"
    assert world.bus.events == []
    assert invocation_metrics(world, capsys) == {
        "FetchAttempts uploaded imls-page": 1,
        "FetchFailed": 0,
        "DaysSinceFetch": 0,
    }
    assert world.run_search().outcome == "not_modified"


def test_an_upload_whose_load_never_began_is_uploaded_again_and_counts_as_a_failed_search(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    world.web.serve(FILE, FY2022.getvalue(), content_type="application/zip", etag='"1"')
    world.web.serve(PAGE, LINK, content_type="text/html")
    first = world.run_search(NOW - timedelta(days=7))
    again = world.run_search(NOW)
    assert (again.outcome, again.run_id) == ("uploaded", "releases/fetched/pls_fy2022_csv.zip@v2")
    assert invocation_metrics(world, capsys)["FetchFailed"] == 1
    assert first.run_id
    assert again.run_id
    assert first.run_id in world.states.states()["imls-page"].last_said
    world.begun.add(again.run_id)
    assert world.run_search(NOW + timedelta(days=7)).outcome == "not_modified"


def test_the_live_release_is_not_uploaded_again(world: World) -> None:
    world.activate()
    world.web.serve(PAGE, LINK, content_type="text/html")
    world.web.serve(FILE, FY2022.getvalue())
    assert world.run_search() == FetchResponse(outcome="known", source_id="imls-page", fiscal_year=2022)


def test_if_every_source_fails_an_event_has_all_attempts_and_the_age_of_the_registry(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    world.activate()
    world.web.serve(PAGE, b"<html>no robots", status=403)
    assert world.run_search() == FetchResponse(outcome="failed")
    (event,) = world.bus.events
    assert isinstance(event, ReleaseFetchFailed)
    data = event.data
    assert [(attempt.source_id, attempt.outcome) for attempt in data.attempts] == [
        ("imls-page", "refused"),
        ("imls-files", "gone"),
        ("archived-page", "gone"),
        ("archived-files", "gone"),
        ("own-url", "gone"),
    ]
    assert data.attempts[0].said == "refuses the request (HTTP 403)"
    assert (data.fiscal_year, data.registry_age_days, data.days_since_activation) == (2022, 1423, 7)
    assert data.last_answer_at is None
    assert event.metadata.registry_version == world.registry.pointer().active
    counts = invocation_metrics(world, capsys)
    assert counts["FetchFailed"] == 1
    assert (counts["RegistryAgeDays"], counts["DaysSinceActivation"]) == (1423, 7)
    assert counts["FetchAttempts refused imls-page"] == 1


def test_a_metric_counts_the_days_since_a_source_last_answered(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    world.web.serve(PAGE, LINK, content_type="text/html")
    world.web.serve(FILE, FY2022.getvalue())
    world.run_search(NOW - timedelta(days=14))
    world.web.serve(PAGE, status=404)
    world.web.serve(FILE, status=404)
    world.run_search()
    assert invocation_metrics(world, capsys)["DaysSinceFetch"] == 14
    (event,) = world.bus.events
    assert isinstance(event, ReleaseFetchFailed)
    assert event.data.last_answer_at == NOW - timedelta(days=14)


def test_two_failed_searches_have_two_event_ids_and_a_repeated_event_keeps_its_id(world: World) -> None:
    for days in (0, 0, 7):
        world.run_search(NOW + timedelta(days=days))
    first, again, next_week = (event.metadata.event_id for event in world.bus.events)
    assert first == again != next_week


def test_an_event_that_the_bus_refuses_is_an_error(world: World) -> None:
    world.bus.down = True
    with pytest.raises(PublishFailed):
        world.run_search()


def test_an_operator_s_own_address_is_asked_last_and_its_release_is_not_official(world: World) -> None:
    world.web.serve("https://mirror.example/own.zip", FY2022.getvalue())
    response = world.run_search()
    assert (response.outcome, response.source_id) == ("uploaded", "own-url")
    assert world.bucket.metadata(Upload("releases/fetched/own.zip", "v1"))["official"] == "no"


def test_a_registry_in_an_older_format_is_built_again_from_accepted_releases(
    world: World,
) -> None:
    uploaded = world.bucket.upload("releases/by-hand.zip", FY2022.getvalue())
    world.activate(uploaded)
    assert world.run_search().reindexed is None
    world.activate_in_older_format(uploaded)
    response = world.run_search()
    assert response.reindexed == "releases/fetched/by-hand.zip@v1"
    with world.bucket.open_release(Upload.of_run(response.reindexed)) as body:
        assert body.read() == FY2022.getvalue()


def test_the_search_goes_on_if_an_accepted_release_is_gone(
    world: World,
) -> None:
    world.activate_in_older_format(Upload("releases/gone.zip", "v1"))
    world.web.serve("https://mirror.example/own.zip", FY2022.getvalue())
    assert world.run_search() == FetchResponse(outcome="known", source_id="own-url", fiscal_year=2022)


def test_each_invocation_has_its_own_time_limit(world: World) -> None:
    fetch = FetchPorts(
        world.web,
        MemoryFetchedReleases(world.bucket),
        world.states,
        lambda: 0.0,
        world.slept.append,
        10**6,
        has_run=lambda _: True,
    )
    runtime = Runtime(
        world.sources,
        RefreshPorts(world.registry, world.bus, fetch),
        world.bucket,
        world.logger,
        world.metrics,
    )
    assert handler(FetchEvent(), runtime, lambda: NOW).outcome == "failed"
    assert world.web.asked == []  # without time, no request is sent
    handler(FetchEvent(), runtime.with_time_left(lambda: RESERVE_SECONDS + 60), lambda: NOW)
    assert world.web.asked[0] == PAGE


def test_the_schedule_is_read_from_its_event() -> None:
    (path,) = (ROOT / "events" / "fetch_release").glob("*.json")
    FetchEvent.model_validate_json(path.read_text())


def test_the_runtime_is_built_from_the_environment_without_a_request(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("POWERTOOLS_SERVICE_NAME", "REGISTRY_TABLE", "RESULTS_BUS", "RELEASES_BUCKET"):
        monkeypatch.setenv(name, "a-name")
    build_runtime.cache_clear()
    runtime = build_runtime()
    build_runtime.cache_clear()
    assert [source.id for source in runtime.sources] == [
        "imls-page",
        "imls-files",
        "archived-page",
        "archived-files",
    ]
