"""What a dead letter is, and where it belongs.

An undelivered event is the event as its target would have got it. EventBridge and Scheduler add attributes
with the rule, the target and the last error (Amazon EventBridge user guide, "Using dead-letter queues";
EventBridge Scheduler user guide, the same heading). Lambda writes a record around the event of a failed
asynchronous call (AWS Lambda developer guide, "Capturing records of asynchronous invocations").
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, get_args

from library_validator.casework.tasks import TaskName
from library_validator.decisions.application import FIELDS, read_application
from library_validator.errors import ApplicationUnreadable
from library_validator.event_bus import EVENT_SOURCE
from library_validator.recovery.logs import Function
from library_validator.recovery.queues import DeadLetter, DeadLetterQueue, Queue

ACTIVATION: Final = "Registry Activated"
_TASKS: Final = get_args(TaskName)
_AGAIN: Final = "it would fail again: "  # before the reason, in what a redrive says


@dataclass(frozen=True, slots=True)
class SendTo:
    """The letter belongs in this queue."""

    queue: Queue


@dataclass(frozen=True, slots=True)
class NothingToSend:
    """The letter needs no delivery, and can be removed: ``why`` is a sentence."""

    why: str


@dataclass(frozen=True, slots=True)
class NotSendable:
    """The letter would fail again, or nobody can say where it belongs: ``why`` is a sentence."""

    why: str


Route = SendTo | NothingToSend | NotSendable


def route_of(letter: DeadLetter) -> Route:
    """Where a redrive sends the letter."""
    match letter.queue:
        case DeadLetterQueue.APPLICATIONS:
            return _route_of_application(letter)
        case DeadLetterQueue.RELEASES:
            uploaded = object_key_of(json_object(letter.body))
            return SendTo(Queue.RELEASES) if uploaded else NotSendable("this is not the event of an upload")
        case DeadLetterQueue.RESULTS:
            return SendTo(Queue.RESULTS)
        case DeadLetterQueue.REVALIDATIONS:
            return _route_of_revalidation(json_object(letter.body))
        case DeadLetterQueue.UNDELIVERED:
            return _route_of_undelivered(letter)


def contents_of(letter: DeadLetter) -> str:
    """A phrase about the letter with ids and names of fields, but without the words of an applicant."""
    if letter.queue is DeadLetterQueue.APPLICATIONS:
        return _contents_of_application(letter.body)
    body = json_object(letter.body)
    if key := object_key_of(body):
        return f"the upload of {key}"
    if body.get("task") in _TASKS:
        shard = f", shard {body['shard']}" if isinstance(body.get("shard"), int) else ", every shard"
        return f"the task {body['task']}{shard}"
    if isinstance(body.get("detail-type"), str):
        return _contents_of_event(body)
    if function := _failed_function(body):
        return f"a failed call of the function {function}"
    return f"{len(letter.body.encode()):,} bytes of an unknown kind"


def reason_of(letter: DeadLetter) -> str:
    """Why the letter failed, as far as the letter itself shows it; empty if it does not."""
    if letter.queue is DeadLetterQueue.APPLICATIONS:
        route = _route_of_application(letter)
        return route.why.removeprefix(_AGAIN) if isinstance(route, NotSendable) else ""
    parts = [letter.attributes.get(name, "") for name in ("ERROR_CODE", "ERROR_MESSAGE")]
    answer = json_object(letter.body).get("responsePayload")
    if isinstance(answer, dict):
        parts.append(str(answer.get("errorType", "")))
    return ": ".join(filter(None, parts))


def json_object(body: str) -> dict[str, Any]:
    """The JSON object in a body; empty if it is not one."""
    try:
        read = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return read if isinstance(read, dict) else {}


def object_key_of(event: Mapping[str, Any]) -> str:
    """The key of the uploaded object in S3's event; empty if the event is another one."""
    detail = event.get("detail")
    uploaded = detail.get("object") if isinstance(detail, dict) else None
    key = uploaded.get("key") if isinstance(uploaded, dict) else None
    return key if event.get("detail-type") == "Object Created" and isinstance(key, str) else ""


def _route_of_application(letter: DeadLetter) -> SendTo | NotSendable:
    if letter.problem:
        return NotSendable(letter.problem)
    try:
        read_application(letter.body)
    except ApplicationUnreadable as error:
        return NotSendable(f"{_AGAIN}{error}")
    return SendTo(Queue.APPLICATIONS)


def _route_of_revalidation(body: Mapping[str, Any]) -> Route:
    if body.get("task") in _TASKS or body.get("detail-type") == ACTIVATION:
        return SendTo(Queue.REVALIDATIONS)
    return NotSendable("this is neither a task nor an activation of a registry")


def _route_of_undelivered(letter: DeadLetter) -> Route:
    body = json_object(letter.body)
    if object_key_of(body):
        return SendTo(Queue.RELEASES)
    if body.get("task") in _TASKS:
        return SendTo(Queue.REVALIDATIONS)
    if body.get("source") == EVENT_SOURCE:
        # Two rules match an activation: for the results queue, and for the queue of revalidations.
        to_tasks = "revalidations" in letter.attributes.get("TARGET_ARN", "revalidations").lower()
        is_task = body.get("detail-type") == ACTIVATION and to_tasks
        return SendTo(Queue.REVALIDATIONS if is_task else Queue.RESULTS)
    if function := _failed_function(body):
        return NothingToSend(
            f"its schedule starts {function} again, so nothing is lost; its log has the error: "
            f"library-validator logs --function {function} --level ERROR"
        )
    if "SCHEDULE_ARN" in letter.attributes or ":function:" in letter.attributes.get("TARGET_ARN", ""):
        return NothingToSend("its schedule sends the next event by itself, so nothing is lost")
    return NotSendable("this is not an event of this service: look at its body, then discard it")


def _failed_function(body: Mapping[str, Any]) -> str:
    """The folder of the function in Lambda's record of a failed call; empty if it is another body."""
    context = body.get("requestContext")
    arn = context.get("functionArn") if isinstance(context, dict) else None
    if not isinstance(arn, str):
        return ""
    name = arn.partition(":function:")[2].partition(":")[0]
    plain = name.replace("_", "").lower()
    return next((folder for folder in Function if folder.replace("_", "") in plain), name)


def _contents_of_application(body: str) -> str:
    try:
        read = read_application(body)
    except ApplicationUnreadable:
        return f"{len(body.encode()):,} bytes that are not an application"
    fields = [name for name in json_object(body) if name in (*FIELDS, "revision")]
    return f"application {read.application.application_id} with {', '.join(fields) or 'no field'}"


def _contents_of_event(body: Mapping[str, Any]) -> str:
    detail = body.get("detail")
    data = detail.get("data") if isinstance(detail, dict) else None
    subject = data.get("application_id") or data.get("version") if isinstance(data, dict) else None
    return f"{body['detail-type']}" + (f" ({subject})" if isinstance(subject, str) else "")
