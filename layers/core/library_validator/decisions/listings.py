"""The registry's present entries for FSCS keys and ids, also for former keys and vanished libraries."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from library_validator.decisions.answer import Match
from library_validator.decisions.answering import match_of
from library_validator.errors import RegistryError
from library_validator.matching.entries import Entry
from library_validator.matching.keys import fscs_key_posting
from library_validator.matching.stored_entries import decode, records_of
from library_validator.registry.store import RegistryReader, VersionState
from library_validator.terms import fscs_key_of

_STEPS: Final = 3  # how many successors are followed until a listed entry is found


def matches_of_ids(registry: RegistryReader, version: str, ids: Iterable[str]) -> Mapping[str, Match | None]:
    """The match that each FSCS key or id leads to in a registry version, by the given id.

    A former key leads to its new key, an absorbed library to its successor. A library that vanished without
    a certain successor leads to its last listing. None: the registry never had such an id. The function makes
    one batched read, and one more for each step to successors.

    Raises ``RegistryError``, also for a version whose postings were deleted.
    """
    leads_to = {asked: asked for asked in ids}  # the id that each given id leads to, so far
    found: dict[str, Entry | None] = dict.fromkeys(leads_to)
    if not leads_to:
        return {}
    fiscal_year = _fiscal_year_of(registry, version)
    for _ in range(_STEPS):
        if not leads_to:
            break
        postings = registry.postings(version, map(fscs_key_posting, map(fscs_key_of, leads_to.values())))
        successors = {}
        for asked, fscs_id in leads_to.items():
            entry = _entry_of_id(fscs_id, postings.get(fscs_key_posting(fscs_key_of(fscs_id))), fiscal_year)
            found[asked] = entry or found[asked]
            if entry is not None and entry.last_listed < fiscal_year and entry.listing.successor_id:
                successors[asked] = entry.listing.successor_id
        leads_to = successors
    return {asked: match_of(entry, fiscal_year) if entry else None for asked, entry in found.items()}


def _fiscal_year_of(registry: RegistryReader, version: str) -> int:
    """The newest fiscal year of a version whose postings are not deleted yet."""
    pointer = registry.pointer()
    if pointer.active == version:
        return pointer.fiscal_year
    record = registry.version(version)
    if record.state is VersionState.RETIRED:
        raise RegistryError(f"registry version {version} was retired meanwhile: decide again")
    return record.fiscal_year


def _entry_of_id(fscs_id: str, posting: bytes | None, fiscal_year: int) -> Entry | None:
    """The entry with this key or id among those of its system; the listed entry, if there are several."""
    if posting is None:
        return None
    entries = [decode(record) for record in records_of(posting)]
    named = [
        entry
        for entry in entries
        if fscs_id in (entry.id, entry.listing.outlet_id) or fscs_id in entry.former_ids
    ]
    # A key may have been given to another system: its present system comes before its former one.
    named.sort(key=lambda entry: (entry.last_listed < fiscal_year, fscs_id in entry.former_ids))
    return named[0] if named else None
