"""Blocking keys: an entry is filed under each of its keys, and found by an applicant that shares a key.

The keys of an applicant are made in ``query.py``.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from library_validator.matching.entries import Entry
from library_validator.matching.names import Name
from library_validator.terms import fscs_key_of

# The first letter of a key is its family. Most selective first:
FSCS_KEY_FAMILY: Final = "F"  # the key of a system
PHONE_FAMILY: Final = "P"
HOUSE_FAMILY: Final = "S"  # ZIP and house number
BOX_FAMILY: Final = "B"  # ZIP and PO box
NAME_FAMILY: Final = "N"  # the whole distinguishing part of a name, in any state
ZIP_FAMILY: Final = "Z"
WORD_FAMILY: Final = "W"  # state and one distinguishing word of a name
CITY_FAMILY: Final = "C"  # state and city
# Few entries share a key of these families, so a shared key is rarely an accident.
SURE_FAMILIES: Final = frozenset((FSCS_KEY_FAMILY, PHONE_FAMILY, HOUSE_FAMILY, BOX_FAMILY, NAME_FAMILY))
MAX_KEYS: Final = 10
MAX_WORD_KEYS: Final = 4


def fscs_key_posting(fscs_key: str) -> str:
    """The key of the posting with every entry of a system, and entries that had its FSCS key before."""
    return FSCS_KEY_FAMILY + fscs_key


def keys_of_entry(entry: Entry) -> Iterator[str]:
    """Every key of an entry. A key may come twice: two addresses can have the same ZIP."""
    yield fscs_key_posting(entry.fscs_key)
    for former in entry.former_ids:
        yield fscs_key_posting(fscs_key_of(former))
    for phone in entry.phones:
        yield f"{PHONE_FAMILY}{phone}"
    for address in entry.addresses:
        if address.zip:
            yield f"{ZIP_FAMILY}{address.zip}"
            if address.street.number:
                yield f"{HOUSE_FAMILY}{address.zip}{address.street.number}"
            if address.street.box:
                yield f"{BOX_FAMILY}{address.zip}{address.street.box}"
        if address.city:
            yield f"{CITY_FAMILY}{entry.state}{address.city}"
    for name in entry.names:
        yield f"{NAME_FAMILY}{core_of(name)}"
        for word in name.core:
            yield f"{WORD_FAMILY}{entry.state}{word}"


def word_of(key: str) -> str:
    """The word of a ``W`` key."""
    return key[3:]


def core_of(name: Name) -> str:
    """The distinguishing words of a name in alphabetical order; all words if all of them are generic."""
    return " ".join(sorted(name.core or name.tokens))[:100]
