"""A download from outside, without trust in the source.

Redirects stay on the hosts of the source. The size is counted while the content is read. Nothing is
decompressed. The first bytes show whether the content is a zip. The whole download ends within a given time.
"""

from __future__ import annotations

import hashlib
import random
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from enum import StrEnum
from typing import BinaryIO, Final, Protocol
from urllib.parse import urljoin

from library_validator.errors import NotFetched
from library_validator.releases.fetching.pages import read_page
from library_validator.releases.fetching.sources import ReleaseSource
from library_validator.terms import Clock, TimeLeft

ATTEMPTS: Final = 3
MAX_REDIRECTS: Final = 5
MAX_PAGE_BYTES: Final = 1 << 20  # enough for a page with 10,000 links
USER_AGENT: Final = "library-validator (checks for new releases of the Public Libraries Survey)"
_FIRST_PAUSE_SECONDS: Final = 1.0
_LOOKED_AT: Final = 4096  # so many first bytes of the content show its kind
_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_TRANSIENT: Final = frozenset({408, 425, 429, 500, 502, 503, 504})
_REFUSALS: Final = frozenset({401, 403, 407, 429, 451})
_ZIP_TYPES: Final = re.compile(r"application/(?:x-)?zip(?:-compressed)?|(?:application|binary)/octet-stream")
_PAGE_TYPES: Final = re.compile(r"text/html|application/xhtml\+xml")
_LONGEST_VALIDATOR: Final = 200  # characters
_ZIP: Final = "a zip"
_PAGE: Final = "a web page"
_ZIP_BEGINS: Final = b"PK\x03\x04"
_BLOCKING: Final = re.compile(
    r"captcha|access denied|just a moment|are you (?:a )?(?:human|robot)|automated (?:access|requests)"
    r"|request unsuccessful|attention required",
    re.IGNORECASE,
)


class FetchOutcome(StrEnum):
    """The result of a request to a source. The first five results are answers and end the search."""

    UPLOADED = "uploaded"
    FOUND = "found"  # only in a trial: the release is new, and a search without trial would upload it
    NOT_MODIFIED = "not_modified"  # the file is the same as at the last download
    KNOWN = "known"  # the same content was uploaded or accepted before
    NOTHING_NEWER = "nothing_newer"
    GONE = "gone"
    REFUSED = "refused"  # also if a page blocks automated clients
    NO_LINK = "no_link"  # a page without a link to a release
    NOT_A_RELEASE = "not_a_release"
    TOO_LARGE = "too_large"
    TRUNCATED = "truncated"
    TIMED_OUT = "timed_out"
    UNREACHABLE = "unreachable"
    SERVER_ERROR = "server_error"
    STRAYED = "strayed"  # a redirect or link to a host that does not belong to the source
    UNEXPECTED = "unexpected"  # any other HTTP response

    @property
    def is_answer(self) -> bool:
        return self in _ANSWERS


_ANSWERS: Final = frozenset(list(FetchOutcome)[:5])


@dataclass(frozen=True, slots=True)
class HttpResponse:
    """An HTTP response. Header names are in lower case; ``body`` is the content as it was sent."""

    status: int
    headers: Mapping[str, str]
    body: Iterator[bytes]


class HttpClient(Protocol):
    """Sends single requests, without retries, and does not follow redirects."""

    def get(
        self, url: str, headers: Mapping[str, str], seconds: float
    ) -> AbstractContextManager[HttpResponse]:
        """GET ``url``. The request ends within ``seconds``, including the reading of the body.

        Raises ``NotFetched`` (timed_out, unreachable, truncated), from ``get`` or while the body is read.
        """


@dataclass(frozen=True, slots=True)
class Validators:
    """The headers by which a server recognises unchanged content."""

    etag: str = ""
    last_modified: str = ""

    def conditions(self) -> dict[str, str]:
        named = {"If-None-Match": self.etag, "If-Modified-Since": self.last_modified}
        return {name: value for name, value in named.items() if value}


@dataclass(frozen=True, slots=True)
class Download:
    """A file that was written to the target. If the server says ``not_modified``, nothing was written."""

    url: str  # after redirects
    size: int
    sha256: str
    validators: Validators
    not_modified: bool = False


