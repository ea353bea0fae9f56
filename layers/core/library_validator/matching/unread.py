"""Values of an applicant that could not be read. Every answer lists them."""

from __future__ import annotations

from typing import Final, Literal, NamedTuple

Kind = Literal["unreadable", "foreign"]


class Unread(NamedTuple):
    """A field whose value cannot be read, or belongs to another country."""

    field: str
    problem: str  # a phrase that completes "<field> "
    kind: Kind = "unreadable"


NAME_MISSING: Final = Unread("name", "is missing")
NAME_LOST: Final = Unread("name", "has letters or signs that cannot be read")
STREET: Final = Unread("street", "has no letters or figures that can be read")
CITY: Final = Unread("city", "has no letters that can be read")
STREET_LOST: Final = Unread("street", "has letters or signs that cannot be read")
STREET_OF_OTHER_STATE: Final = Unread("street", "ends in another state than the given state")
STREET_OF_OTHER_ZIP: Final = Unread("street", "ends in another ZIP Code than the given ZIP Code")
CITY_OF_OTHER_STATE: Final = Unread("city", "names another state than the given state")
CITY_OF_NO_STATE: Final = Unread("city", "ends in two letters that are not a state")
STATE: Final = Unread("state", "is not a state or territory of the United States")
ZIP: Final = Unread("zip", "is not a ZIP Code of five or nine digits")
ZIP_OF_NO_STATE: Final = Unread("zip", "does not begin like the ZIP Codes of any state")
ZIP_OF_OTHER_STATE: Final = Unread("zip", "names a state that does not have this ZIP Code")
ZIP_AND_MORE: Final = Unread("zip", "has more than a ZIP Code: the rest is not read")
PHONE_AND_MORE: Final = Unread("phone", "has more than telephone numbers: the rest is not read")
PHONE: Final = Unread("phone", "has no telephone number of ten digits")
FSCS_ID: Final = Unread("fscs_id", "is not an FSCS id, such as AK0001 or AK0001-002")
COUNTRY_OF_OTHER_STATE: Final = Unread("country", "is another state or territory than the given state")
COUNTRY: Final = Unread("country", "is not a known country")
FOREIGN_STREET: Final = Unread("street", "ends in another country", "foreign")
FOREIGN_CITY: Final = Unread("city", "names another country, or a part of it", "foreign")
FOREIGN_STATE: Final = Unread("state", "is another country, or a province of it", "foreign")
FOREIGN_ZIP: Final = Unread("zip", "is a postal code of another country", "foreign")
FOREIGN_COUNTRY: Final = Unread("country", "is not the United States", "foreign")
