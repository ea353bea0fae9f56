"""A web server on this machine. A test can make it misbehave."""

from __future__ import annotations

import socket
import ssl
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

Page = Callable[["PageRequest"], None]


class PageRequest(BaseHTTPRequestHandler):
    """One request. ``protocol_version`` stays HTTP/1.0: a connection ends with its response."""

    server: _Server

    def do_GET(self) -> None:
        self.server.requests.append((self.path, dict(self.headers.items())))
        pages = self.server.pages.get(self.path, [answer_not_found])
        page = pages[0] if len(pages) == 1 else pages.pop(0)
        page(self)

    def log_message(self, *_message: object) -> None:
        """Write nothing to the test's output."""

    def respond(self, page_with_status: int, body: bytes = b"", **headers: str) -> None:
        """A whole response; a header is named ``content_type`` for Content-Type."""
        self.begin_response(page_with_status, **{"content_length": str(len(body)), **headers})
        self.wfile.write(body)

    def begin_response(self, page_with_status: int, **headers: str) -> None:
        self.send_response(page_with_status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()

    def reset(self) -> None:
        """Break the connection off, as a crashed server does."""
        linger = struct.pack("ii", 1, 0)
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self.wfile.close()
        self.connection.close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, tls: ssl.SSLContext | None) -> None:
        super().__init__(("127.0.0.1", 0), PageRequest)
        if tls:
            self.socket = tls.wrap_socket(self.socket, server_side=True)
        self.pages: dict[str, list[Page]] = {}
        self.requests: list[tuple[str, dict[str, str]]] = []
        self.over = threading.Event()

    def handle_error(self, request: object, client_address: object) -> None:
        """Ignore clients that close the connection early: many tests check them."""


@dataclass
class WebServer:
    """Serves the pages of a path, one for each request. The last page is served again and again."""

    url: str
    over: threading.Event  # set when the test ends: endless pages then stop
    requests: list[tuple[str, dict[str, str]]]  # path and headers
    _pages: dict[str, list[Page]] = field(default_factory=dict)

    def serve(self, path: str, *pages: Page) -> str:
        """Let ``path`` give ``pages``; returns its address."""
        self._pages[path] = list(pages)
        return f"{self.url}{path}"

    def paths(self) -> list[str]:
        return [path for path, _ in self.requests]


@contextmanager
def web_server(tls: ssl.SSLContext | None = None) -> Iterator[WebServer]:
    with _Server(tls) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        host, port = server.server_address[:2]
        yield WebServer(
            f"{'https' if tls else 'http'}://{host!s}:{port}", server.over, server.requests, server.pages
        )
        server.over.set()
        server.shutdown()
        thread.join(5)


def answer_not_found(request: PageRequest) -> None:
    request.respond(404, b"nothing here", content_type="text/plain")


def page_with_status(code: int, body: bytes = b"", **headers: str) -> Page:
    return lambda request: request.respond(code, body, **headers)


def html_page(text: str) -> Page:
    return page_with_status(200, text.encode(), content_type="text/html; charset=utf-8")


def page_with_links(*hrefs: str) -> Page:
    items = "".join(f'<li><a class="file" href="{href}">CSV</a></li>' for href in hrefs)
    return html_page(f"<!DOCTYPE html><title>Public Libraries Survey</title><ul>{items}</ul>")


def zip_page(content: bytes, **headers: str) -> Page:
    return page_with_status(200, content, content_type="application/zip", **headers)


def zip_page_with_etag(content: bytes, etag: str, last_modified: str = "") -> Page:
    """A zip. A client that has it already gets status 304."""
    named = {"etag": etag, **({"last_modified": last_modified} if last_modified else {})}

    def page(request: PageRequest) -> None:
        same = request.headers.get("If-None-Match") == etag
        since = bool(last_modified) and request.headers.get("If-Modified-Since") == last_modified
        if same or (since and "If-None-Match" not in request.headers):
            request.respond(304, b"", **named)
        else:
            request.respond(200, content, content_type="application/zip", **named)

    return page


def redirect_page(to: str, code: int = 302) -> Page:
    return page_with_status(code, location=to)


def reset_connection(request: PageRequest) -> None:
    request.reset()


def truncated_page(content: bytes, missing: int) -> Page:
    """A zip whose announced size is ``missing`` bytes more than its content."""
    return zip_page(content, content_length=str(len(content) + missing))


def slow_page(over: threading.Event, beginning: bytes = b"", *, headers: bool = False) -> Page:
    """A page that sends a byte every 20 ms without end, in its body or in its headers."""

    def page(request: PageRequest) -> None:
        if headers:
            request.wfile.write(b"HTTP/1.0 200 OK\r\nX-Slow: ")
        else:
            request.begin_response(200, content_type="application/zip")
            request.wfile.write(beginning)
        while not over.wait(0.02):
            request.wfile.write(b"x")

    return page


def endless_page(over: threading.Event, beginning: bytes, content_type: str = "application/zip") -> Page:
    def page(request: PageRequest) -> None:
        request.begin_response(200, content_type=content_type)
        request.wfile.write(beginning)
        while not over.is_set():
            request.wfile.write(b"\0" * 65_536)

    return page
