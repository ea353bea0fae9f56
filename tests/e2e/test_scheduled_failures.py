"""A failure of a scheduled function is kept: Lambda puts its event into the queue of undelivered events."""

from __future__ import annotations

import json
from typing import Any

from tests.e2e.service import Service, wait_until


def test_the_event_of_a_scheduled_function_that_fails_is_kept_with_its_error(service: Service) -> None:
    function = service.outputs["SweepResultsFunction"]
    # Scheduler starts functions in this way. The function takes objects only.
    service.functions.invoke(FunctionName=function, InvocationType="Event", Payload=b"[]")

    def kept() -> dict[str, Any] | None:
        queue = service.outputs["UndeliveredEventsQueueUrl"]
        for message in service.sqs.receive_message(QueueUrl=queue).get("Messages", []):
            service.sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
            body: dict[str, Any] = json.loads(message["Body"])
            return body
        return None

    event = wait_until(kept, "the failed event is in the queue of undelivered events")
    assert function in event["requestContext"]["functionArn"]
    assert event["requestPayload"] == []
    assert event["responsePayload"]