@dataclass(frozen=True, slots=True)
class Downloader:
    """Downloads from one source."""

    source: ReleaseSource
    http: HttpClient
    time_left: TimeLeft
    sleep: Callable[[float], None]
    now: Clock

    def download_page(self, url: str, target: BinaryIO) -> Download:
        """Download a web page. Raises ``NotFetched``."""
        return self._download_with_retries(url, target, {}, _PAGE, MAX_PAGE_BYTES)

    def download_zip(self, url: str, target: BinaryIO, validators: Validators, max_bytes: int) -> Download:
        """Download a zip, unless ``validators`` show that it has not changed. Raises ``NotFetched``."""
        return self._download_with_retries(url, target, validators.conditions(), _ZIP, max_bytes)

    def _download_with_retries(
        self, url: str, target: BinaryIO, conditions: Mapping[str, str], kind: str, max_bytes: int
    ) -> Download:
        for attempt in range(1, ATTEMPTS + 1):
            target.seek(0)
            target.truncate()
            try:
                return self._follow_redirects(url, target, conditions, kind, max_bytes)
            except NotFetched as fault:
                pause = _pause_seconds(fault, attempt)
                if attempt == ATTEMPTS or pause is None or pause >= self.time_left():
                    raise
                self.sleep(pause)
        raise AssertionError("the last attempt returns or raises")

    def _follow_redirects(
        self, url: str, target: BinaryIO, conditions: Mapping[str, str], kind: str, max_bytes: int
    ) -> Download:
        headers = {"User-Agent": USER_AGENT, "Accept-Encoding": "identity", "Accept": "*/*", **conditions}
        for _ in range(MAX_REDIRECTS + 1):
            if not self.source.may_ask(url):
                raise NotFetched(
                    FetchOutcome.STRAYED,
                    f"leads to {url[:200]}, but requests to this source may only go to "
                    f"{', '.join(sorted(self.source.hosts))} over https",
                )
            if self.time_left() <= 0:
                raise NotFetched(FetchOutcome.TIMED_OUT, "did not answer in the time that was left")
            with self.http.get(url, headers, self.time_left()) as answer:
                location = answer.headers.get("location", "")
                if answer.status not in _REDIRECTS or not location:
                    return self._receive_file(url, answer, target, conditions, kind, max_bytes)
            try:
                url = urljoin(url, location)
            except ValueError:
                raise NotFetched(FetchOutcome.UNEXPECTED, "redirects to an invalid address") from None
        raise NotFetched(FetchOutcome.STRAYED, f"redirects more than {MAX_REDIRECTS} times")

    def _receive_file(
        self,
        url: str,
        answer: HttpResponse,
        target: BinaryIO,
        conditions: Mapping[str, str],
        kind: str,
        max_bytes: int,
    ) -> Download:
        headers = answer.headers
        if answer.status == 304 and conditions:
            return Download(url, 0, "", Validators(), not_modified=True)
        if answer.status != 200:
            raise _error_of_http_status(answer, self.now)
        if headers.get("content-encoding", "identity").strip().lower() not in ("", "identity"):
            raise NotFetched(
                FetchOutcome.UNEXPECTED, "sends compressed content, although the request forbids it"
            )
        declared = headers.get("content-length", "")
        if declared.isdecimal() and int(declared) > max_bytes:
            raise _error_of_excess_size(int(declared), max_bytes)
        size, digest = self._write_body(answer, target, kind, max_bytes)
        if declared.isdecimal() and size != int(declared):
            raise NotFetched(
                FetchOutcome.TRUNCATED, f"sent only {size:,} of {int(declared):,} bytes", transient=True
            )
        return Download(
            url,
            size,
            digest,
            Validators(_header_to_keep(headers, "etag"), _header_to_keep(headers, "last-modified")),
        )

    def _write_body(
        self, answer: HttpResponse, target: BinaryIO, kind: str, max_bytes: int
    ) -> tuple[int, str]:
        """Write the body to ``target``; returns its size and SHA-256."""
        digest = hashlib.sha256()
        size, beginning = 0, b""
        for chunk in answer.body:
            size += len(chunk)
            if size > max_bytes:
                raise _error_of_excess_size(None, max_bytes)
            if self.time_left() <= 0:
                raise NotFetched(FetchOutcome.TIMED_OUT, f"had sent {size:,} bytes when the time was up")
            if len(beginning) < _LOOKED_AT:
                beginning += chunk[:_LOOKED_AT]
                if len(beginning) >= _LOOKED_AT:
                    _check_kind(kind, beginning, answer.headers)
            digest.update(chunk)
            target.write(chunk)
        if len(beginning) < _LOOKED_AT:
            _check_kind(kind, beginning, answer.headers)
        return size, digest.hexdigest()


