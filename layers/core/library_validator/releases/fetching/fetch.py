"""The search for a newer release: the sources are asked in order until one answers.

A release that is found is uploaded; the upload triggers the load, which decides about it. A source that is
gone, refuses or sends something else is reported, and the next source is asked.
"""

from __future__ import annotations

import tempfile
import zipfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import BinaryIO, Final, Protocol

from library_validator.errors import NotFetched, ReleaseRefused
from library_validator.releases.fetching.downloading import (
    Download,
    Downloader,
    FetchOutcome,
    HttpClient,
    Validators,
    is_block_page,
)
from library_validator.releases.fetching.offers import (
    Offer,
    known_offers,
    linked_offers,
    offer_at,
    year_in_name,
)
from library_validator.releases.fetching.pages import read_page
from library_validator.releases.fetching.source_states import FetchedFile, FetchStates, SourceState, Uploads
from library_validator.releases.fetching.sources import ReleaseSource
from library_validator.releases.reading.release import read_release
from library_validator.releases.records import Release
from library_validator.terms import Clock, TimeLeft

MOST_SECONDS_PER_SOURCE: Final = 180.0
# After these outcomes, but not after a refusal, the next file of the source is tried.
_FAULTS_OF_ONE_FILE: Final = frozenset(
    {FetchOutcome.GONE, FetchOutcome.NOT_A_RELEASE, FetchOutcome.TOO_LARGE, FetchOutcome.TRUNCATED}
)
_LONGEST_SENTENCE: Final = 500  # characters, because the sentence may quote the source


@dataclass(frozen=True, slots=True)
class Provenance:
    """The origin of an uploaded release; times are ISO 8601, UTC."""

    source_id: str
    source_url: str  # after redirects
    official: bool
    fetched_at: str
    sha256: str  # of the zip
    validators: Validators

    def as_metadata(self) -> dict[str, str]:
        """The uploaded object's user metadata, which are ASCII; empty values are left out."""
        named = {
            "source-url": self.source_url,
            "source-id": self.source_id,
            "fetched-at": self.fetched_at,
            "sha256": self.sha256,
            "etag": self.validators.etag,
            "last-modified": self.validators.last_modified,
            "official": "yes" if self.official else "no",
        }
        return {name: _in_ascii(value) for name, value in named.items() if value}


class FetchedReleases(Protocol):
    """The bucket for fetched releases; each upload triggers a load."""

    def put(self, file_name: str, body: BinaryIO, metadata: Mapping[str, str]) -> str:
        """Upload ``body`` under the folder of fetched releases; returns the id of the run that loads it."""


@dataclass(frozen=True, slots=True)
class KnownReleases:
    """The releases of the live registry. A search is for a release of the live or a newer fiscal year."""

    fiscal_year: int | None = None  # the live fiscal year; None: nothing is live
    contents: frozenset[str] = frozenset()  # ``Release.content_sha256`` of the accepted releases


@dataclass(frozen=True, slots=True)
class FetchPorts:
    """The objects that a search uses. ``time_left`` is the time for all sources together."""

    http: HttpClient
    releases: FetchedReleases
    states: FetchStates
    time_left: TimeLeft
    sleep: Callable[[float], None]
    max_bytes: int  # of a zip
    has_run: Callable[[str], bool]  # whether the load of an upload has begun, by its run id
    read: Callable[[BinaryIO], Release] = read_release


@dataclass(frozen=True, slots=True)
class Attempt:
    """The result of a request to one source. The source's name and ``said`` make a sentence."""

    source_id: str
    official: bool
    outcome: FetchOutcome
    said: str
    url: str = ""
    fiscal_year: int | None = None
    sha256: str = ""
    run_id: str = ""  # id of the run that loads the uploaded release
    lost: str = ""  # run id of an earlier upload of the same file whose load never began


@dataclass(frozen=True, slots=True)
class Search:
    """All attempts of a search, in order. Only the last attempt can be the answer."""

    at: datetime
    attempts: tuple[Attempt, ...]

    @property
    def answer(self) -> Attempt | None:
        last = self.attempts[-1] if self.attempts else None
        return last if last and last.outcome.is_answer else None


