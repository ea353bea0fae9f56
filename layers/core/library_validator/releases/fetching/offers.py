"""The releases that a source offers: the links of a page, or a table of known addresses."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Final
from urllib.parse import unquote, urlsplit

from library_validator.releases.fetching.pages import Page
from library_validator.releases.fetching.sources import ReleaseSource

# pls_fy2024_csv.zip, pls_fy2018_data_files_csv.zip, and the names of second uploads (…_csv_0.zip).
_NAMED: Final = re.compile(r"pls_fy(20\d{2})_(?:data_files_)?csv(?:_\d+)?\.zip$", re.IGNORECASE)
_UNSAFE: Final = re.compile(r"[^A-Za-z0-9._-]+")
_LONGEST_NAME: Final = 100  # characters


@dataclass(frozen=True, slots=True)
class Offer:
    """A release that a source offers. ``address`` identifies it; the request goes to ``url``."""

    address: str
    url: str
    fiscal_year: int | None  # from the file name; None if the name has no year

    @property
    def file_name(self) -> str:
        """A plain file name for the uploaded object."""
        name = _UNSAFE.sub("-", unquote(urlsplit(self.address).path.rpartition("/")[2]))
        name = name[-_LONGEST_NAME:].strip("-.") or "release"
        return name if name.lower().endswith(".zip") else f"{name}.zip"


def offer_at(source: ReleaseSource, address: str, fiscal_year: int | None, today: date) -> Offer:
    prefix = source.prefix.replace("{date}", f"{today:%Y%m%d}")
    return Offer(address, f"{prefix}{address}", fiscal_year)


def linked_offers(source: ReleaseSource, page: Page, today: date) -> list[Offer]:
    """The links of ``page`` to zips of past fiscal years on the source's own hosts, newest first."""
    found = {}
    for link in page.links:
        address = link.partition("#")[0]
        year = year_in_name(address)
        if year and year < today.year and source.may_link(address):
            found[address] = year
    return _sort_newest_first(source, found.items(), today)


def known_offers(source: ReleaseSource, today: date) -> list[Offer]:
    """The releases of a table, newest first."""
    return _sort_newest_first(source, ((address, year) for year, address in source.releases.items()), today)


def year_in_name(address: str) -> int | None:
    """The fiscal year in the name of an official zip."""
    named = _NAMED.search(urlsplit(address).path)
    return int(named[1]) if named else None


def _sort_newest_first(source: ReleaseSource, found: Iterable[tuple[str, int]], today: date) -> list[Offer]:
    # For two files of one year, the higher folder or number is the later upload.
    ordered = sorted(((year, address) for address, year in found), reverse=True)
    return [offer_at(source, address, year, today) for year, address in ordered]
