"""The contracts of ``FetchStates`` and ``FetchedReleases``."""

from __future__ import annotations

import io

import boto3
import pytest

from library_validator.adapters.aws.fetch_states import FetchStatesTable
from library_validator.adapters.aws.fetched_releases import FetchedReleasesBucket
from library_validator.adapters.aws.releases_bucket import ReleasesBucket
from library_validator.adapters.memory.fetch_states import MemoryFetchStates
from library_validator.adapters.memory.fetched_releases import MemoryFetchedReleases
from library_validator.adapters.memory.releases_bucket import MemoryReleasesBucket
from library_validator.registry.bucket import ReleaseBucket, Upload
from library_validator.releases.fetching.downloading import Validators
from library_validator.releases.fetching.fetch import FetchedReleases, Provenance
from library_validator.releases.fetching.source_states import FetchedFile, FetchStates, SourceState
from tests.builders.aws_resources import (
    REGISTRY_TABLE,
    RELEASES_BUCKET,
    create_registry_table,
    create_releases_bucket,
)

STATE = SourceState(
    source_id="imls-page",
    official=True,
    last_attempt="2026-11-23T12:00:00+00:00",
    last_outcome="uploaded",
    last_said="has a release “of” fiscal year 2022",
    last_answer="2026-11-23T12:00:00+00:00",
    failures=3,
    addresses={
        "https://b.example/b.zip": FetchedFile(Validators('W/"1"', ""), "ab", "2026-01-01T00:00:00+00:00"),
        "https://a.example/a.zip": FetchedFile(Validators(), "cd", "2026-02-01T00:00:00+00:00"),
    },
    uploads={"cd": "releases/fetched/a.zip@1", "ab": "releases/fetched/b.zip@2"},
)


@pytest.fixture(params=["memory", "aws"])
def fetch_states(request: pytest.FixtureRequest) -> FetchStates:
    if request.param == "memory":
        return MemoryFetchStates()
    request.getfixturevalue("aws")
    dynamodb = boto3.client("dynamodb")
    create_registry_table(dynamodb)
    return FetchStatesTable(dynamodb, REGISTRY_TABLE)


@pytest.fixture(params=["memory", "aws"])
def fetched_releases(request: pytest.FixtureRequest) -> tuple[FetchedReleases, ReleaseBucket]:
    if request.param == "memory":
        memory = MemoryReleasesBucket()
        return MemoryFetchedReleases(memory), memory
    request.getfixturevalue("aws")
    s3 = boto3.client("s3")
    create_releases_bucket(s3)
    return FetchedReleasesBucket(s3, RELEASES_BUCKET), ReleasesBucket(s3, RELEASES_BUCKET, 1_000)


def test_a_source_without_an_attempt_has_no_state(fetch_states: FetchStates) -> None:
    assert fetch_states.states() == {}


def test_stored_states_are_read_back_unchanged_and_in_order(fetch_states: FetchStates) -> None:
    fetch_states.put_state(STATE)
    kept = fetch_states.states()["imls-page"]
    assert kept == STATE
    assert (list(kept.addresses), list(kept.uploads)) == (list(STATE.addresses), list(STATE.uploads))


def test_a_later_state_replaces_only_the_state_of_its_source(fetch_states: FetchStates) -> None:
    fetch_states.put_state(STATE)
    fetch_states.put_state(SourceState("mirror"))
    fetch_states.put_state(SourceState("imls-page", failures=4))
    assert fetch_states.states() == {
        "imls-page": SourceState("imls-page", failures=4),
        "mirror": SourceState("mirror"),
    }


def test_a_fetched_release_is_stored_whole_in_the_folder_of_fetched_releases_with_its_origin(
    fetched_releases: tuple[FetchedReleases, ReleaseBucket],
) -> None:
    releases, bucket = fetched_releases
    provenance = Provenance(
        source_id="mirror",
        source_url="https://a.example/ä.zip",
        official=False,
        fetched_at="2026-11-23T12:00:00+00:00",
        sha256="ab",
        validators=Validators('"v1"', ""),
    )
    uploads = {
        releases.put("pls_fy2022_csv.zip", io.BytesIO(content), provenance.as_metadata()): content
        for content in (b"first", b"second")
    }
    assert len(uploads) == 2
    for run_id, content in uploads.items():
        upload = Upload.of_run(run_id)
        assert upload.key == "releases/fetched/pls_fy2022_csv.zip"
        with bucket.open_release(upload) as body:
            assert body.read() == content
        assert bucket.metadata(upload) == {
            "source-id": "mirror",
            "source-url": "https://a.example/\\xe4.zip",
            "official": "no",
            "fetched-at": "2026-11-23T12:00:00+00:00",
            "sha256": "ab",
            "etag": '"v1"',
        }
