"""Looking for a newer release: each source in its order, until one answers.

What is found is uploaded and nothing else: the upload triggers the load, which decides. A source that is
gone, refuses or gives something else is reported, and the next is tried.
"""

from __future__ import annotations

import tempfile
import zipfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import BinaryIO, Final, Protocol, TypeVar

from library_validator.errors import NotFetched, ReleaseRefused
from library_validator.releases.fetching.downloading import (
    Download,
    Downloader,
    Outcome,
    Validators,
    Web,
    is_wall,
)
from library_validator.releases.fetching.offers import (
    Offer,
    known_offers,
    linked_offers,
    offer_at,
    read_page,
    year_named,
)
from library_validator.releases.fetching.sources import Source
from library_validator.releases.reading.release import read_release
from library_validator.releases.records import Release
from library_validator.terms import Clock, TimeLeft

MOST_SECONDS_A_SOURCE: Final = 180.0
# What one file of a source may come to while the next is as it should be. A refusal is not pressed.
_OF_ONE_FILE: Final = frozenset({Outcome.GONE, Outcome.NOT_A_RELEASE, Outcome.TOO_LARGE, Outcome.TRUNCATED})
_LONGEST_SENTENCE: Final = 500  # characters: it may quote what the other side sent
_T = TypeVar("_T")
_REMEMBERED: Final = 20  # addresses, and uploads, of a source: the newest


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where an uploaded release came from; times are ISO 8601, UTC."""

    source_id: str
    source_url: str  # where it was in the end, after redirects
    official: bool
    fetched_at: str
    sha256: str  # of the zip
    validators: Validators

    def as_metadata(self) -> dict[str, str]:
        """As the uploaded object's user metadata, which are ASCII; what nobody said is left out."""
        named = {
            "source-url": self.source_url,
            "source-id": self.source_id,
            "fetched-at": self.fetched_at,
            "sha256": self.sha256,
            "etag": self.validators.etag,
            "last-modified": self.validators.last_modified,
            "official": "yes" if self.official else "no",
        }
        return {name: _plain(value) for name, value in named.items() if value}


class FetchedReleases(Protocol):
    """Where fetched releases are uploaded; each upload triggers a load."""

    def put(self, file_name: str, body: BinaryIO, metadata: Mapping[str, str]) -> str:
        """Upload ``body`` under the folder of fetched releases; returns the id of the run that loads it."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What an address had when it was last taken, or found to be known."""

    validators: Validators
    sha256: str
    at: str  # ISO 8601, UTC


@dataclass(frozen=True, slots=True)
class SourceState:
    """What is kept of a source between two searches; times are ISO 8601, UTC, empty for never."""

    source_id: str
    official: bool = False
    last_attempt: str = ""
    last_outcome: str = ""
    last_said: str = ""  # a sentence
    last_answer: str = ""  # when it last answered, with or without something new
    last_refusal: str = ""  # when it last did anything else
    failures: int = 0  # in a row
    addresses: Mapping[str, Taken] = field(default_factory=dict)
    uploads: Mapping[str, str] = field(default_factory=dict)  # SHA-256 of a zip -> the run that loaded it


class FetchStates(Protocol):
    def states(self) -> dict[str, SourceState]:
        """Of every source that was ever asked, by its id."""

    def put_state(self, state: SourceState) -> None: ...


@dataclass(frozen=True, slots=True)
class Standing:
    """What the registry stands on now: only what is as new, or newer, is of interest."""

    fiscal_year: int | None = None  # None: nothing is live
    contents: frozenset[str] = frozenset()  # of the accepted releases, as ``Release.content_sha256``


@dataclass(frozen=True, slots=True)
class FetchPorts:
    """What a search works with. ``time_left`` tells the seconds that all of it may still take."""

    web: Web
    releases: FetchedReleases
    states: FetchStates
    time_left: TimeLeft
    sleep: Callable[[float], None]
    max_bytes: int  # of a zip
    read: Callable[[BinaryIO], Release] = read_release


@dataclass(frozen=True, slots=True)
class Attempt:
    """What asking one source came to. ``said`` follows the source's name and makes a sentence with it."""

    source_id: str
    official: bool
    outcome: Outcome
    said: str
    url: str = ""
    fiscal_year: int | None = None
    sha256: str = ""
    run_id: str = ""  # of the load that an upload triggers


