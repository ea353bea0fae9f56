"""The events that enter the functions, in the form in which Lambda delivers them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

from library_validator.event_bus import EVENT_SOURCE
from library_validator.event_bus import Event as OurEvent
from tests.builders.decisions import NOON

Event = dict[str, Any]
Record = dict[str, Any]
EXAMPLES: Final = Path(__file__).parents[2] / "events"
NOON_MS: Final = int(NOON.timestamp() * 1000)


def example_event(function: str, case: str) -> Event:
    """An event of the folder ``events``: ``example("index_release", "release-uploaded")``."""
    event: Event = json.loads((EXAMPLES / function / f"{case}.json").read_text("utf-8"))
    return event


def application_record(
    body: dict[str, Any] | str,
    *,
    message_id: str = "11111111-2222-3333-4444-555555555555",
    sender_id: str = "AROAPARTNERONE:session",
    sent_ms: int = NOON_MS,
    correlation_id: str | None = None,
) -> Record:
    """A message of the applications queue. A ``body`` that is not a text is written as JSON."""
    attributes = {} if correlation_id is None else {"correlation_id": _text_of(correlation_id)}
    return {
        "messageId": message_id,
        "receiptHandle": "AQEB",
        "body": body if isinstance(body, str) else json.dumps(body),
        "attributes": {
            "ApproximateReceiveCount": "1",
            "SentTimestamp": str(sent_ms),
            "SenderId": sender_id,
            "ApproximateFirstReceiveTimestamp": str(sent_ms + 100),
        },
        "messageAttributes": attributes,
        "md5OfBody": "",
        "eventSource": "aws:sqs",
        "eventSourceARN": "arn:aws:sqs:us-east-1:123456789012:applications",
        "awsRegion": "us-east-1",
    }


def batch_of(*records: Record) -> Event:
    """Some messages of one queue."""
    return {"Records": list(records)}


def queue_message(body: dict[str, Any] | str, message_id: str = "1") -> Event:
    """One message of a queue. A ``body`` that is not a text is written as JSON."""
    text = body if isinstance(body, str) else json.dumps(body)
    return batch_of({"messageId": message_id, "body": text})


def lambda_record(message: Any) -> Record:
    """A message that boto3 received, in the form in which Lambda delivers it."""
    attributes = message.get("MessageAttributes", {})
    return {
        "messageId": message["MessageId"],
        "receiptHandle": message["ReceiptHandle"],
        "body": message["Body"],
        "attributes": message.get("Attributes", {}),
        "messageAttributes": {
            name: {"stringValue": value["StringValue"], "dataType": value["DataType"]}
            for name, value in attributes.items()
        },
        "eventSource": "aws:sqs",
    }


def release_uploaded(key: str, version: str) -> Event:
    """The message by which S3 announces an object on the queue of releases."""
    (record,) = example_event("index_release", "release-uploaded")["Records"]
    announced = json.loads(record["body"])
    announced["detail"]["object"] |= {"key": key, "version-id": version}
    return batch_of(record | {"body": json.dumps(announced)})


def bus_message(event: OurEvent) -> Event:
    """An event of this service, in the form in which EventBridge puts it on a queue."""
    return {
        "source": EVENT_SOURCE,
        "detail-type": event.detail_type,
        "detail": json.loads(event.model_dump_json()),
    }


def _text_of(value: str) -> dict[str, Any]:
    return {"stringValue": value, "stringListValues": [], "binaryListValues": [], "dataType": "String"}
