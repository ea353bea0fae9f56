"""Clients of AWS services, made as boto3 makes them, without the rest of boto3, and their limits of time.

The functions use no resources and no transfer manager; without their import, a cold start takes a tenth less
time (``python -m lab.speed.cold_start``).

A silent or throttled service must be found before the function is killed. Each try of a request therefore
ends after a few seconds, and no request is sent that could last longer than the function may
([ADR 34](../../../../../docs/adr/0034-no-request-outlasts-the-function.md)).
"""

from __future__ import annotations

import math
import time
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, Final

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, ParamValidationError
from botocore.session import get_session

from library_validator.terms import TimeLeft

# The SDK pauses for up to 1 s after the first try, and for up to 2 s after the second.
_LONGEST_PAUSE_SECONDS: Final = 2
_MARGIN_SECONDS: Final = 0.5  # for the code that follows the last request


@dataclass(frozen=True, slots=True)
class RequestLimits:
    """The limits of a request: seconds until the connection is made, until bytes arrive, and tries."""

    connect: float
    read: float
    tries: int

    @property
    def longest_try(self) -> float:
        """Seconds that one try, the pause after it and the code after the request may take."""
        pause_seconds = _LONGEST_PAUSE_SECONDS if self.tries > 1 else 0
        return self.connect + self.read + pause_seconds + _MARGIN_SECONDS

    @property
    def config(self) -> Config:
        retries: Any = {"mode": "standard", "total_max_attempts": self.tries}
        return Config(connect_timeout=self.connect, read_timeout=self.read, retries=retries)


# The functions. EventBridge is tried again by ``EventBridgeBus``, which sends only the refused events.
LIMITS: Final = {
    "dynamodb": RequestLimits(connect=1, read=2, tries=3),
    "events": RequestLimits(connect=1, read=2, tries=1),
    "sqs": RequestLimits(connect=1, read=3, tries=3),
    "s3": RequestLimits(connect=2, read=10, tries=3),
}
# The command line, where a person waits.
COMMAND_LIMITS: Final = RequestLimits(connect=5, read=30, tries=5)

_time_left: ContextVar[TimeLeft] = ContextVar("time_left", default=lambda: math.inf)


class OutOfTime(BotoCoreError):
    """A request was not sent, because the function might have been stopped before its answer."""

    fmt = "no time was left for a request to {service}: the function was about to be stopped"


def clients_of(*services: str) -> list[Any]:
    """A client of each service, in one session; the environment has credentials, region and endpoints."""
    session = get_session()
    return [_limit_time(session.create_client(name, config=LIMITS[name].config), name) for name in services]


def limit_requests(time_left: TimeLeft) -> None:
    """From now on, requests of this thread are sent only if they end before ``time_left()`` is zero."""
    _time_left.set(time_left)


def pause(seconds: float) -> None:
    """Sleep, unless no time would be left after it: then the next request is refused at once."""
    if _time_left.get()() > seconds + _MARGIN_SECONDS:
        time.sleep(seconds)


def is_unavailable(error: ClientError | BotoCoreError) -> bool:
    """Whether the service, and not this request, is the cause: any other request would fail like it."""
    if isinstance(error, ClientError):
        return str(error.response["Error"].get("Code")) != "ValidationException"
    return not isinstance(error, ParamValidationError)


def _limit_time(client: Any, service: str) -> Any:
    def refuse_late_request(**_: object) -> None:
        if _time_left.get()() < LIMITS[service].longest_try:
            raise OutOfTime(service=service)

    client.meta.events.register_first("before-send", refuse_late_request)
    return client
