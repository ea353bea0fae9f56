"""An application that failed in an outage comes back after its sender has corrected it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final

import pytest

from functions.validate_applications import handler as validate_applications
from library_validator.adapters.aws.dead_letter_queues import DeadLetterQueues
from library_validator.decisions.answer import Answer
from library_validator.recovery.queues import DeadLetterQueue
from library_validator.recovery.redriving import redrive
from tests.builders.applicants import ALDER_FIELDS, BAKERY_FIELDS
from tests.builders.events import batch_of
from tests.builders.lambda_context import CONTEXT
from tests.builders.small_registry import NEWEST
from tests.flow.test_validate_applications import Stack, event_ids_of
from tests.flow.test_validate_applications import stack as _stack

PARTNER: Final = "AROAPARTNERONE"
OTHER: Final = "AROAPARTNERTWO"
OPERATOR: Final = "AROAOPERATOR"
stack = _stack


@pytest.fixture
def send_as(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], None]]:
    """From then on, messages have this sender."""
    monkeypatch.setenv("REDRIVERS", f"{OPERATOR},123456789012")
    monkeypatch.setattr("library_validator.adapters.aws.dead_letter_queues.WAIT_SECONDS", 0)
    validate_applications.build_runtime.cache_clear()
    yield lambda sender: monkeypatch.setattr("moto.sqs.models.DEFAULT_SENDER_ID", f"{sender}:session")
    validate_applications.build_runtime.cache_clear()


def dead_letters(stack: Stack) -> DeadLetterQueues:
    urls = {"applications": stack.applications, "applications dead letters": stack.dead}
    return DeadLetterQueues(stack.sqs, urls, redrivers=[OPERATOR, "123456789012"])


def redrive_by_command(stack: Stack) -> None:
    assert [result.outcome for result in redrive(dead_letters(stack), DeadLetterQueue.APPLICATIONS)] == [
        "sent"
    ]


def redrive_by_hand(stack: Stack) -> None:
    """Receive, send with the two attributes, delete: as the runbook says."""
    (message,) = stack.sqs.receive_message(QueueUrl=stack.dead, AttributeNames=["All"])["Messages"]
    sender, sent_at = message["Attributes"]["SenderId"], message["Attributes"]["SentTimestamp"]
    stack.sqs.send_message(
        QueueUrl=stack.applications,
        MessageBody=message["Body"],
        MessageAttributes={
            "first_sender": {"DataType": "String", "StringValue": sender.partition(":")[0]},
            "first_sent_at": {"DataType": "String", "StringValue": sent_at},
        },
    )
    stack.sqs.delete_message(QueueUrl=stack.dead, ReceiptHandle=message["ReceiptHandle"])


def correct_after_outage(stack: Stack, send_as: Callable[[str], None]) -> str:
    """The first version fails until it is a dead letter; the corrected version is decided. Returns the id of
    the current decision."""
    send_as(PARTNER)
    stack.send({"application_id": "A-1", **BAKERY_FIELDS})
    while stack.poll_once():
        pass  # there is no registry
    assert stack.waiting_count(stack.dead) == 1
    stack.activate(NEWEST)
    stack.send({"application_id": "A-1", **ALDER_FIELDS})
    assert stack.poll_once() == 0
    decision = stack.decisions.get(PARTNER, "A-1")
    assert decision is not None
    assert decision.decision is Answer.VALIDATED
    return str(decision.event_id)


@pytest.mark.parametrize("redrive_letter", [redrive_by_command, redrive_by_hand])
def test_the_newer_answer_stays_the_late_one_is_on_record_and_the_source_is_unchanged(
    stack: Stack, send_as: Callable[[str], None], redrive_letter: Callable[[Stack], None]
) -> None:
    current = correct_after_outage(stack, send_as)
    send_as(OPERATOR)

    redrive_letter(stack)
    assert stack.poll_once() == 0

    decision = stack.decisions.get(PARTNER, "A-1")
    assert decision is not None
    assert str(decision.event_id) == current
    history = stack.decisions.history(PARTNER, "A-1")
    assert sorted(each.decision for each in history) == [Answer.NOT_VALIDATED, Answer.VALIDATED]
    assert {each.source for each in history} == {PARTNER}
    assert history[-1].sent_at < decision.sent_at
    assert stack.decisions.get(OPERATOR, "A-1") is None
    assert event_ids_of(stack.delivered()) == [current, current], "the late message is answered, too"
    assert stack.waiting_count(stack.dead) == 0


def test_a_letter_that_another_partner_copies_with_these_attributes_is_its_own_application(
    stack: Stack, send_as: Callable[[str], None]
) -> None:
    current = correct_after_outage(stack, send_as)
    send_as(OTHER)

    redrive_by_hand(stack)
    assert stack.poll_once() == 0

    assert len(stack.decisions.history(PARTNER, "A-1")) == 1
    own = stack.decisions.get(OTHER, "A-1")
    assert own is not None
    assert event_ids_of(stack.delivered()) == [current, str(own.event_id)]


def test_a_letter_that_sqs_moved_itself_does_not_replace_a_newer_answer(
    stack: Stack, send_as: Callable[[str], None]
) -> None:
    current = correct_after_outage(stack, send_as)
    (message,) = stack.sqs.receive_message(QueueUrl=stack.dead, AttributeNames=["All"])["Messages"]
    moved: dict[Any, Any] = {
        **message["Attributes"],
        "SentTimestamp": "1999999999999",
        "DeadLetterQueueSourceArn": "arn:aws:sqs:us-east-1:123456789012:applications",
    }

    record = {"messageId": "m", "body": message["Body"], "attributes": moved, "messageAttributes": {}}
    validate_applications.lambda_handler(batch_of(record), CONTEXT)

    decision = stack.decisions.get(PARTNER, "A-1")
    assert decision is not None
    assert str(decision.event_id) == current
    assert len(stack.decisions.history(PARTNER, "A-1")) == 2
