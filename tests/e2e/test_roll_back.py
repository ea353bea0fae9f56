"""An operator makes the previous registry version live again, with the operator role alone."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from library_validator.registry.rollback import roll_back
from tests.e2e.service import Service, sample_release, wait_until

NAME = "2022 before a roll-back.zip"


def test_a_roll_back_by_an_operator_publishes_an_event(service: Service) -> None:
    service.upload(NAME, sample_release(2022))
    (run,) = wait_until(lambda: service.ended_runs([NAME]), "FY2022 is loaded")
    assert run.status in {"active", "unchanged"}
    before = service.registry.pointer()
    # The loader notes the releases that are live, and an operator reads them for a rebuild.
    noted = {release["content_sha256"] for release in service.operator_bucket.live_releases()}
    if run.status == "active":
        assert noted == {
            release.content_sha256 for release in service.registry.version(before.active).releases
        }
    assert noted

    reason = "the new release misses a county"
    live = roll_back(
        service.operator_registry, service.operator_bus, reason, lambda: datetime.now(UTC), "e2e"
    )

    assert (live.active, live.previous, live.reason) == (before.previous, before.active, reason)
    assert service.registry.pointer() == live

    def roll_back_events() -> list[dict[str, Any]] | None:
        service.take_results()
        activated = [event for event in service.events if event["detail-type"] == "Registry Activated"]
        return [event for event in activated if event["detail"]["data"]["reason"] == reason] or None

    (event,) = wait_until(roll_back_events, "Registry Activated")
    assert event["detail"]["metadata"]["registry_version"] == live.active
