"""One applicant against one entry, field by field, each at a level.

A level says how well a field agrees; ``weights`` says what that is worth. Nothing is decided here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from rapidfuzz.distance import OSA

from library_validator.matching.compare_addresses import compare_addresses
from library_validator.matching.compare_names import NameAgreement, compare_names
from library_validator.matching.entries import Address, Entry
from library_validator.matching.query import Query
from library_validator.matching.statistics import Statistics


@dataclass(frozen=True, slots=True)
class Compared:
    """All comparisons of an applicant with one entry."""

    name: NameAgreement
    street: str
    place: str
    phone: str
    state: str
    fscs_id: str
    address: Address | None  # the listed address that was compared

    @property
    def together(self) -> str:
        """Which of street and phone lead to the entry's very place: more than each says by itself."""
        street = self.street in ("exact", "near", "same_box") and self.place in _SAME_PLACE
        if self.phone in ("exact", "near"):
            return (
                "street_and_phone" if street else "phone_and_place" if self.place in _SAME_PLACE else "phone"
            )
        return "street" if street else "neither"


_SAME_PLACE: Final = frozenset(("zip_and_city", "zip", "city", "city_near"))
TOGETHER: Final = ("street_and_phone", "phone_and_place", "phone", "street", "neither")


def compare(query: Query, entry: Entry, statistics: Statistics) -> Compared:
    name = compare_names(query, entry, statistics)
    street, place, address = compare_addresses(query, entry)
    return Compared(
        name=name,
        street=street,
        place=place,
        phone=compare_phones(query.phone, entry.phones),
        state=_compare_states(query.state, entry.state),
        fscs_id=_compare_ids(query, entry),
        address=address,
    )


def compare_phones(applied: str, listed: tuple[str, ...]) -> str:
    if not applied or not listed:
        return "missing"
    if applied in listed:
        return "exact"
    for phone in listed:
        if applied[3:] == phone[3:]:
            return "other_area_code"
        if OSA.distance(applied, phone, score_cutoff=1) <= 1:
            return "near"
    if any(applied[:6] == phone[:6] for phone in listed):
        return "same_exchange"
    return "different"


def _compare_states(applied: str, listed: str) -> str:
    if not applied:
        return "missing"
    return "exact" if applied == listed else "different"


def _compare_ids(query: Query, entry: Entry) -> str:
    given = query.fscs_id
    if given is None:
        return "missing"
    if given.key == entry.fscs_key:
        if given.sequence and not entry.is_system and entry.id != f"{given.key}-{given.sequence}":
            return "other_outlet"
        return "exact"
    if any(former[:6] == given.key for former in entry.former_ids):
        asked = f"{given.key}-{given.sequence}"
        known = not given.sequence or entry.is_system or asked in entry.former_ids
        return "exact" if known else "other_outlet"
    if entry.libid[:6] == given.key:
        return "libid"
    return "different"
