"""The kinds of faults that a request may meet. Each name says what happens."""

from __future__ import annotations

import json
from typing import Any, Final

from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders
from botocore.exceptions import ConnectionClosedError, ConnectTimeoutError, ReadTimeoutError
from moto.core.botocore_stubber import MockRawResponse

from lab.faults.network import Call, Fault
from library_validator.adapters.aws.clients import LIMITS

_DENIED_REQUESTS: Final = 6  # while access is denied for a while
_REMEMBERED_ANSWERS: Final = 5  # of an index: an answer may be that many answers old


def throttled(call: Call) -> AWSResponse:
    return call.error("SlowDown" if call.service == "s3" else "ThrottlingException", 400)


def internal_error(call: Call) -> AWSResponse:
    return call.error("InternalServerError", 500)


def unavailable(call: Call) -> AWSResponse:
    return call.error("ServiceUnavailable", 503)


def no_connection(call: Call) -> AWSResponse:
    call.invocation.wait(LIMITS[call.service].connect)
    raise ConnectTimeoutError(endpoint_url=call.request.url)


def silent_before_the_write(call: Call) -> AWSResponse:
    call.invocation.wait(LIMITS[call.service].read)
    raise ReadTimeoutError(endpoint_url=call.request.url)


def answer_lost_after_the_write(call: Call) -> AWSResponse:
    call.send()
    call.invocation.wait(LIMITS[call.service].read)
    raise ReadTimeoutError(endpoint_url=call.request.url)


def connection_closed_after_the_write(call: Call) -> AWSResponse:
    call.send()
    raise ConnectionClosedError(endpoint_url=call.request.url)


def download_cut_off(call: Call) -> AWSResponse | None:
    """The connection breaks while a release is read. Shorter answers are whole, or the SDK sees that."""
    if call.operation != "GetObject":
        return None
    whole = call.send()
    headers = HTTPHeaders()
    for name, value in whole.headers.items():
        headers[name] = value
    half = whole.content[: len(whole.content) // 2]
    return AWSResponse(whole.url, whole.status_code, headers, MockRawResponse(half))


def access_denied_for_a_while(call: Call) -> AWSResponse:
    call.invocation.denied = _DENIED_REQUESTS
    return call.error("AccessDeniedException", 400)


def slow_past_the_end_of_the_function(call: Call) -> AWSResponse:
    answer = call.send()
    call.invocation.wait(call.invocation.timeout)
    return answer


def killed_before_the_request(call: Call) -> AWSResponse | None:
    call.invocation.die()
    return None


def killed_after_the_request(call: Call) -> AWSResponse | None:
    call.send()
    call.invocation.die()
    return None


def transaction_conflict(call: Call) -> AWSResponse | None:
    if call.operation != "TransactWriteItems":
        return None
    return _cancelled(call, "TransactionConflict")


def transaction_throttled(call: Call) -> AWSResponse | None:
    if call.operation != "TransactWriteItems":
        return None
    return _cancelled(call, "ThrottlingError")


def _cancelled(call: Call, code: str) -> AWSResponse:
    """The first part of the transaction is the reason; nothing is written."""
    reasons = [{"Code": code, "Message": "injected"}]
    reasons += [{"Code": "None"} for _ in call.body["TransactItems"][1:]]
    kind = "com.amazonaws.dynamodb.v20120810#TransactionCanceledException"
    return call.answer({"__type": kind, "message": "injected", "CancellationReasons": reasons}, 400)


def another_process_is_first(call: Call) -> AWSResponse | None:
    """The same batch is decided by another process between the reads and the write of this one."""
    race = call.invocation.race
    if call.operation != "TransactWriteItems" or race is None:
        return None
    call.invocation.race = None
    race()
    return call.send()


def item_too_large(call: Call) -> AWSResponse | None:
    if call.operation != "TransactWriteItems":
        return None
    return call.error("ValidationException", 400)


def unprocessed_keys(call: Call) -> AWSResponse | None:
    if call.operation != "BatchGetItem":
        return None
    ((table, requested),) = call.body["RequestItems"].items()
    keys = requested["Keys"]
    kept = call.random.randrange(len(keys))
    left = {table: requested | {"Keys": keys[kept:]}}
    answer: dict[str, Any] = {"Responses": {table: []}}
    if kept:
        answer = json.loads(call.send({"RequestItems": {table: requested | {"Keys": keys[:kept]}}}).content)
    return call.answer(answer | {"UnprocessedKeys": left})


def unprocessed_items(call: Call) -> AWSResponse | None:
    if call.operation != "BatchWriteItem":
        return None
    ((table, writes),) = call.body["RequestItems"].items()
    kept = call.random.randrange(len(writes))
    if kept:
        call.send({"RequestItems": {table: writes[:kept]}})
    return call.answer({"UnprocessedItems": {table: writes[kept:]}})


def some_events_refused(call: Call) -> AWSResponse | None:
    if call.operation != "PutEvents":
        return None
    entries = call.body["Entries"]
    taken = [entry for entry in entries if call.random.random() < 0.5]
    ids = json.loads(call.send({"Entries": taken}).content)["Entries"] if taken else []
    refused = {"ErrorCode": "InternalFailure", "ErrorMessage": "injected"}
    results = [ids.pop(0) if entry in taken else refused for entry in entries]
    return call.answer({"FailedEntryCount": len(entries) - len(taken), "Entries": results})


def index_answers_late(call: Call) -> AWSResponse | None:
    """A global index is updated after the table: the answer is one of the earlier answers."""
    if call.operation != "Query" or "IndexName" not in call.body:
        return None
    values = call.body["ExpressionAttributeValues"]
    query = f"{call.body['IndexName']} {values.get(':shard')} {call.body.get('ExclusiveStartKey')}"
    earlier = call.network.answers[query]
    now = call.send().content.decode()
    earlier.append(now)
    del earlier[:-_REMEMBERED_ANSWERS]
    return call.answer(call.random.choice(earlier))


def short_page(call: Call) -> AWSResponse | None:
    """A page of a query may end anywhere."""
    if call.operation != "Query":
        return None
    return call.send(call.body | {"Limit": 1})


KINDS: Final[dict[str, Fault]] = {
    fault.__name__: fault
    for fault in (
        throttled,
        internal_error,
        unavailable,
        no_connection,
        silent_before_the_write,
        answer_lost_after_the_write,
        connection_closed_after_the_write,
        download_cut_off,
        access_denied_for_a_while,
        slow_past_the_end_of_the_function,
        killed_before_the_request,
        killed_after_the_request,
        transaction_conflict,
        transaction_throttled,
        another_process_is_first,
        item_too_large,
        unprocessed_keys,
        unprocessed_items,
        some_events_refused,
        index_answers_late,
        short_page,
    )
}
# Faults of the delivery, of the clock and of the queue that the service sends its own tasks to.
DELIVERY_KINDS: Final = (
    "delivered_twice",
    "delivered_out_of_order",
    "delivered_late",
    "clock_of_the_writer_is_hours_wrong",
)
