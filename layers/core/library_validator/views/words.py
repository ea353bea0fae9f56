"""Codes of the model and of the survey in words, and addresses on one line."""

from __future__ import annotations

from typing import Final

# Data element C_OUT_TY of the outlet file.
OUTLET_TYPES: Final = {"CE": "central library", "BR": "branch", "BS": "bookmobile", "BM": "books-by-mail"}

# Data element STATSTRU, in the words of the survey's documentation.
STRUCTURE_CHANGES: Final = {
    "00": "no change",
    "01": "absorbed another",
    "02": "new",
    "03": "closed",
    "04": "moved to a new system",
    "05": "merged into a new one",
    "08": "restored",
    "09": "restored, was deleted wrongly",
    "10": "incorrect record, deleted",
    "11": "moved to another system",
    "13": "existing, not reported before",
    "22": "FSCS id requested for the future",
    "23": "temporarily closed",
    "24": "open again",
    "25": "did not respond",
}

_FIELDS: Final = {"fscs_id": "FSCS id", "zip": "ZIP"}


def words_of_code(code: str) -> str:
    """A code with blanks: ``needs review`` for ``needs_review``."""
    return code.replace("_", " ")


def words_of_field(field: str) -> str:
    """The name of a field or of a comparison: ``FSCS id`` for ``fscs_id``."""
    return _FIELDS.get(field, words_of_code(field))


def address_line(street: str, city: str, state: str, zip_code: str, country: str = "") -> str:
    """An address on one line; parts that are empty are left out."""
    parts = (street, city, f"{state} {zip_code}".strip(), country)
    return ", ".join(part for part in parts if part)


def phone_in_groups(phone: str) -> str:
    """Ten digits as a person dials them: ``207-555-0100``."""
    return f"{phone[:3]}-{phone[3:6]}-{phone[6:]}"
