"""Messages of the applications queue: sender, time and body."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from library_validator.adapters.aws.applications_queue import (
    ApplicationMessage,
    ApplicationsBatch,
    BatchResponse,
)
from library_validator.errors import ApplicationUnreadable
from tests.builders.events import application_record


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
    assert message(sender_id=sender_id).source == source


def test_the_body_of_a_message_cannot_set_its_source() -> None:
    body = {"application_id": "A-1", "name": "Anytown", "source": "AROAPARTNERTWO", "sent_at": "2030-01-01"}

    submission = ApplicationMessage.model_validate(application_record(body)).submission()

    assert submission.source == "AROAPARTNERONE"
    assert submission.sent_at == datetime(2026, 11, 23, 12, tzinfo=UTC)


def test_the_sent_time_has_milliseconds() -> None:
    assert message(sent_ms=1_700_000_000_123).sent_at == datetime(
        2023, 11, 14, 22, 13, 20, 123_000, tzinfo=UTC
    )


class TestCorrelationId:
    def test_the_correlation_id_is_an_attribute_that_the_sender_sets(self) -> None:
        assert message(correlation_id="order 17").submission().correlation_id == "order 17"

    @pytest.mark.parametrize("given", [None, ""])
    def test_without_that_attribute_the_correlation_id_is_the_message_id(self, given: str | None) -> None:
        sent = message(correlation_id=given)

        assert sent.submission().correlation_id == sent.message_id

    def test_a_long_correlation_id_is_cut(self) -> None:
        assert len(message(correlation_id="x" * 10_000).correlation_id) == 128

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
