"""Whether street, phone and ZIP of an applicant are the entry's: goods go to the street that it gives."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, NamedTuple

from library_validator.decisions.policy_file import Policy
from library_validator.matching.compare import PHONE_LEVELS
from library_validator.matching.compare_addresses import compare_streets
from library_validator.matching.entries import Address
from library_validator.matching.match import Scored
from library_validator.matching.normalize import NO_STREET, Street
from library_validator.matching.query import Query
from library_validator.matching.words import STREET_WORDS

# How far street and phone lead away from an entry: the same house number in another street, another number
# of its exchange lead half as far as others. Another house of its street leads away: many villages have one.
_STREET_LEADS_AWAY: Final = {"different": 2, "same_number": 1, "same_street": 2}
_PHONE_LEADS_AWAY: Final = {"different": 2, "same_exchange": 1, "other_area_code": 1, "near": 0}
_NUMBER_LEADS_AWAY: Final = 1  # another house number, one slip from the listed one
_ZIP_LEADS_AWAY: Final = 2
_STREETS: Final = frozenset(STREET_WORDS.values())  # ST, AVE, HWY …
_CONTRADICTION: Final = 3


class Contact(NamedTuple):
    """Which of street, phone and ZIP are the entry's, and which are others; what was not given is neither."""

    agreeing: tuple[str, ...] = ()
    differing: tuple[str, ...] = ()
    away: int = 0  # how far those that differ lead away from the entry, all together

    @property
    def is_located(self) -> bool:
        """Whether street or phone are the entry's."""
        return "street" in self.agreeing or "phone" in self.agreeing

    @property
    def contradicts(self) -> bool:
        """Whether neither street nor phone lead to the entry, and two things lead away from it."""
        return self.away >= _CONTRADICTION and not self.is_located


_NOTHING_GIVEN: Final = Contact()
_ALL_THE_SAME: Final = Contact(("street", "phone", "ZIP"))


def contact_of(query: Query, best: Scored, policy: Policy, namesakes: Iterable[Scored] = ()) -> Contact:
    """Compare with every address of the entry: one that has no street hides no contradiction.

    ``namesakes``: outlets of its system under its name, whose phones count where it has none of its own.
    """
    compared = best.compared
    if (
        compared.phone == "exact"
        and compared.street in ("exact", "same_box")
        and compared.place in ("zip_and_city", "zip")
    ):
        return _ALL_THE_SAME
    if not (query.zip or query.phone) and query.street == NO_STREET:
        return _NOTHING_GIVEN
    agreeing, differing = [], []
    addresses = best.entry.addresses
    away = _street_leads_away(query, best, policy)
    if away == 0:
        agreeing.append("street")
    elif away:
        differing.append("street")
    away = away or 0
    phone = compared.phone
    if query.phone and not best.entry.phones:
        phone = min([one.compared.phone for one in namesakes], key=PHONE_LEVELS.index, default=phone)
    if phone == "exact":
        agreeing.append("phone")
    elif phone in _PHONE_LEADS_AWAY:
        differing.append("phone")
        away += _PHONE_LEADS_AWAY[phone]
    areas = {address.zip[:3] for address in addresses if address.zip}
    if query.zip and areas:
        if query.zip[:3] in areas:
            agreeing.append("ZIP")
        else:
            differing.append("ZIP")
            away += _ZIP_LEADS_AWAY
    return Contact(tuple(agreeing), tuple(differing), away)


def _street_leads_away(query: Query, best: Scored, policy: Policy) -> int | None:
    """How far the street leads away from the entry; None where it says nothing: a building's name."""
    level, addresses = best.compared.street, best.entry.addresses
    if level in policy.street:
        is_number = level != "near" or _has_number(query.street, addresses)
        return 0 if is_number else _NUMBER_LEADS_AWAY
    if not (query.street.number or query.street.box or _STREETS.intersection(query.street.name.split())):
        return None
    levels = [compare_streets(query.street, address.street) for address in addresses]
    return min([_STREET_LEADS_AWAY[one] for one in levels if one in _STREET_LEADS_AWAY], default=None)


def _has_number(applied: Street, addresses: Iterable[Address]) -> bool:
    """Whether the house number is one of a street like it that is listed, or one of the two has none."""
    return any(
        not (applied.number and address.street.number) or applied.number == address.street.number
        for address in addresses
        if compare_streets(applied, address.street) == "near"
    )
