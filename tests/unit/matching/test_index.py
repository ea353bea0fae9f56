"""Postings, keys and statistics of a registry version."""

from __future__ import annotations

from dataclasses import replace

from library_validator.matching.applicant import Applicant
from library_validator.matching.entries import FIELD, Entry, decode, encode, records_of
from library_validator.matching.entries_of_history import entries_of
from library_validator.matching.index import MAX_CANDIDATES, build_index
from library_validator.matching.keys import MAX_KEYS, keys_of_query
from library_validator.matching.query import read_applicant
from library_validator.matching.statistics import Statistics
from library_validator.releases.lineage.history import merge_releases
from tests.builders.small_registry import ALDER, NEWEST, OUTLETS, SYSTEMS, outlet, release, system


def test_an_entry_survives_being_stored() -> None:
    for entry in entries_of(merge_releases([NEWEST])):
        assert decode(encode(entry)) == entry


def in_format_1(entry: Entry) -> bytes:
    """As the format before encoded an entry: without first year, former ids and what became of it."""
    fields = encode(entry).decode().split(FIELD)
    return FIELD.join((*fields[:3], *fields[4:12], *fields[13:27])).encode()


def test_an_entry_of_the_format_before_is_read_without_what_that_format_did_not_know() -> None:
    older = release((system("ME0300", "GONE LIBRARY", "1 A ST", "GONE", "04920", "-4"),), fiscal_year=2019)
    for entry in entries_of(merge_releases([older, NEWEST])):
        listing = entry.listing._replace(fate="", successor_id="", successor_name="", successor_since="")
        assert decode(in_format_1(entry)) == replace(entry, first_listed=0, former_ids=(), listing=listing)


def test_a_line_that_the_format_before_wrote_is_read() -> None:
    line = (
        "ME0001|AE|00|2022|ME|QUILL|ME0001|ALDER POINT PUBLIC LIBRARY||"
        "12;FORK;;ALDER POINT;04901;12 NORTH FORK ROAD|2075550101|ALDER POINT PUBLIC LIBRARY||ME0001-002|"
        "12 NORTH FORK ROAD|ALDER POINT|ME|04901|QUILL|2075550101|Y|CI|43|1200|-1"
    )
    entry = decode(line.replace("|", FIELD).replace(";", "\x1c").encode())
    assert (entry.id, entry.last_listed, entry.phones) == ("ME0001", 2022, ("2075550101",))
    assert entry.addresses[0].street.number == "12"
    assert (entry.listing.outlet_id, entry.listing.operating_expenditure) == ("ME0001-002", "-1")
    assert (entry.first_listed, entry.former_ids, entry.listing.fate) == (0, (), "")


def test_a_system_and_its_central_outlet_are_one_entry() -> None:
    ids = [entry.id for entry in entries_of(merge_releases([NEWEST]))]
    assert "ME0001" in ids
    assert "ME0001-002" not in ids
    assert "ME0002-003" in ids


def test_the_order_of_releases_does_not_matter() -> None:
    older = release((ALDER,), fiscal_year=2019)
    assert build_index([NEWEST, older]) == build_index([older, NEWEST])


def test_an_applicant_asks_for_ten_keys_at_most_the_most_selective_first() -> None:
    statistics = Statistics.decode(build_index([NEWEST]).statistics)
    applicant = Applicant(
        name="East Alder Point Briar County Coral Free Public Library and Memorial",
        street="12 North Fork Road PO Box 7",
        city="Alder Point",
        state="Maine",
        zip="04901",
        phone="207 555 0101",
        fscs_id="ME0001",
    )
    keys = keys_of_query(read_applicant(applicant, statistics), statistics)
    assert len(keys) <= MAX_KEYS
    assert keys[:3] == ["FME0001", "P2075550101", "S0490112"]
    assert len(set(keys)) == len(keys)


def test_a_posting_with_too_many_candidates_keeps_the_systems() -> None:
    crowd = tuple(
        outlet("ME0001", f"{n:03d}", f"STOP {n} BRANCH", f"{n} MAIN ST", "ALDER POINT", "04901", "-4")
        for n in range(3, 3 + MAX_CANDIDATES)
    )
    index = build_index([release(SYSTEMS, (*OUTLETS, *crowd))])
    candidates = records_of(index.postings["CMEALDER POINT"])
    assert len(candidates) == MAX_CANDIDATES
    assert decode(candidates[0]).id == "ME0001"


def test_misprinted_kind_words_of_a_release_are_read_as_what_they_are() -> None:
    crowd = tuple(
        system(f"ME1{n:03d}", f"PLACE{n} PUBLIC LIBRARY", f"{n} A ST", f"PLACE{n}", "04920", "-4")
        for n in range(5)
    )
    misprinted = system("ME2000", "OAKVALE PUBLIC LIIBRARY", "1 A ST", "OAKVALE", "04921", "-4")
    index = build_index([release((*crowd, misprinted))])
    (candidate,) = records_of(index.postings["CMEOAKVALE"])
    assert decode(candidate).names[0].text == "OAKVALE PUBLIC LIBRARY"
