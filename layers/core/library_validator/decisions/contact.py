"""Whether street, phone and ZIP of an applicant are the entry's: goods are sent to the street that it gives."""

from __future__ import annotations

from typing import Final, NamedTuple

from library_validator.decisions.policy_file import Policy
from library_validator.matching.compare_addresses import compare_streets
from library_validator.matching.match import Scored
from library_validator.matching.query import Query

_ANOTHER_STREET: Final = frozenset({"different", "same_number", "same_street"})
_ANOTHER_PHONE: Final = frozenset({"different", "same_exchange"})


class Contact(NamedTuple):
    """Which of street, phone and ZIP are the entry's, and which are others; what was not given is neither."""

    agreeing: tuple[str, ...]
    differing: tuple[str, ...]

    @property
    def is_located(self) -> bool:
        """Whether street or phone are the entry's."""
        return "street" in self.agreeing or "phone" in self.agreeing

    @property
    def contradicts(self) -> bool:
        """Whether nothing that was given leads to the entry, and two things lead away from it."""
        return len(self.differing) > 1 and not self.is_located


def contact_of(query: Query, best: Scored, policy: Policy) -> Contact:
    """Compare with every address of the entry: one that has no street hides no contradiction."""
    agreeing, differing = [], []
    compared, addresses = best.compared, best.entry.addresses
    if compared.street in policy.street:
        agreeing.append("street")
    elif any(compare_streets(query.street, address.street) in _ANOTHER_STREET for address in addresses):
        differing.append("street")
    if compared.phone in policy.phone:
        agreeing.append("phone")
    elif compared.phone in _ANOTHER_PHONE:
        differing.append("phone")
    areas = {address.zip[:3] for address in addresses if address.zip}
    if query.zip and areas:
        (agreeing if query.zip[:3] in areas else differing).append("ZIP")
    return Contact(tuple(agreeing), tuple(differing))
