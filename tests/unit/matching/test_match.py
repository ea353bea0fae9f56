"""The candidates with which an applicant is compared."""

from __future__ import annotations

from typing import Final

import pytest

from library_validator.matching.applicant import Applicant
from library_validator.matching.index import build_index
from library_validator.matching.match import FIRST_COMPARED, Ranking, rank
from library_validator.matching.query import read_applicant
from library_validator.matching.statistics import Statistics
from library_validator.matching.weights import load_weights
from tests.builders.small_registry import ALDER, OUTLETS, SYSTEMS, outlet, release

CROWD: Final = tuple(
    outlet("ME0001", f"{n:03d}", f"STOP {n} BRANCH", f"{n} MAIN ST", "ALDER POINT", "04901", "-4")
    for n in range(3, 23)
)
HOLLYHOCK: Final = outlet(
    "ME0001", "099", "HOLLYHOCK BRANCH LIBRARY", "99 MAIN ST", "ALDER POINT", "04901", "-4"
)
LAST_OF_ALL: Final = "ME0001-099"
INDEX: Final = build_index([release(SYSTEMS, (*OUTLETS, *CROWD, HOLLYHOCK))])


def ranking_of(applicant: Applicant, *, compare_all: bool = False) -> Ranking:
    statistics = Statistics.decode(INDEX.statistics)
    query = read_applicant(applicant, statistics)
    return rank(query, INDEX.postings, load_weights(), INDEX.fiscal_year, compare_all=compare_all)


def test_if_an_entry_is_likely_not_all_entries_of_the_town_are_compared() -> None:
    applicant = Applicant(name=ALDER.name, city="Alder Point", state="ME", zip="04901")
    few, all_of_them = ranking_of(applicant), ranking_of(applicant, compare_all=True)
    assert len(few.scored) <= 1 + FIRST_COMPARED < len(CROWD) < len(all_of_them.scored)
    assert few.best == all_of_them.best
    assert few.best is not None
    assert few.best.entry.id == "ME0001"


def test_if_an_entry_has_the_exact_name_and_street_no_other_entry_is_compared() -> None:
    applicant = Applicant(ALDER.name, ALDER.street, ALDER.city, ALDER.state, ALDER.zip)
    ranking = ranking_of(applicant)
    assert ranking.best == ranking_of(applicant, compare_all=True).best
    assert len(ranking.scored) < FIRST_COMPARED, "only entries at its door"
    assert ranking.runner_up is None


def test_entries_with_nothing_in_common_are_not_compared_even_if_no_entry_is_likely() -> None:
    applicant = Applicant(name="Harbor Lights Library", street="1 Elm St", city="Alder Point", state="ME")
    few, all_of_them = ranking_of(applicant), ranking_of(applicant, compare_all=True)
    assert len(few.scored) == FIRST_COMPARED < len(CROWD) < len(all_of_them.scored)
    assert few.best is not None
    assert all_of_them.best is not None
    assert few.best.bits == all_of_them.best.bits


@pytest.mark.parametrize(("name", "found"), [("Harbor Lights Library", True), ("Harbor Lights", False)])
def test_an_entry_at_the_same_street_is_compared_if_the_applicants_name_says_library(
    name: str, *, found: bool
) -> None:
    applicant = Applicant(name=name, street="99 Main St", city="Alder Point", state="ME")
    ids = [candidate.entry.id for candidate in ranking_of(applicant).scored]
    assert (LAST_OF_ALL in ids) is found
    assert LAST_OF_ALL in [candidate.entry.id for candidate in ranking_of(applicant, compare_all=True).scored]


def test_a_mistyped_name_is_found_after_entries_that_share_as_many_words() -> None:
    applicant = Applicant(name="Holyhokc Branch Library", city="Alder Point", state="ME")
    best = ranking_of(applicant).best
    assert best is not None
    assert best.entry.id == LAST_OF_ALL
    assert ranking_of(applicant, compare_all=True).best == best


def test_weights_have_two_decimals_as_they_are_shown() -> None:
    weights = load_weights()
    listed = [weights.prior, *(worth for levels in weights.bits.values() for worth in levels.values())]
    assert [round(worth, 2) for worth in listed] == listed
