"""The arithmetic of the flow benchmark. tests/e2e runs the stack itself."""

from __future__ import annotations

from typing import Any
from unittest import mock

from lab.speed.flow import Consumer, percentiles, read_rows, throughput, with_new_ids
from lab.speed.flow_shares import BATCH
from lab.speed.read_units import SAMPLE_RELEASE


def consumer() -> Consumer:
    return Consumer(mock.Mock(), "a queue")


def event(name: str, sent: str = "2026-01-01T00:00:00Z") -> dict[str, Any]:
    return {
        "detail-type": "Library Validated",
        "detail": {"data": {"application_id": name, "sent_at": sent}},
    }


def test_latency_is_the_time_from_a_message_to_the_first_event_of_its_application() -> None:
    taking = consumer()
    taking.take(event("a"), 1767225601.5)
    taking.take(event("a"), 1767225609.0)
    assert taking.latencies(["a", "never answered"]) == [1.5]
    assert taking.again == 1


def test_events_that_are_not_answers_are_counted_separately() -> None:
    taking = consumer()
    taking.take({"detail-type": "Registry Activated", "detail": {"data": {"version": "1"}}}, 1.0)
    assert taking.others == {"Registry Activated": 1}
    assert not taking.answered_at


def test_percentiles_are_those_of_the_ranked_seconds() -> None:
    found = percentiles([second / 10 for second in range(100, 0, -1)])
    assert found["count"] == 100
    assert [found[name] for name in ("min", "p50", "p99", "max")] == [0.1, 5.1, 10.0, 10.0]


def test_throughput_is_given_for_the_whole_time_and_for_each_tenth() -> None:
    found = throughput([second / 10 for second in range(101)])
    assert found["whole"] == 10.1
    assert found["seconds"] == 10.0
    assert len(found["runs"]) == 10
    assert sum(found["runs"]) == 101


def test_as_many_applications_as_requested_are_drawn_from_the_sample_with_new_ids() -> None:
    rows = with_new_ids(read_rows(SAMPLE_RELEASE, [], 3 * BATCH), "burst")
    assert len({row.application_id for row in rows}) == 3 * BATCH
    assert all(row.fields["application_id"] == row.application_id for row in rows)
