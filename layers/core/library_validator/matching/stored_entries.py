"""The stored bytes of a registry entry: the fields of each index format, in the order of a record.

A posting is a list of records, one for each entry. A record is a line of UTF-8 text. A change to its fields
is a new index format. A table such as ``_ABSENT_IN_FORMAT_1`` has the fields that older records lack.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from operator import attrgetter
from typing import Any, Final, NamedTuple

from library_validator.matching.entries import Address, Entry, Listing
from library_validator.matching.names import Name, name_of
from library_validator.matching.normalize import Street

INDEX_FORMAT: Final = (
    3  # format 2 had other words in names and towns, and no former names of an outlet's system
)
READABLE_FORMATS: Final = (1, 2, 3)
RECORD: Final = b"\x1e"  # between records
FIELD: Final = "\x1f"  # between the fields of a record
_PART: Final = "\x1d"  # between the values of a field
_SUB: Final = "\x1c"  # between the parts of an address


class _Kind(NamedTuple):
    """How a value is written as text, and read from the text. An empty text is an empty tuple."""

    write: Callable[[Any], str]
    read: Callable[[str], Any]


def _write_names(names: Iterable[Name]) -> str:
    return _PART.join([name.text for name in names])


def _read_names(text: str) -> tuple[Name, ...]:
    return tuple(map(name_of, text.split(_PART)))


def _write_addresses(addresses: Iterable[Address]) -> str:
    return _PART.join([_SUB.join((*address.street, *address[1:])) for address in addresses])


def _read_addresses(text: str) -> tuple[Address, ...]:
    return tuple(map(_read_address, text.split(_PART)))


def _read_address(text: str) -> Address:
    number, name, box, city, zip_code, shown = text.split(_SUB)
    return Address(Street(number, name, box), city, zip_code, shown)


def _read_texts(text: str) -> tuple[str, ...]:
    return tuple(text.split(_PART))


_TEXT: Final = _Kind(str, str)
_NUMBER: Final = _Kind(str, int)
_TEXTS: Final = _Kind(_PART.join, _read_texts)
_NAMES: Final = _Kind(_write_names, _read_names)
_ADDRESSES: Final = _Kind(_write_addresses, _read_addresses)

# A record of formats 2 and 3: these fields of ``Entry``, in this order …
_ENTRY_FIELDS: Final[Mapping[str, _Kind]] = {
    "id": _TEXT,
    "kind": _TEXT,
    "structure": _TEXT,
    "first_listed": _NUMBER,
    "last_listed": _NUMBER,
    "state": _TEXT,
    "county": _TEXT,
    "libid": _TEXT,
    "names": _NAMES,
    "system_names": _NAMES,
    "addresses": _ADDRESSES,
    "phones": _TEXTS,
    "former_ids": _TEXTS,
}
# … and then these fields of its ``Listing``, which are texts.
_LISTING_FIELDS: Final = (
    "system_name",
    "outlet_name",
    "outlet_id",
    "street",
    "city",
    "state",
    "zip",
    "county",
    "phone",
    "meets_fscs_definition",
    "legal_basis",
    "locale",
    "population",
    "operating_expenditure",
    "fate",
    "successor_id",
    "successor_name",
    "successor_since",
)
_FIELDS: Final = (*_ENTRY_FIELDS, *(f"listing.{name}" for name in _LISTING_FIELDS))
# The fields that a record of format 1 does not have, and what is read instead.
_ABSENT_IN_FORMAT_1: Final[Mapping[str, str]] = {
    "first_listed": "0",
    "former_ids": "",
    "listing.fate": "",
    "listing.successor_id": "",
    "listing.successor_name": "",
    "listing.successor_since": "",
}
_FORMAT_1: Final = tuple(name for name in _FIELDS if name not in _ABSENT_IN_FORMAT_1)

_NOT_TEXT: Final = [(at, kind) for at, kind in enumerate(_ENTRY_FIELDS.values()) if kind != _TEXT]
_WRITERS: Final = tuple((at, kind.write) for at, kind in _NOT_TEXT)
_READERS: Final = tuple((at, kind.read) for at, kind in _NOT_TEXT)
_LISTING_AT: Final = len(_ENTRY_FIELDS)
_entry_values: Final = attrgetter(*_ENTRY_FIELDS)
_listing_texts: Final = attrgetter(*_LISTING_FIELDS)


def encode(entry: Entry) -> bytes:
    """The record of an entry, in the newest format."""
    values = list(_entry_values(entry))
    for at, write in _WRITERS:
        values[at] = write(values[at])
    return FIELD.join((*values, *_listing_texts(entry.listing))).encode()


def decode(record: bytes) -> Entry:
    """The entry of a record, of any readable format."""
    values: list[Any] = record.decode().split(FIELD)
    if len(values) == len(_FORMAT_1):
        known = {**_ABSENT_IN_FORMAT_1, **dict(zip(_FORMAT_1, values, strict=True))}
        values = [known[name] for name in _FIELDS]
    for at, read in _READERS:
        text = values[at]
        values[at] = read(text) if text else ()
    values[_LISTING_AT:] = [Listing._make(values[_LISTING_AT:])]
    return Entry(*values)


@lru_cache(maxsize=8_192)
def records_of(posting: bytes) -> tuple[bytes, ...]:
    """The records of a posting; an entry is the same bytes in every posting of a version."""
    return tuple(posting.split(RECORD))


@lru_cache(maxsize=32_768)
def entry_of(record: bytes) -> Entry:
    """The entry of a record, decoded when it is first compared, because most entries are never compared."""
    return decode(record)
