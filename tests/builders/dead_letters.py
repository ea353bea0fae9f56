"""Dead letters, and the bodies of messages that fail."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from library_validator.recovery.queues import DeadLetter, DeadLetterQueue
from tests.builders.decisions import NOON, PARTNER

UPLOADED: Final = json.dumps(
    {
        "source": "aws.s3",
        "detail-type": "Object Created",
        "detail": {"object": {"key": "releases/pls_fy2022.zip", "version-id": "v1"}},
    }
)
ACTIVATED: Final = json.dumps(
    {
        "source": "library-validator",
        "detail-type": "Registry Activated",
        "detail": {"data": {"version": "2022.3.0123456789ab"}},
    }
)
DECIDED: Final = json.dumps(
    {
        "source": "library-validator",
        "detail-type": "Library Application Validated",
        "detail": {"data": {"application_id": "A-1"}},
    }
)
TASK: Final = json.dumps({"task": "revalidate", "shard": 3})
EXPIRY: Final = json.dumps({"task": "expiry"})
FAILED_CALL: Final = json.dumps(
    {
        "version": "1.0",
        "requestContext": {
            "functionArn": "arn:aws:lambda:us-east-1:123456789012:function:a-SweepResultsFunction-1A:$LATEST",
            "condition": "RetriesExhausted",
        },
        "requestPayload": {},
        "responsePayload": {"errorType": "CaseworkUnavailable", "errorMessage": "throttled"},
    }
)


def application_body(application_id: str = "A-1", **fields: Any) -> str:
    return json.dumps({"application_id": application_id, "name": "Anytown Public Library"} | fields)


def letter_of(
    body: str,
    queue: DeadLetterQueue = DeadLetterQueue.APPLICATIONS,
    message_id: str = "m-1",
    *,
    attributes: Mapping[str, str] | None = None,
    problem: str = "",
) -> DeadLetter:
    return DeadLetter(
        queue=queue,
        message_id=message_id,
        receipt="",
        body=body,
        first_sent_at=NOON,
        source=PARTNER,
        receives=5,
        attributes=attributes or {},
        problem=problem,
    )
