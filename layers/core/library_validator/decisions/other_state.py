"""A ZIP of another state contradicts an entry, even if both states have a town of the same name."""

from __future__ import annotations

from typing import Final

from library_validator.decisions.evidence import Evidence
from library_validator.matching.match import ScoredCandidate
from library_validator.matching.query import Query

_STREET_AGREES: Final = frozenset(("missing", "not_comparable", "exact", "near", "same_box", "same_number"))
_PHONE_AGREES: Final = frozenset(("missing", "exact", "near", "other_area_code", "same_exchange"))


def is_zip_of_other_state(query: Query, best: ScoredCandidate) -> bool:
    """Whether the applicant's ZIP is of a state other than the entry's, and not listed by the entry.

    A few libraries near a border list a ZIP of the neighbouring state.
    """
    state = query.place.state_of_zip
    if not state or state == best.entry.state:
        return False
    return all(address.zip != query.zip for address in best.entry.addresses)


def may_have_mistyped_zip(evidence: Evidence) -> bool:
    """Whether the ZIP may be mistyped: nothing else says that the applicant is in another state.

    No state was given, name and town are the entry's, and neither street nor phone contradicts the entry.
    """
    compared = evidence.best.compared
    return (
        evidence.query.state_is_of_zip
        and evidence.name_fits
        and evidence.place_agrees
        and (
            evidence.location_agrees
            or (compared.street in _STREET_AGREES and compared.phone in _PHONE_AGREES)
        )
    )
