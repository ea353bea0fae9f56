"""PutEvents answers 200 where it refused: what it refused is sent again, and told if it stays refused."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from library_validator.adapters.aws.event_bus import Entry, EventBus
from library_validator.adapters.aws.registry_bus import RegistryEventBus
from library_validator.errors import PublishFailed
from library_validator.registry.envelope import EventMetadata
from library_validator.registry.events import ReleaseRefusedData, ReleaseRefusedEvent

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


class Events:
    """An event bus that refuses each detail in ``refusals`` as often as it says."""

    def __init__(self, refusals: dict[str, int] | None = None, error: Exception | None = None) -> None:
        self.taken: list[str] = []
        self.requests: list[int] = []
        self._refusals = refusals or {}
        self._error = error

    def put_events(self, Entries: list[dict[str, Any]]) -> dict[str, Any]:  # noqa: N803
        self.requests.append(len(Entries))
        if self._error:
            raise self._error
        results: list[dict[str, str]] = []
        for entry in Entries:
            detail = entry["Detail"]
            if self._refusals.get(detail, 0):
                self._refusals[detail] -= 1
                results.append({"ErrorCode": "ThrottlingException", "ErrorMessage": "slow down"})
            else:
                self.taken.append(detail)
                results.append({"EventId": "1"})
        return {"FailedEntryCount": sum("ErrorCode" in one for one in results), "Entries": results}


def bus(events: Events) -> EventBus:
    return EventBus(events, "results", sleep=lambda _: None)  # type: ignore[arg-type]


def entries(number: int, size: int = 1) -> list[Entry]:
    return [Entry("Something", f"{index}".ljust(size, "."), NOW) for index in range(number)]


def test_everything_is_published_in_requests_of_ten() -> None:
    events = Events()
    assert bus(events).put(entries(23)) == []
    assert events.requests == [10, 10, 3]
    assert events.taken == [entry.detail for entry in entries(23)]


def test_no_request_is_larger_than_the_bus_takes() -> None:
    events = Events()
    assert bus(events).put(entries(5, size=100_000)) == []
    assert events.requests == [2, 2, 1]


def test_only_what_was_refused_is_sent_again() -> None:
    events = Events({"1": 1, "2": 3})
    assert bus(events).put(entries(4)) == []
    assert events.requests == [4, 2, 1, 1]
    assert sorted(events.taken) == ["0", "1", "2", "3"]


def test_what_stays_refused_is_told_with_its_place_and_reason() -> None:
    events = Events({"1": 9, "12": 9})
    refused = bus(events).put(entries(13))
    assert [(one.position, one.code, one.message) for one in refused] == [
        (1, "ThrottlingException", "slow down"),
        (12, "ThrottlingException", "slow down"),
    ]
    assert len(events.taken) == 11


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (ClientError({"Error": {"Code": "AccessDeniedException"}}, "PutEvents"), "AccessDeniedException"),
        (EndpointConnectionError(endpoint_url="https://events"), "EndpointConnectionError"),
    ],
)
def test_a_bus_that_cannot_be_reached_has_refused_everything(error: Exception, code: str) -> None:
    refused = bus(Events(error=error)).put(entries(11))
    assert [one.position for one in refused] == list(range(11))
    assert {one.code for one in refused} == {code}


def test_a_registry_event_that_was_refused_raises_with_its_id() -> None:
    event = ReleaseRefusedEvent(
        metadata=EventMetadata(event_id="0d0c5b5e-2f0b-5c61-8f0a-3f1f2a1b7d42", occurred_at=NOW),
        data=ReleaseRefusedData(
            run_id="releases/a.zip@v1",
            status="refused",
            object_key="releases/a.zip",
            object_version="v1",
            fiscal_year=None,
            problems=[],
        ),
    )
    events = Events({event.model_dump_json(): 9})
    with pytest.raises(PublishFailed, match="ThrottlingException slow down") as failed:
        RegistryEventBus(bus(events)).publish(event)
    assert failed.value.event_ids == [str(event.metadata.event_id)]
    RegistryEventBus(bus(Events())).publish(event)
