"""The function that looks for releases, with its AWS adapters on moto and a real web server."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from functions.fetch_release.handler import build_runtime, lambda_handler
from library_validator.adapters.aws.releases_bucket import ReleasesBucket
from library_validator.entrypoints import fetch_release
from library_validator.errors import ReleaseRefused
from tests.builders.aws_resources import RELEASES_BUCKET
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


def test_a_release_whose_event_was_lost_is_loaded_after_the_next_search(
    release_stack: ReleaseStack, web: WebServer
) -> None:
    web.serve(ZIP, zip_page_with_etag(sample(2022), '"v1"'))
    lost = fetch()
    release_stack.sqs.purge_queue(QueueUrl=release_stack.releases)
    assert fetch()["outcome"] == "not_modified"  # the load may still begin
    runtime = build_runtime().with_time_left(lambda: 100.0)
    next_week = datetime.now(UTC) + timedelta(days=7)
    again = fetch_release.handler(fetch_release.FetchEvent(), runtime, lambda: next_week)
    assert again.outcome == "uploaded"
    (loaded,) = release_stack.deliver()
    assert (loaded["run_id"], loaded["status"]) == (again.run_id, "active")
    assert loaded["run_id"] != lost["run_id"]


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


def test_the_search_goes_on_if_the_bucket_denies_the_release_to_index_again(
    release_stack: ReleaseStack, web: WebServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    release_stack.upload(sample(2022))
    release_stack.deliver()
    web.serve(ZIP, zip_page_with_etag(sample(2022), '"v1"'))
    monkeypatch.setattr(fetch_release, "is_format_outdated", lambda _store: True)
    s3 = boto3.client("s3")
    with Stubber(s3) as stub:
        stub.add_client_error("head_object", "403", "Forbidden", http_status_code=403)
        runtime = replace(build_runtime(), bucket=ReleasesBucket(s3, RELEASES_BUCKET, 1_000_000))
        response = fetch_release.handler(
            fetch_release.FetchEvent(), runtime.with_time_left(lambda: 100.0), lambda: datetime.now(UTC)
        )
    assert (response.outcome, response.reindexed) == ("known", None)


def test_a_version_that_was_deleted_for_good_is_not_in_the_bucket(release_stack: ReleaseStack) -> None:
    release_stack.upload(sample(2022))
    release_stack.deliver()
    (run,) = release_stack.runs()
    upload = run.upload
    release_stack.s3.delete_object(Bucket=RELEASES_BUCKET, Key=upload.key, VersionId=upload.version)
    bucket = ReleasesBucket(release_stack.s3, RELEASES_BUCKET, 1_000_000)
    with pytest.raises(ReleaseRefused, match="is not in the releases bucket"):
        bucket.metadata(upload)
    with pytest.raises(ReleaseRefused, match="is not in the releases bucket"):
        bucket.upload_again(upload, upload.key, {})
