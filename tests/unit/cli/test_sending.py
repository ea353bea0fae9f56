"""Applications are sent to the queue ten in a request; refused ones are sent again, and none is lost
silently."""

from __future__ import annotations

from typing import Any

from library_validator.intake.applications_file import Row
from library_validator_cli.sending import ATTEMPTS, MAX_BYTES, send


class FakeQueue:
    """Takes messages; refuses those whose body contains ``refuse`` the first ``times`` times."""

    def __init__(self, refuse: str = "", times: int = 0, *, sender_fault: bool = False) -> None:
        self.requests: list[list[str]] = []
        self.taken: list[str] = []
        self._refuse, self._times, self._fault = refuse, times, sender_fault

    def send_message_batch(self, **request: Any) -> dict[str, Any]:
        bodies = [entry["MessageBody"] for entry in request["Entries"]]
        self.requests.append(bodies)
        failed = []
        for entry in request["Entries"]:
            if self._refuse and self._refuse in entry["MessageBody"] and self._times > 0:
                self._times -= 1
                failed.append({"Id": entry["Id"], "Code": "InternalError", "SenderFault": self._fault})
            else:
                self.taken.append(entry["MessageBody"])
        return {"Successful": [], "Failed": failed}


def row(number: int, name: str = "Anytown PL") -> Row:
    fields = {"application_id": f"A-{number}", "name": name}
    return Row(number + 1, f"A-{number}", fields)


def send_rows(queue: FakeQueue, rows: list[Row]) -> tuple[list[str], int]:
    counted: list[int] = []
    failed = send(queue, "url", rows, counted.append, sleep=lambda _seconds: None)  # type: ignore[arg-type]
    return [refused.row.application_id for refused in failed], sum(counted)


def test_rows_are_sent_in_order_and_ten_in_a_request() -> None:
    queue = FakeQueue()
    rows = [row(number) for number in range(23)]
    assert send_rows(queue, rows) == ([], 23)
    assert [len(request) for request in queue.requests] == [10, 10, 3]
    assert queue.taken == [sent.message() for sent in rows]


def test_a_request_never_exceeds_the_limit_of_the_queue() -> None:
    queue = FakeQueue()
    send_rows(queue, [row(number, "x" * 60_000) for number in range(9)])
    assert all(sum(map(len, request)) <= MAX_BYTES for request in queue.requests)
    assert len(queue.taken) == 9


def test_only_the_refused_part_of_a_request_is_sent_again() -> None:
    queue = FakeQueue(refuse="A-1", times=2)
    assert send_rows(queue, [row(0), row(1), row(2)]) == ([], 3)
    assert [len(request) for request in queue.requests] == [3, 1, 1]


def test_a_row_that_is_always_refused_is_returned() -> None:
    queue = FakeQueue(refuse="A-1", times=99)
    assert send_rows(queue, [row(0), row(1)]) == (["A-1"], 1)
    assert len(queue.requests) == ATTEMPTS


def test_a_message_that_the_queue_calls_faulty_is_not_sent_again() -> None:
    queue = FakeQueue(refuse="A-1", times=99, sender_fault=True)
    assert send_rows(queue, [row(0), row(1)]) == (["A-1"], 1)
    assert len(queue.requests) == 1
