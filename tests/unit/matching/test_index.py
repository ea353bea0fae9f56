"""Postings, keys and statistics of a registry version."""

from __future__ import annotations

from library_validator.matching.applicant import Applicant
from library_validator.matching.entries_of_history import entries_of
from library_validator.matching.index import MAX_CANDIDATES, build_index
from library_validator.matching.keys import MAX_KEYS
from library_validator.matching.query import read_applicant
from library_validator.matching.statistics import Statistics
from library_validator.matching.stored_entries import decode, records_of
from library_validator.releases.lineage.history import merge_releases
from tests.builders.small_registry import ALDER, NEWEST, OUTLETS, SYSTEMS, outlet, release, system


def test_a_system_and_its_central_outlet_are_one_entry() -> None:
    ids = [entry.id for entry in entries_of(merge_releases([NEWEST]))]
    assert "ME0001" in ids
    assert "ME0001-002" not in ids
    assert "ME0002-003" in ids


def test_the_order_of_releases_does_not_matter() -> None:
    older = release((ALDER,), fiscal_year=2019)
    assert build_index([NEWEST, older]) == build_index([older, NEWEST])


def test_an_applicant_has_at_most_ten_keys_with_the_most_selective_first() -> None:
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
    keys = read_applicant(applicant, statistics).keys
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


def test_misprinted_kind_words_of_a_release_are_corrected() -> None:
    crowd = tuple(
        system(f"ME1{n:03d}", f"PLACE{n} PUBLIC LIBRARY", f"{n} A ST", f"PLACE{n}", "04920", "-4")
        for n in range(5)
    )
    misprinted = system("ME2000", "OAKVALE PUBLIC LIIBRARY", "1 A ST", "OAKVALE", "04921", "-4")
    index = build_index([release((*crowd, misprinted))])
    (candidate,) = records_of(index.postings["CMEOAKVALE"])
    assert decode(candidate).names[0].text == "OAKVALE PUBLIC LIBRARY"