def look_for_release(
    sources: Sequence[ReleaseSource],
    known: KnownReleases,
    ports: FetchPorts,
    now: Clock,
    *,
    trial: bool = False,
) -> Search:
    """Ask ``sources`` in order until one answers; upload a new release, unless this is a ``trial``.

    A trial uploads and stores nothing. Exceptions of the stores are raised; no source can cause an exception.
    """
    at = now()
    states = ports.states.states()
    attempts: list[Attempt] = []
    for position, source in enumerate(sources):
        state = states.get(source.id, SourceState(source.id))
        others = [other for other in states.values() if other.source_id != source.id]
        request = _Request(
            source,
            state,
            others,
            known,
            ports,
            _share_of_time(ports.time_left, len(sources) - position),
            now,
            trial,
        )
        attempt, changed = request.run()
        attempts.append(attempt)
        if not trial:
            ports.states.put_state(_state_after(attempt, changed, now()))
        if attempt.outcome.is_answer:
            break
    return Search(at, tuple(attempts))


def _share_of_time(time_left: TimeLeft, sources: int) -> TimeLeft:
    """The countdown of the next source: an equal share of the time for each source that is left."""
    left = time_left()
    reserved = left - min(MOST_SECONDS_PER_SOURCE, left / sources)
    return lambda: time_left() - reserved


def _state_after(attempt: Attempt, state: SourceState, at: datetime) -> SourceState:
    stamp = at.isoformat()
    answered = attempt.outcome.is_answer
    return replace(
        state,
        official=attempt.official,
        last_attempt=stamp,
        last_outcome=attempt.outcome.value,
        last_said=attempt.said,
        last_answer=stamp if answered else state.last_answer,
        last_refusal=state.last_refusal if answered else stamp,
        failures=0 if answered else state.failures + 1,
    )


