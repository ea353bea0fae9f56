"""One applicant against one entry, field by field, each at a level.

A level says how well a field agrees; ``weights`` says what that is worth. Nothing is decided here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, get_args

from rapidfuzz.distance import OSA

from library_validator.matching.compare_addresses import SAME_PLACE, compare_addresses
from library_validator.matching.compare_names import NameAgreement, compare_names
from library_validator.matching.entries import Address, Entry
from library_validator.matching.query import Query
from library_validator.matching.statistics import Statistics
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


@dataclass(slots=True)  # final and not frozen, as names are
class Compared:
    """All comparisons of an applicant with one entry."""

    name: Final[NameAgreement]
    street: Final[StreetLevel]
    place: Final[PlaceLevel]
    phone: Final[PhoneLevel]
    state: Final[StateLevel]
    fscs_id: Final[FscsIdLevel]
    address: Final[Address | None]  # the listed address that was compared
    together: Final[TogetherLevel]  # which of street and phone lead to its place: worth more than each alone


def compare(query: Query, entry: Entry, statistics: Statistics) -> Compared:
    street, place, address = compare_addresses(query, entry)
    at_same_place = place in SAME_PLACE
    name = compare_names(query, entry, statistics, at_same_place=at_same_place)
    phone = compare_phones(query.phone, entry.phones)
    if query.second_phone and phone != "exact":
        second = compare_phones(query.second_phone, entry.phones)
        phone = min(phone, second, key=PHONE_LEVELS.index)
    state: StateLevel = "missing"
    if query.state:
        state = "exact" if query.state == entry.state else "different"
    if state == "different" and query.state_is_of_zip and _lists_zip(entry, query.zip):
        state = "missing"  # near a border: its ZIP is one of the state beside its own
    fscs_id: FscsIdLevel = "missing" if query.fscs_id is None else _compare_ids(query.fscs_id, entry)
    leads = at_same_place and street in ("exact", "near", "same_box")
    together: TogetherLevel
    if phone in ("exact", "near"):
        together = "street_and_phone" if leads else "phone_and_place" if at_same_place else "phone"
    else:
        together = "street" if leads else "neither"
    return Compared(name, street, place, phone, state, fscs_id, address, together)


# Best first; a phone that differs counts before none.
PHONE_LEVELS: Final[tuple[PhoneLevel, ...]] = (
    *(level for level in get_args(PhoneLevel) if level != "missing"),
    "missing",
)


def _lists_zip(entry: Entry, zip_code: str) -> bool:
    return any(address.zip == zip_code for address in entry.addresses)


def compare_phones(applied: str, listed: tuple[str, ...]) -> PhoneLevel:
    if not applied or not listed:
        return "missing"
    if applied in listed:
        return "exact"
    level: PhoneLevel = "different"
    for phone in listed:
        if applied[3:] == phone[3:]:
            return "other_area_code"
        # one slip leaves the first half or the second, but for its middle, as it is
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
