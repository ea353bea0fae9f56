"""Compares an applicant's street, phone and ZIP with the entry's. Goods are sent to the applicant's street.

Each difference has points. Three points contradict the entry, unless street or phone are the entry's.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, NamedTuple

from library_validator.decisions.policy_file import Policy
from library_validator.matching.compare import PHONE_LEVELS
from library_validator.matching.compare_addresses import compare_streets
from library_validator.matching.entries import Address
from library_validator.matching.match import ScoredCandidate
from library_validator.matching.normalize import NO_STREET, Street
from library_validator.matching.query import Query
from library_validator.matching.words import STREET_WORDS

# A difference has two points. It has one point if the street differs and the house number is the same, or if
# the phone differs and its exchange is the same. Another house in the same street has two points: many
# villages have a single street.
_STREET_POINTS: Final = {"different": 2, "same_number": 1, "same_street": 2}
_PHONE_POINTS: Final = {"different": 2, "same_exchange": 1, "other_area_code": 1, "near": 0}
_NUMBER_POINTS: Final = 1  # another house number, which may be the listed number with one slip
_ZIP_POINTS: Final = 2
_STREETS: Final = frozenset(STREET_WORDS.values())  # the words for a street: ST, AVE, HWY …
_CONTRADICTION: Final = 3


class Contact(NamedTuple):
    """Which of street, phone and ZIP agree with the entry, and which differ.

    A field that was not given neither agrees nor differs.
    """

    agreeing: tuple[str, ...] = ()
    differing: tuple[str, ...] = ()
    points: int = 0  # the sum over all differences

    @property
    def is_located(self) -> bool:
        """Whether the street or the phone is the entry's."""
        return "street" in self.agreeing or "phone" in self.agreeing

    @property
    def contradicts(self) -> bool:
        """Whether the differences have three points or more, and neither street nor phone is the entry's."""
        return self.points >= _CONTRADICTION and not self.is_located


_NOTHING_GIVEN: Final = Contact()
_ALL_THE_SAME: Final = Contact(("street", "phone", "ZIP"))


def contact_of(
    query: Query, best: ScoredCandidate, policy: Policy, namesakes: Iterable[ScoredCandidate] = ()
) -> Contact:
    """Compare street, phone and ZIP of an applicant with those of every address of the entry.

    ``namesakes``: outlets of the same system and name. Their phones count if the entry has no phone.
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
    street_points = _street_points(query, best, policy)
    if street_points == 0:
        agreeing.append("street")
    elif street_points:
        differing.append("street")
    points = street_points or 0
    phone = compared.phone
    if query.phone and not best.entry.phones:
        phone = min([other.compared.phone for other in namesakes], key=PHONE_LEVELS.index, default=phone)
    if phone == "exact":
        agreeing.append("phone")
    elif phone in _PHONE_POINTS:
        differing.append("phone")
        points += _PHONE_POINTS[phone]
    areas = {address.zip[:3] for address in addresses if address.zip}
    if query.zip and areas:
        if query.zip[:3] in areas:
            agreeing.append("ZIP")
        else:
            differing.append("ZIP")
            points += _ZIP_POINTS
    return Contact(tuple(agreeing), tuple(differing), points)


def _street_points(query: Query, best: ScoredCandidate, policy: Policy) -> int | None:
    """The points of the street; None if it cannot be compared, such as ``Old Mill Building``."""
    level, addresses = best.compared.street, best.entry.addresses
    if level in policy.street:
        is_number = level != "near" or _has_number(query.street, addresses)
        return 0 if is_number else _NUMBER_POINTS
    if not (query.street.number or query.street.box or _STREETS.intersection(query.street.name.split())):
        return None
    levels = [compare_streets(query.street, address.street) for address in addresses]
    return min([_STREET_POINTS[level] for level in levels if level in _STREET_POINTS], default=None)


def _has_number(applied: Street, addresses: Iterable[Address]) -> bool:
    """Whether a similar listed street has the same house number, or one of the two has no number."""
    return any(
        not (applied.number and address.street.number) or applied.number == address.street.number
        for address in addresses
        if compare_streets(applied, address.street) == "near"
    )
