"""The stored bytes of registry entries, in each index format."""

from __future__ import annotations

from dataclasses import fields, replace

from library_validator.matching import stored_entries
from library_validator.matching.entries import Entry, Listing
from library_validator.matching.entries_of_history import entries_of
from library_validator.matching.stored_entries import FIELD, decode, encode
from library_validator.releases.lineage.history import merge_releases
from tests.builders.small_registry import NEWEST, release, system

# Here "|" is between fields, "+" between the values of a field, and ";" between the parts of an address.
FORMAT_3 = (
    "ME0002-003|BR|00|2019|2022|ME|QUILL|ME0002003|CORAL BRANCH+CORAL READING ROOM|BRIAR COUNTY LIBRARY|"
    "3;CEDAR ST;;CORAL;04903;3 CEDAR STREET+;;7;CORAL;04903;PO BOX 7|2075550103+2075550104|"
    "ME0007+ME0007-002|BRIAR COUNTY LIBRARY|CORAL BRANCH|ME0002-003|3 CEDAR STREET|CORAL|ME|04903|QUILL|"
    "2075550103|Y|CO|43|1200|-1|absorbed|ME0001-002|ALDER POINT PUBLIC LIBRARY|2021"
)
FORMAT_1 = (
    "ME0001|AE|00|2022|ME|QUILL|ME0001|ALDER POINT PUBLIC LIBRARY||"
    "12;FORK;;ALDER POINT;04901;12 NORTH FORK ROAD|2075550101|ALDER POINT PUBLIC LIBRARY||ME0001-002|"
    "12 NORTH FORK ROAD|ALDER POINT|ME|04901|QUILL|2075550101|Y|CI|43|1200|-1"
)


def record_of(text: str) -> bytes:
    return text.replace("|", FIELD).replace("+", "\x1d").replace(";", "\x1c").encode()


def test_a_record_of_the_newest_format_is_written_and_read_byte_by_byte() -> None:
    entry = decode(record_of(FORMAT_3))
    assert (entry.id, entry.kind, entry.first_listed, entry.last_listed) == ("ME0002-003", "BR", 2019, 2022)
    assert [name.text for name in entry.names] == ["CORAL BRANCH", "CORAL READING ROOM"]
    assert [name.text for name in entry.system_names] == ["BRIAR COUNTY LIBRARY"]
    assert [(address.street.box, address.shown) for address in entry.addresses] == [
        ("", "3 CEDAR STREET"),
        ("7", "PO BOX 7"),
    ]
    assert entry.phones == ("2075550103", "2075550104")
    assert entry.former_ids == ("ME0007", "ME0007-002")
    assert entry.listing == Listing(
        system_name="BRIAR COUNTY LIBRARY",
        outlet_name="CORAL BRANCH",
        outlet_id="ME0002-003",
        street="3 CEDAR STREET",
        city="CORAL",
        state="ME",
        zip="04903",
        county="QUILL",
        phone="2075550103",
        meets_fscs_definition="Y",
        legal_basis="CO",
        locale="43",
        population="1200",
        operating_expenditure="-1",
        fate="absorbed",
        successor_id="ME0001-002",
        successor_name="ALDER POINT PUBLIC LIBRARY",
        successor_since="2021",
    )
    assert encode(entry) == record_of(FORMAT_3)


def test_the_fields_of_an_entry_are_stored_in_the_order_of_the_class() -> None:
    made_of = [field.name for field in fields(Entry) if field.init]
    assert [*stored_entries._ENTRY_FIELDS, "listing"] == made_of
    assert Listing._fields == stored_entries._LISTING_FIELDS


def test_an_entry_is_unchanged_after_it_is_stored_and_read() -> None:
    for entry in entries_of(merge_releases([NEWEST])):
        assert decode(encode(entry)) == entry


def in_format_1(entry: Entry) -> bytes:
    """The record in format 1, which had no first year, no former ids and no fate of an entry."""
    texts = encode(entry).decode().split(FIELD)
    return FIELD.join((*texts[:3], *texts[4:12], *texts[13:27])).encode()


def test_an_entry_in_format_1_is_read_without_the_fields_that_it_lacks() -> None:
    older = release((system("ME0300", "GONE LIBRARY", "1 A ST", "GONE", "04920", "-4"),), fiscal_year=2019)
    for entry in entries_of(merge_releases([older, NEWEST])):
        listing = entry.listing._replace(fate="", successor_id="", successor_name="", successor_since="")
        assert decode(in_format_1(entry)) == replace(entry, first_listed=0, former_ids=(), listing=listing)


def test_a_record_of_format_1_is_read() -> None:
    entry = decode(record_of(FORMAT_1))
    assert (entry.id, entry.last_listed, entry.phones) == ("ME0001", 2022, ("2075550101",))
    assert entry.addresses[0].street.number == "12"
    assert (entry.listing.outlet_id, entry.listing.operating_expenditure) == ("ME0001-002", "-1")
    assert (entry.first_listed, entry.former_ids, entry.listing.fate) == (0, (), "")
