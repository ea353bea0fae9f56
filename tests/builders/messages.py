"""Records of the applications queue as Lambda hands them to a function."""

from __future__ import annotations

import json
from typing import Any, Final

NOON_MS: Final = 1_795_435_200_000  # 2026-11-23T12:00:00Z


def record_of(
    body: dict[str, Any] | str,
    *,
    message_id: str = "11111111-2222-3333-4444-555555555555",
    sender_id: str = "AROAPARTNERONE:session",
    sent_ms: int = NOON_MS,
    correlation_id: str | None = None,
) -> dict[str, Any]:
    """``body`` as it is, or as JSON."""
    attributes = {} if correlation_id is None else {"correlation_id": _text(correlation_id)}
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


def _text(value: str) -> dict[str, Any]:
    return {"stringValue": value, "stringListValues": [], "binaryListValues": [], "dataType": "String"}
