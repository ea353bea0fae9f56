"""Comparisons that end early give the level of the full comparison."""

from __future__ import annotations

from typing import Final

from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from rapidfuzz.distance import OSA, JaroWinkler
from rapidfuzz.fuzz import token_set_ratio

from library_validator.matching.applicant import Applicant
from library_validator.matching.compare import compare_phones
from library_validator.matching.compare_addresses import compare_streets
from library_validator.matching.compare_names import NameComparer
from library_validator.matching.names import read_name
from library_validator.matching.normalize import Street
from library_validator.matching.query import read_applicant
from library_validator.matching.statistics import Statistics

# few letters, so that words are often near each other
WORDS: Final = st.text("ABCLN", min_size=1, max_size=9).filter(lambda word: word not in ("N", "A"))
STREETS: Final = st.lists(
    WORDS | st.sampled_from(["ST", "AVE", "HWY", "MAIN", "LINCOLN"]), min_size=1, max_size=10
).map(" ".join)
PHONES: Final = st.text("235", min_size=10, max_size=10)
NO_WORDS: Final = Statistics(10, {}, frozenset())


@settings(max_examples=400)
@given(applied=STREETS, listed=STREETS)
@example(applied="BOX 337", listed="BOX 287")  # exactly at the threshold
@example(applied="A B C L BC CB AB BA AC CA", listed="A B C L BC CB AB BA AC LL")
@example(applied="CALABLANCA BALLCALAN N", listed="CALABLANCA BALLCALAN LLBB CCNN ABAB")
def test_streets_without_a_number_are_near_if_one_of_two_similarities_is_high(
    applied: str, listed: str
) -> None:
    assume(applied != listed and len(listed) >= 6)
    assume(not any(word in "NSEW" or word[0].isdigit() for word in (*applied.split(), *listed.split())))
    level = compare_streets(Street("1", applied, ""), Street("", listed, ""))
    similar = (
        token_set_ratio(applied, listed) >= 86
        or JaroWinkler.similarity(applied.replace(" ", ""), listed.replace(" ", "")) >= 0.92
        or _without_street_type(applied) == _without_street_type(listed)
    )
    assert level == ("near" if similar else "different")


def _without_street_type(street: str) -> str:
    name, _, kind = street.rpartition(" ")
    return name if kind in ("ST", "AVE") and len(name) >= 5 else street


@given(applied=PHONES, listed=PHONES)
def test_two_phones_that_differ_by_one_slip_are_near(applied: str, listed: str) -> None:
    assume(applied[3:] != listed[3:])
    assert (compare_phones(applied, (listed,)) == "near") == (OSA.distance(applied, listed) <= 1)


@given(given_phone=PHONES, places=st.lists(st.integers(0, 8), min_size=1, max_size=1))
def test_a_phone_with_two_swapped_digits_is_near(given_phone: str, places: list[int]) -> None:
    (place,) = places
    swapped = given_phone[:place] + given_phone[place + 1] + given_phone[place] + given_phone[place + 2 :]
    assume(swapped != given_phone and swapped[3:] != given_phone[3:])
    assert compare_phones(given_phone, (swapped,)) == "near"


@settings(max_examples=400)
@given(applied=st.text("ABCLN", min_size=6, max_size=10), listed=st.text("ABCLN", min_size=6, max_size=10))
def test_a_known_word_is_near_a_word_that_differs_by_one_slip(applied: str, listed: str) -> None:
    assume(applied != listed)
    known = Statistics(10, {applied: 2}, frozenset())
    found = _comparer(applied, known).compare_with(read_name(listed), frozenset())
    joined = OSA.normalized_similarity(applied, listed) >= 0.85
    is_near = OSA.distance(applied, listed) <= 1 or joined
    assert found.level == ("typing_differences" if is_near else "different")


@settings(max_examples=400)
@given(applied=st.text("ABCLN", min_size=6, max_size=10), listed=st.text("ABCLN", min_size=6, max_size=10))
def test_an_unknown_word_is_near_a_word_that_differs_by_as_many_slips_as_its_length_allows(
    applied: str, listed: str
) -> None:
    assume(applied != listed)
    longer = max(len(applied), len(listed))
    allowed = 1 if longer <= 6 else 2 if longer <= 8 else 3
    is_cut = applied.startswith(listed) or listed.startswith(applied)
    found = _comparer(applied, NO_WORDS).compare_with(read_name(listed), frozenset())
    is_near = OSA.distance(applied, listed) <= allowed or is_cut
    assert found.level == ("typing_differences" if is_near else "different")


def _comparer(name: str, statistics: Statistics) -> NameComparer:
    query = read_applicant(Applicant(name), statistics)
    assume(query.name.core == (name,))
    return NameComparer(query.name, query.unknown_words, query.place_words, statistics)
