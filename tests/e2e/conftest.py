"""One local stack for all end-to-end tests, started and deployed by the product's own code."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from library_validator_devstack.local_stack import LocalStack
from tests.e2e.service import ROOT, Service, sample_release, wait_until

NOT_FOR_HANDLERS = "LIBRARY_VALIDATOR_SECRET_OF_THE_SHELL"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if item.path.is_relative_to(here):
            item.add_marker(pytest.mark.e2e)


@pytest.fixture(scope="session")
def local_stack() -> Iterator[LocalStack]:
    """The state of this stack is not in the demo's folder, so that both can run at the same time."""
    stack = LocalStack(ROOT, ROOT / ".local" / "e2e")
    stack.stop()
    os.environ[NOT_FOR_HANDLERS] = "a secret"
    try:
        stack.start()
        # The tests know that no writer is at work, so the sweeper does not wait for one.
        stack.deploy({"SweepAfterSeconds": "1"})
        yield stack
    finally:
        del os.environ[NOT_FOR_HANDLERS]
        stack.stop()


@pytest.fixture(scope="session")
def service(local_stack: LocalStack) -> Iterator[Service]:
    """The deployed stack, with a sample release of FY2021 or a later one active."""
    with closing(Service(local_stack)) as service:
        service.upload("sample 2021+a.zip", sample_release(2021))
        wait_until(service.active_version, "the first registry version is active")
        yield service