@dataclass(frozen=True, slots=True)
class Search:
    """All attempts of one search, in order. The last one is the answer, if there is one."""

    at: datetime
    attempts: tuple[Attempt, ...]

    @property
    def answer(self) -> Attempt | None:
        last = self.attempts[-1] if self.attempts else None
        return last if last and last.outcome.is_answer else None


def look_for_release(
    sources: Sequence[Source], standing: Standing, ports: FetchPorts, now: Clock, *, trial: bool = False
) -> Search:
    """Ask ``sources`` in order until one answers; upload what is new, unless this is a ``trial``.

    No source can make it raise; what the stores raise does. A trial uploads nothing and keeps nothing.
    """
    at = now()
    states = ports.states.states()
    attempts: list[Attempt] = []
    for position, source in enumerate(sources):
        state = states.get(source.id, SourceState(source.id))
        others = [known for known in states.values() if known.source_id != source.id]
        asking = _Asking(
            source,
            state,
            others,
            standing,
            ports,
            _share(ports.time_left, len(sources) - position),
            now,
            trial,
        )
        attempt, changed = asking.ask()
        attempts.append(attempt)
        if not trial:
            ports.states.put_state(_after(attempt, changed, now()))
        if attempt.outcome.is_answer:
            break
    return Search(at, tuple(attempts))


def _share(time_left: TimeLeft, sources: int) -> TimeLeft:
    """An equal share of the time for each source that is still to be asked, as a countdown of its own."""
    left = time_left()
    floor = left - min(MOST_SECONDS_A_SOURCE, left / sources)
    return lambda: time_left() - floor


