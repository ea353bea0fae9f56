"""What the registry lists today under an FSCS key or id that stood for a library at some time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Final

from library_validator.matching.entries import Entry
from library_validator.matching.keys import fscs_key_posting
from library_validator.matching.stored_entries import decode, records_of
from library_validator.terms import fscs_key_of

ReadPostings = Callable[[set[str]], Mapping[str, bytes]]
_STEPS: Final = 3  # from a vanished library to its successor; the registry's chains end at a listed one


def entries_of_ids(ids: Iterable[str], fiscal_year: int, read: ReadPostings) -> dict[str, Entry | None]:
    """The entry that stands for each id today, the vanished one where nobody certain took over.

    A former key leads to its new one, an absorbed library to its successor. None: never heard of. One
    batched read, and one more where there are successors.
    """
    wanted = {one: one for one in ids}  # asked for -> where it led so far
    found: dict[str, Entry | None] = dict.fromkeys(wanted)
    for _ in range(_STEPS):
        if not wanted:
            break
        postings = read({fscs_key_posting(fscs_key_of(at)) for at in wanted.values()})
        successors = {}
        for asked, at in wanted.items():
            entry = _entry(at, postings.get(fscs_key_posting(fscs_key_of(at))), fiscal_year)
            found[asked] = entry or found[asked]
            if entry is not None and entry.last_listed < fiscal_year and entry.listing.successor_id:
                successors[asked] = entry.listing.successor_id
        wanted = successors
    return found


def _entry(identity: str, posting: bytes | None, fiscal_year: int) -> Entry | None:
    """The entry of a key or id among those of its system: the listed one where there are several."""
    if posting is None:
        return None
    entries = [decode(record) for record in records_of(posting)]
    named = [
        entry
        for entry in entries
        if identity in (entry.id, entry.listing.outlet_id) or identity in entry.former_ids
    ]
    # A key that was given away: who bears it today comes before who bore it once.
    named.sort(key=lambda entry: (entry.last_listed < fiscal_year, identity in entry.former_ids))
    return named[0] if named else None
