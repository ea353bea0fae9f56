"""The status that the survey gives a listed entry, and the reason codes that report it."""

from __future__ import annotations

from typing import Final

from library_validator.releases.records import Structure
from library_validator.terms import ListingStatus

_STATUS: Final[dict[str, ListingStatus]] = {
    Structure.TEMPORARILY_CLOSED: "temporarily_closed",
    Structure.NON_RESPONDENT: "non_respondent",
    Structure.CLOSED: "closed",
    Structure.DELETED_INCORRECT: "closed",
}
_CODES: Final[dict[ListingStatus, tuple[str, ...]]] = {
    "temporarily_closed": ("LISTED_TEMPORARILY_CLOSED",),
    "non_respondent": ("LISTED_NON_RESPONDENT",),
}


def status_of(structure: str) -> ListingStatus:
    """The status of an entry that the newest release lists; ``structure`` is its STATSTRU code."""
    return _STATUS.get(structure, "listed")


def status_codes(status: ListingStatus, meets_fscs_definition: str) -> tuple[str, ...]:
    """Reason codes of a status and of ``C_FSCS``. They inform; they never change the answer."""
    codes = _CODES.get(status, ())
    return (*codes, "LISTED_NOT_FSCS_DEFINITION") if meets_fscs_definition == "N" else codes
