"""Compares one applicant with one entry: each field at a level.

A level says how well a field agrees. ``weights.py`` says what a level is worth; nothing is decided here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, get_args

from rapidfuzz.distance import OSA

from library_validator.matching.compare_addresses import (
    SAME_PLACE,
    compare_addresses,
    may_match_address,
)
from library_validator.matching.compare_names import NameAgreement, NameComparer
from library_validator.matching.entries import Address, Entry
from library_validator.matching.query import Query
from library_validator.terms import (
    FscsId,
    FscsIdLevel,
    PhoneLevel,
    PlaceLevel,
    StateLevel,
    StreetLevel,
    TogetherLevel,
    fscs_key_of,
)


@dataclass(slots=True)  # not frozen: README.md says why
class Compared:
    """All comparisons of an applicant with one entry."""

    name: Final[NameAgreement]
    street: Final[StreetLevel]
    place: Final[PlaceLevel]
    phone: Final[PhoneLevel]
    state: Final[StateLevel]
    fscs_id: Final[FscsIdLevel]
    address: Final[Address | None]  # the listed address whose street was compared
    together: Final[TogetherLevel]  # which of street, phone and place agree together


class Comparer:
    """Compares one applicant with entries, one entry after another, and keeps intermediate results."""

    __slots__ = ("_names", "_query")

    def __init__(self, query: Query) -> None:
        self._query = query
        self._names = NameComparer(
            query.name,
            query.unknown_words,
            query.place_words,
            query.statistics,
            lambda: _comparers_of_parts(query),
        )

    def may_match(self, entry: Entry) -> bool:
        """Whether the applicant may share a word of the name, a PO box or a house number with an entry."""
        return self._names.may_match(entry.names, entry.system_names) or may_match_address(
            self._query.street, entry.addresses
        )

    def compare(self, entry: Entry) -> Compared:
        """The full comparison with an entry."""
        query = self._query
        street, place, address = compare_addresses(
            query.street, query.place.line, query.city, query.zip, entry.addresses
        )
        at_same_place = place in SAME_PLACE
        name = self._names.compare(
            entry.names,
            entry.system_names,
            entry.place_words if at_same_place or not query.city else None,
            entry.state,
            is_system=entry.is_system,
        )
        phone = compare_phones(query.phone, entry.phones)
        if query.second_phone and phone != "exact":
            second = compare_phones(query.second_phone, entry.phones)
            phone = min(phone, second, key=PHONE_LEVELS.index)
        state: StateLevel = "missing"
        if query.state:
            state = "exact" if query.state == entry.state else "different"
        if state == "different" and query.state_is_of_zip and _has_zip(entry, query.zip):
            state = "missing"  # near a border, a ZIP may belong to a neighbour of the entry's state
        fscs_id: FscsIdLevel = "missing" if query.fscs_id is None else _compare_ids(query.fscs_id, entry)
        leads = at_same_place and street in ("exact", "near", "same_box")
        together: TogetherLevel
        if phone in ("exact", "near"):
            together = "street_and_phone" if leads else "phone_and_place" if at_same_place else "phone"
        else:
            together = "street" if leads else "neither"
        return Compared(name, street, place, phone, state, fscs_id, address, together)


def _comparers_of_parts(query: Query) -> list[NameComparer]:
    return [
        NameComparer(part.name, part.unknown_words, part.place_words, part.statistics) for part in query.parts
    ]


# The best level is first. "missing" is last, after the levels of a different phone.
PHONE_LEVELS: Final[tuple[PhoneLevel, ...]] = (
    *(level for level in get_args(PhoneLevel) if level != "missing"),
    "missing",
)


def _has_zip(entry: Entry, zip_code: str) -> bool:
    return any(address.zip == zip_code for address in entry.addresses)


def compare_phones(applied: str, listed: tuple[str, ...]) -> PhoneLevel:
    """The best level of a phone with any listed phone, each of ten digits."""
    if not applied or not listed:
        return "missing"
    if applied in listed:
        return "exact"
    level: PhoneLevel = "different"
    for phone in listed:
        if applied[3:] == phone[3:]:
            return "other_area_code"
        # One slip leaves the first or the last four digits unchanged; if both differ, it is not one slip.
        if (applied[:4] == phone[:4] or applied[6:] == phone[6:]) and OSA.distance(
            applied, phone, score_cutoff=1
        ) <= 1:
            return "near"
        if applied[:6] == phone[:6]:
            level = "same_exchange"
    return level


def _compare_ids(given: FscsId, entry: Entry) -> FscsIdLevel:
    if given.key == entry.fscs_key:
        if given.sequence and not entry.is_system and entry.id != str(given):
            return "other_outlet"
        return "exact"
    if any(fscs_key_of(former) == given.key for former in entry.former_ids):
        known = not given.sequence or entry.is_system or str(given) in entry.former_ids
        return "exact" if known else "other_outlet"
    if fscs_key_of(entry.libid) == given.key:
        return "libid"
    return "different"
