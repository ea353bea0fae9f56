"""Which releases a source offers: the links of a page, or a table of known addresses."""

from __future__ import annotations

import re
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from html.parser import HTMLParser
from typing import Final
from urllib.parse import unquote, urljoin, urlsplit

from library_validator.releases.fetching.sources import Source

# pls_fy2024_csv.zip, pls_fy2018_data_files_csv.zip, and what a second upload of either is called.
_NAMED: Final = re.compile(r"pls_fy(20\d{2})_(?:data_files_)?csv(?:_\d+)?\.zip$", re.IGNORECASE)
_UNSAFE: Final = re.compile(r"[^A-Za-z0-9._-]+")
_LONGEST_NAME: Final = 100  # characters


@dataclass(frozen=True, slots=True)
class Offer:
    """A release that a source offers. ``address`` names it; ``url`` is where it is asked for."""

    address: str
    url: str
    fiscal_year: int | None  # as its name says; None where it does not

    @property
    def file_name(self) -> str:
        """A plain file name for the object that it is uploaded as."""
        name = _UNSAFE.sub("-", unquote(urlsplit(self.address).path.rpartition("/")[2]))
        name = name[-_LONGEST_NAME:].strip("-.") or "release"
        return name if name.lower().endswith(".zip") else f"{name}.zip"


@dataclass(frozen=True, slots=True)
class Page:
    """What a web page says of itself: its links, absolute, and its title."""

    links: tuple[str, ...]
    title: str


def read_page(content: bytes, url: str) -> Page:
    """The links of an HTML page that stands at ``url``. Anything can be read: a broken page has none."""
    reader = _Reader(url)
    # The parser's own way of saying that a "<![…" is none: what stands before it has been read.
    with suppress(AssertionError):
        reader.feed(content.decode("utf-8", "replace"))
        reader.close()
    return Page(tuple(reader.links), " ".join("".join(reader.title).split())[:80])


def offer_at(source: Source, address: str, fiscal_year: int | None, today: date) -> Offer:
    prefix = source.prefix.replace("{date}", f"{today:%Y%m%d}")
    return Offer(address, f"{prefix}{address}", fiscal_year)


def linked_offers(source: Source, page: Page, today: date) -> list[Offer]:
    """The zips of ended fiscal years that ``page`` links to on the source's own hosts, newest first."""
    found = {}
    for link in page.links:
        address = link.partition("#")[0]
        year = year_named(address)
        if year and year < today.year and source.may_link(address):
            found[address] = year
    return _newest_first(source, found.items(), today)


def known_offers(source: Source, today: date) -> list[Offer]:
    """The releases of a table, newest first."""
    return _newest_first(source, ((address, year) for year, address in source.releases.items()), today)


def year_named(address: str) -> int | None:
    """The fiscal year that the name of an official zip tells."""
    named = _NAMED.search(urlsplit(address).path)
    return int(named[1]) if named else None


def _newest_first(source: Source, found: Iterable[tuple[str, int]], today: date) -> list[Offer]:
    # Of two files of one year the later folder or number is the later upload.
    ordered = sorted(found, key=lambda one: (one[1], one[0]), reverse=True)
    return [offer_at(source, address, year, today) for address, year in ordered]


class _Reader(HTMLParser):
    def __init__(self, url: str) -> None:
        super().__init__()
        self._base = url
        self._in_title = False
        self.links: list[str] = []
        self.title: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._in_title = tag == "title" and not self.title
        href = dict(attrs).get("href")
        if not href:
            return
        try:
            absolute = urljoin(self._base, href.strip())
        except ValueError:
            return
        if tag == "base":
            self._base = absolute
        elif tag == "a":
            self.links.append(absolute)

    def handle_endtag(self, tag: str) -> None:
        if tag == "title":
            self._in_title = False

    def handle_data(self, data: str) -> None:
        if self._in_title:
            self.title.append(data)
