"""Two official releases, one over the other, with applications flowing, on a stack of their own."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from library_validator_cli.local_stack import LocalStack
from tests.e2e.service import ROOT, Service, eventually

pytestmark = pytest.mark.realdata

RELEASES = Path(os.environ.get("LIBRARY_VALIDATOR_DATA", ROOT.parent / "shared" / "data")) / "pls"
LOAD_DEADLINE = 600.0  # seconds
SYSTEMS, OUTLETS = 9_248, 17_546  # FY2022, as IMLS counts its files


@pytest.fixture(scope="module")
def service() -> Iterator[Service]:
    stack = LocalStack(ROOT, ROOT / ".local" / "e2e-releases")
    stack.stop()
    try:
        stack.start()
        stack.deploy()
        with closing(Service(stack)) as service:
            yield service
    finally:
        stack.stop()


def test_a_newer_release_takes_over_while_applications_flow(service: Service) -> None:
    def load(name: str, over: str | None) -> str:
        service.upload(name, (RELEASES / name).read_bytes())

        def flipped() -> str | None:
            application_id = f"flow-{len(sent)}"
            if over is not None:
                sent.append(application_id)
                application = {"application_id": application_id, "name": "Carnegie Library", "state": "PA"}
                service.send(json.dumps(application))
            active = service.active_version()
            return active if active != over else None

        return eventually(flipped, f"{name} is active", LOAD_DEADLINE)

    sent: list[str] = []
    older = load("pls_fy2021_csv.zip", over=None)
    newer = load("pls_fy2022_csv.zip", over=older)
    sent.append("after")
    service.send(json.dumps({"application_id": "after", "name": "Carnegie Library", "state": "PA"}))

    version = service.registry.version(newer)
    assert (version.systems, version.outlets) == (SYSTEMS, OUTLETS)
    events = service.wait_for_decisions(sent)
    named = {one["detail"]["data"]["application_id"]: one["detail"]["metadata"] for one in events}
    assert {metadata["registry_version"] for metadata in named.values()} == {older, newer}
    assert named["after"]["registry_version"] == newer
