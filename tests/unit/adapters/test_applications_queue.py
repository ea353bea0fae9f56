"""Messages of the applications queue: sender, time and body."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from library_validator.adapters.aws import applications_queue
from library_validator.adapters.aws.applications_queue import (
    ApplicationMessage,
    ApplicationsBatch,
    BatchResponse,
    Origin,
    redrive_attributes,
)
from library_validator.errors import ApplicationUnreadable
from tests.builders.events import application_record, lambda_record


def message(**changes: Any) -> ApplicationMessage:
    return ApplicationMessage.model_validate(
        application_record({"application_id": "A-1", "name": "Anytown"}, **changes)
    )


@pytest.mark.parametrize(
    ("sender_id", "source"),
    [
        ("AROAPARTNERONE:i-0123456789", "AROAPARTNERONE"),
        ("AROAPARTNERONE:another:session", "AROAPARTNERONE"),
        ("AIDAUSER", "AIDAUSER"),
        ("123456789012", "123456789012"),
    ],
)
def test_the_source_is_the_principal_and_not_its_session(sender_id: str, source: str) -> None:
    assert message(sender_id=sender_id).origin().source == source


def test_the_body_of_a_message_cannot_set_its_source() -> None:
    body = {"application_id": "A-1", "name": "Anytown", "source": "AROAPARTNERTWO", "sent_at": "2030-01-01"}

    submission = ApplicationMessage.model_validate(application_record(body)).submission()

    assert submission.source == "AROAPARTNERONE"
    assert submission.sent_at == datetime(2026, 11, 23, 12, tzinfo=UTC)


def test_the_sent_time_has_milliseconds() -> None:
    assert message(sent_ms=1_700_000_000_123).origin().sent_at == datetime(
        2023, 11, 14, 22, 13, 20, 123_000, tzinfo=UTC
    )


OPERATOR = "AROAOPERATOR"
REDRIVERS = frozenset({OPERATOR, "123456789012"})


def dead_letter(**changes: Any) -> dict[str, Any]:
    """A message of partner one in the dead-letter queue, as boto3 receives it."""
    return {
        "MessageId": "m-1",
        "ReceiptHandle": "AQEB",
        "Body": '{"application_id": "A-1", "name": "Anytown"}',
        "Attributes": {
            "SenderId": "AROAPARTNERONE:portal",
            "SentTimestamp": "1700000000123",
            "DeadLetterQueueSourceArn": "arn:aws:sqs:us-east-1:123456789012:applications",
        },
        **changes,
    }


def redriven(dead: dict[str, Any], sender_id: str = f"{OPERATOR}:ada") -> dict[str, Any]:
    """The message that a redriver sends again, one day later, as boto3 receives it."""
    return {
        "MessageId": "m-2",
        "ReceiptHandle": "AQEB",
        "Body": dead["Body"],
        "Attributes": {"SenderId": sender_id, "SentTimestamp": "1700086400123"},
        "MessageAttributes": redrive_attributes(dead, REDRIVERS),  # type: ignore[arg-type]
    }


def delivered(received: dict[str, Any]) -> ApplicationMessage:
    return ApplicationMessage.model_validate(lambda_record(received))


class TestRedrive:
    def test_a_redriven_message_keeps_its_first_sender_its_first_time_and_its_correlation_id(self) -> None:
        correlated = {"correlation_id": {"DataType": "String", "StringValue": "order 17"}}
        dead = dead_letter(MessageAttributes=correlated)

        again = delivered(redriven(dead)).submission(REDRIVERS)

        assert again == delivered(dead).submission().model_copy(update={"order_time": None})
        assert again.source == "AROAPARTNERONE"
        assert again.correlation_id == "order 17"

    def test_without_a_correlation_id_the_first_message_id_stays_the_correlation_id(self) -> None:
        assert delivered(redriven(dead_letter())).submission(REDRIVERS).correlation_id == "m-1"

    def test_a_message_that_is_redriven_twice_keeps_its_first_origin(self) -> None:
        first = delivered(redriven(dead_letter())).submission(REDRIVERS)

        assert delivered(redriven(redriven(dead_letter()))).submission(REDRIVERS) == first

    def test_the_same_attributes_of_any_other_sender_change_nothing(self) -> None:
        forged = delivered(redriven(dead_letter(), sender_id="AROAPARTNERTWO:portal"))

        sent_at = datetime(2023, 11, 15, 22, 13, 20, 123_000, UTC)
        assert forged.origin(REDRIVERS) == Origin("AROAPARTNERTWO", sent_at)
        assert forged.has_redrive_attributes

    def test_forged_attributes_are_not_kept_when_the_forged_message_is_redriven(self) -> None:
        forged = redriven(dead_letter(), sender_id="AROAPARTNERTWO:portal")

        assert delivered(redriven(forged)).origin(REDRIVERS).source == "AROAPARTNERTWO"

    def test_a_redriver_without_these_attributes_is_the_sender(self) -> None:
        assert message(sender_id=f"{OPERATOR}:ada").origin(REDRIVERS).source == OPERATOR

    @pytest.mark.parametrize(
        "changes",
        [
            {"first_sender": ""},
            {"first_sender": "AROA:portal"},
            {"first_sender": "two words"},
            {"first_sender": "AROA\ud800"},
            {"first_sent_at": ""},
            {"first_sent_at": "yesterday"},
            {"first_sent_at": "-1"},
            {"first_sent_at": "9" * 30},
            {"first_sent_at": "1700086400124"},  # one millisecond after the redrive
        ],
    )
    def test_a_redriver_with_wrong_attributes_fails_and_never_becomes_the_source(
        self, changes: dict[str, str]
    ) -> None:
        record = lambda_record(redriven(dead_letter()))
        for name, value in changes.items():
            record["messageAttributes"][name]["stringValue"] = value

        with pytest.raises(ApplicationUnreadable, match="redriven"):
            ApplicationMessage.model_validate(record).submission(REDRIVERS)

    def test_a_redriver_with_one_of_the_two_attributes_fails(self) -> None:
        record = lambda_record(redriven(dead_letter()))
        del record["messageAttributes"]["first_sender"]

        with pytest.raises(ApplicationUnreadable, match="set both"):
            ApplicationMessage.model_validate(record).submission(REDRIVERS)

    def test_a_message_that_sqs_moved_itself_is_older_than_every_other_because_its_first_time_is_unknown(
        self,
    ) -> None:
        moved = delivered(dead_letter()).submission(REDRIVERS)

        assert moved.sent_at == datetime(2023, 11, 14, 22, 13, 20, 123_000, UTC)
        assert moved.effective_time == datetime(1970, 1, 1, tzinfo=UTC)


class TestCorrelationId:
    def test_the_correlation_id_is_an_attribute_that_the_sender_sets(self) -> None:
        assert message(correlation_id="order 17").submission().correlation_id == "order 17"

    @pytest.mark.parametrize("given", [None, ""])
    def test_without_that_attribute_the_correlation_id_is_the_message_id(self, given: str | None) -> None:
        sent = message(correlation_id=given)

        assert sent.submission().correlation_id == sent.message_id

    def test_a_long_correlation_id_is_cut(self) -> None:
        assert len(message(correlation_id="x" * 10_000).correlation_id) == 128

    @pytest.mark.parametrize(
        ("given", "kept"),
        [
            ("a\ud800b", "a?b"),
            ("a\u202eb\x1b", "ab"),
            ("ada@example.org", "11111111-2222-3333-4444-555555555555"),
            ("\u200b", "11111111-2222-3333-4444-555555555555"),
        ],
    )
    def test_a_correlation_id_is_plain_text_without_an_email_address(self, given: str, kept: str) -> None:
        assert message(correlation_id=given).correlation_id == kept

    def test_of_a_huge_correlation_id_only_the_beginning_is_searched(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        searched: list[int] = []

        def search(text: str) -> str:
            searched.append(len(text))
            return text

        monkeypatch.setattr(applications_queue, "without_emails", search)
        assert len(message(correlation_id="a.%40" * 50_000).correlation_id) == 128
        assert max(searched) <= 512

    def test_a_binary_correlation_id_is_ignored(self) -> None:
        record = application_record({"application_id": "A-1", "name": "Anytown"})
        record["messageAttributes"] = {"correlation_id": {"binaryValue": "AAAA", "dataType": "Binary"}}

        sent = ApplicationMessage.model_validate(record)

        assert sent.correlation_id == sent.message_id


def test_problems_of_the_fields_come_with_the_submission() -> None:
    submission = ApplicationMessage.model_validate(application_record({"application_id": "A-1"})).submission()

    assert [problem.field for problem in submission.problems] == ["name"]


def test_an_unreadable_body_is_an_error_when_it_is_read_and_not_before() -> None:
    batch = ApplicationsBatch.model_validate({"Records": [application_record("no json")]})

    with pytest.raises(ApplicationUnreadable):
        batch.records[0].submission()


def test_the_answer_names_the_messages_that_have_to_come_again() -> None:
    assert BatchResponse.with_failed([message(message_id="m-1")]).model_dump() == {
        "batchItemFailures": [{"itemIdentifier": "m-1"}]
    }
    assert BatchResponse.with_failed([]).model_dump() == {"batchItemFailures": []}
