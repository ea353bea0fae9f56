"""Stacks in moto."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from moto import mock_aws

from functions.index_release.handler import build_runtime
from tests.builders.aws_resources import REGISTRY_TABLE, RELEASES_BUCKET, RESULTS_BUS
from tests.flow.release_stack import ReleaseStack


@pytest.fixture
def release_stack(monkeypatch: pytest.MonkeyPatch) -> Iterator[ReleaseStack]:
    for name, value in {
        "POWERTOOLS_SERVICE_NAME": "index_release",
        "REGISTRY_TABLE": REGISTRY_TABLE,
        "RELEASES_BUCKET": RELEASES_BUCKET,
        "RESULTS_BUS": RESULTS_BUS,
        "RELEASES_QUEUE_URL": "https://sqs.us-east-1.amazonaws.com/123456789012/releases.fifo",
    }.items():
        monkeypatch.setenv(name, value)
    with mock_aws():
        build_runtime.cache_clear()
        yield ReleaseStack()
        build_runtime.cache_clear()
