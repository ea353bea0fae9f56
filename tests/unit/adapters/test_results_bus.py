"""One decision that makes no event does not hold up the others."""

from __future__ import annotations

from typing import Any

from library_validator.adapters.aws.event_bus import EventBus
from library_validator.adapters.aws.results_bus import EventBridgeResultsBus
from library_validator.decisions.decision import Answer
from tests.builders.decisions import decision_of, submission_of


class Events:
    def __init__(self) -> None:
        self.taken: list[str] = []

    def put_events(self, Entries: list[dict[str, Any]]) -> dict[str, Any]:  # noqa: N803
        self.taken += [entry["Detail"] for entry in Entries]
        return {"FailedEntryCount": 0, "Entries": [{"EventId": "1"} for _ in Entries]}


def test_a_decision_that_contradicts_itself_is_told_and_the_others_are_published() -> None:
    sound = decision_of(submission_of("A-1"))
    broken = decision_of(submission_of("A-2")).model_copy(update={"match": None})
    last = decision_of(submission_of("A-3"), Answer.NOT_VALIDATED)
    events = Events()
    told: list[dict[str, Any]] = []
    bus = EventBridgeResultsBus(
        EventBus(events, "results"),  # type: ignore[arg-type]
        lambda _said, extra: told.append(extra),
    )
    assert bus.publish([sound, broken, last]) == [sound, last]
    assert len(events.taken) == 2
    assert told == [{"event_id": str(broken.event_id), "code": "NoEvent"}]


def test_nothing_is_asked_of_the_bus_where_there_is_no_event() -> None:
    broken = decision_of(submission_of("A-2")).model_copy(update={"match": None})
    events = Events()
    bus = EventBridgeResultsBus(EventBus(events, "results"), lambda _said, extra: None)  # type: ignore[arg-type]  # noqa: ARG005
    assert bus.publish([broken]) == []
    assert events.taken == []
