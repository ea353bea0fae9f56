"""What a search for a release stores about each source for the next search."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final, Protocol, TypeVar

from library_validator.releases.fetching.downloading import Validators
from library_validator.releases.fetching.sources import ReleaseSource

# A load begins seconds after its upload, or after the loads before it, each of which may take 4.5 hours.
LOAD_BEGINS_WITHIN: Final = timedelta(hours=6)
_REMEMBERED: Final = 20  # so many newest addresses, and so many newest uploads, are kept for a source
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class FetchedFile:
    """The file that an address had at the last download."""

    validators: Validators
    sha256: str
    at: str  # when this content was first downloaded, or uploaded again; ISO 8601, UTC


@dataclass(frozen=True, slots=True)
class SourceState:
    """What a search stores about a source for the next search. Times are ISO 8601, UTC; empty means never."""

    source_id: str
    official: bool = False
    last_attempt: str = ""
    last_outcome: str = ""
    last_said: str = ""  # the sentence about the last request
    last_answer: str = ""  # when it last answered, with or without something new
    last_refusal: str = ""  # when it last did not answer
    failures: int = 0  # in a row
    addresses: Mapping[str, FetchedFile] = field(default_factory=dict)
    uploads: Mapping[str, str] = field(default_factory=dict)  # SHA-256 of a zip -> the run that loaded it

    def with_file(self, address: str, file: FetchedFile, run_id: str) -> SourceState:
        """The state after a download of ``file``, which the run ``run_id`` loads if it was uploaded."""
        before = self.addresses.get(address)
        if before and before.sha256 == file.sha256 and not run_id:
            # The time of the upload is kept: it shows whether the load is overdue.
            file = replace(file, at=before.at)
        uploads = _with_newest(self.uploads, file.sha256, run_id) if run_id else self.uploads
        return replace(self, addresses=_with_newest(self.addresses, address, file), uploads=uploads)


class FetchStates(Protocol):
    def states(self) -> dict[str, SourceState]:
        """The states of all sources that were ever asked, by source id."""

    def put_state(self, state: SourceState) -> None: ...


def last_answer_of(states: FetchStates) -> datetime | None:
    """When any source last answered; None if none ever did."""
    answers = [state.last_answer for state in states.states().values() if state.last_answer]
    return datetime.fromisoformat(max(answers)) if answers else None


@dataclass(frozen=True, slots=True)
class Uploads:
    """The uploads of earlier searches that count for ``source``.

    A file that only a mirror gave waits for a person. So only uploads from official sources count for an
    official source: the agency's own copy is uploaded too. ``has_run`` answers whether a load has begun.
    """

    source: ReleaseSource
    states: Sequence[SourceState]
    now: datetime
    has_run: Callable[[str], bool]

    def has(self, sha256: str) -> bool:
        """Whether a zip was uploaded, and its load has begun or may still begin."""
        return any(self._is_loaded(state, sha256) for state in self._states_with(sha256))

    def lost(self, sha256: str) -> str:
        """The run id of an upload of a zip, if no upload of it was or will be loaded; else empty.

        The event of an upload can be lost: the object is in the bucket, and no message asks for its load.
        """
        states = self._states_with(sha256)
        return states[0].uploads[sha256] if states and not self.has(sha256) else ""

    def _states_with(self, sha256: str) -> list[SourceState]:
        return [
            state
            for state in self.states
            if sha256 in state.uploads and (state.official or not self.source.official)
        ]

    def _is_loaded(self, state: SourceState, sha256: str) -> bool:
        uploaded = [file.at for file in state.addresses.values() if file.sha256 == sha256 and file.at]
        if uploaded and datetime.fromisoformat(max(uploaded)) > self.now - LOAD_BEGINS_WITHIN:
            return True
        return self.has_run(state.uploads[sha256])


def _with_newest(kept: Mapping[str, _T], key: str, value: _T) -> dict[str, _T]:
    """``kept`` with ``value`` as the newest entry; the oldest entries are dropped."""
    entries = [(name, old) for name, old in kept.items() if name != key]
    return dict([*entries, (key, value)][-_REMEMBERED:])
