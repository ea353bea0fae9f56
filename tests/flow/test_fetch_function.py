"""The function that looks for releases, with its AWS adapters on moto and a real web server."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from functions.fetch_release.handler import build_runtime, lambda_handler
from tests.builders.events import example_event
from tests.builders.lambda_context import CONTEXT
from tests.builders.web_server import WebServer, page_with_status, web_server, zip_page_with_etag
from tests.flow.release_stack import ReleaseStack, sample

ZIP = "/files/pls_fy2022_csv.zip"


@pytest.fixture
def web(release_stack: ReleaseStack, monkeypatch: pytest.MonkeyPatch) -> Iterator[WebServer]:
    with web_server() as server:
        table = {
            "id": "agency",
            "kind": "table",
            "official": True,
            "hosts": ["127.0.0.1"],
            "releases": {"2022": f"{server.url}{ZIP}"},
        }
        monkeypatch.setenv("FETCH_SOURCES", json.dumps({"plain_http": True, "sources": [table]}))
        monkeypatch.setenv("POWERTOOLS_SERVICE_NAME", "fetch_release")
        build_runtime.cache_clear()
        yield server
        build_runtime.cache_clear()


def fetch() -> dict[str, Any]:
    return lambda_handler(example_event("fetch_release", "schedule"), CONTEXT)


def test_a_fetched_release_is_loaded_once(release_stack: ReleaseStack, web: WebServer) -> None:
    web.serve(ZIP, zip_page_with_etag(sample(2022), '"v1"'))
    fetched = fetch()
    assert (fetched["outcome"], fetched["source_id"], fetched["fiscal_year"]) == ("uploaded", "agency", 2022)
    (loaded,) = release_stack.deliver()
    assert (loaded["run_id"], loaded["status"]) == (fetched["run_id"], "active")
    (run,) = release_stack.runs()
    assert run.provenance["source-url"] == f"{web.url}{ZIP}"
    assert fetch()["outcome"] == "not_modified"
    assert release_stack.deliver() == []


def test_a_release_uploaded_by_hand_is_not_fetched(release_stack: ReleaseStack, web: WebServer) -> None:
    release_stack.upload(sample(2022))
    release_stack.deliver()
    web.serve(ZIP, zip_page_with_etag(sample(2022), '"v1"'))
    assert fetch()["outcome"] == "known"
    assert release_stack.deliver() == []


def test_if_no_source_answers_an_event_is_published_and_nothing_fails(
    release_stack: ReleaseStack, web: WebServer
) -> None:
    web.serve(ZIP, page_with_status(403))
    assert fetch()["outcome"] == "failed"
    (event,) = release_stack.published()
    assert event["detail-type"] == "Release Fetch Failed"
    (attempt,) = event["detail"]["data"]["attempts"]
    assert (attempt["source_id"], attempt["outcome"]) == ("agency", "refused")
