"""The fields of invented applicants, most of them libraries of the small registry, as they would apply."""

from __future__ import annotations

from typing import Any, Final

Fields = dict[str, Any]

ALDER_FIELDS: Final[Fields] = {
    "name": "Alder Point Public Library",
    "street": "12 North Fork Rd",
    "city": "Alder Point",
    "state": "ME",
    "zip": "04901",
    "phone": "207-555-0101",
}
BRIAR_FIELDS: Final[Fields] = {
    "name": "Briar City Library",
    "street": "15 Elm St",
    "city": "Briarton",
    "state": "ME",
    "zip": "04902",
}
EAST_FIELDS: Final[Fields] = {
    "name": "East Coral Library",
    "street": "1 Harbor Street",
    "city": "Coral",
    "state": "ME",
    "zip": "04903",
    "phone": "2075550104",
}
WEST_FIELDS: Final[Fields] = EAST_FIELDS | {
    "name": "West Coral Library",
    "street": "90 Mill Street",
    "phone": "2075550105",
}
# A library that the small registry lists only after a test has added it.
JUNIPER_FIELDS: Final[Fields] = {
    "name": "Juniper Gulch Library",
    "street": "3 Canyon Road",
    "city": "Juniper Gulch",
    "state": "VT",
    "zip": "05711",
}
BAKERY_FIELDS: Final[Fields] = {
    "name": "Rolling Pin Bakery",
    "street": "1 Crust Way",
    "city": "Nowhere",
    "state": "TX",
    "zip": "75001",
}