def is_block_page(text: str) -> bool:
    """Whether the words of a page say that it blocks automated clients."""
    return _BLOCKING.search(text) is not None


def _header_to_keep(headers: Mapping[str, str], name: str) -> str:
    """The header ``name``, for later requests; empty if the header is too long or not plain text."""
    value = headers.get(name, "")
    return value if len(value) <= _LONGEST_VALIDATOR and value.isascii() and value.isprintable() else ""


def _check_kind(kind: str, beginning: bytes, headers: Mapping[str, str]) -> None:
    """Raises ``NotFetched`` if the content type or the first bytes show another kind of file."""
    content_type = headers.get("content-type", "").partition(";")[0].strip().lower()
    looks_like_html = beginning.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"<"
    if (
        kind == _ZIP
        and beginning.startswith(_ZIP_BEGINS)
        and _ZIP_TYPES.fullmatch(content_type or "application/zip")
    ):
        return
    if kind == _PAGE and looks_like_html and _PAGE_TYPES.fullmatch(content_type or "text/html"):
        return
    if looks_like_html:
        text = beginning.decode("utf-8", "replace")
        title = read_page(beginning, "").title
        called = f" called “{title}”" if title else ""
        if is_block_page(text):
            raise NotFetched(
                FetchOutcome.REFUSED, f"answers with a page{called} that blocks automated clients"
            )
        raise NotFetched(FetchOutcome.NOT_A_RELEASE, f"answers with a web page{called} instead of {kind}")
    said = f"content of type {content_type}" if content_type else "content without a type"
    begins = f"it begins with {beginning[:8]!r}" if beginning else "it is empty"
    raise NotFetched(FetchOutcome.NOT_A_RELEASE, f"sends {said} instead of {kind} ({begins})")


def _error_of_http_status(answer: HttpResponse, now: Clock) -> NotFetched:
    status = answer.status
    transient = status in _TRANSIENT
    wait = _retry_after(answer.headers.get("retry-after", ""), now) if transient else None
    later = f" and asks to try again in {wait:,.0f} s" if wait else ""
    if status in (404, 410):
        return NotFetched(FetchOutcome.GONE, f"has no file at this address any more (HTTP {status})")
    if status in _REFUSALS:
        return NotFetched(
            FetchOutcome.REFUSED,
            f"refuses the request (HTTP {status}){later}",
            transient=transient,
            wait=wait,
        )
    if status >= 500:
        return NotFetched(
            FetchOutcome.SERVER_ERROR,
            f"reports an error of its own (HTTP {status}){later}",
            transient=transient,
            wait=wait,
        )
    return NotFetched(
        FetchOutcome.UNEXPECTED, f"answers with HTTP {status}{later}", transient=transient, wait=wait
    )


def _retry_after(value: str, now: Clock) -> float | None:
    """Seconds that a Retry-After header asks for (RFC 9110, 10.2.3), as a number or a date."""
    if value.strip().isdecimal():
        return float(value)
    try:
        at = parsedate_to_datetime(value)
    except ValueError:
        return None
    if at.tzinfo is None:
        return None
    return max(0.0, (at - now()).total_seconds())


def _pause_seconds(fault: NotFetched, attempt: int) -> float | None:
    """Seconds before the next attempt; None if another attempt is useless."""
    if not fault.transient:
        return None
    own = random.uniform(0.5, 1) * _FIRST_PAUSE_SECONDS * float(2 ** (attempt - 1))
    return max(own, fault.wait or 0.0)


def _error_of_excess_size(size: int | None, most: int) -> NotFetched:
    said = f"announces {size:,} bytes; the limit is {most:,}" if size else f"sends more than {most:,} bytes"
    return NotFetched(FetchOutcome.TOO_LARGE, said)
