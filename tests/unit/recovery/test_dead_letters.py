"""Where a dead letter belongs, and what people see of it."""

from __future__ import annotations

import json
from typing import get_args

import pytest

from library_validator.casework.tasks import Task, TaskName
from library_validator.recovery.dead_letters import (
    NothingToSend,
    NotSendable,
    SendTo,
    contents_of,
    reason_of,
    route_of,
)
from library_validator.recovery.queues import DeadLetterQueue, Queue
from library_validator.views.dead_letters import letter_view
from tests.builders.dead_letters import (
    ACTIVATED,
    DECIDED,
    EXPIRY,
    FAILED_CALL,
    TASK,
    UPLOADED,
    application_body,
    letter_of,
)


@pytest.mark.parametrize(
    ("queue", "body", "to"),
    [
        (DeadLetterQueue.APPLICATIONS, application_body(), Queue.APPLICATIONS),
        (DeadLetterQueue.RELEASES, UPLOADED, Queue.RELEASES),
        (DeadLetterQueue.RESULTS, DECIDED, Queue.RESULTS),
        (DeadLetterQueue.RESULTS, "not even JSON", Queue.RESULTS),
        (DeadLetterQueue.REVALIDATIONS, TASK, Queue.REVALIDATIONS),
        (DeadLetterQueue.REVALIDATIONS, ACTIVATED, Queue.REVALIDATIONS),
        (DeadLetterQueue.UNDELIVERED, UPLOADED, Queue.RELEASES),
        (DeadLetterQueue.UNDELIVERED, DECIDED, Queue.RESULTS),
        (DeadLetterQueue.UNDELIVERED, ACTIVATED, Queue.REVALIDATIONS),
        (DeadLetterQueue.UNDELIVERED, EXPIRY, Queue.REVALIDATIONS),
    ],
)
def test_a_letter_goes_to_the_queue_of_its_kind(queue: DeadLetterQueue, body: str, to: Queue) -> None:
    assert route_of(letter_of(body, queue)) == SendTo(to)


@pytest.mark.parametrize("task", get_args(TaskName))
def test_every_task_is_redriven_to_the_queue_of_tasks(task: TaskName) -> None:
    for queue in (DeadLetterQueue.REVALIDATIONS, DeadLetterQueue.UNDELIVERED):
        letter = letter_of(Task(task=task).model_dump_json(), queue)
        assert route_of(letter) == SendTo(Queue.REVALIDATIONS)
        assert contents_of(letter) == f"the task {task}, every shard"


@pytest.mark.parametrize(
    ("target", "to"),
    [
        ("arn:aws:sqs:us-east-1:123456789012:stack-ResultsQueue-1A", Queue.RESULTS),
        ("arn:aws:sqs:us-east-1:123456789012:stack-RevalidationsQueue-1A", Queue.REVALIDATIONS),
    ],
)
def test_an_undelivered_activation_goes_to_the_target_that_its_rule_has(target: str, to: Queue) -> None:
    letter = letter_of(ACTIVATED, DeadLetterQueue.UNDELIVERED, attributes={"TARGET_ARN": target})
    assert route_of(letter) == SendTo(to)


def test_a_failed_call_of_a_scheduled_function_is_explained_and_needs_no_delivery() -> None:
    letter = letter_of(FAILED_CALL, DeadLetterQueue.UNDELIVERED)
    route = route_of(letter)
    assert isinstance(route, NothingToSend)
    assert "logs --function sweep_results" in route.why
    assert contents_of(letter) == "a failed call of the function sweep_results"
    assert reason_of(letter) == "CaseworkUnavailable"


def test_an_undelivered_event_of_a_schedule_needs_no_delivery() -> None:
    target = {"TARGET_ARN": "arn:aws:lambda:us-east-1:123456789012:function:stack-FetchReleaseFunction-1A"}
    route = route_of(letter_of("{}", DeadLetterQueue.UNDELIVERED, attributes=target))
    assert isinstance(route, NothingToSend)


@pytest.mark.parametrize(
    ("queue", "body", "why"),
    [
        (DeadLetterQueue.APPLICATIONS, "not JSON", "it would fail again: the message is not JSON"),
        (DeadLetterQueue.APPLICATIONS, "{}", "application_id is missing"),
        (DeadLetterQueue.RELEASES, TASK, "not the event of an upload"),
        (DeadLetterQueue.REVALIDATIONS, UPLOADED, "neither a task nor an activation"),
        (DeadLetterQueue.UNDELIVERED, "[1]", "not an event of this service"),
        (DeadLetterQueue.UNDELIVERED, json.dumps({"source": "another"}), "not an event of this service"),
    ],
)
def test_a_letter_that_would_fail_again_is_refused_with_a_sentence(
    queue: DeadLetterQueue, body: str, why: str
) -> None:
    route = route_of(letter_of(body, queue))
    assert isinstance(route, NotSendable)
    assert why in route.why


def test_the_reason_of_a_failure_does_not_say_that_it_would_fail_again() -> None:
    assert reason_of(letter_of("not JSON")).startswith("the message is not JSON")


def test_an_application_whose_first_sender_is_not_known_is_not_sent() -> None:
    letter = letter_of(application_body(), problem="the message was redriven with a wrong first_sender")
    assert route_of(letter) == NotSendable("the message was redriven with a wrong first_sender")


def test_a_view_shows_no_word_of_an_applicant_unless_somebody_asks_for_the_body() -> None:
    body = application_body(name="Jo Doe, jo@example.org", street="1 Main St", contact="Jo Doe")
    letter = letter_of(body)
    shown = letter_view(letter)
    assert shown.contents == "application A-1 with name, street"
    assert not any(word in str(shown) for word in ("Jo", "example", "Main"))
    assert letter_view(letter, with_body=True).body == body


def test_a_view_says_why_a_letter_failed_and_what_a_redrive_would_do() -> None:
    unreadable = letter_view(letter_of("no JSON"), "the reason in the log")
    assert "not JSON" in unreadable.reason
    assert unreadable.redrive.startswith("refuses it")
    outage = letter_view(letter_of(application_body()), "the registry table did not answer")
    assert (outage.reason, outage.redrive) == (
        "the registry table did not answer",
        "sends it to the queue applications",
    )
    undelivered = letter_of(
        UPLOADED,
        DeadLetterQueue.UNDELIVERED,
        attributes={"ERROR_CODE": "NO_PERMISSIONS", "ERROR_MESSAGE": "denied"},
    )
    assert letter_view(undelivered).reason == "NO_PERMISSIONS: denied"


def test_the_name_of_an_unknown_field_is_not_shown_however_long_it_is() -> None:
    name = "jane.roe@example.org " + "x" * 90
    assert contents_of(letter_of(application_body(**{name: "1"}))) == "application A-1 with name"
