"""What the registry lists today under an FSCS key or id that stood for a library at some time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from library_validator.matching.entries import Entry, decode
from library_validator.matching.index import candidates_of

ReadPostings = Callable[[set[str]], Mapping[str, bytes]]


def entries_of_ids(ids: Iterable[str], read: ReadPostings) -> dict[str, Entry | None]:
    """The entry of each id, the vanished one where it is not listed any more. None: never heard of."""
    wanted = set(ids)
    postings = read({f"F{one[:6]}" for one in wanted})
    return {one: _entry(one, postings.get(f"F{one[:6]}")) for one in wanted}


def _entry(identity: str, posting: bytes | None) -> Entry | None:
    entries = map(decode, candidates_of(posting)) if posting else ()
    named = (entry for entry in entries if identity in (entry.id, entry.listing.outlet_id))
    return next(named, None)
