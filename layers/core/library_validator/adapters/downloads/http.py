"""Requests over HTTP with urllib3; each request has a time limit.

A socket's timeout starts again with every byte, so a server that sends a byte now and then could keep a
request open for ever. A timer therefore shuts the connection when the time is up.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any, Final, Self
from urllib.parse import urlsplit, urlunsplit

from urllib3 import BaseHTTPResponse, HTTPConnectionPool, HTTPSConnectionPool, Timeout
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import (
    HTTPError,
    IncompleteRead,
    NewConnectionError,
    ProtocolError,
    SSLError,
)
from urllib3.exceptions import TimeoutError as TookTooLong

from library_validator.errors import NotFetched
from library_validator.releases.fetching.downloading import FetchOutcome, HttpResponse

CONNECT_SECONDS: Final = 10.0
SILENCE_SECONDS: Final = 20.0  # the longest time in which no byte arrives
_CHUNK: Final = 1 << 16
_KINDS: Final[Mapping[str, tuple[type[HTTPConnectionPool], type[HTTPConnection]]]] = {
    "http": (HTTPConnectionPool, HTTPConnection),
    "https": (HTTPSConnectionPool, HTTPSConnection),
}


class Urllib3Client:
    """``HttpClient``. It trusts the system's certificates and ignores proxies of the environment."""

    @contextmanager
    def get(self, url: str, headers: Mapping[str, str], seconds: float) -> Iterator[HttpResponse]:
        with _Request(seconds) as request, _raise_not_fetched(request):
            response = request.open(url, headers)
            answer = HttpResponse(
                response.status,
                {name.lower(): value for name, value in response.headers.items()},
                _body_chunks(response, request),
            )
            yield answer


class _Request:
    """A connection that is shut when the time is up or the request has ended."""

    def __init__(self, seconds: float) -> None:
        self.expired = False
        self._sockets: list[socket.socket] = []
        self._seconds = seconds
        self._pool: HTTPConnectionPool | None = None
        self._timer = threading.Timer(max(0.0, min(seconds, threading.TIMEOUT_MAX)), self._expire_request)
        self._timer.daemon = True

    def __enter__(self) -> Self:
        self._timer.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._timer.cancel()
        self._shut_sockets()
        if self._pool:
            self._pool.close()

    def open(self, url: str, headers: Mapping[str, str]) -> BaseHTTPResponse:
        parts = urlsplit(url)
        pool, connection = _KINDS[parts.scheme]
        self._pool = pool(parts.hostname or "", parts.port)
        self._pool.ConnectionCls = _recording_class(connection, self._sockets)
        silence = max(0.05, min(SILENCE_SECONDS, self._seconds))
        return self._pool.urlopen(
            "GET",
            urlunsplit(("", "", parts.path or "/", parts.query, "")),
            headers=dict(headers),
            preload_content=False,
            decode_content=False,
            redirect=False,
            retries=False,
            timeout=Timeout(connect=min(CONNECT_SECONDS, silence), read=silence),
        )

    def _expire_request(self) -> None:
        self.expired = True
        self._shut_sockets()

    def _shut_sockets(self) -> None:
        for opened in self._sockets:
            with suppress(OSError):
                opened.shutdown(socket.SHUT_RDWR)


def _recording_class(connection: type[Any], sockets: list[socket.socket]) -> type[Any]:
    """A class of connections that put their socket into ``sockets``."""

    class RecordingConnection(connection):  # type: ignore[misc]
        def connect(self) -> None:
            super().connect()
            sockets.append(self.sock)

    return RecordingConnection


def _body_chunks(response: BaseHTTPResponse, request: _Request) -> Iterator[bytes]:
    with _raise_not_fetched(request):
        # read1 returns the bytes that have arrived; read would wait for a whole chunk.
        while chunk := response.read1(_CHUNK, decode_content=False):
            yield chunk
        if request.expired:
            raise _timeout_error()


@contextmanager
def _raise_not_fetched(request: _Request) -> Iterator[None]:
    """Turn every error of the connection into ``NotFetched``."""
    try:
        yield
    except (HTTPError, OSError, ValueError) as error:
        raise (_timeout_error() if request.expired else _not_fetched_of(error)) from error


def _not_fetched_of(error: Exception) -> NotFetched:
    cause = error.args[1] if len(error.args) > 1 else error.__cause__
    if isinstance(error, IncompleteRead) or isinstance(cause, IncompleteRead):
        return NotFetched(FetchOutcome.TRUNCATED, "ended before its announced length", transient=True)
    if isinstance(error, SSLError):
        return NotFetched(FetchOutcome.UNREACHABLE, "has a certificate that is not trusted")
    if isinstance(error, NewConnectionError):
        return NotFetched(FetchOutcome.UNREACHABLE, "cannot be reached", transient=True)
    if isinstance(error, TookTooLong | TimeoutError):
        return _timeout_error()
    if isinstance(error, ProtocolError | OSError):
        return NotFetched(FetchOutcome.UNREACHABLE, "broke the connection", transient=True)
    return NotFetched(FetchOutcome.UNEXPECTED, f"does not answer in valid HTTP ({type(error).__name__})")


def _timeout_error() -> NotFetched:
    return NotFetched(FetchOutcome.TIMED_OUT, "did not answer in time", transient=True)