def _after(attempt: Attempt, state: SourceState, at: datetime) -> SourceState:
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
class _Asking:
    """One source, asked once."""

    source: Source
    state: SourceState
    others: Iterable[SourceState]
    standing: Standing
    ports: FetchPorts
    time_left: TimeLeft
    now: Clock
    trial: bool

    def ask(self) -> tuple[Attempt, SourceState]:
        """What it came to, and what is to be kept of it."""
        try:
            offers = self._worth_taking(self._offers())
        except NotFetched as fault:
            return self._failed(fault, None), self.state
        if not offers:
            said = f"has nothing newer than fiscal year {self.standing.fiscal_year}"
            return self._attempt(Outcome.NOTHING_NEWER, said), self.state
        failed = []
        for offer in offers:
            try:
                return self._take(offer)
            except NotFetched as fault:
                failed.append(self._failed(fault, offer))
                if fault.outcome not in _OF_ONE_FILE:
                    break
        # The newest release is what was asked for: what became of it is what the source did.
        return failed[0], self.state

    def _offers(self) -> list[Offer]:
        """What the source offers, newest first."""
        source, today = self.source, self.now().date()
        if source.kind == "file":
            return [offer_at(source, source.url, year_named(source.url), today)]
        if source.kind == "table":
            return known_offers(source, today)
        with tempfile.TemporaryFile() as file:
            download = self._downloader().page(self._asked().url, file)
            file.seek(0)
            content = file.read()
        page = read_page(content, source.url if source.prefix else download.url)
        found = linked_offers(source, page, today)
        if not found:
            called = f" called “{page.title}”" if page.title else ""
            if is_wall(content.decode("utf-8", "replace")):
                raise NotFetched(Outcome.REFUSED, f"answers with a page{called} against automated clients")
            raise NotFetched(Outcome.NO_LINK, f"has a page{called} that links to no release")
        return found[:1]

    def _asked(self) -> Offer:
        """The source's own address; of a table the newest one."""
        address = self.source.url or self.source.releases[max(self.source.releases)]
        return offer_at(self.source, address, None, self.now().date())

    def _worth_taking(self, offers: list[Offer]) -> list[Offer]:
        """Those newer than what is live; else the live year's own, which may have been published again."""
        live = self.standing.fiscal_year
        if self.source.kind == "file" or live is None:
            return offers
        newer = [offer for offer in offers if offer.fiscal_year is None or offer.fiscal_year > live]
        return newer or [offer for offer in offers if offer.fiscal_year == live][:1]

    def _take(self, offer: Offer) -> tuple[Attempt, SourceState]:
        known = self.state.addresses.get(offer.address)
        with tempfile.TemporaryFile() as file:
            download = self._downloader().zip(
                offer.url, file, known.validators if known else Validators(), self.ports.max_bytes
            )
            if download.not_modified:
                said = f"has what it had before{_of_year(offer.fiscal_year)}"
                return self._attempt(Outcome.NOT_MODIFIED, said, offer, download), self.state
            file.seek(0)
            outcome, said, year = self._judge(file, download, offer)
            run_id = ""
            if outcome is Outcome.UPLOADED:
                file.seek(0)
                run_id = self.ports.releases.put(offer.file_name, file, self._provenance(download))
        attempt = replace(self._attempt(outcome, said, offer, download), fiscal_year=year, run_id=run_id)
        return attempt, self._remembering(offer, download, run_id)

    def _judge(self, file: BinaryIO, download: Download, offer: Offer) -> tuple[Outcome, str, int | None]:
        """Outcome, sentence and fiscal year of a whole download. Raises ``NotFetched``."""
        year = offer.fiscal_year
        if self._uploaded_before(download.sha256):
            return Outcome.KNOWN, f"has a release{_of_year(year)} that was fetched before", year
        if not zipfile.is_zipfile(file):
            raise NotFetched(Outcome.TRUNCATED, "sent a zip that is cut off or damaged")
        try:
            release = self.ports.read(file)
        except ReleaseRefused as refusal:
            if not self.source.official:
                raise NotFetched(Outcome.NOT_A_RELEASE, f"has no release, but {refusal.found}") from refusal
            # The agency changed its layout, or its mind. The load says so, once, where everybody looks.
            return self._new(f"has a file that will be refused: {refusal}", year)
        year = release.fiscal_year
        if release.content_sha256 in self.standing.contents:
            return Outcome.KNOWN, f"has the release{_of_year(year)} that is accepted already", year
        return self._new(f"has a release{_of_year(year)}", year)

    def _new(self, said: str, year: int | None) -> tuple[Outcome, str, int | None]:
        return (Outcome.FOUND if self.trial else Outcome.UPLOADED), said, year

    def _uploaded_before(self, sha256: str) -> bool:
        """Whether it lies in the bucket, from here or from a source whose word counts as much.

        What only a mirror gave waits for a person: the agency's own copy of it must not wait behind it.
        """
        return any(
            sha256 in state.uploads
            for state in (self.state, *self.others)
            if state.official or not self.source.official
        )

    def _remembering(self, offer: Offer, download: Download, run_id: str) -> SourceState:
        taken = Taken(download.validators, download.sha256, self.now().isoformat())
        return replace(
            self.state,
            addresses=_with(self.state.addresses, offer.address, taken),
            uploads=_with(self.state.uploads, download.sha256, run_id) if run_id else self.state.uploads,
        )

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
        return Downloader(self.source, self.ports.web, self.time_left, self.ports.sleep, self.now)

    def _failed(self, fault: NotFetched, offer: Offer | None) -> Attempt:
        return self._attempt(Outcome(fault.outcome), str(fault), offer)

    def _attempt(
        self, outcome: Outcome, said: str, offer: Offer | None = None, download: Download | None = None
    ) -> Attempt:
        return Attempt(
            source_id=self.source.id,
            official=self.source.official,
            outcome=outcome,
            said=said[:_LONGEST_SENTENCE],
            url=download.url if download else (offer or self._asked()).url,
            fiscal_year=offer.fiscal_year if offer else None,
            sha256=download.sha256 if download else "",
        )


def _with(kept: Mapping[str, _T], key: str, value: _T) -> dict[str, _T]:
    """``kept`` with another entry, as its newest; the oldest are forgotten."""
    entries = [(name, old) for name, old in kept.items() if name != key]
    return dict([*entries, (key, value)][-_REMEMBERED:])


def _of_year(year: int | None) -> str:
    return f" of fiscal year {year}" if year else ""


def _plain(value: str) -> str:
    return value.encode("ascii", "backslashreplace").decode("ascii")
