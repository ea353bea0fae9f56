"""The functions' logs in CloudWatch Logs: one group for each function."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from botocore.exceptions import BotoCoreError, ClientError

from library_validator.errors import LogsUnavailable
from library_validator.recovery.logs import Function, LogLine, is_about, read_line

MOST_PAGES: Final = 50  # of at most 10,000 lines or 1 MB each; a page can also be empty
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


class CloudWatchLogs:
    """``FunctionLogs``. ``group``: the beginning of the groups' names, such as ``/aws/lambda/<stack>``."""

    def __init__(self, client: Any, group: str) -> None:
        self._client = client
        self._group = group

    def lines(
        self, function: Function, since: datetime, until: datetime, text: str = ""
    ) -> Iterator[LogLine]:
        request: dict[str, Any] = {
            "logGroupName": f"{self._group}/{function}",
            "startTime": _milliseconds(since),
            "endTime": _milliseconds(until),
        }
        if text and not set(text) & set('"\\'):
            request["filterPattern"] = f'"{text}"'
        for page in self._pages(function, request):
            for event in page.get("events", []):
                written = event["message"]
                if is_about(written, text):
                    at = _EPOCH + timedelta(milliseconds=event["timestamp"])
                    yield read_line(written, at, function, event.get("eventId", ""))

    def _pages(self, function: Function, request: dict[str, Any]) -> Iterator[dict[str, Any]]:
        for _ in range(MOST_PAGES):
            try:
                page: dict[str, Any] = dict(self._client.filter_log_events(**request))
            except (ClientError, BotoCoreError) as error:
                raise LogsUnavailable(function, str(error)) from error
            yield page
            if not page.get("nextToken"):
                return
            request = request | {"nextToken": page["nextToken"]}
        raise LogsUnavailable(
            function, f"more than {MOST_PAGES} pages were found; name a shorter time with --since, or an id"
        )


def _milliseconds(at: datetime) -> int:
    return (at - _EPOCH) // timedelta(milliseconds=1)
