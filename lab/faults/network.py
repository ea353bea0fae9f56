"""The network between the functions and the emulated AWS: each request may meet a fault.

The handler of moto is taken out of the clients. Here, a request reaches moto under a lock, because moto is
not made for threads: what AWS does in one step is one step here too.
"""

from __future__ import annotations

import json
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta, tzinfo
from random import Random
from typing import Any, Final

from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.compat import HTTPHeaders
from moto.core.botocore_stubber import MockRawResponse
from moto.core.models import botocore_stubber

_REAL_SLEEP: Final = time.sleep
_SPREAD: Final = 6  # a kind may be met that many times more often than another kind that fits


class Killed(BaseException):
    """The process of a function ended at this moment. No code catches this."""


@dataclass
class Invocation:
    """One call of a function, with a clock that only pauses and slow answers move, or no faults at all."""

    timeout: float
    random: Random | None  # None: no faults
    skew: timedelta = timedelta(0)  # how far the clock of this process is ahead
    race: Callable[[], None] | None = None  # does the same work first, in another process
    started: int = 0  # the step of the emulated AWS
    waited: float = 0.0
    dead: bool = False
    denied: int = 0  # requests that are still denied
    aws_request_id: str = "request"

    def get_remaining_time_in_millis(self) -> float:
        return 1_000 * (self.timeout - self.waited)

    def wait(self, seconds: float) -> None:
        """Raises ``Killed`` if the function's time is over."""
        self.waited += seconds
        if self.waited >= self.timeout:
            self.die()

    def die(self) -> None:
        self.dead = True
        raise Killed


@dataclass(frozen=True, slots=True)
class Call:
    """One try of a request, before it is sent."""

    service: str
    operation: str
    request: AWSPreparedRequest
    invocation: Invocation
    network: Network

    @property
    def random(self) -> Random:
        if self.invocation.random is None:
            raise ValueError("an invocation without faults draws nothing")
        return self.invocation.random

    @property
    def body(self) -> dict[str, Any]:
        """The request as JSON; S3 has none."""
        body: Any = self.request.body
        sent: dict[str, Any] = json.loads(body or b"{}")
        return sent

    def send(self, body: dict[str, Any] | None = None) -> AWSResponse:
        """Let AWS do the request, or another request in its place."""
        if body is not None:
            self.request.body = json.dumps(body).encode()
        return self.network.deliver(self)

    def answer(self, body: dict[str, Any] | str, status: int = 200) -> AWSResponse:
        text = body if isinstance(body, str) else json.dumps(body)
        return AWSResponse(self.request.url, status, HTTPHeaders(), MockRawResponse(text))

    def error(self, code: str, status: int) -> AWSResponse:
        if self.service == "s3":
            return self.answer(f"<Error><Code>{code}</Code><Message>injected</Message></Error>", status)
        return self.answer({"__type": f"com.amazonaws#{code}", "message": "injected"}, status)


# Answers a call in its own way, or raises. None: the fault does not fit this call.
Fault = Callable[[Call], AWSResponse | None]
Observer = Callable[[Call, dict[str, Any], int], None]  # gets a call that AWS did, and the step


@dataclass
class Network:
    """Delivers requests. ``rate``: the share of tries that meet a fault."""

    faults: dict[str, Fault]
    rate: float
    injected: Counter[str] = field(default_factory=Counter)
    requests: Counter[str] = field(default_factory=Counter)
    observers: dict[tuple[str, str], Observer] = field(default_factory=dict)
    answers: defaultdict[str, list[str]] = field(default_factory=lambda: defaultdict(list))  # of index reads
    step: int = 0
    _lock: threading.RLock = field(default_factory=threading.RLock)
    _thread: threading.local = field(default_factory=threading.local)

    def connect(self, client: Any) -> Any:
        """The client's requests go through this network from now on."""
        client.meta.events.unregister("before-send", botocore_stubber)
        client.meta.events.register_last("before-send", self._handle)
        return client

    @contextmanager
    def invocation(self, invocation: Invocation) -> Iterator[Invocation]:
        """In this block, the requests of this thread belong to ``invocation``."""
        before = getattr(self._thread, "invocation", None)
        with self._lock:
            invocation.started = self.step
        self._thread.invocation = invocation
        try:
            yield invocation
        finally:
            self._thread.invocation = before

    @property
    def current(self) -> Invocation | None:
        found: Invocation | None = getattr(self._thread, "invocation", None)
        return found

    def sleep(self, seconds: float) -> None:
        """In the place of ``time.sleep``."""
        if self.current:
            self.current.wait(seconds)
        else:
            _REAL_SLEEP(seconds)

    def now(self, zone: tzinfo | None = None) -> datetime:
        """The time by the clock of the present process."""
        return datetime.now(zone) + (self.current.skew if self.current else timedelta(0))

    def count(self, kind: str) -> None:
        with self._lock:
            self.injected[kind] += 1

    def deliver(self, call: Call) -> AWSResponse:
        with self._lock:
            self.step += 1
            self.requests[f"{call.service} {call.operation}"] += 1
            answer = botocore_stubber(event_name="before-send", request=call.request)
            if answer is None:
                raise ValueError(f"moto does not know {call.request.url}")
            observer = self.observers.get((call.service, call.operation))
            if observer and answer.status_code == 200:
                observer(call, json.loads(answer.content or b"{}"), self.step)
            return answer

    def _handle(self, request: AWSPreparedRequest, event_name: str, **_: object) -> AWSResponse | None:
        service, operation = event_name.split(".")[1:]
        invocation = self.current or Invocation(60, None)
        call = Call(service.replace("eventbridge", "events"), operation, request, invocation, self)
        if invocation.dead:
            raise Killed
        return self._meet_fault(call) or call.send()

    def _meet_fault(self, call: Call) -> AWSResponse | None:
        if call.invocation.random is None:
            return None
        if call.invocation.denied:
            call.invocation.denied -= 1
            return call.error("AccessDeniedException", 400)
        if call.random.random() >= self.rate:
            return None
        # The kinds that were met least come first: some fit only a few requests.
        drawn = {kind: self.injected[kind] + call.random.uniform(0, _SPREAD) for kind in self.faults}
        for kind in sorted(drawn, key=drawn.__getitem__):
            answer = self._inject(kind, call)
            if answer is not None:
                return answer
        return None

    def _inject(self, kind: str, call: Call) -> AWSResponse | None:
        """The answer under this fault; None if the fault does not fit the call."""
        try:
            answer = self.faults[kind](call)
        except BaseException:
            self.count(kind)
            raise
        if answer is not None:
            self.count(kind)
        return answer