@dataclass(frozen=True, slots=True)
class _Request:
    """The request to one source."""

    source: ReleaseSource
    state: SourceState
    others: Iterable[SourceState]
    known: KnownReleases
    ports: FetchPorts
    time_left: TimeLeft
    now: Clock
    trial: bool

    def run(self) -> tuple[Attempt, SourceState]:
        """Ask the source. Returns the attempt and the new state of the source."""
        try:
            offers = self._select_offers(self._offers())
        except NotFetched as fault:
            return self._failed_attempt(fault, None), self.state
        if not offers:
            said = f"has nothing newer than fiscal year {self.known.fiscal_year}"
            return self._attempt(FetchOutcome.NOTHING_NEWER, said), self.state
        failed = []
        for offer in offers:
            try:
                return self._download_offer(offer)
            except NotFetched as fault:
                failed.append(self._failed_attempt(fault, offer))
                if fault.outcome not in _FAULTS_OF_ONE_FILE:
                    break
        # The first failed attempt was for the newest release: it is the attempt that is reported.
        return failed[0], self.state

    def _offers(self) -> list[Offer]:
        """The releases that the source offers, newest first."""
        source, today = self.source, self.now().date()
        if source.kind == "file":
            return [offer_at(source, source.url, year_in_name(source.url), today)]
        if source.kind == "table":
            return known_offers(source, today)
        with tempfile.TemporaryFile() as file:
            download = self._downloader().download_page(self._own_offer().url, file)
            file.seek(0)
            content = file.read()
        page = read_page(content, source.url if source.prefix else download.url)
        found = linked_offers(source, page, today)
        if not found:
            called = f" called “{page.title}”" if page.title else ""
            if is_block_page(content.decode("utf-8", "replace")):
                raise NotFetched(
                    FetchOutcome.REFUSED, f"answers with a page{called} that blocks automated clients"
                )
            raise NotFetched(FetchOutcome.NO_LINK, f"has a page{called} without a link to a release")
        return found[:1]

    def _own_offer(self) -> Offer:
        """The source's own address; for a table, the address of its newest release."""
        address = self.source.url or self.source.releases[max(self.source.releases)]
        return offer_at(self.source, address, None, self.now().date())

    def _select_offers(self, offers: list[Offer]) -> list[Offer]:
        """The offers that may be newer than the live release; if there are none, one for the live year."""
        live = self.known.fiscal_year
        if self.source.kind == "file" or live is None:
            return offers
        newer = [offer for offer in offers if offer.fiscal_year is None or offer.fiscal_year > live]
        return newer or [offer for offer in offers if offer.fiscal_year == live][:1]

    def _download_offer(self, offer: Offer) -> tuple[Attempt, SourceState]:
        before = self.state.addresses.get(offer.address)
        lost = self._uploads().lost(before.sha256) if before else ""
        with tempfile.TemporaryFile() as file:
            download = self._downloader().download_zip(
                offer.url,
                file,
                before.validators if before and not lost else Validators(),
                self.ports.max_bytes,
            )
            if download.not_modified:
                said = f"has the same release{_year_phrase(offer.fiscal_year)} as before"
                return self._attempt(FetchOutcome.NOT_MODIFIED, said, offer, download), self.state
            file.seek(0)
            outcome, said, year = self._check_download(file, download, offer)
            run_id, lost = "", self._uploads().lost(download.sha256)
            if outcome is FetchOutcome.UPLOADED:
                file.seek(0)
                run_id = self.ports.releases.put(offer.file_name, file, self._provenance(download))
        if lost and run_id:
            said += f"; its earlier upload {lost} was never loaded, so it is uploaded again"
        attempt = self._attempt(outcome, said, offer, download)
        attempt = replace(attempt, fiscal_year=year, run_id=run_id, lost=lost if run_id else "")
        return attempt, self._new_state(offer, download, run_id)

    def _check_download(
        self, file: BinaryIO, download: Download, offer: Offer
    ) -> tuple[FetchOutcome, str, int | None]:
        """Outcome, sentence and fiscal year of a complete download. Raises ``NotFetched``."""
        year = offer.fiscal_year
        if self._uploads().has(download.sha256):
            return FetchOutcome.KNOWN, f"has a release{_year_phrase(year)} that was fetched before", year
        if not zipfile.is_zipfile(file):
            raise NotFetched(FetchOutcome.TRUNCATED, "sent a zip that is cut off or damaged")
        try:
            release = self.ports.read(file)
        except ReleaseRefused as refusal:
            if not self.source.official:
                raise NotFetched(
                    FetchOutcome.NOT_A_RELEASE, f"has no release, but {refusal.found}"
                ) from refusal
            # The agency may have changed its layout. The load reports the refusal where people look for it.
            return self._result_of_new_file(f"has a file that will be refused: {refusal}", year)
        year = release.fiscal_year
        if release.content_sha256 in self.known.contents:
            return FetchOutcome.KNOWN, f"has the release{_year_phrase(year)} that is accepted already", year
        return self._result_of_new_file(f"has a release{_year_phrase(year)}", year)

    def _result_of_new_file(self, said: str, year: int | None) -> tuple[FetchOutcome, str, int | None]:
        return (FetchOutcome.FOUND if self.trial else FetchOutcome.UPLOADED), said, year

    def _uploads(self) -> Uploads:
        return Uploads(self.source, (self.state, *self.others), self.now(), self.ports.has_run)

    def _new_state(self, offer: Offer, download: Download, run_id: str) -> SourceState:
        fetched = FetchedFile(download.validators, download.sha256, self.now().isoformat())
        return self.state.with_file(offer.address, fetched, run_id)

    def _provenance(self, download: Download) -> dict[str, str]:
        return Provenance(
            source_id=self.source.id,
            source_url=download.url,
            official=self.source.official,
            fetched_at=self.now().isoformat(),
            sha256=download.sha256,
            validators=download.validators,
        ).as_metadata()

    def _downloader(self) -> Downloader:
        return Downloader(self.source, self.ports.http, self.time_left, self.ports.sleep, self.now)

    def _failed_attempt(self, fault: NotFetched, offer: Offer | None) -> Attempt:
        return self._attempt(FetchOutcome(fault.outcome), str(fault), offer)

    def _attempt(
        self, outcome: FetchOutcome, said: str, offer: Offer | None = None, download: Download | None = None
    ) -> Attempt:
        return Attempt(
            source_id=self.source.id,
            official=self.source.official,
            outcome=outcome,
            said=said[:_LONGEST_SENTENCE],
            url=download.url if download else (offer or self._own_offer()).url,
            fiscal_year=offer.fiscal_year if offer else None,
            sha256=download.sha256 if download else "",
        )


def _year_phrase(year: int | None) -> str:
    return f" of fiscal year {year}" if year else ""


def _in_ascii(value: str) -> str:
    return value.encode("ascii", "backslashreplace").decode("ascii")
