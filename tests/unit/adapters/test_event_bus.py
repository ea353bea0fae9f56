"""PutEvents answers 200 even if it refused events: they are sent again, and reported if they stay refused."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from library_validator.adapters.aws.event_bus import EventBridgeBus
from library_validator.errors import PublishFailed
from library_validator.event_bus import EventMetadata, RefusedEvent, publish_or_raise
from tests.builders.decisions import NOON


class RefusingClient:
    """A client that refuses each event detail in ``refusals`` that many times."""

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
        return {"FailedEntryCount": sum("ErrorCode" in result for result in results), "Entries": results}


def bus_of(client: RefusingClient, warnings: list[Any] | None = None) -> EventBridgeBus:
    def warn(_message: str, extra: Any) -> None:
        if warnings is not None:
            warnings.append(extra)

    return EventBridgeBus(client, "results", warn, sleep=lambda _: None)  # type: ignore[arg-type]


def event_of(number: int, size: int = 1) -> Any:
    """An event whose JSON is ``number``, filled up to ``size`` characters."""
    text = f"{number}".ljust(size, ".")
    metadata = EventMetadata(event_id=UUID(int=number), occurred_at=NOON)
    return SimpleNamespace(metadata=metadata, detail_type="Something", model_dump_json=lambda: text)


def events_of(number: int, size: int = 1) -> list[Any]:
    return [event_of(index, size) for index in range(number)]


def test_everything_is_published_in_requests_of_ten() -> None:
    client = RefusingClient()
    assert bus_of(client).publish(events_of(23)) == []
    assert client.requests == [10, 10, 3]
    assert client.taken == [str(number) for number in range(23)]


def test_no_request_is_larger_than_the_bus_takes() -> None:
    client = RefusingClient()
    assert bus_of(client).publish(events_of(5, size=100_000)) == []
    assert client.requests == [2, 2, 1]


def test_an_empty_list_of_events_makes_no_request() -> None:
    client = RefusingClient()
    assert bus_of(client).publish([]) == []
    assert client.requests == []


def test_only_refused_events_are_sent_again() -> None:
    client = RefusingClient({"1": 1, "2": 3})
    assert bus_of(client).publish(events_of(4)) == []
    assert client.requests == [4, 2, 1, 1]
    assert sorted(client.taken) == ["0", "1", "2", "3"]


def test_an_event_that_stays_refused_is_returned_with_the_reason_and_logged() -> None:
    client = RefusingClient({"1": 9, "12": 9})
    warnings: list[Any] = []

    refused = bus_of(client, warnings).publish(events_of(13))

    assert refused == [
        RefusedEvent(UUID(int=number), "ThrottlingException", "slow down") for number in (1, 12)
    ]
    assert warnings == [
        {"event_id": str(UUID(int=number)), "code": "ThrottlingException"} for number in (1, 12)
    ]
    assert len(client.taken) == 11


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (ClientError({"Error": {"Code": "AccessDeniedException"}}, "PutEvents"), "AccessDeniedException"),
        (EndpointConnectionError(endpoint_url="https://events"), "EndpointConnectionError"),
    ],
)
def test_a_bus_that_cannot_be_reached_has_refused_everything(error: Exception, code: str) -> None:
    refused = bus_of(RefusingClient(error=error)).publish(events_of(11))
    assert [refusal.event_id.int for refusal in refused] == list(range(11))
    assert {refusal.code for refusal in refused} == {code}


def test_publish_or_raise_names_the_refused_event_and_the_reason() -> None:
    with pytest.raises(PublishFailed, match="ThrottlingException slow down") as failed:
        publish_or_raise(event_of(7), bus_of(RefusingClient({"7": 9})))
    assert failed.value.event_ids == [str(UUID(int=7))]

    publish_or_raise(event_of(7), bus_of(RefusingClient()))
