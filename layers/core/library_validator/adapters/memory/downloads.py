"""The web in memory."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from library_validator.releases.fetching.downloading import HttpResponse


class MemoryHttpClient:
    """``HttpClient`` for the pages that ``serve`` sets; other addresses are 404. ``asked`` lists the
    requests."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self._pages: dict[str, tuple[int, Mapping[str, str], bytes]] = {}

    def serve(self, url: str, body: bytes = b"", status: int = 200, **headers: str) -> None:
        """Set the response of ``url``. The header Content-Type is given as ``content_type``."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self._pages[url] = (status, named, body)

    @contextmanager
    def get(self, url: str, headers: Mapping[str, str], seconds: float) -> Iterator[HttpResponse]:  # noqa: ARG002 - answers at once
        self.asked.append(url)
        status, named, body = self._pages.get(url, (404, {}, b""))
        if named.get("etag", "") and headers.get("If-None-Match") == named["etag"]:
            status, body = 304, b""
        yield HttpResponse(status, named, iter([body] if body else []))
