"""The world outside in memory."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from library_validator.releases.fetching.downloading import Answer


class MemoryWeb:
    """``Web``: addresses with what stands there. What is not there is 404. ``asked`` are those asked for."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self._pages: dict[str, tuple[int, Mapping[str, str], bytes]] = {}

    def serve(self, url: str, body: bytes = b"", status: int = 200, **headers: str) -> None:
        """Let ``url`` give that; a header is named ``content_type`` for Content-Type."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self._pages[url] = (status, named, body)

    @contextmanager
    def get(self, url: str, headers: Mapping[str, str], seconds: float) -> Iterator[Answer]:  # noqa: ARG002 - answers at once
        self.asked.append(url)
        status, named, body = self._pages.get(url, (404, {}, b""))
        if named.get("etag", "") and headers.get("If-None-Match") == named["etag"]:
            status, body = 304, b""
        yield Answer(status, named, iter([body] if body else []))
