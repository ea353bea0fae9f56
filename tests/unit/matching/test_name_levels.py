"""The level of an applicant's name and a listed name: examples of every level; the best level is first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final, get_args

import pytest

from library_validator.matching.applicant import Applicant
from library_validator.matching.compare_names import NameComparer
from library_validator.matching.names import read_name
from library_validator.matching.query import read_applicant
from library_validator.matching.statistics import Statistics
from library_validator.terms import NameLevel

# Words that the names of entries have; any other word of an applicant may be a mistake.
KNOWN_WORDS: Final = """
    ALDER BRANCH BRIAR CITY CORAL COUNTY CREEK DISTRICT ELSPETH FERN FREE HOLLYHOCK JUNIPER LARCHMERE LIBRARY
    MARSH MEMORIAL MUSEUM NORTH POINT PUBLIC QUILL SABLE SOUTH SYSTEM TANSY WARING WREN
""".split()
STATISTICS: Final = Statistics(100, dict.fromkeys(KNOWN_WORDS, 3), frozenset())

# Level -> the applicant's name, the listed name.
OF_NAMES: Final[Mapping[NameLevel, tuple[tuple[str, str], ...]]] = {
    # Equal, after abbreviations, ampersands, stop words and mistyped kind words are normalized.
    "exact": (
        ("Alder Point Public Library", "ALDER POINT PUBLIC LIBRARY"),
        ("Alder Pt. Pub. Lib.", "ALDER POINT PUBLIC LIBRARY"),
        ("The Hollyhock Libary", "HOLLYHOCK LIBRARY"),
        ("Fern and Quill Library", "FERN & QUILL LIBRARY"),
        ("Holly Hock Library", "HOLLYHOCK LIBRARY"),
    ),
    # The same distinguishing words, in any order: free, public and memorial do not distinguish.
    "same_words": (
        ("Hollyhock Library", "HOLLYHOCK PUBLIC LIBRARY"),
        ("Hollyhock Free Library", "HOLLYHOCK MEMORIAL LIBRARY"),
        ("Library of Hollyhock", "HOLLYHOCK FREE LIBRARY"),
        ("Waring Elspeth Library", "ELSPETH WARING LIBRARY"),
    ),
    # A distinguishing word is mistyped or cut; or CITY is added, as in "City of Hollyhock".
    "typing_differences": (
        ("Hollyhok Public Library", "HOLLYHOCK PUBLIC LIBRARY"),
        ("Hollyh Library", "HOLLYHOCK LIBRARY"),
        ("Juniper Creeek Library", "JUNIPER CREEK LIBRARY"),
        ("City of Hollyhock Library", "HOLLYHOCK LIBRARY"),
    ),
    # A distinguishing word is missing.
    "applicant_shorter": (
        ("Waring Library", "ELSPETH WARING LIBRARY"),
        ("Fern Library", "FERN AND QUILL LIBRARY"),
        ("Public Library", "HOLLYHOCK PUBLIC LIBRARY"),
    ),
    # A distinguishing word is added.
    "applicant_longer": (
        ("Elspeth Waring Library and Museum", "ELSPETH WARING LIBRARY"),
        ("Friends of Hollyhock Library", "HOLLYHOCK LIBRARY"),
        ("Hollyhock Library Foundation", "HOLLYHOCK LIBRARY"),
    ),
    # The names differ in a word that distinguishes neighbours, such as a direction or a kind of government.
    "separated": (
        ("North Alder Library", "ALDER LIBRARY"),
        ("North Alder Library", "SOUTH ALDER LIBRARY"),
        ("Briar City Library", "BRIAR COUNTY LIBRARY"),
        ("Briar Town Library", "BRIAR COUNTY LIBRARY"),
    ),
    # The names share some words, and each name has other words too.
    "partial": (
        ("Waring Tansy Library", "ELSPETH WARING LIBRARY"),
        ("Marsh Wren Library", "WREN TANSY LIBRARY"),
        ("North Waring Tansy Library", "ELSPETH WARING LIBRARY"),
    ),
    # The names share no distinguishing word.
    "different": (
        ("Hollyhock Library", "LARCHMERE LIBRARY"),
        ("Museum", "LARCHMERE LIBRARY"),
        ("North Library", "NORTH LARCHMERE LIBRARY"),
    ),
}
# Applicant and entry are in Larchmere. The town's name alone is neither an agreement nor a difference.
IN_LARCHMERE: Final[Mapping[NameLevel, tuple[tuple[str, str], ...]]] = {
    "typing_differences": (
        ("Waring Library of Larchmere", "WARING LIBRARY"),
        ("Larchmere Public Library", "PUBLIC LIBRARY"),
    ),
    "applicant_shorter": (
        ("Library", "LARCHMERE LIBRARY"),
        ("Larchmere Library", "WARING LIBRARY OF LARCHMERE"),
    ),
    # The names share only the town.
    "place_only": (
        ("Larchmere Yacht Club", "LARCHMERE FREE LIBRARY"),
        ("Larchmere Museum", "LARCHMERE LIBRARY"),
        ("North Larchmere Tansy Library", "LARCHMERE FREE LIBRARY"),
    ),
    "different": (("Larchmere Library", "ELSPETH WARING LIBRARY"),),
}
# The listed outlet is the Juniper Creek Branch of the Sable County Library.
OF_SYSTEM: Final[Mapping[NameLevel, tuple[str, ...]]] = {
    "exact": ("Juniper Creek Branch", "Sable County Library"),
    # A direction does not separate an outlet from its system; another kind of government does.
    "applicant_longer": ("North Sable County Library",),
    "separated": ("Sable City Library",),
}


def comparer_of(name: str, city: str = "") -> NameComparer:
    query = read_applicant(Applicant(name, city=city, state="ME"), STATISTICS)
    return NameComparer(query.name, query.unknown_words, query.place_words, STATISTICS)


def examples_in(
    table: Mapping[NameLevel, tuple[tuple[str, str], ...]],
) -> Iterator[tuple[str, str, NameLevel]]:
    for level, names in table.items():
        for applied, listed in names:
            yield applied, listed, level


@pytest.mark.parametrize(("applied", "listed", "level"), list(examples_in(OF_NAMES)))
def test_two_names_agree_at_a_level(applied: str, listed: str, level: NameLevel) -> None:
    comparer = comparer_of(applied)
    found = comparer.compare((read_name(listed),), (), frozenset(), "ME", is_system=True)
    assert found.level == level


@pytest.mark.parametrize(("applied", "listed", "level"), list(examples_in(IN_LARCHMERE)))
def test_the_name_of_a_shared_town_counts_less(applied: str, listed: str, level: NameLevel) -> None:
    comparer = comparer_of(applied, city="Larchmere")
    found = comparer.compare((read_name(listed),), (), frozenset(["LARCHMERE"]), "ME", is_system=True)
    assert found.level == level


@pytest.mark.parametrize(
    ("applied", "level"), [(applied, level) for level, names in OF_SYSTEM.items() for applied in names]
)
def test_an_outlet_is_also_compared_by_the_name_of_its_system(applied: str, level: NameLevel) -> None:
    names, system_names = (read_name("JUNIPER CREEK BRANCH"),), (read_name("SABLE COUNTY LIBRARY"),)
    found = comparer_of(applied).compare(names, system_names, frozenset(), "ME", is_system=False)
    assert found.level == level


def test_every_level_has_several_examples() -> None:
    for level in get_args(NameLevel):
        assert len(OF_NAMES.get(level, ())) + len(IN_LARCHMERE.get(level, ())) >= 3, level
